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
	// Propose asks the log to store e, of which only ID and Body count. A nil error
	// means that it is stored under the sequence number returned, and where there is a
	// disk it is on it; but a power cut may lose what is Passing (see state.Kind), unless
	// a later event that is not was stored. Proposing the same ID again returns the same Seq and changes
	// nothing, as long as the log remembers that ID (at least the last 4096 events
	// since it was opened); later it may store it again, which State.Apply ignores.
	// ErrUnavailable, ErrBusy, ErrTooLarge and ErrClosed mean that it is not stored;
	// ErrUnknown and the context's own error that this is unknown: retry with the same
	// ID.
	Propose(ctx context.Context, e state.Event) (state.Seq, error)

	// Follow calls apply with every event after the given one, in order, each once, in
	// batches, as they become visible; also with those of earlier starts that are
	// still kept. Their Time may go back; their Stamp only where the clock of another server takes
	// over, and the State counts no time then. It returns apply's
	// error, the context's, ErrGone when the log no longer keeps the events that come
	// next (a snapshot holds what they did), a [*state.VersionError] for one that this
	// program cannot read, or ErrClosed. The slice belongs to the log: apply copies
	// what it keeps.
	Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error

	// Bounds returns the first and the last event that Follow can still give;
	// first is last+1 when there is none.
	Bounds() (first, last state.Seq)

	// Now returns what the log's clocks show: an event proposed now would have that
	// Time and that Stamp, or later ones.
	Now() state.Moment

	// Health says whether events can be proposed and are recorded. changed is closed
	// at the next change.
	Health() (h state.Health, changed <-chan struct{})

	// Close ends every Propose and Follow with ErrClosed; it does not wait for
	// callbacks. Closing again does nothing.
	Close() error
}

// Store keeps what can be read, for replay and search, and the State to start from.
// The room calls Apply, Erase and Load one at a time, and one Snapshot at a time, which may
// run while Apply is called; Last and Search may be called at any moment.
type Store interface {
	// Apply takes the spoken events that were shown, in order, among all up to upto. It
	// ignores those that it was given before, by Seq: a room that starts again, or
	// several on one store, give it the same events. It does not fail: what cannot be written
	// yet waits in memory, within bounds, at which it waits for a disk that works.
	Apply(upto state.Seq, spoken []state.Event)

	// Erase takes back messages that an event takes back, see [state.Event.Takes], among all
	// that was given to Apply before it: from then on no answer has their words, and they are
	// overwritten where they are stored. It neither blocks nor fails, and may be given the same
	// event again. No Snapshot covers the event before the words are overwritten.
	Erase(by state.Event)

	// Last returns the last n spoken events in some rooms before the given one (0: before
	// now), oldest first, with the gaps among them. While older ones cannot be read it
	// returns the others with ErrUnread.
	Last(ctx context.Context, in state.Rooms, n int, before state.Seq) ([]state.Event, error)

	// Search returns the last n spoken events in some rooms that match a query, oldest first;
	// ErrUnread is as for Last. A search for words or an author takes a quarter of a second
	// at most: when that is too little for all messages, it returns what it found with a
	// [*state.CutError], which says where a query with that Before goes on. It ends with ctx.
	Search(ctx context.Context, in state.Rooms, q state.Query, n int) ([]state.Event, error)

	// Load returns the snapshot to start from, after which Follow goes on; its zero
	// value starts an empty room at the beginning of the log.
	Load(ctx context.Context) (state.Snapshot, error)

	// Snapshot replaces it, together with its Seq. All that was spoken up to that Seq
	// has been given to Apply before. The log may forget the events up to it.
	Snapshot(ctx context.Context, s state.Snapshot) error
}

// Mail carries private messages to members on other nodes. They are stored in no log
// and on no disk.
type Mail interface {
	// Open has deliver called with each letter to this node's epoch; deliver returns
	// which of the letter's sessions have it, and does not block. closeMail ends that.
	Open(epoch uint64, deliver func(Letter) []state.ID) (closeMail func(), err error)
	// Send hands a letter to a node and returns which of its sessions have it. An error
	// means that it is unknown whether any has.
	Send(ctx context.Context, to state.Node, l Letter) (reached []state.ID, err error)
}

// Letter is a private message on its way to some sessions of one node.
type Letter struct {
	Event state.Event // a Whispered
	To    []state.ID
	Named []state.ID // the members that the event's To names, in its order
}

// Presence says which nodes are alive: each announces its own epoch, and sees those of
// others. All methods may be called from any goroutine.
type Presence interface {
	// Hold announces this node's epoch until release is called. Its place is asked for now and
	// then: how far this node has applied the log.
	Hold(epoch uint64, place func() state.Place) (release func(), err error)
	// Dead returns those of the nodes that are up in the log and have not announced their
	// epochs for so long that they are dead, although this node's own was announced, and
	// taken, all that time. It never returns this node. An error means that nothing is known.
	Dead(ctx context.Context, up []state.Node) ([]state.Node, error)
	// Seen returns what the nodes last announced, by their epochs.
	Seen() map[uint64]state.Place
}
