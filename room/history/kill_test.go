package history

import (
	"bufio"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"salon/room/state"
)

// acknowledged is what was acknowledged, in all runs.
type acknowledged struct {
	words map[state.Seq]string // of what is written down
	seqs  map[state.Seq]bool   // of everything
	topic state.Seq            // the last
	seen  state.Seq            // the last
}

func (w *acknowledged) add(t *testing.T, line string) {
	f := strings.Fields(line)
	if len(f) != 3 {
		t.Fatalf("the child wrote %q", line)
	}
	n, err := strconv.ParseUint(f[0], 10, 64)
	seq := state.Seq(n)
	if err != nil || w.seqs[seq] {
		t.Fatalf("%s was assigned twice: %v", f[0], err)
	}
	w.seqs[seq] = true
	switch f[1] {
	case "left", "refused":
		return
	case "seen":
		w.seen = max(w.seen, seq)
		return
	case "topic":
		w.topic = max(w.topic, seq)
	}
	w.words[seq] = f[2]
}

// slowStart is where a start fails the test; what is asked for is 1 s, and the
// slowest is reported, but machines that run tests are busy.
const slowStart = 5 * time.Second

// TestAKillTakesNothing kills a talking history at any moment, some times by
// default and as often as SALON_KILLS says.
func TestAKillTakesNothing(t *testing.T) {
	kills := 4
	if n, err := strconv.Atoi(os.Getenv("SALON_KILLS")); err == nil {
		kills = n
	}
	dir := t.TempDir()
	decidedMuch(t, dir)
	w := &acknowledged{words: map[state.Seq]string{}, seqs: map[state.Seq]bool{}}
	var slowest time.Duration
	for range kills {
		killOne(t, dir, w, rand.IntN(1500))
		wantNothingRefused(t, dir)
		before := time.Now()
		c := startChat(t, Options{Dir: dir})
		slowest = max(slowest, time.Since(before))
		w.check(t, c)
		c.finish()
		wantNothingRefused(t, dir)
	}
	if slowest > slowStart {
		t.Errorf("the slowest start took %v", slowest)
	}
	c := startChat(t, Options{Dir: dir})
	if err := c.Snapshot(t.Context(), c.snapshot()); err != nil {
		t.Fatal(err)
	}
	c.flush(t)
	w.searchAll(t, c.History)
	if n := c.number(t, `SELECT count(*) FROM log`); n > 0 {
		t.Errorf("%d events are left that nobody needs", n)
	}
	t.Logf("%d kills, %d acknowledged, slowest start %v", kills, len(w.seqs), slowest)
}

// account is the sequence number with which the talk begins, at which pat is registered.
const account = 9002

// decidedMuch makes a file whose log is so long that there is something to sweep
// while it is killed.
func decidedMuch(t *testing.T, dir string) {
	h := open(t, Options{Dir: dir})
	for from := state.Seq(1); from < account-1; from += 500 {
		var list []*entry
		for seq := from; seq < from+500; seq++ {
			data, err := state.EncodeEvent(state.Event{Seq: seq, ID: state.ID{Origin: 3, N: uint64(seq)}, Time: time.Now().UTC(), Body: state.Seen{Account: 1}})
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, &entry{seq: seq, event: string(data)})
		}
		if err := h.write(list, 0); err != nil {
			t.Fatal(err)
		}
	}
	shut(t, h)
}

// wantNothingRefused checks that what a kill left has nothing that was refused, before
// any room has looked at it.
func wantNothingRefused(t *testing.T, dir string) {
	t.Helper()
	h := openAlone(t, Options{Dir: dir})
	defer shut(t, h)
	var out strings.Builder
	if err := (&Reader{db: h.disk.readers.Load()}).Export(t.Context(), &out, nil); err != nil || strings.Contains(out.String(), "refused") {
		t.Errorf("what was refused is exported, %v", err)
	}
	if err := h.maintenance.index(t.Context()); err != nil {
		t.Error(err)
	}
	if got, err := h.Search(t.Context(), nil, state.Query{Text: "refused"}, 10); err != nil || len(got) != 0 {
		t.Errorf("what was refused is found: %v, %v", got, err)
	}
}

// child starts another process that talks.
func child(t *testing.T, dir string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(out)
}

