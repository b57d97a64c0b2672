package load

import (
	"bytes"
	"fmt"
	"io"
	"math/big"
	"time"
)

// Report is what a load measured.
type Report struct {
	Config Config

	JoinTime  time.Duration // from the first dial to the last welcome
	IdleCPU   float64       // share of one core, while nobody says anything; needs PID
	IdleBytes int64         // sent to all members together in that time, Config.Settle
	TalkTime  time.Duration // from the first message until the last member was up to date
	TalkCPU   time.Duration // the server's; needs PID

	// Expected is messages times members who read, without what somebody on a
	// screen says themselves: it is seen there while it is being typed.
	Expected int64
	// Shown counts each of them once, however often a screen repeats it.
	Shown int64
	// Summarised are those that a screen never showed because a repaint showed what
	// came after them: the room did say them, and the member was brought up to date.
	Summarised int64
	Doubled    int64 // shown again to members without a screen

	P50, P99, Max time.Duration // of those shown, from sending to reading, within 1/16

	before, joined, talked Usage
}

// count reports what became of each message for each member who reads. all are those
// and the witness: what any of them was shown, the room did say. Nobody reads any more.
func (r *Report) count(t *tally, readers []*member, all []*member) {
	var said big.Int
	for _, m := range all {
		said.Or(&said, &m.seen)
	}
	for _, m := range readers {
		r.Expected += t.due(&m.reader)
		if m.screen {
			r.Summarised += t.summarised(&m.reader, &said)
		}
	}
	r.Shown, r.Doubled = t.shown(), t.doubled.Load()
	r.P50, r.P99, r.Max = t.quantile(0.5), t.quantile(0.99), t.quantile(1)
}

// end returns when the last member was up to date. Who was shown the message that the
// room said last was then, at the latest; who passed over it, with a goodbye.
func (t *tally) end(readers []*member) time.Duration {
	end := time.Duration(t.last.Load())
	last := int(t.lastSaid.Load())
	for _, m := range readers {
		if last >= 0 && m.screen && m.index != last/t.messages && m.seen.Bit(last) == 0 {
			end = max(end, m.current)
		}
	}
	return end
}

// Delivered is how many were shown or summarised.
func (r *Report) Delivered() int64 { return r.Shown + r.Summarised }

// Lost is how many deliveries were neither shown nor summarised.
func (r *Report) Lost() int64 { return r.Expected - r.Delivered() }

// JoinsPerSecond is how fast members came in.
func (r *Report) JoinsPerSecond() float64 {
	return float64(r.Config.members()) / r.JoinTime.Seconds()
}

// DeliveriesPerSecond counts each message once for each member who was shown it,
// or brought up to date without it.
func (r *Report) DeliveriesPerSecond() float64 {
	if r.TalkTime <= 0 {
		return 0
	}
	return float64(r.Delivered()) / r.TalkTime.Seconds()
}

// CPUPerDelivery is the server's; 0 without PID.
func (r *Report) CPUPerDelivery() time.Duration {
	if r.Delivered() == 0 {
		return 0
	}
	return r.TalkCPU / time.Duration(r.Delivered())
}

// BytesPerMember is how much memory the server took for each who joined, idle
// and after the talk; 0 without PID.
func (r *Report) BytesPerMember() (idle, loaded int64) {
	n := int64(r.Config.members())
	return (r.joined.Memory - r.before.Memory) / n, (r.talked.Memory - r.before.Memory) / n
}

// WriteTo writes the report for people.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	c := r.Config
	fmt.Fprintf(&b, "members     %d (%d ssh screen %dx%d, %d ssh line, %d raw tcp; %d never read)\n",
		c.members(), c.Screen, c.Width, c.Height, c.Line, c.Raw, c.Stalled)
	fmt.Fprintf(&b, "joins       %.0f/s\n", r.JoinsPerSecond())
	fmt.Fprintf(&b, "idle        %.1f bytes to each member in %v\n", float64(r.IdleBytes)/float64(c.members()), c.Settle)
	fmt.Fprintf(&b, "talk        %d senders x %d messages in %v\n", c.Senders, c.messages(), r.TalkTime.Round(time.Millisecond))
	fmt.Fprintf(&b, "deliveries  %d of %d, %d lost, %d doubled, %.0f/s\n", r.Delivered(), r.Expected, r.Lost(), r.Doubled, r.DeliveriesPerSecond())
	if c.Screen > 0 {
		fmt.Fprintf(&b, "            %d shown, %d summarised by a repaint that showed later ones\n", r.Shown, r.Summarised)
	}
	us := time.Microsecond
	fmt.Fprintf(&b, "latency     p50 %v, p99 %v, max %v, of those shown\n", r.P50.Round(us), r.P99.Round(us), r.Max.Round(us))
	if len(c.PID) > 0 {
		idle, loaded := r.BytesPerMember()
		fmt.Fprintf(&b, "memory      %.1f KB per member idle, %.1f KB after the talk\n", float64(idle)/1000, float64(loaded)/1000)
		fmt.Fprintf(&b, "cpu         idle %.2f %% of a core, talk %.2f us per delivery\n", 100*r.IdleCPU, float64(r.CPUPerDelivery())/float64(time.Microsecond))
	}
	return b.WriteTo(w)
}
