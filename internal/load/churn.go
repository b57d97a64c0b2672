package load

import (
	"context"
	"fmt"
	"net"
	"time"
)

const (
	// churnAtOnce is how many connections are opened and closed at the same time.
	churnAtOnce = 32
	// backWithin is how long a server has, after a churn, to be as it was before.
	backWithin = 5 * time.Second
	// churnSlack is how many descriptors or goroutines more are no leak: a database
	// connection that was opened for its first reader.
	churnSlack = 4
)

// ChurnReport is what connections left behind that were opened and closed.
type ChurnReport struct {
	Connections   int
	Took          time.Duration
	Before, After Sample
	Back          bool          // as many descriptors and goroutines as before, within 5 s
	BackAfter     time.Duration // how long that took, or was waited for
}

// churn opens and closes connections in several ways, and waits until the server is as it
// was before.
func (c Config) churn(ctx context.Context) (*ChurnReport, error) {
	if err := sleep(ctx, c.Settle); err != nil { // members may have left just now
		return nil, err
	}
	r := &ChurnReport{Connections: c.Churn, Before: c.look()}
	began := time.Now()
	if err := inParallel(ctx, c.Churn, churnAtOnce, c.comeAndGo); err != nil {
		return nil, err
	}
	ended := time.Now()
	r.Took = ended.Sub(began)
	for ctx.Err() == nil && !r.Back && r.BackAfter < backWithin {
		_ = sleep(ctx, 20*time.Millisecond)
		r.After, r.BackAfter = c.look(), time.Since(ended)
		r.Back = r.After.Usage.Descriptors <= r.Before.Usage.Descriptors+churnSlack && r.After.Goroutines <= r.Before.Goroutines+churnSlack
	}
	return r, nil
}

// comeAndGo opens and closes the connection of a number: one in eight joins, the others
// leave before or reset it.
func (c Config) comeAndGo(ctx context.Context, i int) error {
	addr := c.SSH
	if addr == "" || i%2 == 0 && c.TCP != "" {
		addr = c.TCP
	}
	if i%8 < 2 {
		t := newTally(0, 0, 0)
		m := &member{name: fmt.Sprintf("c%d-%d", t.id, i), tally: t}
		defer m.close()
		if addr == c.TCP {
			return m.joinTCP(ctx, addr)
		}
		return m.joinSSH(ctx, addr, 0, 0)
	}
	d := net.Dialer{Timeout: arrival}
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	if i%8 < 4 {
		fmt.Fprintf(conn, "SSH-2.0-churn\r\n") // a visitor of no good name over raw TCP
	}
	if i%8 < 6 {
		conn.(*net.TCPConn).SetLinger(0)
	}
	return conn.Close()
}
