package sshui

import (
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/time/rate"
)

// Bounds on the processor time of keys. A key may be expensive: one that turns pages of a
// large screen, or edits a long line. Typing never reaches the bounds; a program that
// presses keys all the time gets one part in keyShare of a core, and its input waits.
const (
	keyShare = 75
	// maxKeys is how many keys are done before their cost is looked at, and
	// maxCostlyKeys how many when they have cost much. Text is one, however long.
	maxKeys       = 16
	maxCostlyKeys = 2
	// keyCredit is how much keys may cost before they wait: forty pages of a large
	// screen.
	keyCredit = 40 * time.Millisecond
	// maxCharge is the most that one portion is charged: what takes longer has waited for
	// the processor or a lock.
	maxCharge = 20 * time.Millisecond
)

// meter limits what one terminal's keys cost.
type meter struct{ credit *rate.Limiter } // of nanoseconds

func newMeter() meter {
	return meter{rate.NewLimiter(rate.Limit(time.Second/keyShare), int(keyCredit))}
}

// portion returns how many of these bytes to handle next. Any control character may be
// a key, or begin one; an ESC stays with what follows it.
func (m meter) portion(b []byte, now time.Time) int {
	left := maxKeys
	if m.credit.TokensAt(now) < float64(keyCredit)*3/4 {
		left = maxCostlyKeys
	}
	for i, c := range b {
		switch {
		case c >= ' ' && c != ansi.DEL, i > 0 && b[i-1] == ansi.ESC:
		case left == 0:
			return i
		default:
			left--
		}
	}
	return len(b)
}

// charge charges the time between two moments, and returns how long to wait before the
// next portion.
func (m meter) charge(from, to time.Time) time.Duration {
	return m.credit.ReserveN(to, int(min(to.Sub(from), maxCharge))).DelayFrom(to)
}
