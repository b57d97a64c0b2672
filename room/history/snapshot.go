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
// that Follow can give; its zero value if another log orders the events.
func (h *History) Load(ctx context.Context) (state.Snapshot, error) {
	var s state.Snapshot
	err := h.disk.read(func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT seq, state FROM snapshot`).Scan(&s.Seq, &s.State)
	})
	switch first := h.memory.keptFrom(); {
	case errors.Is(err, sql.ErrNoRows) && !h.storeOnly && first > 1:
		return state.Snapshot{Seq: first - 1, State: state.Import(state.Imported{Applied: first - 1}).Encode()}, nil
	case errors.Is(err, sql.ErrNoRows):
		return state.Snapshot{}, nil
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
	if err := h.beside(ctx, func() error { return h.keep(s) }); err != nil {
		return fmt.Errorf("history: keep snapshot: %w", err)
	}
	return nil
}

// beside does work on the disk that is neither the sequencer's nor maintenance's, unless the
// disk fails. Once the log is closed it does not wait for one that hangs.
func (h *History) beside(ctx context.Context, work func() error) error {
	if err := cmp.Or(ctx.Err(), h.trouble.now()); err != nil {
		return err
	}
	done := make(chan error, 1)
	h.maintaining.Go(func() { done <- work() })
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-h.ended.Done():
		err, _ := h.worker.await(done, h.worker.limit)
		return err
	}
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
