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
	"fmt"
	"slices"
	"sync"
	"time"
)

// Run joins the members, watches the idle room, lets them talk, and reports. An
// error means that the load could not be applied, not that the room did badly.
func Run(ctx context.Context, c Config) (*Report, error) {
	r, err := newRun(c)
	if err != nil {
		return nil, err
	}
	return r.carryOut(ctx)
}

func newRun(c Config) (*run, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	return &run{Config: c, tally: newTally(c.Senders, c.messages(), c.Rooms), order: c.spreadKinds()}, nil
}

// carryOut is all of a run.
func (r *run) carryOut(ctx context.Context) (*Report, error) {
	defer r.close()
	defer context.AfterFunc(ctx, r.close)() // nobody waits for the server any more
	report := &Report{Config: r.Config}
	report.before = UsageOf(r.PID...)
	for _, step := range []func(context.Context, *Report) error{r.joinAll, r.joinWitness, r.idle, r.talk} {
		if err := step(ctx, report); err != nil {
			return nil, err
		}
	}
	report.count(r.tally, r.readers(), r.joined)
	return report, nil
}

// run is one run of a load.
type run struct {
	Config
	tally   *tally
	order   []kind
	members []*member
	talked  func()  // called when all has been said, before anybody says goodbye; nil: none
	witness *member // nil when nobody has a screen

	mu     sync.Mutex
	joined []*member // the members who have, and the witness
}

func (r *run) progress(format string, args ...any) {
	if r.Progress != nil {
		fmt.Fprintf(r.Progress, "bench: "+format+"\n", args...)
	}
}

// readers returns the members who read. The stalled ones joined last.
func (r *run) readers() []*member { return r.members[:len(r.members)-r.Stalled] }

// joinAll has everybody join, Parallel at a time.
func (r *run) joinAll(ctx context.Context, report *Report) error {
	r.members = make([]*member, r.Config.members())
	start := time.Now()
	err := inParallel(ctx, len(r.members), max(1, r.Parallel), func(ctx context.Context, i int) error {
		m := r.newMember(fmt.Sprint(i), i)
		m.stalled = i >= len(r.members)-r.Stalled
		if err := r.enter(ctx, m); err != nil {
			return fmt.Errorf("member %d: %w", i, err)
		}
		r.members[i] = m
		return nil
	})
	report.JoinTime = time.Since(start)
	return err
}

// inParallel calls do with each number below n, so many at a time, until one fails. It
// returns the first error.
func inParallel(ctx context.Context, n, parallel int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var working sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for i := 0; i < n && ctx.Err() == nil; i++ {
		slots <- struct{}{}
		working.Go(func() {
			if err := do(ctx, i); err != nil {
				cancel(err)
			}
			<-slots
		})
	}
	working.Wait()
	return context.Cause(ctx)
}

func (r *run) newMember(name string, index int) *member {
	m := &member{name: fmt.Sprintf("b%d-%s", r.tally.id, name), tally: r.tally, reader: reader{index: index}}
	if r.Rooms > 0 && index >= 0 {
		m.room = fmt.Sprintf("#b%d-%d", r.tally.id, index%r.Rooms)
	}
	return m
}

