package cluster

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// How a connection to NATS is looked after.
const (
	dialTimeout  = 2 * time.Second
	pingEvery    = time.Second // with pingsOut, a connection that is dead is noticed in 3 s
	pingsOut     = 2
	reconnectMin = 200 * time.Millisecond
	// minServer is the oldest NATS server that has what is used here.
	minServer = "2.11.0"
)

// connect connects to one of the servers. The connection goes on trying for ever when it is
// lost; what is published meanwhile is refused, never kept.
func (a *Access) connect(name string, log *slog.Logger) (*nats.Conn, error) {
	options := []nats.Option{
		nats.Name("salon " + name), nats.Timeout(dialTimeout),
		nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(pingsOut),
		nats.MaxReconnects(-1), nats.ReconnectWait(reconnectMin), nats.ReconnectBufSize(-1),
		nats.ErrorHandler(func(_ *nats.Conn, s *nats.Subscription, err error) {
			subject := ""
			if s != nil {
				subject = s.Subject
			}
			log.Warn("cluster: nats", "err", err, "subject", subject)
		}),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("cluster: connection lost", "err", err)
			}
		}),
		nats.ReconnectHandler(func(c *nats.Conn) { log.Info("cluster: connected again", "server", c.ConnectedUrlRedacted()) }),
	}
	if a.Creds != "" {
		options = append(options, nats.UserCredentials(a.Creds))
	}
	if a.NKey != "" {
		seed, err := nats.NkeyOptionFromSeed(a.NKey)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.NKey, err)
		}
		options = append(options, seed)
	}
	if a.CA != "" {
		options = append(options, nats.RootCAs(a.CA))
	}
	if a.Cert != "" {
		options = append(options, nats.ClientCert(a.Cert, a.Key))
	}
	c, err := nats.Connect(strings.Join(a.Servers, ","), options...)
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired):
		return nil, fmt.Errorf("%w: %w", ErrPermission, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if !newEnough(c.ConnectedServerVersion()) {
		c.Close()
		return nil, &OldServerError{c.ConnectedServerVersion(), minServer}
	}
	return c, nil
}

// newEnough reports whether a server's version is minServer or later.
func newEnough(version string) bool {
	var has, needs [3]int
	fmt.Sscanf(version, "%d.%d.%d", &has[0], &has[1], &has[2])
	fmt.Sscanf(minServer, "%d.%d.%d", &needs[0], &needs[1], &needs[2])
	for i := range has {
		if has[i] != needs[i] {
			return has[i] > needs[i]
		}
	}
	return true
}
