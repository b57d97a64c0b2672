package cluster

import (
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// startServer starts a NATS server with JetStream in this process, for one test.
func startServer(t testing.TB) (url string) {
	url, _ = startServerIn(t, t.TempDir(), -1)
	return url
}

// startServerIn is startServer with a directory to keep its streams in, and a port, -1 for any.
func startServerIn(t testing.TB, dir string, port int) (url string, stop func()) {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	stop = sync.OnceFunc(func() { s.Shutdown(); s.WaitForShutdown() })
	t.Cleanup(stop)
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the NATS server does not begin")
	}
	return s.ClientURL(), stop
}
