package natstest

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestAClusterOutlivesItsLeader is how tests use one.
func TestAClusterOutlivesItsLeader(t *testing.T) {
	begun := time.Now()
	Program(t)
	t.Logf("the program: %v", time.Since(begun))
	begun = time.Now()
	c := Start(t, Options{Servers: 3})
	t.Logf("the cluster: %v", time.Since(begun))
	conn, err := nats.Connect(c.URLs()[0])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}, Replicas: 3}); err != nil {
		t.Fatal(err)
	}
	old := c.Leader("", "S", -1)
	begun = time.Now()
	c.Kill(old)
	next := c.Leader("", "S", old)
	t.Logf("another leader: %v", time.Since(begun))
	begun = time.Now()
	c.Restart(old)
	t.Logf("started again: %v", time.Since(begun))
	if next == old {
		t.Error("the leader was not killed")
	}
}
