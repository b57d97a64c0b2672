// Package load puts a room under load over its real protocols and measures what
// the members got: `salon bench`.
//
// It owns members that join, talk and read, and the arithmetic of what they saw.
// It knows the server only by its addresses and, when it runs on this machine,
// by its process number.
package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// Config says who comes and what they do. Its tags make it the flags of `salon bench`,
// without an environment: SALON_SSH and the like are the server's.
type Config struct {
	SSH string `name:"ssh" env:"-" placeholder:"HOST:PORT" help:"${BenchSSH}"` // "" when nobody uses that front
	TCP string `name:"tcp" env:"-" placeholder:"HOST:PORT" help:"${BenchTCP}"`

	Screen        int `env:"-" default:"0" help:"${BenchScreen}"` // members over ssh with a screen
	Line          int `env:"-" default:"0" help:"${BenchLine}"`   // over ssh without
	Raw           int `env:"-" default:"0" help:"${BenchRaw}"`    // over raw TCP
	Width, Height int `kong:"-"`                                  // of a screen
	Stalled       int `env:"-" default:"0" help:"${BenchStalled}"`
	Parallel      int `env:"-" default:"8" help:"${BenchParallel}"` // members arriving at a time

	Senders  int           `env:"-" default:"10" help:"${BenchSenders}"`            // of the members who read
	Rate     float64       `env:"-" default:"5" help:"${BenchRate}"`                // messages a second for each, for Duration; 0: Burst
	Burst    int           `env:"-" default:"0" help:"${BenchBurst}"`               // messages of each, back to back
	Duration time.Duration `env:"-" default:"5s" help:"${BenchDuration}"`           // of talk
	Size     int           `name:"bytes" env:"-" default:"80" help:"${BenchBytes}"` // of a message; its mark at least
	Settle   time.Duration `env:"-" default:"2s" help:"${BenchSettle}"`             // how long the last message is waited for, too

	PID      int       `name:"pid" env:"-" default:"0" help:"${BenchPID}"` // the server's process, 0 if unknown
	Progress io.Writer `kong:"-"`                                          // nil: none
}

// members returns how many members there are.
func (c Config) members() int { return c.Screen + c.Line + c.Raw }

// readers returns how many of them read.
func (c Config) readers() int { return c.members() - c.Stalled }

// Check finds what cannot be run.
func (c Config) Check() error {
	switch {
	case c.members() == 0:
		return errors.New("no members")
	case c.Screen+c.Line > 0 && c.SSH == "":
		return errors.New("members over ssh, but no ssh address")
	case c.Raw > 0 && c.TCP == "":
		return errors.New("members over raw TCP, but no TCP address")
	case c.Senders < 1 || c.Senders > c.readers():
		return fmt.Errorf("%d senders among %d members who read", c.Senders, c.readers())
	case c.Rate <= 0 && c.Burst < 1:
		return errors.New("neither a rate nor a burst")
	case c.Screen > 0:
		return c.checkScreen()
	}
	return nil
}

// What a screen may take of its columns beside a message, for the time and a name,
// and of its rows beside all messages, for a header and the line being typed.
const (
	besideText = 30
	besideRows = 6
)

// checkScreen finds screens on which messages could not be told apart: a mark must
// fit on a row, and the last message and two goodbyes on the screen.
func (c Config) checkScreen() error {
	columns := c.Width - besideText
	longest := mark{sender: c.Senders, n: c.messages(), sent: maxNumber * time.Microsecond}
	if need := len(appendMark(nil, longest)); columns < need {
		return fmt.Errorf("screens of %d columns are too narrow for the marks of this load: %d are needed", c.Width, besideText+need)
	}
	if need := besideRows + 3*(1+c.Size/columns); c.Height < need {
		return fmt.Errorf("screens of %d rows are too low for messages of %d bytes: %d are needed", c.Height, c.Size, need)
	}
	if c.readers() < 2 {
		return errors.New("somebody on a screen, and nobody else")
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
	defer context.AfterFunc(ctx, r.hangUp)() // nobody waits for the server any more
	report := &Report{Config: c}
	report.before = process(c.PID)
	if err := r.joinAll(ctx, report); err != nil {
		return nil, err
	}
	if err := r.joinWitness(ctx); err != nil {
		return nil, err
	}
	if err := r.idle(ctx, report); err != nil {
		return nil, err
	}
	if err := r.talk(ctx, report); err != nil {
		return nil, err
	}
	r.tally.report(report, r.readers(), r.witness)
	return report, nil
}

// run is one run of a load.
type run struct {
	Config
	tally   *tally
	order   []kind
	witness *member // nil when nobody has a screen

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
	r.mu.Lock()
	r.members = make([]*member, r.Config.members())
	r.mu.Unlock()
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
	m := &member{
		name: fmt.Sprintf("b%d-%d", r.tally.id, i), index: i, stalled: i >= len(r.members)-r.Stalled,
		tally: r.tally, seen: r.tally.newSeen(),
	}
	if err := r.enter(ctx, m); err != nil {
		m.close()
		return nil, cmp.Or(context.Cause(ctx), err)
	}
	return m, nil
}

// enter lets a member join in its way.
func (r *run) enter(ctx context.Context, m *member) error {
	var err error
	switch {
	case m.witness:
		err = m.joinSSH(ctx, r.SSH, 0, 0)
	case r.order[m.index] == raw:
		err = m.joinTCP(ctx, r.TCP)
	case r.order[m.index] == lines:
		err = m.joinSSH(ctx, r.SSH, 0, 0)
	default:
		m.screen = true
		err = m.joinSSH(ctx, r.SSH, r.Width, r.Height)
	}
	if err == nil && !m.attend() {
		return context.Cause(ctx)
	}
	return err
}

// joinWitness brings in one more member, without a screen, that is shown every
// message: it knows when all has been said, and tells what the room never said
// from what a screen passed over.
func (r *run) joinWitness(ctx context.Context) error {
	if r.Screen == 0 {
		return nil
	}
	w := &member{name: fmt.Sprintf("b%d-w", r.tally.id), index: -1, witness: true, tally: r.tally, seen: r.tally.newSeen()}
	if err := r.enter(ctx, w); err != nil {
		w.close()
		return fmt.Errorf("witness: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.witness = w
	return nil
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

// all are the members who have joined, and the witness.
func (r *run) all() []*member {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(append(slices.Clone(r.members), r.witness), func(m *member) bool { return m == nil })
}

func (r *run) hangUp() {
	for _, m := range r.all() {
		m.conn.Close()
	}
}

func (r *run) close() {
	for _, m := range r.all() {
		m.close()
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
