// Package load puts a room under load over its real protocols and measures what
// the members got: `salon bench`.
//
// It owns members that join, talk and read, and the arithmetic of what they saw.
// It knows the server only by its addresses and, when it runs on this machine,
// by its process number.
package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Config says who comes and what they do.
type Config struct {
	SSH, TCP string // addresses; "" when nobody uses that front

	Screen, Line, Raw int // members: ssh with a screen, ssh without, raw TCP
	Width, Height     int // of a screen
	Stalled           int // of those, how many never read once they are in
	Parallel          int // members arriving at a time

	Senders  int           // of the members who read, how many talk
	Rate     float64       // messages a second for each, for Duration; 0: Burst
	Burst    int           // messages of each, back to back
	Duration time.Duration // of talk
	Size     int           // bytes of a message
	Settle   time.Duration // how long the idle room is watched, and how long the last message is waited for

	PID      int       // the server's process, 0 if unknown
	Progress io.Writer // nil: none
}

// members returns how many members there are.
func (c Config) members() int { return c.Screen + c.Line + c.Raw }

// Check finds what cannot be run.
func (c Config) Check() error {
	switch {
	case c.members() == 0:
		return errors.New("no members")
	case c.Screen+c.Line > 0 && c.SSH == "":
		return errors.New("members over ssh, but no ssh address")
	case c.Raw > 0 && c.TCP == "":
		return errors.New("members over raw TCP, but no TCP address")
	case c.Senders < 1 || c.Senders > c.members()-c.Stalled:
		return fmt.Errorf("%d senders among %d members who read", c.Senders, c.members()-c.Stalled)
	case c.Rate <= 0 && c.Burst < 1:
		return errors.New("neither a rate nor a burst")
	}
	return nil
}

// messages is how many messages each sender says.
func (c Config) messages() int {
	if c.Rate > 0 {
		return max(1, int(c.Rate*c.Duration.Seconds()))
	}
	return c.Burst
}

// Run joins the members, watches the idle room, lets them talk, and reports. An
// error means that the load could not be applied, not that the room did badly.
func Run(ctx context.Context, c Config) (*Report, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	r := &run{Config: c, tally: newTally(c.Senders, c.messages()), order: c.deal()}
	defer r.close()
	report := &Report{Config: c}
	report.before = process(c.PID)
	if err := r.joinAll(ctx, report); err != nil {
		return nil, err
	}
	r.progress("idle for %v", c.Settle)
	idle := process(c.PID)
	if err := sleep(ctx, c.Settle); err != nil {
		return nil, err
	}
	report.joined = process(c.PID)
	report.IdleCPU = report.joined.share(idle)
	if err := r.talk(ctx, report); err != nil {
		return nil, err
	}
	r.tally.report(report, r.readers())
	return report, nil
}

// run is one run of a load.
type run struct {
	Config
	tally *tally
	order []kind

	mu      sync.Mutex
	members []*member
}

func (r *run) progress(format string, args ...any) {
	if r.Progress != nil {
		fmt.Fprintf(r.Progress, "bench: "+format+"\n", args...)
	}
}

// readers are the members who read: the stalled ones are the last to join.
func (r *run) readers() []*member { return r.members[:len(r.members)-r.Stalled] }

// joinAll brings everybody in, Parallel at a time.
func (r *run) joinAll(ctx context.Context, report *Report) error {
	r.members = make([]*member, r.Config.members())
	start := time.Now()
	next := make(chan int)
	var arriving sync.WaitGroup
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for range max(1, r.Parallel) {
		arriving.Go(func() {
			for i := range next {
				m, err := r.arrive(ctx, i)
				if err != nil {
					cancel(fmt.Errorf("member %d: %w", i, err))
					continue
				}
				r.mu.Lock()
				r.members[i] = m
				r.mu.Unlock()
			}
		})
	}
	for i := range r.members {
		select {
		case next <- i:
		case <-ctx.Done():
		}
		if (i+1)%max(1, len(r.members)/10) == 0 {
			r.progress("%d of %d members", i+1, len(r.members))
		}
	}
	close(next)
	arriving.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	report.JoinTime = time.Since(start)
	return nil
}

// arrive brings in member i.
func (r *run) arrive(ctx context.Context, i int) (*member, error) {
	m := &member{name: fmt.Sprintf("b%d-%d", r.tally.id, i), tally: r.tally, seen: r.tally.newSeen(), stalled: i >= len(r.members)-r.Stalled}
	switch r.order[i] {
	case raw:
		return m, m.joinTCP(ctx, r.TCP)
	case lines:
		return m, m.joinSSH(ctx, r.SSH, 0, 0)
	}
	m.screen = true
	return m, m.joinSSH(ctx, r.SSH, r.Width, r.Height)
}

// kind is how a member takes part.
type kind int

const (
	screens kind = iota
	lines
	raw
)

// deal puts the kinds in an order that spreads them in proportion, so that those
// who talk and those who stall are of every kind.
func (c Config) deal() []kind {
	counts, n := [3]int{c.Screen, c.Line, c.Raw}, c.members()
	var dealt [3]int
	order := make([]kind, n)
	for i := range order {
		most := -1.0
		for k, count := range counts {
			due := float64(count)*float64(i+1)/float64(n) - float64(dealt[k])
			if count > dealt[k] && due > most {
				order[i], most = kind(k), due
			}
		}
		dealt[order[i]]++
	}
	return order
}

func (r *run) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		if m != nil {
			m.close()
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
