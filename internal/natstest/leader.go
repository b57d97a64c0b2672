package natstest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Leader returns which server leads a stream; it waits until one does that is not old, -1 for
// none. It asks as a user, "name:password".
func (c *Cluster) Leader(user, stream string, old int) int {
	c.t.Helper()
	var err error
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(glance) {
		var name string
		if name, err = c.leader(user, stream); err != nil {
			continue
		}
		for i, s := range c.servers {
			if s.name == name && i != old {
				return i
			}
		}
	}
	c.t.Fatalf("stream %s has no leader after %v: %v", stream, patience, err)
	return -1
}

// leader returns the name of the server that leads a stream; "": none does.
func (c *Cluster) leader(user, stream string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := nats.Connect(strings.Join(c.URLsOf(user), ","), nats.Timeout(time.Second))
	if err != nil {
		return "", err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return "", err
	}
	s, err := js.Stream(ctx, stream)
	if err != nil {
		return "", err
	}
	if in := s.CachedInfo().Cluster; in != nil {
		return in.Leader, nil
	}
	if len(c.servers) == 1 {
		return c.servers[0].name, nil
	}
	return "", fmt.Errorf("stream %s is in no cluster", stream)
}
