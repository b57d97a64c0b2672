package history

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"salon/room/state"
)

// searchTime is how long a search compares messages. When it is over the older ones are cut,
// which the search says, see [state.CutError]. A search takes longer by one step of the
// index at most, which maxPostings bounds: nothing can end that earlier.
const searchTime = 150 * time.Millisecond

// leastCompared is how many messages are compared however long it takes, so that a small room
// is searched whole on a machine that is busy. Where searchTime ends a search, it has come
// further.
const leastCompared = 1000

// Last implements room.Store. While the disk fails it returns what is in memory, with
// state.ErrUnread if that is not all.
func (h *History) Last(ctx context.Context, in state.Rooms, n int, before state.Seq) ([]state.Event, error) {
	return h.Search(ctx, in, state.Query{Before: before}, n)
}

// Search implements room.Store: it finds what was applied at once, indexed or not, first in
// memory and then in the file, as far back as searchTime allows. Of what is looked for the
// index is asked only what it answers quickly; the messages that it names, or all if it
// names none, are compared one by one, the latest first.
func (h *History) Search(ctx context.Context, in state.Rooms, q state.Query, n int) ([]state.Event, error) {
	if n <= 0 {
		return nil, ctx.Err()
	}
	p := newPattern(q)
	s := search{ctx: ctx, in: in, p: &p, n: n}
	if !p.empty() {
		s.until = time.Now().Add(cmp.Or(h.search, searchTime))
		if h.search == 0 {
			s.least = leastCompared
		}
	}
	recent, from, gone := h.memory.newest()
	s.gone = gone
	s.remember(recent)
	var unread error
	if s.goesOn() && from > 1 {
		err := h.disk.read(func(db *sql.DB) error { return s.read(db, recent, from) })
		if err != nil {
			if ctx.Err() != nil || h.trouble.now() == nil {
				return nil, err
			}
			unread = fmt.Errorf("%w: %w", state.ErrUnread, err)
		}
	}
	slices.Reverse(s.found)
	if s.cut != nil {
		return s.found, errors.Join(s.cut, unread, ctx.Err())
	}
	return s.found, errors.Join(unread, ctx.Err())
}

// search is one search. It adds to found, latest first.
type search struct {
	ctx    context.Context
	in     state.Rooms
	p      *pattern
	n      int
	until  time.Time // zero: without end
	least  int       // how many messages are still compared whatever the time
	found  []state.Event
	cut    *state.CutError // nil: everything was looked at so far
	tx     *sql.Tx         // in which the file is read
	gone   taken           // what takes back messages that the file may still have
	source source          // where the messages of those rooms are in it
}

// goesOn reports whether more is needed and time is left.
func (s *search) goesOn() bool { return len(s.found) < s.n && s.cut == nil }

// looked notes that all messages from one on were looked at, and reports whether the time is
// up.
func (s *search) looked(at state.Seq, micros int64) (late bool) {
	if s.least > 0 {
		s.least--
		return false
	}
	if late = !s.until.IsZero() && time.Now().After(s.until); late {
		s.cut = &state.CutError{Before: at, Since: time.UnixMicro(micros).UTC()}
	}
	return late
}

// remember searches events in memory.
func (s *search) remember(recent []*spoken) {
	for _, e := range slices.Backward(recent) {
		if s.p.before != 0 && e.event.Seq >= s.p.before || !s.in.Show(e.event.Body) {
			continue
		}
		if s.p.matchesSpoken(e) {
			s.found = append(s.found, e.event)
		}
		if len(s.found) >= s.n || s.looked(e.event.Seq, e.row.time) {
			return
		}
	}
}

// matchesSpoken compares all of an event in memory but its sequence number.
func (p *pattern) matchesSpoken(s *spoken) bool {
	end := s.row.time
	if g, ok := s.event.Body.(state.Gap); ok && p.empty() {
		end = g.To.UnixMicro() - 1 // it may have begun before
	}
	return end >= p.from && s.row.time < p.to && (p.empty() || p.matches(s.folded()))
}

