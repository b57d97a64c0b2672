package history

import (
	"context"
	"database/sql"
	"fmt"

	"salon/room/state"
)

// Follow implements room.Log. Events of earlier lives, and of this one that have left
// memory, are read from the table log, where they are until a snapshot covers them.
// What an earlier life could not keep, because its disk failed and it was killed
// before its room handed a snapshot in, is passed over. An error of the disk ends it.
func (h *History) Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	f := &follower{next: after + 1, wake: make(chan struct{}, 1)}
	h.tail.enter(f)
	defer h.tail.leave(f)
	var batch []state.Event
	for {
		var err error
		batch, err = h.take(ctx, f, batch[:0])
		if err == nil && len(batch) > 0 {
			err = apply(batch)
		}
		if err != nil {
			return err
		}
	}
}

// take waits until there is something to hand over. It may return nothing, and no
// error.
func (h *History) take(ctx context.Context, f *follower, batch []state.Event) ([]state.Event, error) {
	batch, before, closed := h.tail.take(f, batch)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case before != 0:
		return h.readLog(ctx, f, before, batch)
	case len(batch) > 0:
		return batch, nil
	case closed:
		return nil, state.ErrClosed
	}
	select {
	case <-f.wake:
	case <-ctx.Done():
	}
	return nil, ctx.Err()
}

// readLog hands over what comes next in the table log, before a place from which on
// the tail has all.
func (h *History) readLog(ctx context.Context, f *follower, before state.Seq, batch []state.Event) ([]state.Event, error) {
	err := h.disk.read(func(db *sql.DB) (err error) {
		batch, err = readEntries(ctx, db, f.next, before, batch)
		return err
	})
	switch {
	case f.next < h.firstKept(): // also when it was swept meanwhile
		return nil, state.ErrGone
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && h.tail.isClosed():
		return nil, state.ErrClosed // and the file, perhaps
	case err != nil:
		return nil, err
	}
	batch, next := h.connected(batch, f.next, before)
	if next == f.next {
		return nil, state.ErrGone // it waits for a disk that fails, and has left the tail
	}
	h.tail.advance(f, next)
	return batch, nil
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
	rows, err := db.QueryContext(ctx, `SELECT event FROM log WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?`, int64(next), int64(before), batchEvents)
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
	first, last = h.tail.bounds()
	return min(first, h.firstKept()), last
}
