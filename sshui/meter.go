package sshui

import (
	"time"

	"github.com/charmbracelet/x/ansi"
)

// Bounds on what doing somebody's keys costs. A key may cost much: one that turns
// pages of a large screen, or one that takes a long line apart. Nobody who types
// meets them; a program that presses keys all the time gets one part of a core in
// keyShare, and what it sends meanwhile waits.
const (
	keyShare = 75
	// someKeys is how many keys are done before their cost is looked at, and dearKeys
	// how many when they have cost much. Text is one, however long.
	someKeys = 16
	dearKeys = 2
	// keyCredit is how much keys may cost before anybody waits: that of a hundred
	// pages of a large screen.
	keyCredit = 100 * time.Millisecond
	// maxCharge is the most that one portion is charged with: what takes longer has
	// waited for something else, as on a busy machine.
	maxCharge = 20 * time.Millisecond
	// maxRest is how long one pause may be.
	maxRest = 2 * time.Second
)

// meter counts what one terminal's keys cost. The zero meter has cost nothing.
type meter struct {
	debt time.Duration // not made good yet
	at   time.Time     // when it was this
}

// portion returns how many of these bytes are done next. Any control character may be
// a key, or begin one; an ESC stays with what follows it.
func (m *meter) portion(b []byte) int {
	left := someKeys
	if m.debt > keyCredit/4 {
		left = dearKeys
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
func (m *meter) charge(from, to time.Time) time.Duration {
	m.debt = max(0, m.debt-from.Sub(m.at)/keyShare) + min(to.Sub(from), maxCharge)
	m.at = to
	return min(max(0, m.debt-keyCredit)*keyShare, maxRest)
}
