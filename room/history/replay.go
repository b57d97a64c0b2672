package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"salon/room/state"
)

// replayed is what a log says that is not among the messages yet.
type replayed struct {
	said []state.Event // and shown
	gone taken         // what takes back messages that the file may still have
}

// erasesSQL is a condition on the log: an event takes messages back.
const erasesSQL = `(event LIKE '%"kind":"deleted"%' OR event LIKE '%"kind":"forgotten"%')`

// replay applies the log to the snapshot's State, as a room does that starts, if there is
// anything to be learned from it.
func replay(ctx context.Context, db querier) (r replayed, err error) {
	var applied, last state.Seq
	var erases bool
	err = db.QueryRowContext(ctx, `SELECT applied, ifnull((SELECT max(seq) FROM log), 0), EXISTS (SELECT 1 FROM log WHERE `+erasesSQL+`) FROM meta`).Scan(&applied, &last, &erases)
	if err != nil || last <= applied && !erases {
		return r, err
	}
	st, err := readState(ctx, db)
	if err != nil {
		return r, err
	}
	var events []state.Event
	for next := st.Applied() + 1; ; next = events[len(events)-1].Seq + 1 {
		events, err = readLog(ctx, db, next, math.MaxInt64, exportEvents, events[:0])
		if err != nil || len(events) == 0 {
			return r, err
		}
		for _, e := range events {
			r.add(st.Apply(e), applied)
		}
	}
}

// readState reads the State of the snapshot.
func readState(ctx context.Context, db querier) (*state.State, error) {
	var data []byte
	err := db.QueryRowContext(ctx, `SELECT state FROM snapshot`).Scan(&data)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	if data == nil {
		return state.NewState(), nil
	}
	st, err := state.DecodeState(data)
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return st, nil
}

func (r *replayed) add(out state.Outcome, applied state.Seq) {
	e := out.Event
	switch {
	case !out.Shown:
	case e.Erases():
		r.gone = append(r.gone, &e)
	case e.Seq > applied && state.KindOf(e.Body).Spoken:
		r.said = append(r.said, e)
	}
}
