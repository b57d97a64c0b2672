package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"salon/room/state"
)

// exportRest writes what was said after a place, as the file has it at one moment: what
// is in the messages by then, and what is still in the log alone.
func (r *Reader) exportRest(ctx context.Context, lines *json.Encoder, last state.Seq) error {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for n := exportEvents; n == exportEvents; {
		if n, err = exportSome(ctx, tx, lines, &last); err != nil {
			return err
		}
	}
	rest, err := unwritten(ctx, tx)
	if err != nil {
		return err
	}
	for _, e := range rest {
		m, err := newMessage(e)
		if err != nil {
			return err
		}
		line, err := m.export()
		if err == nil {
			err = lines.Encode(line)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unwritten returns what was said and shown and is not among the messages yet: what the
// log makes of it, from the snapshot on, as a room that starts would find.
func unwritten(ctx context.Context, db querier) ([]state.Event, error) {
	var applied, last state.Seq
	if err := db.QueryRowContext(ctx, `SELECT applied, ifnull((SELECT max(seq) FROM log), 0) FROM meta`).Scan(&applied, &last); err != nil || last <= applied {
		return nil, err
	}
	st := state.NewState()
	var data []byte
	switch err := db.QueryRowContext(ctx, `SELECT state FROM snapshot`).Scan(&data); {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return nil, err
	case data != nil:
		if st, err = state.DecodeState(data); err != nil {
			return nil, fmt.Errorf("snapshot: %w", err)
		}
	}
	return replay(ctx, db, st, applied)
}

// replay applies the log to a State and returns what was said and shown after a place.
func replay(ctx context.Context, db querier, st *state.State, after state.Seq) (said []state.Event, err error) {
	rows, err := db.QueryContext(ctx, `SELECT event FROM log WHERE seq > ? ORDER BY seq`, int64(st.Applied()))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var data sql.RawBytes
		if err := rows.Scan(&data); err != nil {
			return nil, err
		}
		e, err := state.DecodeEvent(data)
		if err != nil {
			return nil, err
		}
		if out := st.Apply(e); out.Shown && e.Seq > after && state.KindOf(e.Body).Spoken {
			said = append(said, out.Event)
		}
	}
	return said, rows.Err()
}