// enter has a member join in the way of its kind.
func (r *run) enter(ctx context.Context, m *member) error {
	var err error
	switch {
	case m.witness || r.order[m.index] == lines:
		err = m.joinSSH(ctx, addressOf(r.SSH, m.index), 0, 0)
	case r.order[m.index] == raw:
		err = m.joinTCP(ctx, addressOf(r.TCP, m.index))
	default:
		m.screen = true
		err = m.joinSSH(ctx, addressOf(r.SSH, m.index), r.Width, r.Height)
	}
	if err != nil || !m.detach() {
		m.close()
		return cmp.Or(context.Cause(ctx), err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.joined = append(r.joined, m)
	if n := len(r.joined); !m.witness && n%max(1, len(r.members)/10) == 0 {
		r.progress("%d of %d members", n, len(r.members))
	}
	return nil
}

// joinWitness brings in one more member, without a screen, that is shown every
// message: it knows when all has been said, and tells what the room never said
// from what a screen passed over.
func (r *run) joinWitness(ctx context.Context, _ *Report) error {
	if r.Screen == 0 {
		return nil
	}
	w := r.newMember("w", -1)
	w.witness = true
	if err := r.enter(ctx, w); err != nil {
		return fmt.Errorf("witness: %w", err)
	}
	r.witness = w
	return nil
}

// maxWatches is how often an idle room is watched in vain: what came before it,
// such as a notice of all who joined, may be on its way for a while.
const maxWatches = 5

// idle watches the room while nobody says anything, until nobody is sent anything
// either for the time it is watched, or too often in vain. It reports the last
// time.
func (r *run) idle(ctx context.Context, report *Report) error {
	r.progress("idle for %v", r.Settle)
	for range maxWatches {
		before, had := UsageOf(r.PID...), r.received()
		if err := sleep(ctx, r.Settle); err != nil {
			return err
		}
		report.joined = UsageOf(r.PID...)
		report.IdleCPU = report.joined.Share(before)
		report.IdleBytes = r.received() - had
		if report.IdleBytes == 0 {
			return nil
		}
	}
	return nil
}

// received is how many bytes the members have been sent, all together.
func (r *run) received() (n int64) {
	for _, m := range r.members {
		n += m.conn.n.Load()
	}
	return n
}

// talk lets the senders say what they have to say, and waits until everybody is
// up to date.
func (r *run) talk(ctx context.Context, report *Report) error {
	r.progress("%d senders, %d messages each", r.Senders, r.messages())
	if r.Talking != nil {
		r.Talking()
	}
	before, began := UsageOf(r.PID...), r.tally.now()
	if err := inParallel(ctx, r.Senders, r.Senders, r.speak); err != nil {
		return err
	}
	if r.talked != nil {
		r.talked()
	}
	if err := r.catchUp(ctx); err != nil {
		return err
	}
	report.talked = UsageOf(r.PID...)
	report.TalkCPU = report.talked.CPU - before.CPU
	r.close() // what each was shown is theirs until they read no more
	report.TalkTime = r.tally.end(r.readers()) - began
	return nil
}

// catchUp waits for all that was said, or until nothing more comes. A screen need
// not show each message, so it is told when that was all: once the witness has
// been shown everything, two members say goodbye. A member who is shown one of them is
// up to date; two, because nobody counts what they say themselves.
func (r *run) catchUp(ctx context.Context) error {
	if r.witness != nil {
		said := int64(r.Senders * r.messages())
		if err := r.wait(ctx, func() bool { return r.tally.witnessed.Load() >= said }); err != nil {
			return err
		}
		for _, m := range r.members[:2] {
			if err := m.say(mark{sender: m.index, n: r.messages()}, 0); err != nil {
				return err
			}
		}
	}
	var screens, due int64
	for _, m := range r.readers() {
		if m.screen {
			screens++
		} else {
			due += r.tally.due(&m.reader)
		}
	}
	return r.wait(ctx, func() bool { return r.tally.upToDate.Load() >= screens && r.tally.offScreen.Load() >= due })
}

// speak says a sender's messages: at its rate, each sender's turn spread over
// the first interval, or all back to back.
func (r *run) speak(ctx context.Context, s int) error {
	m := r.members[s]
	every := time.Duration(0)
	next := time.Now()
	if r.Rate > 0 {
		every = time.Duration(float64(time.Second) / r.Rate)
		next = next.Add(every * time.Duration(s) / time.Duration(r.Senders))
	}
	for n := range r.messages() {
		if every > 0 {
			if err := sleep(ctx, time.Until(next)); err != nil {
				return err
			}
			next = next.Add(every)
		} else if m.screen {
			mayType := func() bool { return r.tally.witnessedOf[s].Load() > int64(n-maxAhead) }
			if err := r.wait(ctx, mayType); err != nil {
				return err
			}
		}
		if err := m.say(mark{s, n, r.tally.now()}, r.Size); err != nil {
			return err
		}
	}
	return nil
}

// maxAhead is how many messages somebody on a screen may have said that the room
// has not: nobody types further ahead, and what a line editor holds is bounded.
const maxAhead = 32

// wait waits until done reports true, or nothing new has come for a while.
func (r *run) wait(ctx context.Context, done func() bool) error {
	before, since := r.tally.progress(), time.Now()
	for !done() {
		if err := sleep(ctx, 2*time.Millisecond); err != nil {
			return err
		}
		if now := r.tally.progress(); now != before {
			before, since = now, time.Now()
		} else if time.Since(since) > r.Settle+5*time.Second {
			return nil
		}
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// close disconnects everybody, and waits until they read no more.
func (r *run) close() {
	r.mu.Lock()
	joined := slices.Clone(r.joined)
	r.mu.Unlock()
	for _, m := range joined {
		m.close()
	}
}
