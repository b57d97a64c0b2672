package history

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"salon/room/state"
)

// gap is something that is missing from what was said: the disk failed for
// longer than memory could hold, or the file was removed. Its row stands at the
// first place that is missing, which is free.
type gap struct {
	seq state.Seq // 0: nothing is missing
	state.Gap
}

// with counts a message as missing too.
func (g gap) with(m *message) gap {
	at := time.UnixMicro(m.time).UTC()
	return g.and(gap{m.seq, state.Gap{From: at, To: at, Count: 1}})
}

// and joins two gaps; how many are missing is known if it is of both.
func (g gap) and(other gap) gap {
	switch {
	case g.seq == 0:
		return other
	case other.seq == 0:
		return g
	}
	both := gap{min(g.seq, other.seq), g.Gap}
	if other.From.Before(both.From) {
		both.From = other.From
	}
	if other.To.After(both.To) {
		both.To = other.To
	}
	if both.Count += other.Count; g.Count == 0 || other.Count == 0 {
		both.Count = 0
	}
	return both
}

// event is the gap as it is told among what was said. What nobody knows the
// beginning of is placed at its end.
func (g gap) event() state.Event {
	e := state.Event{Seq: g.seq, Time: g.From, Body: g.Gap}
	if g.From.IsZero() {
		e.Time = g.To
	}
	return e
}

// precede puts the row that says it before the messages of a transaction, if anything
// is missing.
func (g gap) precede(w *work) error {
	if g.seq == 0 {
		return nil
	}
	m, err := newMessage(g.event())
	w.messages = slices.Insert(w.messages, 0, m)
	return err
}

// gapsInto returns the gaps that began before a time and ended after it.
func gapsInto(ctx context.Context, db *sql.DB, at int64, before state.Seq) ([]state.Event, error) {
	rows, err := db.QueryContext(ctx, `SELECT `+columns+` FROM messages WHERE kind = 'gap' AND time < ? AND seq < ? ORDER BY seq DESC`, at, int64(before))
	if err != nil {
		return nil, err
	}
	var gaps []state.Event
	err = each(rows, func(m *message) (bool, error) {
		e, err := m.event()
		if g, ok := e.Body.(state.Gap); ok && g.To.UnixMicro() > at {
			gaps = append(gaps, e)
		}
		return true, err
	})
	return gaps, err
}
