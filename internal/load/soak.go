package load

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// sampleEvery is how often a server is looked at while it soaks.
const sampleEvery = time.Second

// A Sample is what was seen of a server at one moment.
type Sample struct {
	At         time.Duration // since the talk began
	Usage      Usage         // needs Config.PID
	CPU        float64       // share of one core since the last sample
	Goroutines int           // needs Config.Inside
	Heap       int64         // bytes; needs Config.Inside
	P50, P99   time.Duration // latencies since the last sample; 0 if nothing came
}

// SoakReport is what a long load measured.
type SoakReport struct {
	*Report // nil if there were no members
	Samples []Sample
	Lives   int64 // of restless members
	Churn   *ChurnReport
}

// Soak applies a load for Config.Soak, and samples the server all the while. Besides the
// members who are measured, Config.Restless others never read, flood, resize their window,
// or join and leave, in equal parts, and come back when they are disconnected. After that,
// if Config.Churn is not 0, as many connections are opened and closed. Its error means
// that the load could not be applied.
func Soak(ctx context.Context, c Config) (*SoakReport, error) {
	report := &SoakReport{}
	var err error
	switch {
	case c.Soak > 0:
		err = c.soak(ctx, report)
	case c.members() > 0:
		report.Report, err = Run(ctx, c)
	}
	if err == nil && c.Churn > 0 {
		report.Churn, err = c.churn(ctx)
	}
	return report, err
}

// Soaking returns a Config that soaks a room with 200 members where it names none: of
// every kind that there is an address for, most of whom talk now and then.
func (c Config) Soaking() Config {
	if c.Soak <= 0 || c.members() > 0 {
		return c
	}
	const steady, restless = 180, 20
	switch {
	case c.TCP == "":
		c.Screen, c.Line = steady/2, steady/2
	case c.SSH == "":
		c.Raw = steady
	default:
		c.Screen, c.Line, c.Raw = steady/3, steady/3, steady/3
	}
	c.Senders, c.Rate, c.Burst, c.Restless = steady, 0.2, 0, restless
	return c
}

func (c Config) soak(ctx context.Context, report *SoakReport) (err error) {
	c.Duration = c.Soak
	r, err := newRun(c)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var working sync.WaitGroup
	defer working.Wait()
	lives := new(atomic.Int64)
	disturbed, calm := context.WithCancel(ctx)
	defer calm()
	var disturbing sync.WaitGroup
	// What the restless ones say would push the goodbyes out of a screen that is behind.
	r.talked = func() {
		calm()
		disturbing.Wait()
	}
	talking := r.Talking
	r.Talking = func() {
		if talking != nil {
			talking()
		}
		working.Go(func() { r.sample(ctx, report) })
		for i := range c.Restless {
			disturbing.Go(func() { c.disturb(disturbed, i, lives) })
		}
	}
	report.Report, err = r.carryOut(ctx)
	stop()
	disturbing.Wait()
	working.Wait()
	report.Lives = lives.Load()
	return err
}

// look looks at the server.
func (c Config) look() Sample {
	s := Sample{Usage: UsageOf(c.PID...)}
	if c.Inside != nil {
		s.Goroutines, s.Heap = c.Inside()
	}
	return s
}

// sample looks at the server again and again until ctx ends.
func (r *run) sample(ctx context.Context, report *SoakReport) {
	began, before := time.Now(), r.tally.latencies()
	last := r.look()
	for sleep(ctx, sampleEvery) == nil {
		s, now := r.look(), r.tally.latencies()
		latest := now.since(&before)
		s.At, s.CPU = time.Since(began), s.Usage.Share(last.Usage)
		s.P50, s.P99 = latest.quantile(0.5), latest.quantile(0.99)
		report.Samples = append(report.Samples, s)
		last, before = s, now
	}
}

// comeBack is how long a restless member is away.
const comeBack = 500 * time.Millisecond

// disturb lives as one of the restless members again and again, until ctx ends.
func (c Config) disturb(ctx context.Context, i int, lives *atomic.Int64) {
	ways := []func(context.Context, Config, *member) error{stuck, flooding, resizing, leaving}
	for n := 0; ctx.Err() == nil; n++ {
		t := newTally(0, 0, 0) // what they are shown does not count
		m := &member{name: fmt.Sprintf("r%d-%d-%d", t.id, i, n%1000), tally: t, reader: reader{index: n}}
		life, end := context.WithCancel(ctx)
		_ = ways[i%len(ways)](life, c, m) // being disconnected is part of it
		end()
		m.close()
		lives.Add(1)
		_ = sleep(ctx, comeBack)
	}
}

// join joins by a front that there is an address for, over raw TCP if wanted.
func (m *member) join(ctx context.Context, c Config, raw bool) error {
	if c.SSH == "" || raw && c.TCP != "" {
		return m.joinTCP(ctx, c.TCP)
	}
	return m.joinSSH(ctx, c.SSH, 0, 0)
}

// stuck asks for much and reads nothing.
func stuck(ctx context.Context, c Config, m *member) error {
	m.stalled = true
	if err := m.join(ctx, c, true); err != nil {
		return err
	}
	m.conn.Conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	return m.repeat(ctx, time.Second, func() error {
		m.conn.SetWriteDeadline(time.Now().Add(time.Second)) // the server may not read either
		_, err := fmt.Fprintln(m.in, "/help")
		return err
	})
}

// flooding says more than the room allows.
func flooding(ctx context.Context, c Config, m *member) error {
	if err := m.join(ctx, c, true); err != nil {
		return err
	}
	return m.repeat(ctx, 10*time.Millisecond, func() error {
		_, err := fmt.Fprintln(m.in, "flood")
		return err
	})
}

// resizing drags the corner of a window.
func resizing(ctx context.Context, c Config, m *member) error {
	if c.SSH == "" {
		return leaving(ctx, c, m)
	}
	m.screen = true
	if err := m.joinSSH(ctx, c.SSH, 80, 24); err != nil {
		return err
	}
	n := 0
	return m.repeat(ctx, 50*time.Millisecond, func() error {
		n++
		return m.session.WindowChange(10+n%60, 30+n%200)
	})
}

// leaving joins and leaves at once, by each front in turn.
func leaving(ctx context.Context, c Config, m *member) error {
	return m.join(ctx, c, m.index%2 == 0)
}

// life is how long a restless member stays, unless it is disconnected.
const life = 30 * time.Second

// repeat does something again and again, until it fails, a life has passed, or ctx ends.
func (m *member) repeat(ctx context.Context, every time.Duration, do func() error) error {
	for end := time.Now().Add(life); time.Now().Before(end); {
		if err := do(); err != nil {
			return err
		}
		if err := sleep(ctx, every); err != nil {
			return err
		}
	}
	return nil
}
