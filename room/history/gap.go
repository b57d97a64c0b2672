package history

import (
	"context"
	"database/sql"
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

// with counts a row as missing too.
func (g gap) with(r *row) gap {
	at := time.Unix(0, r.time)
	return g.and(gap{r.seq, state.Gap{From: at, To: at, Count: 1}})
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

// rows are the one line that says it, if anything is missing.
func (g gap) rows() ([]*row, error) {
	if g.seq == 0 {
		return nil, nil
	}
	r, err := newRow(g.event())
	return []*row{r}, err
}

// gapsInto returns the gaps that began before a time and ended after it.
func gapsInto(ctx context.Context, db *sql.DB, at int64, before state.Seq) ([]state.Event, error) {
	rows, err := db.QueryContext(ctx, `SELECT `+columns+` FROM events WHERE kind <> 'said' AND kind = 'gap' AND time < ? AND seq < ? ORDER BY seq DESC`, at, int64(before))
	if err != nil {
		return nil, err
	}
	var gaps []state.Event
	err = each(rows, func(r *row) (bool, error) {
		e, err := r.event()
		if g, ok := e.Body.(state.Gap); ok && g.To.UnixNano() > at {
			gaps = append(gaps, e)
		}
		return true, err
	})
	return gaps, err
}
