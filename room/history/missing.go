package history

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"salon/internal/wait"
	"salon/room/state"
)

// Skip notes that what was said after all that Apply was given, up to a place, is missing: the
// log that this store follows no longer has it. Apply goes on after that place. What is missing
// is a [state.Gap] among the messages, until [History.Fill] was given all of it. It is written
// with the messages, before any snapshot that is kept later: after a kill either the gap is
// there, or [History.Load] returns a snapshot from before it.
func (h *History) Skip(upto state.Seq) {
	if h.memory.skip(upto, h.disk.now()) {
		wait.Signal(h.maintenance.wake)
	}
}

func (m *memory) skip(upto state.Seq, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if upto <= m.applied {
		return false
	}
	missing := gap{m.applied + 1, state.Gap{To: now.UTC().Truncate(time.Microsecond), Upto: upto}}
	if n := len(m.recent.rows); n > 0 {
		missing.From = gapOf(m.recent.rows[n-1].row).To
	}
	s := missing.spoken()
	m.recent.add(s)
	m.messages.add(s.row)
	m.applied = upto
	return true
}

// Missing returns what is missing and may be filled, the newest first: what [History.Skip]
// noted, and what a disk that failed, or a file that was lost, took. What is so old that it
// would be deleted at once is not among it.
func (h *History) Missing(ctx context.Context) (list []state.Missing, err error) {
	err = h.settled(ctx, func(db *sql.DB) error {
		gaps, err := gapsBetween(ctx, db, 0, h.memory.appliedTo())
		cutoff := h.maintenance.bounds.Load().cutoff(h.disk.now())
		for _, g := range gaps {
			if g.Upto != 0 && g.To.UnixMicro() >= cutoff {
				list = append(list, state.Missing{First: g.seq, Last: g.Upto})
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("history: read what is missing: %w", err)
	}
	return list, nil
}

// gapsBetween returns the gaps that begin between two places, the latest first.
func gapsBetween(ctx context.Context, db querier, first, last state.Seq) (gaps []gap, err error) {
	rows, err := db.QueryContext(ctx, `SELECT `+columns+` FROM messages WHERE kind = 'gap' AND seq BETWEEN ? AND ? ORDER BY seq DESC`, int64(first), int64(last))
	err = each(rows, err, func(m *message) (bool, error) {
		e, err := m.event()
		if g, ok := e.Body.(state.Gap); ok {
			gaps = append(gaps, gap{m.seq, g})
		}
		return true, err
	})
	return gaps, err
}

// erasedRange is among how many sequence numbers one query looks for messages that were taken
// back.
const erasedRange = 20_000

// Erased returns the places of messages after a place that were taken back, in order, n at
// most. It reads the messages one by one, some microseconds for each.
func (h *History) Erased(ctx context.Context, after state.Seq, n int) (list []state.Seq, err error) {
	err = h.settled(ctx, func(db *sql.DB) error {
		for after < h.memory.appliedTo() && len(list) < n && ctx.Err() == nil {
			var some []state.Seq
			if some, after, err = erasedAfter(ctx, db, after, n-len(list)); err != nil {
				return err
			}
			list = append(list, some...)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("history: read what was taken back: %w", err)
	}
	return list, nil
}

// erasedAfter returns some messages that were taken back, and up to which it has looked.
func erasedAfter(ctx context.Context, db *sql.DB, after state.Seq, n int) (list []state.Seq, upto state.Seq, err error) {
	err = db.QueryRowContext(ctx, `SELECT ifnull(max(seq), ?1) FROM (SELECT seq FROM messages WHERE seq > ?1 ORDER BY seq LIMIT ?2)`, int64(after), erasedRange).Scan(&upto)
	if err != nil {
		return nil, after, err
	}
	if upto == after { // there are no more
		return nil, state.Seq(1<<63 - 1), nil
	}
	rows, err := db.QueryContext(ctx, `SELECT seq FROM messages WHERE seq > ? AND seq <= ? AND kind = 'said' AND body ->> '$.removed' IS NOT NULL ORDER BY seq LIMIT ?`,
		int64(after), int64(upto), n)
	list, err = seqsOf(rows, err)
	if len(list) == n {
		upto = list[n-1]
	}
	return list, upto, err
}

// settled reads the file once all that was applied, and taken back, is written to it.
func (h *History) settled(ctx context.Context, do func(*sql.DB) error) error {
	return h.beside(ctx, func() error {
		err := h.writeWaiting()
		if err == nil {
			err = h.maintenance.erase(ctx, h.memory.appliedTo())
		}
		if err != nil {
			return err
		}
		return h.disk.read(do)
	})
}

// writeWaiting writes the messages that wait.
func (h *History) writeWaiting() error {
	for h.memory.hasMessages() {
		if err := h.writeMessages(); err != nil {
			return err
		}
	}
	return nil
}

// appliedTo returns up to which Apply was called.
func (m *memory) appliedTo() state.Seq {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.applied
}