// killOne starts a child and kills it after so many acknowledgements.
func killOne(t *testing.T, dir string, w *acknowledged, after int) {
	t.Helper()
	cmd, lines := child(t, dir)
	for n := 0; ; n++ {
		if n == after {
			cmd.Process.Kill()
		}
		line, err := lines.ReadString('\n')
		if err == io.EOF && line == "" && n >= after {
			break
		}
		if err != nil {
			t.Fatalf("the child ended by itself after %d: %v", n, err)
		}
		w.add(t, line)
	}
	cmd.Wait()
}

// TestAnotherProcessCannotWriteButRead tries while one is talking.
func TestAnotherProcessCannotWriteButRead(t *testing.T) {
	dir := t.TempDir()
	cmd, lines := child(t, dir)
	if line, err := lines.ReadString('\n'); err != nil {
		t.Fatalf("%q, %v", line, err)
	}
	for range 2 {
		if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrInUse) {
			t.Errorf("Open: %v", err)
		}
	}
	r := reader(t, dir)
	var out strings.Builder
	for !strings.Contains(out.String(), `"kind":"said"`) { // the first lines tell of other kinds
		if _, err := lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		out.Reset()
		if err := r.Export(t.Context(), &out, nil); err != nil {
			t.Fatal(err)
		}
	}
	cmd.Process.Kill()
	go io.Copy(io.Discard, lines)
	cmd.Wait()
	open(t, Options{Dir: dir})
}

// check checks that the file has what was acknowledged, once and in order.
func (w *acknowledged) check(t *testing.T, c *chat) {
	t.Helper()
	if err := c.maintenance.write(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen := map[state.ID]state.Seq{}
	found := 0
	rows, err := c.disk.durable.Query(`SELECT ` + columns + ` FROM messages ORDER BY seq`)
	if err := each(rows, err, func(m *message) (bool, error) {
		if first, ok := seen[m.id]; ok {
			t.Errorf("%v is both %d and %d", m.id, first, m.seq)
		}
		seen[m.id] = m.seq
		if word, ok := w.words[m.seq]; ok {
			found++
			if !strings.Contains(m.Text, word) || strings.Contains(m.Text, "refused") || m.Author != "pat" {
				t.Errorf("message %d is %+v, want %q", m.seq, m, word)
			}
		}
		return true, nil
	}); err != nil {
		t.Fatal(err)
	}
	if found != len(w.words) {
		t.Errorf("%d of %d acknowledged are there", found, len(w.words))
	}
	for seq := range w.seqs {
		if seq >= c.born {
			t.Fatalf("%d was assigned and will be again from %d on", seq, c.born)
		}
	}
	var verdict string
	if err := c.disk.durable.QueryRow(`PRAGMA quick_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("the file is %q, %v", verdict, err)
	}
	w.checkSome(t, c)
}

// checkSome searches before the index has caught up, and looks at the State.
func (w *acknowledged) checkSome(t *testing.T, c *chat) {
	t.Helper()
	tried := 0
	for seq, word := range w.words {
		if w.wantFound(t, c.History, seq, word); tried == 20 {
			break
		}
		tried++
	}
	if a := c.st.AccountByKey("SHA256:A"); w.seen > 0 && (a == nil || a.ID != account || a.Seen < w.seen) {
		t.Errorf("pat had seen up to %d: %+v", w.seen, a)
	}
	if w.topic == 0 {
		return
	}
	topic := c.st.Salon().Topic.Text
	if got, err := c.Search(t.Context(), nil, state.Query{Text: topic}, 1); topic == "" || err != nil || len(got) != 1 || got[0].Seq < w.topic {
		t.Errorf("the topic is %q, from before %d: %v, %v", topic, w.topic, got, err)
	}
}

func (w *acknowledged) wantFound(t *testing.T, h *History, seq state.Seq, word string) {
	t.Helper()
	if got, err := h.Search(t.Context(), nil, state.Query{Text: word}, 2); err != nil || len(got) == 0 || got[0].Seq > seq {
		t.Errorf("%q of %d is not found: %v, %v", word, seq, got, err)
	}
}

func (w *acknowledged) searchAll(t *testing.T, h *History) {
	t.Helper()
	left := 500
	for seq, word := range w.words {
		w.wantFound(t, h, seq, word)
		if left--; left == 0 {
			return
		}
	}
}
