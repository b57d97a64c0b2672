package history

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"salon/room/state"
)

// retryEvery is how long a disk that failed is left alone.
const retryEvery = time.Second

// trouble is a disk that fails. Only the sequencer changes it.
type trouble struct {
	every time.Duration

	mu    sync.Mutex // guards all below
	err   error      // nil: none
	since time.Time
	tried time.Time
	timer *time.Timer // when to try again; nil without trouble
}

// now returns the trouble, if there is any.
func (t *trouble) now() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

func (t *trouble) begin(err error, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err, t.since, t.tried = err, now, time.Now()
	t.timer = time.NewTimer(t.every)
}

func (t *trouble) still(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err, t.tried = err, time.Now()
	t.timer.Reset(t.every)
}

func (t *trouble) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = nil
	t.timer.Stop()
	t.timer = nil
}

// due reports whether it is time to try again.
func (t *trouble) due() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Since(t.tried) >= t.every
}

// again fires when it is; never without trouble.
func (t *trouble) again() <-chan time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer == nil {
		return nil
	}
	return t.timer.C
}

// Health implements room.Log. While it is bad the chat goes on: events have
// their places and are seen, what is to be written waits in memory, and what no
// longer fits there will be a gap.
func (h *History) Health() state.Health {
	h.trouble.mu.Lock()
	defer h.trouble.mu.Unlock()
	if h.trouble.err == nil {
		return state.Health{}
	}
	return state.Health{Err: fmt.Errorf("history: %w", h.trouble.err), Since: h.trouble.since}
}

func movedAway(err error) bool { return errors.Is(err, errMoved) }

// mend opens the file again where that may help. A full disk needs no more than
// space.
func (h *History) mend() error {
	if code(h.trouble.now()) == codeFull {
		return nil
	}
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	h.disk.disconnectLocked()
	if err := h.disk.openLocked(); err != nil {
		return err
	}
	if err := h.goOnLocked(); err != nil {
		h.disk.disconnectLocked()
		return err
	}
	return nil
}

// goOnLocked goes on with the file that is there now, be it the same, an older
// copy or a new one.
func (h *History) goOnLocked() error {
	var file int64
	var last state.Seq
	if err := h.disk.writer.QueryRow(`SELECT file, ifnull((SELECT max(seq) FROM events), 0) FROM meta`).Scan(&file, &last); err != nil {
		return err
	}
	if h.other = h.other || file != h.file || last < h.lastSeq; !h.other {
		return h.disk.rememberLocked()
	}
	if err := h.beginAgainLocked(); err != nil {
		return err
	}
	h.file, h.other = file, false
	h.anew()
	return nil
}

// beginAgainLocked fills a file that is not the one it was: with the state, the
// messages at hand, and a gap for those that only the other file had.
func (h *History) beginAgainLocked() error {
	if err := h.enterBootLocked(); err != nil {
		return err
	}
	if err := h.readLastLocked(); err != nil {
		return err
	}
	h.block.Store(0)
	lost := h.memory.rewrite(h.lastSeq, h.lastWall)
	h.disk.file = nil // written to before it is known
	if err := h.writeLocked(nil, h.memory.saveState(h.boot.Load(), h.ahead)); err != nil {
		return err
	}
	h.memory.lose(lost)
	return h.disk.rememberLocked()
}

// rewrite makes everything at hand wait to be written again, and returns what is
// missing between the last row of the file and that.
func (m *memory) rewrite(last state.Seq, wall int64) gap {
	m.mu.Lock()
	defer m.mu.Unlock()
	later := m.unwritten
	m.unwritten, m.waiting = nil, 0
	for _, e := range m.recent {
		if r, err := newRow(e.event); err == nil {
			r.again = last >= r.seq
			m.addUnwrittenLocked(r)
		}
	}
	for _, r := range append(slices.Clone(m.unsettled), later...) {
		m.addUnwrittenLocked(r)
	}
	if last+1 >= m.from {
		return gap{}
	}
	lost := gap{seq: last + 1}
	if last > 0 {
		lost.From = time.Unix(0, wall)
	}
	if len(m.recent) > 0 {
		lost.To = m.recent[0].event.Time
	}
	return lost
}

// saveState returns what writes the state down as a snapshot.
func (m *memory) saveState(boot, ahead int64) func(*sql.Tx) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := &m.keeper
	s := k.load(0)
	s.Seq = m.applied
	return func(tx *sql.Tx) error { return putSnapshot(tx, s, boot, ahead) }
}
