package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"

	"salon/room/state"
)

const (
	// maxScan is how many messages a search compares one by one: the latest, where the
	// index is not complete yet or cannot help. Older ones are not found.
	maxScan = 10_000
	// maxHits is how many answers of the index a search compares, the latest first.
	maxHits = 20_000
)

// Last implements room.Store. While the disk fails it returns what is in memory, with
// state.ErrUnread if that is not all.
func (h *History) Last(ctx context.Context, n int, before state.Seq) ([]state.Event, error) {
	return h.Search(ctx, state.Query{Before: before}, n)
}

// Search implements room.Store: it finds what was applied at once, indexed or not, first in
// memory and then in the file. What the index does not know yet it compares one by one, up
// to maxScan messages, which is more than there ever are unless a missing index is being
// made. Signs such as ":)" are compared one by one too, within the same bound.
func (h *History) Search(ctx context.Context, q state.Query, n int) ([]state.Event, error) {
	if n <= 0 {
		return nil, ctx.Err()
	}
	p := newPattern(q)
	found, from := h.memory.find(n, p.matchesSpoken)
	var unread error
	if len(found) < n && from > 1 {
		s := search{ctx: ctx, p: &p, n: n, found: found}
		err := h.disk.read(func(db *sql.DB) error {
			s.db = db
			return s.before(from)
		})
		if found = s.found; err != nil {
			if ctx.Err() != nil || h.trouble.now() == nil {
				return nil, err
			}
			unread = fmt.Errorf("%w: %w", state.ErrUnread, err)
		}
	}
	slices.Reverse(found)
	return found, errors.Join(unread, ctx.Err())
}

// matchesSpoken compares all of an event in memory.
func (p *pattern) matchesSpoken(s *spoken) bool {
	if p.before != 0 && s.event.Seq >= p.before {
		return false
	}
	end := s.row.time
	if g, ok := s.event.Body.(state.Gap); ok && p.empty() {
		end = g.To.UnixMicro() - 1 // it may have begun before
	}
	return end >= p.from && s.row.time < p.to && (p.empty() || p.matches(s.folded()))
}

// search is one search in the file. It adds to found, latest first.
type search struct {
	ctx   context.Context
	db    *sql.DB
	p     *pattern
	n     int
	found []state.Event
}

// before searches all messages before a sequence number: those that are not indexed yet
// one by one, the others by the index if it can help.
func (s *search) before(end state.Seq) error {
	if s.p.before != 0 {
		end = min(end, s.p.before)
	}
	from, to, err := s.bounds(end)
	if err != nil {
		return err
	}
	if expression := s.p.expression(); expression != "" {
		return s.match(expression, from, to)
	}
	if err := s.scan(from, to); err != nil || len(s.found) >= s.n || s.p.from == math.MinInt64 || !s.p.empty() {
		return err
	}
	return s.addGaps(end)
}

// match searches the index, and before that what it does not have yet.
func (s *search) match(expression string, from, to state.Seq) error {
	var indexed state.Seq
	if err := s.db.QueryRowContext(s.ctx, `SELECT indexed FROM meta`).Scan(&indexed); err != nil {
		return err
	}
	if err := s.scan(max(from, indexed+1), to); err != nil || len(s.found) >= s.n {
		return err
	}
	return s.query(s.take, `SELECT `+columns+` FROM words CROSS JOIN messages ON messages.seq = words.rowid
		WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? AND time >= ? AND time < ? ORDER BY words.rowid DESC LIMIT ?`, // without CROSS, SQLite would sort all answers
		expression, int64(from), int64(min(to, indexed+1)), s.p.from, s.p.to, maxHits)
}

// scan compares messages one by one. A pattern without words and author matches the first
// ones, which needs no bound.
func (s *search) scan(from, to state.Seq) error {
	if from >= to {
		return nil
	}
	limit := maxScan
	if s.p.empty() {
		limit = s.n
	}
	return s.query(s.take, `SELECT `+columns+` FROM messages WHERE seq >= ? AND seq < ? AND time >= ? AND time < ? ORDER BY seq DESC LIMIT ?`,
		int64(from), int64(to), s.p.from, s.p.to, limit)
}

// addGaps adds the gaps that began before the pattern's time and ended after it.
func (s *search) addGaps(end state.Seq) error {
	return s.query(func(m *message) (bool, error) {
		e, err := m.event()
		if g, ok := e.Body.(state.Gap); ok && g.To.UnixMicro() > s.p.from {
			s.found = append(s.found, e)
		}
		return len(s.found) < s.n, err
	}, `SELECT `+columns+` FROM messages WHERE kind = 'gap' AND time < ? AND seq < ? ORDER BY seq DESC`, s.p.from, int64(end))
}

func (s *search) query(take func(*message) (bool, error), query string, args ...any) error {
	rows, err := s.db.QueryContext(s.ctx, query, args...)
	return each(rows, err, take)
}

// take adds a message if it matches, and reports whether more are needed.
func (s *search) take(m *message) (bool, error) {
	if !s.p.empty() {
		if text := fold(string(m.Author), m.Text); !s.p.matches(&text) {
			return true, nil
		}
	}
	e, err := m.event()
	if err == nil {
		s.found = append(s.found, e)
	}
	return len(s.found) < s.n, err
}

// bounds returns between which sequence numbers, before end, the messages of the hours in
// question are, and perhaps others. The wall clock may step, so an hour may come more than
// once.
func (s *search) bounds(end state.Seq) (from, to state.Seq, err error) {
	if s.p.from == math.MinInt64 && s.p.to == math.MaxInt64 {
		return 0, end, nil
	}
	err = s.db.QueryRowContext(s.ctx, `WITH sought AS (SELECT min(seq) AS first, max(seq) AS last FROM hours WHERE hour BETWEEN ? AND ?)
		SELECT ifnull(first, 0), CASE WHEN first IS NULL THEN 0 ELSE ifnull((SELECT min(seq) FROM hours WHERE seq > last), ?) END FROM sought`,
		s.p.from/microsPerHour, (s.p.to-1)/microsPerHour, int64(end)).Scan(&from, &to)
	return from, min(end, to), err
}
