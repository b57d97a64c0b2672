package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"salon/internal/load"
)

// An attack is one way to harm a room.
type attack struct {
	name string
	what string // it does, for the table
	// life is what an attacker does on one connection, or several, until it is cut. Unless
	// the attack is of one life, the attacker then comes back.
	life func(ctx context.Context, a *attacker) error
	from origin

	count    int           // of attackers, in place of those that were asked for; 0: those
	least    time.Duration // that it must last, to tell anything
	oneLife  bool          // an attacker that is cut does not come back
	gone     bool          // all attackers are to be cut before it ends
	late     time.Duration // how long what it leaves may last; 0: leaveTime
	memory   int64         // bytes that it may take in all; 0: maxMemory for each attacker
	storm    bool          // its cost is told by its number: one attacker alone tells nothing
	rich     bool          // the room has a long history
	unread   stream        // of the server's, which is not read
	locked   bool          // somebody else writes to the server's database, and does not end
	flags    []string      // of the server, besides the usual ones
	ownerToo bool          // the owner of a registered pseudo must be let in meanwhile
}

// origin is where attackers come from.
type origin int

const (
	many  origin = iota // each from an address of its own
	one                 // all from the same
	fresh               // each connection from another
)

// stream is one that the server writes to.
type stream int

const (
	none stream = iota
	stdout
	stderr
)

// order is what the process of the attackers is told.
type order struct {
	Attack   string
	Count    int
	Prefix   string // of the attackers' pseudos, at most 8 bytes
	SSH, TCP string
	FromOne  bool    // all attackers come from one address, whatever the attack says
	Share    float64 // of a core that they may use all together
}

// outcome is what the process of the attackers tells at the end.
type outcome struct {
	Lives  int64  // that attackers had
	Failed int64  // of those, that ended by an error
	Last   string // error
	CPU    float64
}

// attacker is one of those who attack.
type attacker struct {
	order
	from  origin
	index int
	lives int // that came before
	pause *governor
	links *links
}

// links count the connections of all attackers, which makes addresses of their own.
type links struct{ n atomic.Int64 }

// address returns an address of 127/8 by number, away from 127.0.0.1, which no limit on
// sources applies to.
func address(network byte, n int64) net.IP {
	return net.IPv4(127, network+byte(n/(250*250)%32), byte(n/250%250), byte(1+n%250))
}

// Networks of 127/8, 32 of them each, that people come from.
const (
	netAttackers = 32
	netFresh     = 64
	netInnocents = 128
)

// source returns where the attacker's next connection comes from.
func (a *attacker) source() net.IP {
	switch n := a.links.n.Add(1); {
	case a.FromOne, a.from == one:
		return address(netAttackers, 7)
	case a.from == fresh:
		return address(netFresh, n)
	}
	return address(netAttackers, int64(a.index))
}

// dial connects; the connection ends with ctx.
func (a *attacker) dial(ctx context.Context, addr string) (net.Conn, error) {
	a.breathe(ctx)
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: a.source()}, Timeout: loginTimeout}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { c.Close() })
	return c, nil
}

// name returns a pseudo that nobody else has.
func (a *attacker) name() string { return fmt.Sprintf("%s%dx%d", a.Prefix, a.index, a.lives%100000) }

// raw joins over raw TCP.
func (a *attacker) raw(ctx context.Context) (net.Conn, error) {
	c, err := a.dial(ctx, a.TCP)
	if err == nil {
		_, err = io.WriteString(c, a.name()+"\r\n")
	}
	return c, err
}

// keyed connects over ssh and exchanges keys; the attacker has not logged in yet.
func (a *attacker) keyed(ctx context.Context) (*wire, error) {
	c, err := a.dial(ctx, a.SSH)
	if err != nil {
		return nil, err
	}
	return dialSSH(c)
}

// ssh joins over ssh, on a terminal or as a pipe. What the server sends is read.
func (a *attacker) ssh(ctx context.Context, terminal bool) (*wire, error) {
	w, err := a.keyed(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.enter(a.name(), "", terminal, wideWindow); err != nil {
		w.Close()
		return nil, err
	}
	go w.pump() // ends with the connection, which ends with ctx
	return w, nil
}

// breathe waits while the attackers have used too much of the machine.
func (a *attacker) breathe(ctx context.Context) {
	if d := time.Until(time.Unix(0, a.pause.until.Load())); d > 0 {
		sleep(ctx, d)
	}
}

// governor holds this process to a share of a core, so that what is measured is the
// server and not the attackers.
type governor struct{ until atomic.Int64 } // nothing is to be done before, in nanoseconds since 1970

// govern watches until ctx ends.
func (g *governor) govern(ctx context.Context, pid int, share float64) {
	for last := load.UsageOf(pid); sleep(ctx, 20*time.Millisecond); {
		now := load.UsageOf(pid)
		used := now.CPU - last.CPU
		g.until.Store(last.At.Add(time.Duration(float64(used) / share)).UnixNano())
		if now.At.Sub(last.At) > time.Second { // what was saved long ago is no excuse
			last = now
		}
	}
}

// sleep waits, and reports false when ctx has ended.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// comeBack is how long an attacker waits before its next life, storms excepted.
const comeBack = 100 * time.Millisecond

// assault runs attackers until ctx ends, and returns once their connections are closed.
func (at *attack) assault(ctx context.Context, o order, pause *governor) outcome {
	var (
		done    outcome
		mu      sync.Mutex
		working sync.WaitGroup
		counter links
	)
	for i := range o.Count {
		working.Go(func() {
			for life := 0; ctx.Err() == nil && (life == 0 || !at.oneLife); life++ {
				a := &attacker{order: o, from: at.from, index: i, lives: life, pause: pause, links: &counter}
				err := at.live(ctx, a)
				mu.Lock()
				done.Lives++
				if err != nil && ctx.Err() == nil {
					done.Failed, done.Last = done.Failed+1, err.Error()
				}
				mu.Unlock()
				if !at.storm {
					sleep(ctx, comeBack)
				}
			}
			if at.oneLife {
				<-ctx.Done()
			}
		})
	}
	working.Wait()
	return done
}

// live has an attacker live once. Its connections are closed after that.
func (at *attack) live(ctx context.Context, a *attacker) error {
	a.breathe(ctx)
	ctx, end := context.WithCancel(ctx)
	defer end()
	return at.life(ctx, a)
}
