package history

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"salon/room/state"
)

// TestTheWriteAheadLogStaysSmall while people talk, one after the other, and while
// an index is made.
func TestTheWriteAheadLogStaysSmall(t *testing.T) {
	c := startChat(t, Options{})
	most := int64(0)
	look := func() { most = max(most, c.disk.walSize()) }
	for i := range 3000 {
		c.says(fmt.Sprint("hello ", i))
		look()
	}
	if most > 3*walBytes {
		t.Errorf("it had %d bytes while people talked", most)
	}
	c.until("moved into the file", func() bool { return c.disk.walSize() < walBytes })
	c.finish()

	h := openAlone(t, Options{Dir: t.TempDir()})
	var events []state.Event
	for i := range state.Seq(8_000) {
		events = append(events, saidAt(i+1, time.Now(), "ann", randomWords(uint64(i), 10)))
	}
	h.store(t, events)
	h.flush(t)
	if size := h.disk.walSize(); size > 2*walBytes {
		t.Errorf("it has %d bytes after an index was made", size)
	}
}

// TestTheChatGoesOnWhileTheFileIsLocked by somebody else's transaction.
func TestTheChatGoesOnWhileTheFileIsLocked(t *testing.T) {
	c := startChat(t, Options{retry: time.Millisecond})
	c.says("before")
	db, err := sql.Open("sqlite", dsn(c.disk.path(), "busy_timeout(5000)")+"&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		began := time.Now()
		c.says(fmt.Sprint("during ", i))
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("a message waits for %v", took)
		}
	}
	if c.well() {
		t.Error("there is no alarm")
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	c.until("recording again", c.well)
	c.says("after")
	h := c.reopened()
	if got := texts(t, h, 30); len(got) != 22 {
		t.Errorf("%d messages are recorded: %q", len(got), got)
	}
}
