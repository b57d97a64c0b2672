package front

import (
	"maps"
	"time"

	"salon/internal/classcache"
	"salon/room/lang"
)

// Meter measures what a front sends, for the operator. A front without one measures nothing.
type Meter struct {
	// Wrote is told how many bytes a write to a client had, and how long it took; it is called
	// from any goroutine and must not wait.
	Wrote func(bytes int, took time.Duration)
	// Rows and Lines count how often what many are shown was made before: on full screens, and
	// in lines.
	Rows, Lines classcache.Counts
}

// Begin returns the time, where writes are measured.
func (m *Meter) Begin() (now time.Time) {
	if m != nil {
		now = time.Now()
	}
	return now
}

// End measures a write that began then; without a Meter it does nothing.
func (m *Meter) End(began time.Time, bytes int) {
	if m != nil {
		m.Wrote(bytes, time.Since(began))
	}
}

// Refusal is where somebody was refused, and the code of the reason: see [lang.Code], and the
// constants.
type Refusal struct{ Stage, Code string }

// Stages of a Refusal.
const (
	AtConnection = "connection" // turned away by the address, before anything was read
	AtLogin      = "login"      // before they were in the room
)

// Codes of a Refusal, besides those of [lang.Codes].
const (
	CodeDisplaced = "displaced" // it made room for others
	CodeProxy     = "bad-proxy-header"
	CodeHungUp    = "hung-up"
	CodeTooLate   = "too-late"
	CodeGarbage   = "garbage" // what no client sends
)

// RefusalCodes returns all codes of a Refusal.
func RefusalCodes() []string {
	return append(lang.Codes(), CodeDisplaced, CodeProxy, CodeHungUp, CodeTooLate, CodeGarbage)
}

// tally is what an Admission counts; its mu guards it.
type tally struct {
	accepted  uint64
	refused   map[Refusal]uint64
	penalties uint64
}

func (t *tally) refuse(stage, code string) {
	if t.refused == nil {
		t.refused = map[Refusal]uint64{}
	}
	t.refused[Refusal{stage, code}]++
}

// refuse counts a refusal.
func (a *Admission) refuse(stage, code string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tally.refuse(stage, code)
}

// Figures is what an admission counts, none of it by address.
type Figures struct {
	Accepted  uint64             // connections
	Refused   map[Refusal]uint64 // the map is the caller's
	Penalties uint64             // how often a source began to be kept out
	Logins    int                // connections now that have not logged in
	Sources   int                // that are remembered now
}

// Figures returns what was counted until now.
func (a *Admission) Figures() Figures {
	a.mu.Lock()
	defer a.mu.Unlock()
	return Figures{a.tally.accepted, maps.Clone(a.tally.refused), a.tally.penalties, a.logins, len(a.sources)}
}
