package main

import (
	"context"
	"net"
	"sync"
	"time"

	"salon/internal/load"
)

// dialFrom connects from an address of 127/8.
func dialFrom(addr string, network byte, n int64) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: address(network, n)}, Timeout: loginTimeout}
	return d.Dial("tcp", addr)
}

// talk are the members who talk all the while.
type talk struct {
	ready  chan struct{} // closed once they talk
	done   chan struct{} // closed once they have ended
	report *load.Report
	err    error
}

// afterwards is how long members go on talking after an attack.
const afterwards = time.Second

// startTalk has two members of each kind join and four of them talk, at a rate that the
// room allows.
func startTalk(ctx context.Context, s *salon, lasts time.Duration) *talk {
	t := &talk{ready: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(t.done)
		t.report, t.err = load.Run(ctx, load.Config{
			SSH: s.ssh, TCP: s.tcp, Screen: 2, Line: 2, Raw: 2, Width: 80, Height: 24, Parallel: 6,
			Senders: 4, Rate: 1.5, Duration: lasts + afterwards, Size: 80, Settle: time.Millisecond,
			Talking: func() { close(t.ready) },
		})
	}()
	return t
}

// joined waits until they are there.
func (t *talk) joined() error {
	select {
	case <-t.ready:
		return nil
	case <-t.done:
		return t.err
	}
}

// end waits until they have said everything, and reports how that went.
func (t *talk) end(r *result) {
	<-t.done
	if t.err != nil {
		r.fault("a member was dropped: %v", t.err)
		return
	}
	r.p50, r.p99, r.max = t.report.P50, t.report.P99, t.report.Max
	if lost, doubled := t.report.Lost(), t.report.Doubled; lost != 0 || doubled != 0 {
		r.fault("%d messages lost, %d doubled", lost, doubled)
	}
}

// probes are somebody who logs in again and again on each front.
type probes struct {
	ssh, raw probe
	cancel   context.CancelFunc
	running  sync.WaitGroup
}

func startProbes(ctx context.Context, s *salon) *probes {
	p := &probes{}
	ctx, p.cancel = context.WithCancel(ctx)
	p.running.Go(func() {
		p.ssh.run(ctx, s.ssh, 's', func(c net.Conn, name string) error {
			_, err := loginSSH(c, name, "")
			return err
		})
	})
	p.running.Go(func() {
		p.raw.run(ctx, s.tcp, 'r', func(c net.Conn, name string) error { return loginRaw(c, name, "") })
	})
	return p
}

// stop waits for the last logins and reports them.
func (p *probes) stop(r *result) {
	p.cancel()
	p.running.Wait()
	var err error
	if r.loginSSH, err = p.ssh.result(); err != nil {
		r.fault("ssh: %v", err)
	}
	if r.loginRaw, err = p.raw.result(); err != nil {
		r.fault("raw TCP: %v", err)
	}
}

// watchMemory watches how large the server grows, until most is called.
func watchMemory(ctx context.Context, s *salon) (most func() int64) {
	ctx, stop := context.WithCancel(ctx)
	grown := make(chan int64)
	go func() {
		var n int64
		for {
			n = max(n, s.usage().Memory)
			if !sleep(ctx, 100*time.Millisecond) {
				grown <- n
				return
			}
		}
	}()
	return func() int64 {
		stop()
		return <-grown
	}
}
