package load

import (
	"fmt"
	"io"
	"time"
)

// Report is what a load measured.
type Report struct {
	Config Config

	JoinTime            time.Duration // from the first dial to the last welcome
	IdleCPU             float64       // share of one core; needs PID
	TalkTime            time.Duration // from the first message to the last delivery
	TalkCPU             time.Duration // the server's; needs PID
	Expected, Delivered int64         // messages times members who read; each counted once
	Doubled             int64         // seen again by members without a screen
	P50, P99, Max       time.Duration // from sending to reading, within 1/16

	before, joined, talked usage
	talkWall               time.Duration
}

// Lost is how many deliveries never came.
func (r *Report) Lost() int64 { return r.Expected - r.Delivered }

// JoinsPerSecond is how fast members came in.
func (r *Report) JoinsPerSecond() float64 {
	return float64(r.Config.members()) / r.JoinTime.Seconds()
}

// DeliveriesPerSecond counts each message once for each member who read it.
func (r *Report) DeliveriesPerSecond() float64 { return float64(r.Delivered) / r.TalkTime.Seconds() }

// CPUPerDelivery is the server's; 0 without PID.
func (r *Report) CPUPerDelivery() time.Duration {
	if r.Delivered == 0 {
		return 0
	}
	return r.TalkCPU / time.Duration(r.Delivered)
}

// BytesPerMember is how much memory the server took for each who joined, idle
// and after the talk; 0 without PID.
func (r *Report) BytesPerMember() (idle, loaded int64) {
	n := int64(r.Config.members())
	return (r.joined.memory - r.before.memory) / n, (r.talked.memory - r.before.memory) / n
}

// WriteTo writes the report for people.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	c := r.Config
	text := fmt.Sprintf("members     %d (%d ssh screen %dx%d, %d ssh line, %d raw tcp; %d never read)\n",
		c.members(), c.Screen, c.Width, c.Height, c.Line, c.Raw, c.Stalled)
	text += fmt.Sprintf("joins       %.0f/s\n", r.JoinsPerSecond())
	text += fmt.Sprintf("talk        %d senders x %d messages in %v\n", c.Senders, c.messages(), r.TalkTime.Round(time.Millisecond))
	text += fmt.Sprintf("deliveries  %d of %d, %d lost, %d doubled, %.0f/s\n", r.Delivered, r.Expected, r.Lost(), r.Doubled, r.DeliveriesPerSecond())
	text += fmt.Sprintf("latency     p50 %v, p99 %v, max %v\n", r.P50, r.P99, r.Max)
	if c.PID != 0 {
		idle, loaded := r.BytesPerMember()
		text += fmt.Sprintf("memory      %.1f KB per member idle, %.1f KB after the talk\n", float64(idle)/1000, float64(loaded)/1000)
		text += fmt.Sprintf("cpu         idle %.2f %% of a core, talk %.2f us per delivery\n", 100*r.IdleCPU, float64(r.CPUPerDelivery())/float64(time.Microsecond))
	}
	n, err := io.WriteString(w, text)
	return int64(n), err
}
