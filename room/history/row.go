package history

import (
	"encoding/json"
	"fmt"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// kind is a sort of event that is written down, under the name that it has in
// the table.
type kind struct {
	name   string
	spoken bool // people said it: replayed, searched, and forgotten with age
	state  bool // it changes the state that Load returns
	quiet  bool // never shown; applied again after a restart, it decides the same
	read   func(*row) (state.Body, error)
}

// kinds are all that is written down. One that is not quiet is shown unless the
// state refused it, which is how a refusal is known.
var kinds = []kind{
	{name: "said", spoken: true, read: readSaid},
	{name: "walled", spoken: true, read: readWalled},
	{name: "topic", spoken: true, state: true, read: readTopic},
	{name: "gap", spoken: true, read: read[state.Gap]},
	{name: "slow", state: true, read: read[state.SlowSet]},
	{name: "kicked", read: read[state.Kicked]},
	{name: "banned", state: true, read: read[state.Banned]},
	{name: "unbanned", state: true, read: read[state.Unbanned]},
	{name: "muted", state: true, read: read[state.Muted]},
	{name: "unmuted", state: true, read: read[state.Unmuted]},
	{name: "registered", state: true, quiet: true, read: read[state.Registered]},
	{name: "unregistered", state: true, quiet: true, read: read[state.Unregistered]},
	{name: "prefs", state: true, quiet: true, read: read[state.PrefsKept]},
	{name: "seen", state: true, quiet: true, read: read[state.Seen]},
}

// The same sorts, for conditions. SQLite uses the index of the rare kinds where
// a condition says kind <> 'said'.
const (
	spokenKinds  = `kind IN ('said', 'walled', 'topic', 'gap')`
	decidedKinds = `kind <> 'said' AND kind IN ('slow', 'kicked', 'banned', 'unbanned', 'muted', 'unmuted', 'registered', 'unregistered', 'prefs', 'seen')` // all others
	stateKinds   = `kind <> 'said' AND kind IN ('topic', 'slow', 'banned', 'unbanned', 'muted', 'unmuted', 'registered', 'unregistered', 'prefs', 'seen')`
)

// row is one line of the table events.
type row struct {
	seq    state.Seq
	time   int64 // nanoseconds since 1970
	stamp  stamp // of what changes the state; otherwise zero
	id     state.ID
	kind   string
	author string
	text   string
	body   string // JSON, what the columns do not say; "" for nothing
	hidden bool
	again  bool // a line of that place was written before
}

// size is what the line counts for where bytes are bounded: its text, and what
// any line takes besides.
func (r *row) size() int { return len(r.text) + len(r.author) + len(r.body) + 64 }

// sizeSQL is size, said to SQLite.
const sizeSQL = `octet_length(text) + octet_length(author) + ifnull(octet_length(body), 0) + 64`

// newRow writes an event down; nil for one that is only ordered.
func newRow(e state.Event) (*row, error) {
	r := &row{seq: e.Seq, id: e.ID}
	if !e.Time.IsZero() {
		r.time = e.Time.UnixNano()
	}
	switch b := e.Body.(type) {
	case state.Said:
		r.kind, r.author, r.text = "said", string(b.From), b.Text
		if b.Action {
			r.body = `{"Action":true}`
		}
	case state.Walled:
		r.kind, r.author, r.text = "walled", string(b.By), b.Text
	case state.TopicSet:
		r.kind, r.author, r.text = "topic", string(b.By), b.Text
	case state.Joined, state.Left, state.Renamed, state.WentAway, state.CameBack, state.RoleSet, state.ShutdownPlanned, state.ShutdownCountdown, state.ShutdownCancelled:
		return nil, nil
	default:
		return r, r.whole(e.Body)
	}
	return r, nil
}

// whole fills in what has no columns of its own; the author is who did it.
func (r *row) whole(b state.Body) error {
	if r.kind, r.author = rare(b); r.kind == "" {
		return fmt.Errorf("history: %T has no place in a log", b)
	}
	data, err := json.Marshal(b)
	r.body = string(data)
	return err
}

// rare names what is not said, and who did it.
func rare(b state.Body) (kind, author string) {
	switch b := b.(type) {
	case state.Gap:
		return "gap", ""
	case state.SlowSet:
		return "slow", string(b.By)
	case state.Kicked:
		return "kicked", string(b.By)
	case state.Banned:
		return "banned", string(b.Ban.By)
	case state.Unbanned:
		return "unbanned", string(b.By)
	case state.Muted:
		return "muted", string(b.By)
	case state.Unmuted:
		return "unmuted", string(b.By)
	case state.Registered:
		return "registered", string(b.Pseudo)
	case state.Unregistered:
		return "unregistered", string(b.By)
	case state.PrefsKept:
		return "prefs", string(b.Pseudo)
	case state.Seen:
		return "seen", string(b.Pseudo)
	}
	return "", ""
}

// changesState reports whether the row's kind does.
func (r *row) changesState() bool {
	k := kindNamed(r.kind)
	return k != nil && k.state
}

func kindNamed(name string) *kind {
	for i := range kinds {
		if kinds[i].name == name {
			return &kinds[i]
		}
	}
	return nil
}

// event reads the row back. Which session spoke is not kept.
func (r *row) event() (state.Event, error) {
	e := state.Event{Seq: r.seq, ID: r.id, Time: time.Unix(0, r.time)}
	k := kindNamed(r.kind)
	if k == nil {
		return e, fmt.Errorf("place %d is of an unknown kind %q", r.seq, r.kind)
	}
	var err error
	if e.Body, err = k.read(r); err != nil {
		err = fmt.Errorf("place %d (%s): %w", r.seq, r.kind, err)
	}
	return e, err
}

func read[B state.Body](r *row) (state.Body, error) {
	var b B
	err := json.Unmarshal([]byte(r.body), &b)
	return b, err
}

func readSaid(r *row) (state.Body, error) {
	b := state.Said{From: text.Pseudo(r.author), Text: r.text}
	if r.body != "" {
		if err := json.Unmarshal([]byte(r.body), &b); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func readWalled(r *row) (state.Body, error) {
	return state.Walled{By: text.Pseudo(r.author), Text: r.text}, nil
}

func readTopic(r *row) (state.Body, error) {
	return state.TopicSet{By: text.Pseudo(r.author), Text: r.text}, nil
}

// columns are a row's, in the order of scan.
const columns = `seq, time, boot, up, origin, n, kind, events.author, events.text, ifnull(body, ''), hidden`

// scan reads columns.
func scan(from interface{ Scan(...any) error }) (*row, error) {
	r := &row{again: true}
	var origin, n int64
	var boot, up *int64
	err := from.Scan(&r.seq, &r.time, &boot, &up, &origin, &n, &r.kind, &r.author, &r.text, &r.body, &r.hidden)
	r.id = state.ID{Origin: uint64(origin), N: uint64(n)}
	if boot != nil && up != nil {
		r.stamp = stamp{*boot, *up}
	}
	return r, err
}

// upsert writes a row, over the one of that place if there is one: after a
// commit of which nobody knows whether it was one, writing again does no harm.
const upsert = `INSERT OR REPLACE INTO events (seq, time, boot, up, origin, n, kind, author, text, body, hidden)
	VALUES (?, ?, nullif(?, 0), nullif(?, 0), ?, ?, ?, ?, ?, nullif(?, ''), ?)`

func (r *row) values() []any {
	return []any{int64(r.seq), r.time, r.stamp.boot, r.stamp.up, int64(r.id.Origin), int64(r.id.N), r.kind, r.author, r.text, r.body, r.hidden}
}
