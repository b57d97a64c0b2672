package history

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"salon/internal/wait"
	"salon/room/state"
)

// Load implements room.Store. If the file was lost and replaced, and the server was killed
// before the room wrote a snapshot, it returns an empty room just before the first event
// that Follow can give.
func (h *History) Load(ctx context.Context) (state.Snapshot, error) {
	var s state.Snapshot
	err := h.disk.read(func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT seq, state FROM snapshot`).Scan(&s.Seq, &s.State)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if s.Seq = h.memory.keptFrom() - 1; s.Seq > 0 {
			s.State = state.Import(state.Imported{Applied: s.Seq}).Encode()
		}
		return s, nil
	case err != nil:
		return state.Snapshot{}, fmt.Errorf("history: load snapshot: %w", err)
	}
	return s, nil
}

// Snapshot implements room.Store. The snapshot is written in one transaction with the
// messages up to its sequence number that still waited, or not at all; while the disk
// fails it is refused, and once the log is closed one that hangs is not waited for. It does
// not wait for the disk: a power cut that undoes it also undoes
// the deletion of the events that it covers. Words that were taken back up to its sequence
// number are overwritten first. An earlier snapshot than the one in the file
// changes nothing.
func (h *History) Snapshot(ctx context.Context, s state.Snapshot) error {
	err := cmp.Or(ctx.Err(), h.trouble.now())
	if err == nil {
		written := make(chan error, 1)
		h.maintaining.Go(func() { written <- h.keep(s) })
		select {
		case err = <-written:
		case <-ctx.Done():
			err = ctx.Err()
		case <-h.ended.Done():
			err, _ = h.worker.await(written, h.worker.limit)
		}
	}
	if err != nil {
		return fmt.Errorf("history: keep snapshot: %w", err)
	}
	return nil
}

func (h *History) keep(s state.Snapshot) error {
	if err := h.maintenance.erase(context.Background(), s.Seq); err != nil {
		return err
	}
	if err := h.writeSnapshot(s, h.Now()); err != nil {
		return err
	}
	h.maintenance.covered.Store(true)
	wait.Signal(h.maintenance.wake)
	return nil
}
