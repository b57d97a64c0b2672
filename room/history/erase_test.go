package history

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"salon/room/state"
)

// removeAll empties a directory.
func removeAll(t *testing.T, dir string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

// bytesOf counts how often a word is in the files of a directory.
func bytesOf(t *testing.T, dir, word string) (n int) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data := read(t, filepath.Join(dir, f.Name()))
		n += bytes.Count(bytes.ToLower(data), []byte(word))
	}
	return n
}

const secret = "xylophonique"

// conversation says 3,000 messages, many at once, one of which has a word that no other
// has, and returns its sequence number.
func conversation(c *chat, at int, long bool) (erased state.Seq) {
	var talking sync.WaitGroup
	for start := range 30 {
		talking.Go(func() {
			for i := start; i < 3000; i += 30 {
				text := randomWords(uint64(i), 8)
				if i == at {
					text += "le mot " + secret + " est dit"
				}
				if i == at && long {
					text += randomWords(9, 400) // over several pages
				}
				id := state.ID{Origin: uint64(c.born), N: c.n + uint64(i) + 1}
				seq, err := c.Propose(c.T.Context(), state.Event{ID: id, Body: state.Said{Session: c.ann, Text: text}})
				if err != nil {
					c.Errorf("Propose: %v", err)
				}
				if i == at {
					erased = seq
				}
			}
		})
	}
	talking.Wait()
	for range 3000 {
		<-c.outcomes
	}
	c.n += 3000
	return erased
}

// TestAWordIsErased from every byte of the directory, wherever it stands and whatever
// has happened to it since.
func TestAWordIsErased(t *testing.T) {
	for name, c := range map[string]struct {
		at                        int
		long, indexed, swept, old bool
	}{
		"said last":                    {at: 2999},
		"in the log, long":             {at: 1500, indexed: true, long: true},
		"in the log of a run before":   {at: 2000, indexed: true, old: true},
		"swept, first of all":          {at: 0, indexed: true, swept: true},
		"swept, long, of a run before": {at: 700, indexed: true, swept: true, long: true, old: true},
	} {
		t.Run(name, func(t *testing.T) {
			if raceDetector && c.at > 0 {
				t.Skip("takes minutes: most of it in SQLite")
			}
			talk := startChat(t, Options{})
			seq := conversation(talk, c.at, c.long)
			if c.swept {
				if err := talk.Snapshot(t.Context(), talk.snapshot()); err != nil {
					t.Fatal(err)
				}
			}
			if c.indexed {
				talk.flush(t)
			}
			if c.old {
				talk = talk.again()
			}
			talk.until("said", func() bool { return bytesOf(t, talk.disk.dir, secret) > 0 })
			wantErased(t, talk, seq)
			hash := talk.st.Hash()
			talk = talk.again()
			if talk.before != hash {
				t.Error("the state is another in the next run")
			}
			if n := bytesOf(t, talk.disk.dir, secret); n != 0 {
				t.Errorf("the word is there %d times in the next run", n)
			}
			if got, err := talk.Search(t.Context(), nil, state.Query{Text: secret}, 10); err != nil || len(got) != 0 {
				t.Errorf("the next run finds %v, %v", got, err)
			}
		})
	}
}

func wantErased(t *testing.T, c *chat, seq state.Seq) {
	t.Helper()
	c.does(state.Deleted{Message: seq, Author: "ann"})
	wantRemoved(t, c, seq)
	wantNowhere(t, c)
	wantRemoved(t, c, seq)
	if got, err := c.Search(t.Context(), nil, state.Query{Text: secret}, 10); err != nil || len(got) != 0 {
		t.Errorf("a search finds %v, %v", got, err)
	}
	if got := texts(t, c, 4000); len(got) != 3000 {
		t.Errorf("%d messages are left", len(got))
	}
	c.flush(t)
	if _, err := c.disk.durable.Exec(`INSERT INTO words (words) VALUES ('integrity-check')`); err != nil {
		t.Errorf("the index is damaged: %v", err)
	}
	c.does(state.Deleted{Message: seq, Author: "ann", Own: true}) // again
	wantRemoved(t, c, seq)
}

// soon is how long words that were taken back may stay in the file.
const soon = 5 * time.Second

// wantNowhere checks that the secret is soon in no file.
func wantNowhere(t *testing.T, c *chat) {
	t.Helper()
	began := time.Now()
	c.until("overwritten", func() bool { return bytesOf(t, c.disk.dir, secret) == 0 })
	if took := time.Since(began); took > soon && !raceDetector {
		t.Errorf("it took %v", took)
	}
}

// wantRemoved checks that nothing but a mark is left of a message.
func wantRemoved(t *testing.T, c *chat, seq state.Seq) {
	t.Helper()
	got, err := c.Last(t.Context(), nil, 1, seq+1)
	if err != nil || len(got) != 1 || got[0].Seq != seq {
		t.Fatalf("at %d there is %v, %v", seq, got, err)
	}
	said, _ := got[0].Body.(state.Said)
	if said.Removed == nil || *said.Removed != (state.Removal{}) || said.Text != "" || said.From != "ann" {
		t.Errorf("at %d there is %+v", seq, said)
	}
	for _, q := range []state.Query{{Text: secret}, {Text: secret, By: "ann"}} {
		if got, err := c.Search(t.Context(), nil, q, 10); err != nil || len(got) != 0 {
			t.Errorf("a search finds %v, %v", got, err)
		}
	}
	var lines bytes.Buffer
	if err := reader(t, c.disk.dir).Export(t.Context(), &lines, nil); err != nil || bytes.Contains(lines.Bytes(), []byte(secret)) {
		t.Errorf("it is exported (%v)", err)
	}
	if mark := `"removed":true`; bytes.Count(lines.Bytes(), []byte(mark)) != 1 {
		t.Errorf("the mark is in the export %d times", bytes.Count(lines.Bytes(), []byte(mark)))
	}
}

// TestAReaderDelaysErasing, and that is said.
func TestAReaderDelaysErasing(t *testing.T) {
	c := startChat(t, Options{})
	seq := c.says("le mot " + secret).Seq
	c.flush(t)
	db, err := sql.Open("sqlite", dsn(c.disk.path()))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow(`SELECT count(*) FROM messages`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	c.does(state.Deleted{Message: seq, Author: "ann"})
	c.until("reported", func() bool { return strings.Contains(c.log.String(), "somebody is reading the file") })
	wantRemoved(t, c, seq)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	wantNowhere(t, c)
}

// TestForgettingLeavesNoWords: what is too old is gone from the files like what is
// erased.
func TestForgettingLeavesNoWords(t *testing.T) {
	clocks := newFakeClock()
	c := startChat(t, Options{clock: clocks.clock()})
	c.says("le mot " + secret)
	clocks.pass(time.Hour)
	for i := range 500 {
		c.says(randomWords(uint64(i), 8))
	}
	if err := c.Snapshot(t.Context(), c.snapshot()); err != nil {
		t.Fatal(err)
	}
	c.flush(t)
	c.SetKeep(time.Minute, 0)
	if _, err := c.maintenance.prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	if done, err := c.disk.truncate(); !done || err != nil {
		t.Fatal(done, err)
	}
	if n := bytesOf(t, c.disk.dir, secret); n != 0 {
		t.Errorf("the word is still there %d times", n)
	}
}
