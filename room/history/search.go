package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"salon/room/state"
)

// Bounds of a search.
const (
	// maxScan is how many messages are looked at one by one: the latest, where the
	// index does not reach or cannot tell. Older ones are not found.
	maxScan = 10_000
	// maxHits is how many of the index's answers are looked at, the latest first,
	// for those that hold the signs too.
	maxHits = 20_000
)

// Last implements room.Store. While the disk fails it gives what is in memory, with
// room.ErrUnread if that is not all.
func (h *History) Last(ctx context.Context, n int, before state.Seq) ([]state.Event, error) {
	return h.collect(ctx, n, func(e *heard) bool { return before == 0 || e.event.Seq < before },
		func(db *sql.DB, from state.Seq, found *[]state.Event) error {
			if before == 0 || from < before {
				before = from
			}
			return lastRows(ctx, db, n, before, found)
		})
}

func lastRows(ctx context.Context, db *sql.DB, n int, before state.Seq, found *[]state.Event) error {
	rows, err := db.QueryContext(ctx, `SELECT `+columns+` FROM events WHERE seq < ? AND hidden = 0 AND `+spokenKinds+` ORDER BY seq DESC LIMIT ?`, int64(before), n-len(*found))
	if err != nil {
		return err
	}
	return each(rows, func(r *row) (bool, error) { return add(found, r, n) })
}

// Search implements room.Store: what was applied is found at once, indexed or
// not. It looks through the index, and one by one through what the index does
// not know yet: the last maxScan messages, which is more than there ever are but
// while an index is made that was missing. Signs such as ":)" are compared one
// by one too, within the same bound.
func (h *History) Search(ctx context.Context, q state.Query, n int) ([]state.Event, error) {
	p := newPattern(q)
	return h.collect(ctx, n, p.hears, func(db *sql.DB, from state.Seq, found *[]state.Event) error {
		if p.before != 0 {
			from = min(from, p.before)
		}
		s := search{ctx: ctx, db: db, p: &p, n: n, found: found}
		if err := s.before(from); err != nil || len(*found) >= n || p.from == 0 || !p.anything() {
			return err
		}
		gaps, err := gapsInto(ctx, db, p.from, from)
		*found = append(*found, gaps[:min(len(gaps), n-len(*found))]...)
		return err
	})
}

func (p *pattern) hears(e *heard) bool {
	if p.before != 0 && e.event.Seq >= p.before {
		return false
	}
	if g, ok := e.event.Body.(state.Gap); ok && p.anything() { // it may have begun before
		return g.To.UnixNano() > p.from && (p.to == 0 || e.event.Time.UnixNano() < p.to)
	}
	return p.within(e.event.Time.UnixNano()) && p.matches(&e.said)
}

// collect gathers up to n events, from memory and then from the table, and
// returns them oldest first.
func (h *History) collect(ctx context.Context, n int, match func(*heard) bool, table func(*sql.DB, state.Seq, *[]state.Event) error) ([]state.Event, error) {
	if n <= 0 {
		return nil, ctx.Err()
	}
	var unread error
	found, from := h.memory.find(n, match)
	if len(found) < n && from > 1 {
		err := h.disk.read(func(db *sql.DB) error { return table(db, from, &found) })
		switch {
		case err != nil && (ctx.Err() != nil || h.Health().Err == nil):
			return nil, err
		case err != nil:
			unread = fmt.Errorf("%w: %w", state.ErrUnread, err)
		}
	}
	slices.Reverse(found)
	return found, errors.Join(unread, ctx.Err())
}

// find returns the last n events at hand that match, latest first, and the place
// before which it knows nothing.
func (m *memory) find(n int, match func(*heard) bool) ([]state.Event, state.Seq) {
	m.mu.Lock()
	recent, from := slices.Clone(m.recent), m.from
	m.mu.Unlock()
	var found []state.Event
	for _, e := range slices.Backward(recent) {
		if len(found) == n {
			break
		}
		if match(e) {
			found = append(found, e.event)
		}
	}
	return found, from
}

// search is one search in the table. It adds to found, latest first.
type search struct {
	ctx   context.Context
	db    *sql.DB
	p     *pattern
	n     int
	found *[]state.Event
}

// before looks through all places before one.
func (s *search) before(end state.Seq) error {
	spans, err := spans(s.ctx, s.db, s.p.from, s.p.to, end)
	if err != nil {
		return err
	}
	var indexed state.Seq
	if err := s.db.QueryRowContext(s.ctx, `SELECT indexed FROM meta`).Scan(&indexed); err != nil {
		return err
	}
	for _, in := range spans {
		if err := s.in(in, indexed); err != nil || len(*s.found) >= s.n {
			return err
		}
	}
	return nil
}

// in looks through one span: what is not indexed yet one by one, the rest by the
// index if it can help.
func (s *search) in(in span, indexed state.Seq) error {
	expression := s.p.expression()
	if expression == "" {
		return s.scan(in)
	}
	if err := s.scan(span{max(in.from, indexed+1), in.to}); err != nil || len(*s.found) >= s.n {
		return err
	}
	in.to = min(in.to, indexed+1)
	if in.from >= in.to {
		return nil
	}
	rows, err := s.db.QueryContext(s.ctx, hits, expression, int64(in.from), int64(in.to), maxHits)
	if err != nil {
		return err
	}
	return each(rows, s.take)
}

// hits are the index's answers, latest first: CROSS JOIN keeps SQLite from
// sorting them all.
const hits = `SELECT ` + columns + ` FROM words CROSS JOIN events ON events.seq = words.rowid
	WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? AND hidden = 0 ORDER BY words.rowid DESC LIMIT ?`

// scan looks at the messages of a span one by one. Without a word to look for
// the first ones will do, so that there is no bound.
func (s *search) scan(in span) error {
	if in.from >= in.to {
		return nil
	}
	limit := maxScan
	if s.p.anything() {
		limit = s.n
	}
	rows, err := s.db.QueryContext(s.ctx, `SELECT `+columns+` FROM events WHERE seq >= ? AND seq < ? AND hidden = 0 AND `+spokenKinds+` ORDER BY seq DESC LIMIT ?`, int64(in.from), int64(in.to), limit)
	if err != nil {
		return err
	}
	return each(rows, s.take)
}

// take adds a row that is sought, and reports whether more are needed.
func (s *search) take(r *row) (bool, error) {
	if !s.p.within(r.time) {
		return true, nil
	}
	if what := newSaid(r.author, r.text); !s.p.matches(&what) {
		return true, nil
	}
	return add(s.found, r, s.n)
}

func add(found *[]state.Event, r *row, n int) (bool, error) {
	e, err := r.event()
	if err == nil {
		*found = append(*found, e)
	}
	return len(*found) < n, err
}

// each calls do with every row until it says no, and closes them.
func each(rows *sql.Rows, do func(*row) (bool, error)) error {
	defer rows.Close()
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return err
		}
		if more, err := do(r); err != nil || !more {
			return err
		}
	}
	return rows.Err()
}
