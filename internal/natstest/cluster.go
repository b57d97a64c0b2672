// Package natstest runs real nats-server processes for tests, and stands between them and
// their clients to do what networks do. [Start] starts a cluster whose servers can be killed,
// stopped and started again; a [Proxy] cuts, delays and freezes the connections to one of them,
// and drops, or reorders, single messages; a [Tally] counts what was lost, doubled or out of
// order among what people said. Only tests import it.
//
// Nothing is left behind when a test ends, however it ends.
package natstest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	// patience is how long what must happen is waited for: a limit for failures only.
	patience = 30 * time.Second
	// glance is the time between two looks at what nobody announces; a server logs each time
	// that it is asked in vain.
	glance = 50 * time.Millisecond
	// portTries is how often a cluster is started with other ports when somebody else was
	// quicker to take one.
	portTries = 5
)

// Options are how a cluster is started.
type Options struct {
	// Servers is how many there are; 0: one.
	Servers int
	// Sync has what JetStream acknowledges on the disk, as deploy/ does.
	Sync bool
	// Config is added to each server's configuration: its users, for one.
	Config string
}

// Cluster are the servers of a test, which are numbered from 0.
type Cluster struct {
	t       testing.TB
	program string
	dir     string
	servers []*server
	options Options
}

// Start starts servers and waits until JetStream can be used. The test's end kills them.
func Start(t testing.TB, o Options) *Cluster {
	t.Helper()
	o.Servers = max(1, o.Servers)
	c := &Cluster{t: t, program: Program(t), dir: t.TempDir(), options: o}
	t.Cleanup(c.end)
	for try := 1; ; try++ {
		err := c.start()
		if err == nil {
			return c
		}
		if try == portTries {
			t.Fatal(err)
		}
		t.Logf("%v; again with other ports", err)
		c.kill()
	}
}

// start starts all servers, on new ports.
func (c *Cluster) start() error {
	ports, err := freePorts(3 * c.options.Servers)
	if err != nil {
		return err
	}
	c.servers = nil
	var routes []string
	for i := range c.options.Servers {
		s := &server{name: fmt.Sprint("n", i), dir: c.dir, client: ports[3*i], route: ports[3*i+1], monitor: ports[3*i+2]}
		c.servers = append(c.servers, s)
		routes = append(routes, "nats://127.0.0.1:"+s.route)
	}
	for _, s := range c.servers {
		if err := os.WriteFile(s.config(), []byte(c.configuration(s, routes)), 0o600); err != nil {
			return err
		}
		if err := s.start(c.program); err != nil {
			return err
		}
	}
	for _, s := range c.servers {
		if err := s.await(); err != nil {
			return err
		}
		if err := s.awaitRoutes(routesToOne * (len(c.servers) - 1)); err != nil {
			return err
		}
	}
	if len(c.servers) == 1 {
		return nil
	}
	for _, s := range c.servers {
		if err := s.awaitPeers(len(c.servers) - 1); err != nil {
			return err
		}
	}
	return nil
}

// routesToOne is how many connections a server has to each other one: those of the pool, and one
// of the system's account. While they are being made, answers that go from one server to
// another may be lost, although JetStream can be used.
const routesToOne = 3 + 1

// configuration is what a server reads. Clients are told of no other server: they would go
// round a proxy.
func (c *Cluster) configuration(s *server, routes []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "server_name: %s\nlisten: 127.0.0.1:%s\nhttp: 127.0.0.1:%s\n", s.name, s.client, s.monitor)
	fmt.Fprintf(&b, "jetstream {\n  store_dir: %q\n", filepath.Join(c.dir, s.name))
	if c.options.Sync {
		b.WriteString("  sync_interval: always\n")
	}
	b.WriteString("}\n")
	if len(routes) > 1 {
		fmt.Fprintf(&b, "cluster {\n  name: test\n  listen: 127.0.0.1:%s\n  no_advertise: true\n  pool_size: 3\n  routes: [%s]\n}\n", s.route, strings.Join(routes, ", "))
	}
	b.WriteString(c.options.Config)
	return b.String()
}

// Size is how many servers there are, those that were killed among them.
func (c *Cluster) Size() int { return len(c.servers) }

// Addr is the address of a server for clients; it keeps it for all its lives.
func (c *Cluster) Addr(i int) string { return "127.0.0.1:" + c.servers[i].client }

// URLs are those of all servers, for a client without a name.
func (c *Cluster) URLs() []string { return c.URLsOf("") }

// URLsOf are those of all servers for a user, "name:password".
func (c *Cluster) URLsOf(user string) []string {
	var urls []string
	for i := range c.servers {
		urls = append(urls, URL(user, c.Addr(i)))
	}
	return urls
}

// URL is that of a server, or of a Proxy, for a user, "name:password"; "": without a name.
func URL(user, addr string) string {
	if user != "" {
		addr = user + "@" + addr
	}
	return "nats://" + addr
}

// Kill ends a server as kill -9 does.
func (c *Cluster) Kill(i int) {
	c.t.Helper()
	c.servers[i].kill()
}

// Launch starts a server that was killed, with what it had stored, and does not wait.
func (c *Cluster) Launch(i int) {
	c.t.Helper()
	if err := c.servers[i].start(c.program); err != nil {
		c.t.Fatal(err)
	}
}

// Restart starts a server that was killed and waits until it has caught up with the others.
func (c *Cluster) Restart(i int) {
	c.t.Helper()
	c.Launch(i)
	c.Ready(i)
}

// Ready waits until a server, and all streams that it has, are up to date.
func (c *Cluster) Ready(i int) {
	c.t.Helper()
	if err := c.servers[i].await(); err != nil {
		c.t.Fatal(err)
	}
}

// kill kills all servers.
func (c *Cluster) kill() {
	for _, s := range c.servers {
		s.kill()
	}
}

// end kills all servers; if the test failed it shows what they said last.
func (c *Cluster) end() {
	c.kill()
	for _, s := range c.servers {
		if c.t.Failed() {
			c.t.Logf("[nats-server %s, at last]\n%s", s.name, s.last())
		}
	}
}

// freePorts finds ports that nobody listens on, below those that systems give to clients that
// connect, so that a server which is started again finds its own free.
func freePorts(n int) (ports []string, err error) {
	for range 100 * n {
		if len(ports) == n {
			return ports, nil
		}
		var l net.Listener
		port := fmt.Sprint(20000 + rand.IntN(12000))
		if l, err = net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			defer l.Close() // all of them at once: none is found twice
			ports = append(ports, port)
		}
	}
	return nil, fmt.Errorf("no free port: %w", err)
}

// ask gets a page of a server's monitoring.
func ask(monitor, page string) (status int, body []byte, err error) {
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://127.0.0.1:" + monitor + page)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(answer.Body)
	return answer.StatusCode, body, err
}
