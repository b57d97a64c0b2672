package history

import (
	"database/sql"

	"salon/room/state"
)

// placeBlock is how many places are reserved at a time. After a kill the next
// life goes on behind them, so that no place is given twice although joins and
// leaves take places without being written.
const placeBlock = 4096

// stamp reads the clock that nobody sets.
func (h *History) stamp() stamp { return stamp{h.boot.Load(), int64(h.clock.up())} }

// offset is how far the wall is ahead of it now.
func (h *History) offset() int64 { return h.clock.now().UnixNano() - int64(h.clock.up()) }

// write commits rows and what memory has waiting, as one transaction, and
// whatever also adds to it. After an error nothing of it is known to be written.
func (h *History) write(rows []*row, also func(*sql.Tx) error) error {
	h.disk.wanted.Add(1)
	h.disk.mu.Lock()
	h.disk.wanted.Add(-1)
	defer h.disk.mu.Unlock()
	return h.writeLocked(rows, also)
}

func (h *History) writeLocked(rows []*row, also func(*sql.Tx) error) error {
	if err := h.disk.inPlaceLocked(); err != nil {
		return err
	}
	if h.fault != nil {
		if err := h.fault(); err != nil {
			return err
		}
	}
	waiting := h.memory.firstUnwritten()
	t := transaction{History: h, lastSeq: h.lastSeq, lastWall: h.lastWall, block: h.block.Load(), ahead: h.ahead}
	err := inTransaction(h.disk.writer, func(tx *sql.Tx) error {
		t.tx = tx
		return t.fill(append(waiting, rows...), also)
	})
	if err != nil {
		return err
	}
	h.lastSeq, h.lastWall, h.ahead = t.lastSeq, t.lastWall, t.ahead
	h.block.Store(t.block)
	h.disk.commits.Add(1)
	h.memory.written(waiting)
	return nil
}

// aside runs a transaction on the clerk's connection, between those of the
// sequencer, which need not wait for the disk twice.
func (h *History) aside(do func(*sql.Tx) error) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if err := h.disk.inPlaceLocked(); err != nil {
		return err
	}
	if h.fault != nil {
		if err := h.fault(); err != nil {
			return err
		}
	}
	return inTransaction(h.disk.clerk, do)
}

// transaction is one on its way, with what will be true once it is committed.
type transaction struct {
	*History
	tx       *sql.Tx
	lastSeq  state.Seq
	lastWall int64
	block    uint64
	ahead    int64
}

func (t *transaction) fill(rows []*row, also func(*sql.Tx) error) error {
	bytes, err := t.rows(rows)
	if err != nil {
		return err
	}
	if given := t.given.Load(); given+placeBlock/2 > t.block {
		t.block = given + placeBlock
	}
	if _, err := t.tx.Exec(`UPDATE meta SET reserved = ?, bytes = bytes + ?`, int64(t.block), bytes); err != nil {
		return err
	}
	if now := t.offset(); apart(now, t.ahead) {
		t.ahead = now
		if _, err := t.tx.Exec(`UPDATE boots SET ahead = ? WHERE id = ?`, now, t.boot.Load()); err != nil {
			return err
		}
	}
	if also == nil {
		return nil
	}
	return also(t.tx)
}

// rows writes rows and returns how many bytes of people's words came with them.
func (t *transaction) rows(rows []*row) (int, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	insert := t.tx.Stmt(t.disk.upsert)
	defer insert.Close()
	bytes := 0
	for _, r := range rows {
		if _, err := insert.Exec(r.values()...); err != nil {
			return 0, err
		}
		if err := t.note(r); err != nil {
			return 0, err
		}
		if k := kindNamed(r.kind); k != nil && k.spoken && !r.again {
			bytes += r.size()
		}
	}
	return bytes, nil
}

// note marks a turn where the clock was set back.
func (t *transaction) note(r *row) error {
	if r.seq <= t.lastSeq {
		return nil
	}
	if r.time < t.lastWall {
		if _, err := t.tx.Exec(`INSERT OR IGNORE INTO turns VALUES (?)`, int64(r.seq)); err != nil {
			return err
		}
	}
	t.lastSeq, t.lastWall = r.seq, r.time
	return nil
}

// drain writes all that waits, with it what is missing, and last whatever also
// adds.
func (h *History) drain(also func(*sql.Tx) error) error {
	for {
		lost := h.memory.takeLost()
		rows, err := lost.rows()
		if err != nil {
			return err
		}
		more := h.memory.countUnwritten() > batchEvents
		extra := also
		if more {
			extra = nil
		}
		if err := h.write(rows, extra); err != nil {
			h.memory.lose(lost)
			return err
		}
		if len(rows) > 0 {
			h.memory.missing(lost)
		}
		if !more {
			return nil
		}
	}
}

// enterBootLocked finds this run of the machine in the table.
func (h *History) enterBootLocked() error {
	now := h.offset()
	_, err := h.disk.writer.Exec(`INSERT INTO boots (name, ahead) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET ahead = excluded.ahead`, h.clock.boot, now)
	if err != nil {
		return err
	}
	var id int64
	err = h.disk.writer.QueryRow(`SELECT id FROM boots WHERE name = ?`, h.clock.boot).Scan(&id)
	h.ahead = now
	h.boot.Store(id)
	return err
}

// readFrame reads what the wall showed on each run of the machine.
func readFrame(db *sql.DB) (frame, error) {
	rows, err := db.Query(`SELECT id, ahead FROM boots`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	f := frame{}
	for rows.Next() {
		var id, ahead int64
		if err := rows.Scan(&id, &ahead); err != nil {
			return nil, err
		}
		f[id] = ahead
	}
	return f, rows.Err()
}
