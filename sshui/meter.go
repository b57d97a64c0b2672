package sshui

import (
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/time/rate"
)

// Bounds on what doing somebody's keys costs. A key may cost much: one that turns
// pages of a large screen, or one that takes a long line apart. Nobody who types
// meets them; a program that presses keys all the time gets one part of a core in
// keyShare, and what it sends meanwhile waits.
const (
	keyShare = 75
	// maxKeys is how many keys are done before their cost is looked at, and
	// maxCostlyKeys how many when they have cost much. Text is one, however long.
	maxKeys       = 16
	maxCostlyKeys = 2
	// keyCredit is how much keys may cost before anybody waits: that of a hundred
	// pages of a large screen.
	keyCredit = 100 * time.Millisecond
	// maxCharge is the most that one portion is charged with: what takes longer has
	// waited for something else, as on a busy machine.
	maxCharge = 20 * time.Millisecond
)

// meter counts what one terminal's keys cost.
type meter struct{ credit *rate.Limiter } // of nanoseconds

func newMeter() meter {
	return meter{rate.NewLimiter(rate.Limit(time.Second/keyShare), int(keyCredit))}
}

// portion returns how many of these bytes are done next. Any control character may be
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

// charge adds what took from a time to another, and returns how long to rest.
func (m meter) charge(from, to time.Time) time.Duration {
	return m.credit.ReserveN(to, int(min(to.Sub(from), maxCharge))).DelayFrom(to)
}
