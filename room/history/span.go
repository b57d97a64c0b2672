package history

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"salon/room/state"
)

// span is the places from one on and before another.
type span struct{ from, to state.Seq }

// spans returns the places of a time, before a place, latest first. Within a
// span between two turns the times only grow, so that both ends are found by
// halving. A turn is where the clock had been set back.
func spans(ctx context.Context, db *sql.DB, from, to int64, end state.Seq) ([]span, error) {
	var first state.Seq
	if err := db.QueryRowContext(ctx, `SELECT ifnull(min(seq), 1) FROM events`).Scan(&first); err != nil {
		return nil, err
	}
	if from == 0 && to == 0 {
		return []span{{first, end}}, nil
	}
	rising, err := between(ctx, db, first, end)
	if err != nil {
		return nil, err
	}
	var found []span
	for _, s := range slices.Backward(rising) {
		if from != 0 {
			if s.from, err = firstAt(ctx, db, s, from); err != nil {
				return nil, err
			}
		}
		if to != 0 {
			if s.to, err = firstAt(ctx, db, s, to); err != nil {
				return nil, err
			}
		}
		if s.from < s.to {
			found = append(found, s)
		}
	}
	return found, nil
}

// between cuts the places at the turns.
func between(ctx context.Context, db *sql.DB, first, end state.Seq) ([]span, error) {
	rows, err := db.QueryContext(ctx, `SELECT seq FROM turns WHERE seq > ? AND seq < ? ORDER BY seq`, int64(first), int64(end))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []span
	for rows.Next() {
		var turn state.Seq
		if err := rows.Scan(&turn); err != nil {
			return nil, err
		}
		all = append(all, span{first, turn})
		first = turn
	}
	return append(all, span{first, end}), rows.Err()
}

// firstAt returns the first place of a span that is not before a time.
func firstAt(ctx context.Context, db *sql.DB, in span, t int64) (state.Seq, error) {
	for in.from < in.to {
		middle := in.from + (in.to-in.from)/2
		var seq state.Seq
		var at int64
		err := db.QueryRowContext(ctx, `SELECT seq, time FROM events WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT 1`, int64(middle), int64(in.to)).Scan(&seq, &at)
		switch {
		case errors.Is(err, sql.ErrNoRows), err == nil && at >= t:
			in.to = middle
		case err != nil:
			return 0, err
		default:
			in.from = seq + 1
		}
	}
	return in.from, nil
}
