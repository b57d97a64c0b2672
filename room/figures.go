package room

import (
	"context"
	"maps"
	"sync/atomic"
	"time"

	"salon/internal/wait"
	"salon/room/state"
)

// Meter measures what a room does, for its operator. A room without one measures nothing. Its
// functions are called from any goroutine, must not wait, and may be nil.
type Meter struct {
	// Delivered counts the events and replies that sessions of this node took to show them.
	Delivered atomic.Uint64
	// Committed is told how long the log took to store a proposal.
	Committed func(time.Duration)
	// Searched is told how long a search took, without the time that it waited for its turn.
	Searched func(time.Duration)
	// Refused is told why what a session asked for was refused.
	Refused func(error)
}

// begin returns the time where it is measured how long something takes.
func (m *Meter) begin() (now time.Time) {
	if m != nil {
		now = time.Now()
	}
	return now
}

// committed measures a proposal that was stored. Like the others it does nothing without a Meter.
func (m *Meter) committed(began time.Time) {
	if m != nil && m.Committed != nil {
		m.Committed(time.Since(began))
	}
}

func (m *Meter) searched(took time.Duration) {
	if m != nil && m.Searched != nil {
		m.Searched(took)
	}
}

func (m *Meter) refused(err error) {
	if m != nil && m.Refused != nil && err != nil {
		m.Refused(err)
	}
}

func (m *Meter) delivered(n int) {
	if m != nil && n > 0 {
		m.Delivered.Add(uint64(n))
	}
}

// tally is what a room counts in any case; its mu guards it.
type tally struct {
	sessions map[string]int         // of members on this node, by their front
	ended    map[state.Cause]uint64 // sessions
	events   map[*state.Kind]uint64 // that were accepted since this node is up
}

func newTally() tally {
	return tally{sessions: map[string]int{}, ended: map[state.Cause]uint64{}, events: map[*state.Kind]uint64{}}
}

// Figures is what a room counts, none of it by person or room. Its maps are the caller's.
type Figures struct {
	Members  int                    // on all nodes, also those who lost their connection
	Rooms    int                    // also the first
	Messages uint64                 // since the log began
	Sessions map[string]int         // of members on this node, by their front
	Ended    map[state.Cause]uint64 // sessions on this node
	Events   map[string]uint64      // that were accepted since this node is up, by their kind
	Nodes    int                    // that are up
	Place    state.Seq              // up to where this node has applied the log
	Lag      uint64                 // events that others have applied, or the log has, and this node has not
	Health   state.Health
}

// Figures returns what the room has counted until now.
func (r *Room) Figures() Figures {
	r.mu.Lock()
	f := Figures{
		Members: r.state.Count(), Messages: r.state.Messages(), Place: r.state.Applied(), Rooms: 1 + r.state.Rooms(),
		Sessions: maps.Clone(r.tally.sessions), Ended: maps.Clone(r.tally.ended), Events: map[string]uint64{},
	}
	for kind, n := range r.tally.events {
		f.Events[kind.Name] = n
	}
	nodes := r.state.Nodes()
	r.mu.Unlock()
	f.Nodes, f.Health = len(nodes), r.Health()
	_, furthest := r.log.Bounds()
	for _, n := range r.nodeStats(nodes, f.Place) {
		furthest = max(furthest, n.Place)
	}
	f.Lag = uint64(max(furthest, f.Place) - f.Place)
	return f
}

// workPause is the time between two looks at a room that has events to apply.
const workPause = 20 * time.Millisecond

// Works returns whether the room does its work: its lock can be had, and events that its log
// has are applied, if only one before ctx ends. It waits for nothing but that.
func (r *Room) Works(ctx context.Context) bool {
	began := r.place().Seq
	for {
		_, last := r.log.Bounds()
		if now := r.place().Seq; now > began || now >= last {
			return true
		}
		if !wait.Pause(ctx, workPause) {
			return false
		}
	}
}
