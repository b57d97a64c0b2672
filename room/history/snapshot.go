package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"salon/room/state"
)

// Load implements room.Store. A file that was begun in the place of a lost one, and
// was left before the room handed a snapshot in, gives an empty room at the place
// before the first that Follow can give.
func (h *History) Load(ctx context.Context) (state.Snapshot, error) {
	var s state.Snapshot
	err := h.disk.read(func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT seq, state FROM snapshot`).Scan(&s.Seq, &s.State)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if s.Seq = h.firstKept() - 1; s.Seq > 0 {
			s.State = state.Import(state.Imported{Applied: s.Seq}).Encode()
		}
		return s, nil
	case err != nil:
		return state.Snapshot{}, fmt.Errorf("history: load snapshot: %w", err)
	}
	return s, nil
}

// Snapshot implements room.Store. It is written in one transaction with the messages
// up to its place that still waited, or not at all: while the disk fails it is
// refused. It does not wait for the disk: should a power cut take it back, then also
// that the events were forgotten which it covers. A later one, which a file that was
// put in this one's place may hold, stays.
func (h *History) Snapshot(ctx context.Context, s state.Snapshot) error {
	err := ctx.Err()
	if err == nil {
		err = h.trouble.now()
	}
	if err == nil {
		err = h.keepSnapshot(s)
	}
	if err != nil {
		return fmt.Errorf("history: keep snapshot: %w", err)
	}
	h.maintenance.sweepSoon()
	return nil
}

func (h *History) keepSnapshot(s state.Snapshot) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	w, now := h.memory.upTo(s.Seq), h.Now()
	err := h.commitLocked(h.disk.maintenance, &w, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO snapshot VALUES (1, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
			SET seq = excluded.seq, stamp = excluded.stamp, time = excluded.time, state = excluded.state WHERE excluded.seq >= seq`,
			int64(s.Seq), now.Stamp.Microseconds(), now.Time.UnixMicro(), textOrNull(s.State))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE meta SET applied = max(applied, ?)`, int64(s.Seq))
		return err
	})
	if err != nil {
		return err
	}
	h.lastSeq = max(h.lastSeq, s.Seq)
	h.memory.covered(s.Seq)
	h.keepFrom(s.Seq + 1)
	return nil
}

// textOrNull has SQLite keep JSON as text, which its users can read.
func textOrNull(data []byte) any {
	if data == nil {
		return nil
	}
	return string(data)
}
