package history

import (
	"context"
	"database/sql"

	"salon/room"
	"salon/room/state"
)

// Follow implements room.Log. Events that are no longer in memory, or of earlier runs, are
// read from the table log, which has them until a snapshot covers them. What an earlier
// run could not record, because its disk failed and it was killed before its room wrote a
// snapshot, is skipped. An error of the disk ends it.
func (h *History) Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	return h.tail.Follow(ctx, after, h.readEarlier, apply)
}

// readEarlier is a [room.Earlier] that reads the table log.
func (h *History) readEarlier(ctx context.Context, next, before state.Seq, batch []state.Event) ([]state.Event, state.Seq, error) {
	err := h.disk.read(func(db *sql.DB) (err error) {
		batch, err = readLog(ctx, db, next, before, room.BatchEvents, batch)
		return err
	})
	switch {
	case next < h.memory.keptFrom(): // also if it was deleted meanwhile
		return nil, next, state.ErrGone
	case ctx.Err() != nil:
		return nil, next, ctx.Err()
	case err != nil && h.tail.Closed():
		return nil, next, state.ErrClosed // and so is the file, perhaps
	case err != nil:
		return nil, next, err
	}
	batch, upto := h.connected(batch, next, before)
	if upto == next {
		return nil, next, state.ErrGone // it waits for a disk that fails, and has left the tail
	}
	return batch, upto, nil
}

// connected returns the first events of a batch, read from next to before, up to which
// no event of this run is missing, and the sequence number to go on from.
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
