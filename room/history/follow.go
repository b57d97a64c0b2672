package history

import (
	"context"
	"database/sql"
	"fmt"

	"salon/room"
	"salon/room/state"
)

// Follow implements room.Log. Events of earlier lives, and of this one that have left
// memory, are read from the table log, where they are until a snapshot covers them.
// What an earlier life could not keep, because its disk failed and it was killed
// before its room handed a snapshot in, is passed over. An error of the disk ends it.
func (h *History) Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	return h.tail.Follow(ctx, after, h.readLog, apply)
}

// readLog is a [room.Earlier] that reads the table log.
func (h *History) readLog(ctx context.Context, next, before state.Seq, batch []state.Event) ([]state.Event, state.Seq, error) {
	err := h.disk.read(func(db *sql.DB) (err error) {
		batch, err = readEntries(ctx, db, next, before, batch)
		return err
	})
	switch {
	case next < h.firstKept(): // also when it was swept meanwhile
		return nil, next, state.ErrGone
	case ctx.Err() != nil:
		return nil, next, ctx.Err()
	case err != nil && h.tail.Closed():
		return nil, next, state.ErrClosed // and the file, perhaps
	case err != nil:
		return nil, next, err
	}
	batch, upto := h.connected(batch, next, before)
	if upto == next {
		return nil, next, state.ErrGone // it waits for a disk that fails, and has left the tail
	}
	return batch, upto, nil
}

// connected returns those of a batch that was sought from next on before which
// nothing of this life is missing, and the place that a follower has come to with
// them.
func (h *History) connected(batch []state.Event, next, before state.Seq) ([]state.Event, state.Seq) {
	for i, e := range batch {
		if e.Seq != next && e.Seq > h.born {
			return batch[:i], next
		}
		next = e.Seq + 1
	}
	if len(batch) == 0 && before <= h.born {
		next = before
	}
	return batch, next
}

// firstKept returns the first place from which on nothing is swept.
func (h *History) firstKept() state.Seq { return state.Seq(h.kept.Load()) }

// keepFrom says that what is before a place may be swept, or is gone.
func (h *History) keepFrom(seq state.Seq) {
	for {
		was := h.kept.Load()
		if uint64(seq) <= was || h.kept.CompareAndSwap(was, uint64(seq)) {
			return
		}
	}
}

// readEntries reads up to a batch of events, the first of which has at least the
// place next. What this program cannot read is a [*state.VersionError].
func readEntries(ctx context.Context, db *sql.DB, next, before state.Seq, batch []state.Event) ([]state.Event, error) {
	rows, err := db.QueryContext(ctx, `SELECT event FROM log WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?`, int64(next), int64(before), room.BatchEvents)
	if err != nil {
		return batch, fmt.Errorf("history: read log: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var data sql.RawBytes
		if err := rows.Scan(&data); err != nil {
			return batch, fmt.Errorf("history: read log: %w", err)
		}
		e, err := state.DecodeEvent(data)
		if err != nil {
			return batch, err
		}
		batch = append(batch, e)
	}
	if err := rows.Err(); err != nil {
		return batch, fmt.Errorf("history: read log: %w", err)
	}
	return batch, nil
}

// Bounds implements room.Log.
func (h *History) Bounds() (first, last state.Seq) {
	first, last = h.tail.Bounds()
	return min(first, h.firstKept()), last
}
