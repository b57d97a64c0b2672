package front

import "time"

// Pace limits how fast one connection is read: a burst of bytes at once, then so many a
// second. What is not read stays with the client: nothing is lost. The zero Pace has no
// limit. Only one goroutine may use a Pace.
type Pace struct {
	rate  int32     // bytes a second
	burst int32     // bytes
	whole time.Time // when the whole burst may come again
}

// paceDelay is added to the wait of a connection that sent too fast, so that it is read
// seldom and much at once.
const paceDelay = 125 * time.Millisecond

// NewPace returns a pace of rate bytes a second, after burst bytes at once.
func NewPace(rate, burst int32) Pace { return Pace{rate: rate, burst: burst} }

// Count counts n bytes that have been read.
func (p *Pace) Count(n int) {
	if p.rate == 0 {
		return
	}
	if now := time.Now(); p.whole.Before(now) {
		p.whole = now
	}
	p.whole = p.whole.Add(p.timeFor(n))
}

// Delay returns how long nothing may be read: 0 within the pace.
func (p *Pace) Delay() time.Duration {
	if p.rate == 0 || p.whole.IsZero() {
		return 0
	}
	if debt := time.Until(p.whole) - p.timeFor(int(p.burst)); debt > 0 {
		return debt + paceDelay
	}
	return 0
}

// timeFor returns how long n bytes take.
func (p *Pace) timeFor(n int) time.Duration {
	return time.Duration(n) * time.Second / time.Duration(p.rate)
}
