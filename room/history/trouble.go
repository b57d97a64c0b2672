package history

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"salon/room/state"
)

// retryEvery is how long a disk that failed is left alone.
const retryEvery = time.Second

// trouble is a disk that fails. Only the sequencer changes it.
type trouble struct {
	every time.Duration

	mu      sync.Mutex // guards all below
	err     error      // nil: none
	since   time.Time
	tried   time.Time
	timer   *time.Timer   // when to try again; nil without trouble
	changed chan struct{} // closed when trouble begins or ends, and then another
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
	t.changeLocked()
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
	t.changeLocked()
}

func (t *trouble) changeLocked() {
	close(t.changed)
	t.changed = make(chan struct{})
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
// longer fits there will be a gap. When it is well again the room hands a snapshot
// in at once: it stands for the events that did not fit, and for those that only a
// lost file held.
func (h *History) Health() (state.Health, <-chan struct{}) {
	t := &h.trouble
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		return state.Health{}, t.changed
	}
	return state.Health{Err: fmt.Errorf("history: %w", t.err), Since: t.since}, t.changed
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
	c, err := h.lookLocked()
	if err != nil {
		return err
	}
	if h.other = h.other || c.file != h.file || c.last < h.lastSeq; !h.other {
		return h.disk.rememberLocked()
	}
	if err := h.beginAgainLocked(c); err != nil {
		return err
	}
	h.file, h.other = c.file, false
	h.anew()
	return nil
}

// beginAgainLocked fills a file that is not the one it was: with the messages at hand,
// and a gap for those that only the other file had. The events that only that one had
// can be followed no more.
func (h *History) beginAgainLocked(c content) error {
	h.lastSeq, h.lastHour = c.last, c.hour
	h.keepFrom(state.Seq(h.given.Load()) + 1)
	lost := h.memory.rewrite(c.applied, c.said).and(h.memory.takeLost())
	w := h.memory.next(0)
	err := lost.precede(&w)
	if err == nil {
		h.disk.file = nil // written to before it is known
		err = h.commitLocked(h.disk.writer, &w, nil)
	}
	if err != nil {
		h.memory.lose(lost)
		return err
	}
	h.memory.report(lost)
	return h.disk.rememberLocked()
}

// rewrite makes all messages at hand wait to be written that are not in a file which
// is complete up to a place, and returns what is missing between the two. said is when
// the last message of that file was; 0: it has none.
func (m *memory) rewrite(applied state.Seq, said int64) gap {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := &m.waiting
	q.messages, q.messageBytes = nil, 0
	for _, s := range m.recent {
		if s.row.seq > applied {
			q.addMessage(s.row)
		}
	}
	if applied+1 >= m.from {
		return gap{}
	}
	lost := gap{seq: applied + 1}
	if said != 0 {
		lost.From = time.UnixMicro(said).UTC()
	}
	if len(m.recent) > 0 {
		lost.To = m.recent[0].event.Time
	}
	return lost
}
