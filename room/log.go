package room

import (
	"context"

	"salon/room/state"
)

// Log orders the room's events. It is the one thing that differs between a room
// in memory, on disk and on several nodes; package logtest holds the suite that
// every implementation passes.
//
// All methods may be called at the same time from any goroutine.
type Log interface {
	// Propose asks for e, of which only ID and Body count, to take its place in
	// the order. A nil error means that it has: Seq is its place, and where there
	// is a disk it is on it; but what is Passing (see state.Kind) a power cut may take
	// back, if nothing else came after it. Proposing the same ID again returns the same place
	// and changes nothing, as long as the log remembers that ID (at least its
	// last 4096 events of this life); later it may give it another place, which
	// State.Apply makes nothing of. Errors: ErrUnavailable, ErrBusy, ErrTooLarge and
	// ErrClosed mean that it is known not to be stored; ErrUnknown and the
	// context's own error mean that nobody knows: retry with the same ID.
	Propose(ctx context.Context, e state.Event) (state.Seq, error)

	// Follow calls apply with every event after the given place, in order, none
	// twice and none left out, in batches of whatever has gathered, as they
	// become visible; also with those of earlier lives that are still kept. Their
	// Stamp never goes back; their Time may. It returns apply's error, the
	// context's, ErrGone when events after that place are no longer kept (a
	// snapshot holds what they did), a [*state.VersionError] for one that this
	// program cannot read, or ErrClosed. The slice belongs to the log: apply
	// copies what it keeps.
	Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error

	// Bounds returns the first and the last place that Follow can still give;
	// first is last+1 when there is none.
	Bounds() (first, last state.Seq)

	// Now returns what the log's clocks show: an event proposed now would have that
	// Time and that Stamp, or later ones.
	Now() state.Moment

	// Health says whether events are being taken and kept. changed is closed at the
	// next change.
	Health() (h state.Health, changed <-chan struct{})

	// Close ends every Propose and Follow with ErrClosed and waits for nobody's
	// callback. Closing again does nothing.
	Close() error
}

// Store keeps what the events made: what was said, for replay and search, and
// the State to start from. The room calls Apply and Load one at a time, and one
// Snapshot at a time, which may run while Apply is called; Last and Search may be
// called at any moment.
type Store interface {
	// Apply takes the spoken events that were shown, in order, of those up to a
	// place. What it was given before, by place, it disregards: a room that starts
	// again, or several on one store, give it the same events. It does not wait and
	// does not fail: what cannot be written yet waits in memory, within bounds.
	Apply(upto state.Seq, spoken []state.Event)

	// Last returns the n last spoken events before the given place (0: before
	// now), oldest first; those that can be read, with ErrUnread, while older ones
	// cannot.
	Last(ctx context.Context, n int, before state.Seq) ([]state.Event, error)

	// Search returns the n last spoken events that a query asks for, oldest first;
	// ErrUnread is as for Last.
	Search(ctx context.Context, q state.Query, n int) ([]state.Event, error)

	// Load returns the snapshot to start from, which Follow can go on from; its zero
	// value starts an empty room at the beginning of the log.
	Load(ctx context.Context) (state.Snapshot, error)

	// Snapshot replaces it, together with the place that it is of. All that was
	// spoken up to that place has been given to Apply before. The log may forget
	// the events up to there.
	Snapshot(ctx context.Context, s state.Snapshot) error
}
