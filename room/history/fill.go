package history

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"salon/internal/wait"
	"salon/room/state"
)

const (
	// fillEvents is how many messages one transaction adds, each of which costs the index some
	// ten microseconds.
	fillEvents = 50
	// roomedEvents is how many messages one transaction gives to the table rooms when some
	// before all that it has are of other rooms than the first.
	roomedEvents = 20_000
)

// Fill adds some of the spoken events that are missing: the last ones of m, all of those from
// one place on. With from at m's first nothing of m is missing any more, and its gap is gone.
// They may come in any number of calls, the newest first, and again, which changes nothing.
// What is written when a process is killed stays, and only the rest is missing then.
//
// Of a message that is there already only one thing is taken over: that it was taken back. Its
// words are overwritten then as [History.Erase] does. A message that was taken back here gets
// no words again.
//
// A [state.Gap] among them is what nobody else has: it stays a gap of its own, and may be filled
// later if it says up to where.
//
// What would be deleted at once, as too old or too much, is left out, and what comes before it
// is not missing any more. Fill does not wait for the disk, but for room on it; while the disk
// fails it returns its error.
func (h *History) Fill(ctx context.Context, m state.Missing, from state.Seq, spoken []state.Event) error {
	err := m.Check(from, spoken)
	if upto := h.memory.appliedTo(); err == nil && m.Last > upto {
		err = fmt.Errorf("nothing is known of what comes after event %d", upto)
	}
	if err == nil {
		err = h.beside(ctx, func() error { return h.fill(ctx, m, from, spoken) })
	}
	if err != nil {
		return fmt.Errorf("history: fill: %w", err)
	}
	return nil
}

// fill writes some messages at a time, the newest first, so that all that is missing comes
// before all that is written, whenever it ends.
func (h *History) fill(ctx context.Context, m state.Missing, from state.Seq, spoken []state.Event) error {
	if err := h.writeWaiting(); err != nil {
		return err
	}
	keep, err := h.keptFrom(ctx, m, spoken)
	if err != nil {
		return err
	}
	if keep > from {
		from = m.First // what comes before would be deleted too
	}
	for p := range partsOf(m, from, spoken) {
		p.keep = keep
		if err := h.fillPart(ctx, &p); err != nil {
			return err
		}
	}
	return nil
}

// partsOf cuts messages into what one transaction adds each, the newest first.
func partsOf(m state.Missing, from state.Seq, spoken []state.Event) iter.Seq[part] {
	return func(yield func(part) bool) {
		for more := true; more; {
			n := max(0, len(spoken)-fillEvents)
			p := part{from: from, last: m.Last, events: spoken[n:]}
			if more = n > 0; more {
				p.from = spoken[n].Seq
			}
			m.Last, spoken = p.from-1, spoken[:n]
			more = yield(p) && more
		}
	}
}

// keptFrom returns the place of the first of some messages that would not be deleted at once.
func (h *History) keptFrom(ctx context.Context, m state.Missing, spoken []state.Event) (state.Seq, error) {
	b := h.maintenance.bounds.Load()
	full, err := b.full(ctx, &h.disk, m.First)
	if err != nil || full {
		return m.Last + 1, err
	}
	for i := len(spoken) - 1; i >= 0; i-- {
		if spoken[i].Time.UnixMicro() < b.cutoff(h.disk.now()) {
			return spoken[i].Seq + 1, nil
		}
	}
	return 0, nil
}

