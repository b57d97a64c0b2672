package history

import (
	"database/sql"
	"fmt"
	"sync/atomic"
	"testing"

	"salon/room/state"
	"salon/room/text"
)

// inMessages counts the messages in the file that hold the secret.
func inMessages(t *testing.T, c *chat) (n int) {
	t.Helper()
	err := c.disk.read(func(db *sql.DB) error {
		return db.QueryRow(`SELECT count(*) FROM messages WHERE text LIKE ?`, "%"+secret+"%").Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAllThatSomebodySaidIsOverwritten, in any number of transactions, and nothing that others
// said.
func TestAllThatSomebodySaidIsOverwritten(t *testing.T) {
	c := startChat(t, Options{recent: 10})
	bob := c.does(state.Joined{Pseudo: "bob", Forms: text.Pseudo("bob").Forms()}).ID
	for i := range 3*eraseEvents + 1 {
		c.says(fmt.Sprint(secret, " ", i))
		c.does(state.Said{Session: bob, Text: fmt.Sprint("of bob ", i)})
	}
	if err := c.Snapshot(t.Context(), c.snapshot()); err != nil {
		t.Fatal(err)
	}
	c.flush(t)
	if n := inMessages(t, c); n != 3*eraseEvents+1 {
		t.Fatalf("it was said %d times", n)
	}
	c.does(state.Forgotten{Session: c.ann})
	if got, err := c.Search(t.Context(), nil, state.Query{Text: secret}, 10); err != nil || len(got) != 0 {
		t.Errorf("a search finds %v, %v", got, err)
	}
	wantNowhere(t, c)
	for _, who := range []text.Pseudo{"ann", "bob"} {
		got, err := c.Search(t.Context(), nil, state.Query{By: who}, 1000)
		if err != nil || len(got) != 3*eraseEvents+1 {
			t.Errorf("of %s there are %d messages, %v", who, len(got), err)
		}
		for _, e := range got {
			if said := e.Body.(state.Said); (said.Removed != nil) != (who == "ann") {
				t.Errorf("of %s there is %+v", who, said)
			}
		}
	}
	if _, err := c.disk.durable.Exec(`INSERT INTO words (words) VALUES ('integrity-check')`); err != nil {
		t.Errorf("the index is damaged: %v", err)
	}
}

// TestASnapshotCoversNoWordsThatWereTakenBack: what takes them back stays in the log until they
// are overwritten.
func TestASnapshotCoversNoWordsThatWereTakenBack(t *testing.T) {
	c := startChat(t, Options{})
	for range 20 {
		seq := c.says(secret).Seq
		c.flush(t)
		c.does(state.Deleted{Message: seq, Author: "ann"})
		if err := c.Snapshot(t.Context(), c.snapshot()); err != nil {
			t.Fatal(err)
		}
		if n := inMessages(t, c); n != 0 {
			t.Fatalf("after the snapshot it is there %d times", n)
		}
	}
}

// TestWordsAreTakenBackWhileTheDiskFails: they never reach it, and those that it has go when it
// works again.
func TestWordsAreTakenBackWhileTheDiskFails(t *testing.T) {
	var broken atomic.Bool
	c := startChat(t, Options{fault: failing(&broken)})
	before := c.says("before " + secret).Seq
	c.flush(t)
	broken.Store(true)
	during := c.says("during " + secret).Seq
	c.until("failing", func() bool { return !c.well() })
	for _, seq := range []state.Seq{before, during} {
		c.does(state.Deleted{Message: seq, Author: "ann"})
	}
	if got, err := c.Search(t.Context(), nil, state.Query{Text: secret}, 10); err != nil || len(got) != 0 {
		t.Errorf("a search finds %v, %v", got, err)
	}
	broken.Store(false)
	c.until("well", c.well)
	wantMarks(t, c, before, during)
	wantNowhere(t, c)
	c = c.again()
	wantMarks(t, c, before, during)
	if n := bytesOf(t, c.disk.dir, secret); n != 0 {
		t.Errorf("in the next run it is there %d times", n)
	}
}

func wantMarks(t *testing.T, c *chat, seqs ...state.Seq) {
	t.Helper()
	got, err := c.Last(t.Context(), nil, 10, 0)
	if err != nil || len(got) != len(seqs) {
		t.Fatalf("there are %v, %v", got, err)
	}
	for i, e := range got {
		if said, _ := e.Body.(state.Said); e.Seq != seqs[i] || said.Removed == nil || said.Text != "" {
			t.Errorf("there is %+v", e)
		}
	}
}
