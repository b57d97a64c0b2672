package state

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"salon/room/text"
)

// Health is a log's state of health.
type Health struct {
	Err   error     // nil: well
	Since time.Time // since when Err
	// ReadOnly reports that nothing can be proposed until the log is well again. If Err
	// is set and ReadOnly is not, what people say is taken and shown, but not recorded.
	ReadOnly bool
}

// Query selects spoken events: those that match all of its fields. The zero value
// matches all.
type Query struct {
	// Text is words, each of which the event must hold, at the beginning of a word at
	// least, or its author be called. Case, accents and ligatures do not count; no
	// character means anything but itself.
	Text string
	By   text.Pseudo // who said it, as Text's words compare; "" for anybody
	From time.Time   // not before; zero: at any time
	To   time.Time   // before; zero: until now
	// Before is the place in the log before which they are; 0: anywhere.
	Before Seq
}

// CutError comes from a search along with what it found: it ended before it had looked at
// all messages.
type CutError struct {
	Before Seq       // those from this one on were looked at, and none before it
	Since  time.Time // when that one was said
}

func (e *CutError) Error() string { return fmt.Sprintf("room: search cut before event %d", e.Before) }

// Rooms are the rooms that are read; nil: all of them.
type Rooms []Seq

// Has reports whether a room is among them.
func (rs Rooms) Has(room Seq) bool { return rs == nil || slices.Contains(rs, room) }

// Show reports whether a spoken event is shown in one of them: a Gap is in all rooms.
func (rs Rooms) Show(b Body) bool {
	if _, gap := b.(Gap); gap {
		return true
	}
	return rs.Has(SpeechOf(b).Room)
}

// Place is one place in a log, with the log's stamp of the event there: two logs that differ
// have different stamps at the same sequence number.
type Place struct {
	Seq   Seq           `json:"seq"`
	Stamp time.Duration `json:"stamp"`
}

// Snapshot is a room's state at one place in its log.
type Snapshot struct {
	Seq   Seq
	State []byte // as State.Encode wrote it; nil: an empty room
}

// Missing are messages that a store was not given, by the places that they may have.
type Missing struct{ First, Last Seq }

// errFill is why something cannot be filled.
var errFill = errors.New("room: these are not the last messages that are missing")

// Check reports an error unless some events may be all that was spoken from a place on to the
// end of what is missing.
func (m Missing) Check(from Seq, spoken []Event) error {
	if from < m.First || from > m.Last+1 {
		return errFill
	}
	next := from
	for _, e := range spoken {
		if e.Seq < next || e.Seq > m.Last {
			return errFill
		}
		next = e.Seq + 1
	}
	return nil
}

// Matcher returns a function that reports whether the query finds an event.
func (q Query) Matcher() func(*Event) bool {
	words, by := strings.Fields(text.Fold(q.Text)), text.Fold(string(q.By))
	return func(e *Event) bool {
		if q.Before != 0 && e.Seq >= q.Before || e.Time.Before(q.From) || !q.To.IsZero() && !e.Time.Before(q.To) {
			return false
		}
		said := SpeechOf(e.Body)
		author, folded := text.Fold(string(said.Author)), text.Fold(said.Text)
		return (by == "" || by == author) && !slices.ContainsFunc(words, func(w string) bool {
			return w != author && !strings.Contains(folded, w)
		})
	}
}