// full reports whether there is so much after a place, and nothing before it, that a message
// there would be the first to be deleted.
func (b *bounds) full(ctx context.Context, d *disk, first state.Seq) (full bool, err error) {
	excess, err := (&bounds{bytes: b.bytes - b.bytes/spareShare}).excess(ctx, d)
	if err != nil || excess == 0 {
		return false, err
	}
	err = d.read(func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM messages WHERE seq < ?)`, int64(first)).Scan(&full)
	})
	return full, err
}

// part is what one transaction adds: all that was said between two places.
type part struct {
	from, last state.Seq
	keep       state.Seq // no message before it is added, see keptFrom
	events     []state.Event

	tx      *sql.Tx
	into    inserts
	words   *sql.Stmt
	there   map[state.Seq]*message // what is there of the events
	written written
	indexed state.Seq
	bytes   int
	erased  bool // words were overwritten
}

// fillPart writes a part. Meanwhile nothing is overwritten in the file: what is taken back
// until then is taken out of the part, and what is taken back later is looked for after that.
func (h *History) fillPart(ctx context.Context, p *part) error {
	if err := h.makeRooms(ctx, p); err != nil {
		return err
	}
	erasures := &h.memory.erasures
	erasures.working.Lock()
	p.events = erasures.left(p.events)
	err := h.maintenance.pace(ctx, func() error { return h.commitPart(p.write) })
	erasures.working.Unlock()
	if err != nil {
		return err
	}
	h.memory.filled(p.last)
	if p.erased {
		h.maintenance.erased.Store(true)
		wait.Signal(h.maintenance.wake)
	}
	return h.maintenance.repeat(ctx, mergeSome)
}

// commitPart runs a transaction that changes what later ones need to know of the messages
// before.
func (r *recorder) commitPart(write func(*sql.Tx, *conn, written) (written, error)) error {
	r.disk.mu.Lock()
	defer r.disk.mu.Unlock()
	now := r.written
	err := r.disk.relaxed.transaction(func(tx *sql.Tx) (err error) {
		now, err = write(tx, r.disk.relaxed, now)
		return err
	})
	if err == nil {
		r.written = now
	}
	return err
}

// filled has readers look into the file for what is up to a place, all of which is there.
func (m *memory) filled(last state.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.from <= last {
		m.recent.drop(len(m.recent.upTo(last)))
		m.from = last + 1
	}
}

func (p *part) write(tx *sql.Tx, c *conn, before written) (written, error) {
	p.tx, p.written, p.bytes = tx, before, 0
	p.into = inserts{message: tx.Stmt(c.insertMessage), room: tx.Stmt(c.insertRoom)}
	begin, err := p.shrinkGaps()
	if err != nil {
		return before, err
	}
	if err := p.addAll(); err != nil {
		return before, err
	}
	if err := p.countHours(begin); err != nil {
		return before, err
	}
	err = tx.QueryRow(`SELECT ifnull((SELECT hour FROM hours ORDER BY seq DESC LIMIT 1), -1)`).Scan(&p.written.hour)
	return p.written, err
}

// shrinkGaps takes the part from the gaps that end in it, and returns from where on messages
// changed.
func (p *part) shrinkGaps() (begin state.Seq, err error) {
	begin = p.from
	gaps, err := gapsBetween(context.Background(), p.tx, 0, p.last)
	for _, g := range gaps {
		if err != nil || g.Upto < p.from || g.Upto > p.last { // also one whose end nobody knows
			continue
		}
		begin = min(begin, g.seq)
		if g.seq >= p.from {
			err = p.deleteGap(g)
			continue
		}
		if g.Upto, g.Count = p.from-1, 0; len(p.events) > 0 && p.events[0].Time.Before(g.To) {
			g.To = p.events[0].Time
		}
		row := g.spoken().row
		if err = rewriteMessage(p.tx, row); err == nil {
			_, err = p.tx.Exec(`UPDATE messages SET time = ? WHERE seq = ?`, row.time, int64(row.seq))
		}
	}
	return begin, err
}

func (p *part) deleteGap(g gap) error {
	if err := unindex(p.tx, g.seq, g.seq); err != nil {
		return err
	}
	_, err := p.tx.Exec(`UPDATE meta SET bytes = max(0, bytes - (SELECT `+sizeSQL+` FROM messages WHERE seq = ?1)); DELETE FROM messages WHERE seq = ?1`, int64(g.seq))
	return err
}

// addAll writes the messages that are not there.
func (p *part) addAll() (err error) {
	rows := newSpoken(p.events)
	if len(rows) == 0 {
		return nil
	}
	if err := p.lookUp(rows[0].row.seq); err != nil {
		return err
	}
	if p.words, err = p.tx.Prepare(`INSERT INTO words (rowid, author, text) VALUES (?, ?, ?)`); err != nil {
		return err
	}
	for _, s := range rows {
		if there := p.there[s.row.seq]; there != nil {
			err = p.takeBack(there, s.row)
		} else if s.row.seq >= p.keep {
			err = p.add(s.row)
		}
		if err != nil {
			return err
		}
	}
	_, err = p.tx.Exec(`UPDATE meta SET bytes = bytes + ?`, p.bytes)
	return err
}

// lookUp reads what is there of the part from a place on: a gap that is left, messages that
// were filled before.
func (p *part) lookUp(first state.Seq) error {
	if err := p.tx.QueryRow(`SELECT indexed FROM meta`).Scan(&p.indexed); err != nil {
		return err
	}
	p.there = map[state.Seq]*message{}
	rows, err := p.tx.Query(`SELECT `+columns+` FROM messages WHERE seq BETWEEN ? AND ?`, int64(first), int64(p.events[len(p.events)-1].Seq))
	return each(rows, err, func(m *message) (bool, error) { p.there[m.seq] = m; return true, nil })
}

// add writes a message.
func (p *part) add(m *message) error {
	p.bytes += m.size()
	if _, err := p.into.message.Exec(m.values()...); err != nil {
		return err
	}
	if p.written.roomed != 0 && m.seq >= p.written.roomed && m.kind != gapKind {
		if _, err := p.into.room.Exec(roomColumn(m.Room), int64(m.seq)); err != nil {
			return err
		}
	}
	if m.seq > p.indexed {
		return nil
	}
	_, err := p.words.Exec(int64(m.seq), words(string(m.Author)), words(m.Text))
	return err
}

// takeBack overwrites the words of a message that was taken back elsewhere.
func (p *part) takeBack(there, m *message) error {
	if there.kind == gapKind || !removed(m) || removed(there) {
		return nil
	}
	p.erased = true
	return rewriteMessage(p.tx, m)
}

// removed reports whether a message was taken back.
func removed(m *message) bool {
	e, err := m.event()
	said, ok := e.Body.(state.Said)
	return err == nil && ok && said.Removed != nil
}

// countHours notes again which messages, from one on up to the next after the part, are of
// another hour than the one before.
func (p *part) countHours(from state.Seq) error {
	var before, next int64
	err := p.tx.QueryRow(`SELECT ifnull((SELECT max(seq) FROM messages WHERE seq < ?1), ?1), ifnull((SELECT min(seq) FROM messages WHERE seq > ?2), ?2)`,
		int64(from), int64(p.last)).Scan(&before, &next)
	if err != nil {
		return err
	}
	_, err = p.tx.Exec(`DELETE FROM hours WHERE seq BETWEEN ?1 AND ?3;
		INSERT INTO hours SELECT seq, hour FROM
			(SELECT seq, time / ?4 AS hour, lag(time) OVER (ORDER BY seq) / ?4 AS before FROM messages WHERE seq BETWEEN ?2 AND ?3)
			WHERE seq >= ?1 AND hour IS NOT before`, int64(from), before, next, microsPerHour)
	return err
}

// makeRooms has the table rooms begin before the messages of a part that are of other rooms than
// the first.
func (h *History) makeRooms(ctx context.Context, p *part) error {
	first := state.Seq(0)
	for _, e := range p.events {
		if state.SpeechOf(e.Body).Room != 0 {
			first = e.Seq
			break
		}
	}
	for more := first != 0; more; {
		err := h.maintenance.pace(ctx, func() error {
			return h.commitPart(func(tx *sql.Tx, _ *conn, w written) (_ written, err error) {
				w.roomed, more, err = roomSome(tx, w.roomed, first)
				return w, err
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// roomSome gives the table rooms some of the messages before those that it has, and returns the
// first that it has then, and whether there are more from one on.
func roomSome(tx *sql.Tx, roomed, first state.Seq) (now state.Seq, more bool, err error) {
	if roomed != 0 && roomed <= first {
		return roomed, false, nil
	}
	if roomed == 0 {
		if err := tx.QueryRow(`SELECT max(?, ifnull((SELECT max(seq) + 1 FROM messages), 0))`, int64(first)).Scan(&roomed); err != nil {
			return 0, false, err
		}
	}
	err = tx.QueryRow(`SELECT ifnull((SELECT seq FROM messages WHERE seq >= ?1 AND seq < ?2 ORDER BY seq DESC LIMIT 1 OFFSET ?3), ?1)`,
		int64(first), int64(roomed), roomedEvents).Scan(&now)
	if err == nil {
		_, err = tx.Exec(`INSERT OR REPLACE INTO rooms SELECT room, seq FROM messages WHERE seq >= ?1 AND seq < ?2 AND kind <> 'gap'; UPDATE meta SET roomed = ?1`,
			int64(now), int64(roomed))
	}
	return now, now > first, err
}
