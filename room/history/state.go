package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"salon/room/state"
)

// manyAfter is how many events after the last snapshot a start applies before it
// keeps another at once: a room that never runs for long would never keep any.
const manyAfter = 4096

// Load implements room.Store: the last snapshot with what was decided after it,
// at the end of the log. After a kill that is everything that was acknowledged.
// Bans and mutes begin when they truly did by the wall as it is now.
func (h *History) Load(context.Context) (state.Snapshot, error) {
	h.memory.mu.Lock()
	defer h.memory.mu.Unlock()
	return h.memory.keeper.load(state.Seq(h.given.Load())), nil
}

// Snapshot implements room.Store. Everything up to its place has been applied:
// what was committed and never shown is hidden from then on. Its times are the
// wall's as it is now, which room.State.Settle sees to. Rows that nothing but the
// state needed are forgotten soon after.
func (h *History) Snapshot(_ context.Context, s state.Snapshot) error {
	m := &h.memory
	ahead := h.offset()
	m.mu.Lock()
	m.passLocked(s.Seq + 1)
	m.mu.Unlock()
	if err := h.keepSnapshot(s, ahead); err != nil {
		return fmt.Errorf("history: keep snapshot: %w", err)
	}
	m.mu.Lock()
	m.keeper.replace(s)
	m.mu.Unlock()
	h.clerk.sweepSoon()
	return nil
}

// keepSnapshot writes a snapshot through the clerk's connection, which does not
// wait for the disk: should a power cut take it back, then also that rows were
// forgotten for it. A later one, which a file that was made anew may hold, stays.
func (h *History) keepSnapshot(s state.Snapshot, ahead int64) error {
	if h.memory.hasUnwritten() {
		if err := h.drain(nil); err != nil {
			return err
		}
	}
	return h.aside(func(tx *sql.Tx) error {
		var later bool
		err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM snapshot WHERE seq > ?)`, int64(s.Seq)).Scan(&later)
		if err != nil || later {
			return err
		}
		return putSnapshot(tx, s, h.boot.Load(), ahead)
	})
}

func putSnapshot(tx *sql.Tx, s state.Snapshot, boot, ahead int64) error {
	_, err := tx.Exec(`INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?, ?, ?)`, int64(s.Seq), boot, ahead, s.State)
	return err
}

// readStateLocked reads the snapshot and applies what was decided after it.
func (h *History) readStateLocked() (keeper, error) {
	db := h.disk.writer
	f, err := readFrame(db)
	if err != nil {
		return keeper{}, err
	}
	k, err := readSnapshot(db, f)
	if err != nil {
		return k, err
	}
	rows, err := db.Query(`SELECT `+columns+` FROM events WHERE seq > ? AND hidden = 0 AND `+stateKinds+` ORDER BY seq`, int64(k.snapshot.Seq))
	if err != nil {
		return k, err
	}
	err = each(rows, func(r *row) (bool, error) {
		r.time = f.wall(r.stamp, r.time)
		e, err := r.event()
		if err == nil {
			k.apply(e)
		}
		return true, err
	})
	return k, err
}

// readSnapshot reads the snapshot, as the wall is now.
func readSnapshot(db *sql.DB, f frame) (keeper, error) {
	var s state.Snapshot
	var boot, ahead int64
	err := db.QueryRow(`SELECT seq, boot, ahead, state FROM snapshot`).Scan(&s.Seq, &boot, &ahead, &s.State)
	if errors.Is(err, sql.ErrNoRows) {
		return newKeeper(state.Snapshot{})
	}
	if err != nil {
		return keeper{}, err
	}
	k, err := newKeeper(s)
	if now, ok := f[boot]; err != nil || !ok || !apart(now, ahead) {
		return k, err
	}
	if shift(k.state, time.Duration(f[boot]-ahead)) {
		k.snapshot.State = k.state.Encode()
	}
	return k, nil
}
