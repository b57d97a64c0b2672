package history

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
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
	return h.collect(ctx, n, func(s *spoken) bool { return before == 0 || s.event.Seq < before },
		func(db *sql.DB, from state.Seq, found *[]state.Event) error {
			if before == 0 || from < before {
				before = from
			}
			return lastRows(ctx, db, n, before, found)
		})
}

func lastRows(ctx context.Context, db *sql.DB, n int, before state.Seq, found *[]state.Event) error {
	rows, err := db.QueryContext(ctx, `SELECT `+columns+` FROM messages WHERE seq < ? ORDER BY seq DESC LIMIT ?`, int64(before), n-len(*found))
	if err != nil {
		return err
	}
	return each(rows, func(m *message) (bool, error) { return add(found, m, n) })
}

// Search implements room.Store: what was applied is found at once, indexed or
// not. It looks through the index, and one by one through what the index does
// not know yet: the last maxScan messages, which is more than there ever are but
// while an index is made that was missing. Signs such as ":)" are compared one
// by one too, within the same bound.
func (h *History) Search(ctx context.Context, q state.Query, n int) ([]state.Event, error) {
	p := newPattern(q)
	return h.collect(ctx, n, p.admits, func(db *sql.DB, from state.Seq, found *[]state.Event) error {
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

// admits reports whether an event at hand is sought.
func (p *pattern) admits(s *spoken) bool {
	if p.before != 0 && s.event.Seq >= p.before {
		return false
	}
	if g, ok := s.event.Body.(state.Gap); ok && p.anything() { // it may have begun before
		return g.To.UnixMicro() > p.from && (p.to == 0 || s.row.time < p.to)
	}
	return p.within(s.row.time) && p.matches(s.folded())
}

// collect gathers up to n events, from memory and then from the table, and
// returns them oldest first.
func (h *History) collect(ctx context.Context, n int, match func(*spoken) bool, table func(*sql.DB, state.Seq, *[]state.Event) error) ([]state.Event, error) {
	if n <= 0 {
		return nil, ctx.Err()
	}
	var unread error
	found, from := h.memory.find(n, match)
	if len(found) < n && from > 1 {
		err := h.disk.read(func(db *sql.DB) error { return table(db, from, &found) })
		switch {
		case err != nil && (ctx.Err() != nil || h.trouble.now() == nil):
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
func (m *memory) find(n int, match func(*spoken) bool) ([]state.Event, state.Seq) {
	m.mu.Lock()
	recent, from := slices.Clone(m.recent), m.from
	m.mu.Unlock()
	var found []state.Event
	for _, s := range slices.Backward(recent) {
		if len(found) == n {
			break
		}
		if match(s) {
			found = append(found, s.event)
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

// before looks through all places before one: what is not indexed yet one by one, the
// rest by the index if it can help.
func (s *search) before(end state.Seq) error {
	from, to, err := s.places(end)
	if err != nil {
		return err
	}
	expression := s.p.expression()
	if expression == "" {
		return s.scan(from, to)
	}
	var indexed state.Seq
	if err := s.db.QueryRowContext(s.ctx, `SELECT indexed FROM meta`).Scan(&indexed); err != nil {
		return err
	}
	if err := s.scan(max(from, indexed+1), to); err != nil || len(*s.found) >= s.n {
		return err
	}
	since, until := s.p.times()
	rows, err := s.db.QueryContext(s.ctx, hits, expression, int64(from), int64(min(to, indexed+1)), since, until, maxHits)
	if err != nil {
		return err
	}
	return each(rows, s.take)
}

// places returns between which places before one are the messages of the hours that
// are sought, and perhaps some of other times. Wall clocks are set, so that an hour may
// come more than once.
func (s *search) places(end state.Seq) (from, to state.Seq, err error) {
	if s.p.from == 0 && s.p.to == 0 {
		return 0, end, nil
	}
	since, until := s.p.times()
	err = s.db.QueryRowContext(s.ctx, `WITH sought AS (SELECT min(seq) AS first, max(seq) AS last FROM hours WHERE hour BETWEEN ? AND ?)
		SELECT ifnull(first, 0), CASE WHEN first IS NULL THEN 0 ELSE ifnull((SELECT min(seq) FROM hours WHERE seq > last), ?) END FROM sought`,
		since/microsPerHour, (until-1)/microsPerHour, int64(end)).Scan(&from, &to)
	return from, min(end, to), err
}

// times returns the time that is sought, open ends as numbers too.
func (p *pattern) times() (from, to int64) {
	return cmp.Or(p.from, math.MinInt64), cmp.Or(p.to, math.MaxInt64)
}

// hits are the index's answers, latest first: CROSS JOIN keeps SQLite from
// sorting them all.
const hits = `SELECT ` + columns + ` FROM words CROSS JOIN messages ON messages.seq = words.rowid
	WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? AND time >= ? AND time < ? ORDER BY words.rowid DESC LIMIT ?`

// scan looks at messages one by one. Without a word to look for the first ones will
// do, so that there is no bound.
func (s *search) scan(from, to state.Seq) error {
	if from >= to {
		return nil
	}
	limit := maxScan
	if s.p.anything() {
		limit = s.n
	}
	since, until := s.p.times()
	rows, err := s.db.QueryContext(s.ctx, `SELECT `+columns+` FROM messages WHERE seq >= ? AND seq < ? AND time >= ? AND time < ? ORDER BY seq DESC LIMIT ?`,
		int64(from), int64(to), since, until, limit)
	if err != nil {
		return err
	}
	return each(rows, s.take)
}

// take adds a message if it is sought, and reports whether more are needed.
func (s *search) take(m *message) (bool, error) {
	if what := fold(string(m.Author), m.Text); !s.p.matches(&what) {
		return true, nil
	}
	return add(s.found, m, s.n)
}

func add(found *[]state.Event, m *message, n int) (bool, error) {
	e, err := m.event()
	if err == nil {
		*found = append(*found, e)
	}
	return len(*found) < n, err
}