// read searches the file, for all messages before a sequence number: those that are not
// indexed yet one by one, the others by the index if it can help. The messages in memory
// tell how common words are.
func (s *search) read(db *sql.DB, recent []*spoken, end state.Seq) (err error) {
	if s.tx, err = db.BeginTx(s.ctx, nil); err != nil {
		return err
	}
	defer s.tx.Rollback()
	if s.p.before != 0 {
		end = min(end, s.p.before)
	}
	from, to, err := s.bounds(end)
	if err != nil {
		return err
	}
	var first, indexed, roomed state.Seq
	if err := s.tx.QueryRowContext(s.ctx, `SELECT ifnull((SELECT min(seq) FROM messages), 0), indexed, roomed FROM meta`).Scan(&first, &indexed, &roomed); err != nil {
		return err
	}
	s.source = sourceOf(s.in, roomed)
	if s.p.empty() {
		return s.readAll(from, to, end)
	}
	if few, err := s.few(from, to); err != nil || few {
		return cmp.Or(err, s.scan(from, to))
	}
	expression := s.p.expression(recent, float64(indexed-first)+1)
	if expression == "" {
		return s.scan(from, to)
	}
	if err := s.scan(max(from, indexed+1), to); err != nil || !s.goesOn() {
		return err
	}
	return s.compare(`SELECT messages.seq, time, room, messages.author, messages.text FROM words CROSS JOIN messages ON messages.seq = words.rowid
		WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? ORDER BY words.rowid DESC`, // without CROSS, SQLite would sort all answers
		expression, int64(from), int64(min(to, indexed+1)))
}

// scan compares messages one by one.
func (s *search) scan(from, to state.Seq) error {
	if from >= to {
		return nil
	}
	return s.compare(`SELECT messages.seq, time, room, author, text FROM `+s.source.from+` WHERE messages.seq >= ?1 AND messages.seq < ?2`+s.source.order,
		int64(from), int64(to))
}

// compare takes what matches of the messages that a query returns, latest first, until there
// is enough or the time is up.
func (s *search) compare(query string, args ...any) error {
	var hits []int64
	var f folder
	rows, err := s.tx.QueryContext(s.ctx, query, args...)
	err = eachRow(rows, err, func() (bool, error) {
		var seq, at int64
		var room, author, said string
		if err := rows.Scan(&seq, &at, &room, &author, &said); err != nil {
			return false, err
		}
		if s.source.has(room) && at >= s.p.from && at < s.p.to && s.p.matches(f.fold(s.p, author, said)) {
			hits = append(hits, seq)
		}
		return len(s.found)+len(hits) < s.n && !s.looked(state.Seq(seq), at), nil
	})
	if err != nil || len(hits) == 0 {
		return err
	}
	list, err := json.Marshal(hits)
	if err != nil {
		return err
	}
	return s.query(`SELECT `+columns+` FROM messages WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq DESC`, string(list))
}

// readAll takes all messages of the hours in question, and the gaps among them.
func (s *search) readAll(from, to, end state.Seq) error {
	err := s.query(`SELECT `+columns+` FROM `+s.source.from+` WHERE messages.seq >= ?1 AND messages.seq < ?2 AND time >= ?3 AND time < ?4`+s.source.order+` LIMIT ?5`,
		int64(from), int64(to), s.p.from, s.p.to, s.n-len(s.found))
	if err != nil || len(s.found) >= s.n || s.p.from == math.MinInt64 {
		return err
	}
	rows, err := s.tx.QueryContext(s.ctx, `SELECT `+columns+` FROM messages WHERE kind = 'gap' AND time < ? AND seq < ? ORDER BY seq DESC`, s.p.from, int64(end))
	return each(rows, err, func(m *message) (bool, error) { // those that began before that and ended after it
		e, err := m.event()
		if g, ok := e.Body.(state.Gap); ok && g.To.UnixMicro() > s.p.from {
			s.found = append(s.found, e)
		}
		return len(s.found) < s.n, err
	})
}

// query takes all messages that a query for columns returns.
func (s *search) query(query string, args ...any) error {
	rows, err := s.tx.QueryContext(s.ctx, query, args...)
	return each(rows, err, func(m *message) (bool, error) {
		e, err := m.event()
		e, less := s.gone.from(e)
		if err == nil && (!less || s.finds(&e)) {
			s.found = append(s.found, e)
		}
		return true, err
	})
}

// finds reports whether what is left of a message is still what is looked for.
func (s *search) finds(e *state.Event) bool {
	if s.p.empty() {
		return true
	}
	said := state.SpeechOf(e.Body)
	f := fold(string(said.Author), said.Text)
	return s.p.matches(&f)
}

// bounds returns between which sequence numbers, before end, the messages of the hours in
// question are, and perhaps others. The wall clock may step, so an hour may come more than
// once.
func (s *search) bounds(end state.Seq) (from, to state.Seq, err error) {
	if s.p.from == math.MinInt64 && s.p.to == math.MaxInt64 {
		return 0, end, nil
	}
	err = s.tx.QueryRowContext(s.ctx, `WITH sought AS (SELECT min(seq) AS first, max(seq) AS last FROM hours WHERE hour BETWEEN ? AND ?)
		SELECT ifnull(first, 0), CASE WHEN first IS NULL THEN 0 ELSE ifnull((SELECT min(seq) FROM hours WHERE seq > last), ?) END FROM sought`,
		s.p.from/microsPerHour, (s.p.to-1)/microsPerHour, int64(end)).Scan(&from, &to)
	return from, min(end, to), err
}
