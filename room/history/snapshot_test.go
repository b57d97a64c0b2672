package history

import (
	"fmt"
	"sync/atomic"
	"testing"

	"salon/room"
	"salon/room/state"
)

// TestASnapshotSweepsTheLog a few events at a time, and nothing that comes after it.
func TestASnapshotSweepsTheLog(t *testing.T) {
	c := startChat(t, Options{})
	for i := range 3 * sweepEvents {
		c.says(fmt.Sprint(i))
	}
	s := c.snapshot()
	for i := range 10 {
		c.says(fmt.Sprint("after ", i))
	}
	if n := c.number(t, `SELECT count(*) FROM log`); n != 3*sweepEvents+12 {
		t.Errorf("%d events are in the log before the snapshot", n)
	}
	if err := c.Snapshot(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	c.flush(t)
	if n := c.number(t, `SELECT count(*) FROM log`); n != 10 {
		t.Errorf("%d events are in the log, want those after the snapshot", n)
	}
	hash := c.st.Hash()
	if c = c.again(); c.before != hash {
		t.Errorf("the state is %s", c.st.Encode())
	}
	if got := texts(t, c, 1000); len(got) != 3*sweepEvents+10 {
		t.Errorf("%d messages are there", len(got))
	}
}

// TestASnapshotTakesItsMessagesAlong: what was said up to its sequence number is written in the
// same transaction, or neither is.
func TestASnapshotTakesItsMessagesAlong(t *testing.T) {
	var broken atomic.Bool
	h := openAlone(t, Options{Dir: t.TempDir(), fault: failing(&broken)})
	var events []state.Event
	for i := range state.Seq(3 * room.BatchEvents) {
		events = append(events, saidAt(i+1, h.Now().Time, "ann", "hello"))
	}
	h.Apply(3*room.BatchEvents+5, events)
	broken.Store(true)
	s := state.Snapshot{Seq: 2*room.BatchEvents + 7, State: state.NewState().Encode()}
	if err := h.Snapshot(t.Context(), s); err == nil {
		t.Error("a snapshot is kept without a disk")
	}
	if n := h.number(t, `SELECT (SELECT count(*) FROM snapshot) + (SELECT count(*) FROM messages)`); n != 0 {
		t.Errorf("%d rows are written", n)
	}
	broken.Store(false)
	if err := h.Snapshot(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if n, applied := h.number(t, `SELECT count(*) FROM messages`), h.number(t, `SELECT applied FROM meta`); n != 2*room.BatchEvents+7 || applied != n {
		t.Errorf("%d messages are written, up to %d, for a snapshot of %d", n, applied, s.Seq)
	}
	if err := h.maintenance.write(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, applied := h.number(t, `SELECT count(*) FROM messages`), h.number(t, `SELECT applied FROM meta`); n != 3*room.BatchEvents || applied != n+5 {
		t.Errorf("%d messages are written, up to %d", n, applied)
	}
}

// TestASnapshotWaitsForTheDisk: none is taken while the disk fails, and the change that
// its end makes is reported.
func TestASnapshotWaitsForTheDisk(t *testing.T) {
	var broken atomic.Bool
	c := startChat(t, Options{fault: failing(&broken)})
	_, changed := c.Health()
	broken.Store(true)
	c.says("during")
	<-changed
	health, changed := c.Health()
	if health.Err == nil {
		t.Error("it says that it is well")
	}
	if err := c.Snapshot(t.Context(), c.snapshot()); err == nil {
		t.Error("a snapshot is taken")
	}
	broken.Store(false)
	<-changed
	if !c.well() {
		t.Error("it says that it is not well")
	}
	c.until("a snapshot", func() bool { return c.kept.Load() == 1 })
}
