package history

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// childDir makes the test's program a room that talks to itself in that
// directory until it is killed.
const childDir = "SALON_HISTORY_CHILD"

func childMain() {
	if dir := os.Getenv(childDir); dir != "" {
		if err := talk(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}

// talk says things through many proposers, each of which writes a line about
// what was acknowledged: its place, its kind, its word.
func talk(dir string) error {
	h, err := Open(context.Background(), Options{Dir: dir, Keep: time.Hour})
	if err != nil {
		return err
	}
	snap, err := h.Load(context.Background())
	if err != nil {
		return err
	}
	st, err := startFrom(snap)
	if err != nil {
		return err
	}
	go h.Follow(context.Background(), snap.Seq, keeping(h, st))
	origin := rand.Uint64()
	account, err := registerAnn(h, st, origin)
	if err != nil {
		return err
	}
	ended := make(chan error)
	for p := range uint64(8) {
		go func() {
			for n := p; ; n += 8 {
				if err := sayOne(h, state.ID{Origin: origin, N: n}, account); err != nil {
					ended <- err
					return
				}
			}
		}()
	}
	return <-ended
}

func startFrom(snap state.Snapshot) (*state.State, error) {
	if snap.State == nil {
		return state.NewState(), nil
	}
	return state.DecodeState(snap.State)
}

// keeping applies what is followed as a room does, and keeps a snapshot of it again
// and again, beside the talk.
func keeping(h *History, st *state.State) func([]state.Event) error {
	var busy atomic.Bool
	return func(events []state.Event) error {
		var shown []state.Event
		for _, e := range events {
			if out := st.Apply(e); out.Shown || e.Spoken() {
				shown = append(shown, e)
			}
		}
		if err := h.Apply(shown); err != nil {
			return err
		}
		if busy.CompareAndSwap(false, true) {
			snap := state.Snapshot{Seq: st.Applied, State: st.Encode()}
			go func() {
				h.Snapshot(context.Background(), snap)
				busy.Store(false)
			}()
		}
		return nil
	}
}

// registerAnn returns her account, which the first life makes.
func registerAnn(h *History, st *state.State, origin uint64) (state.Seq, error) {
	if a := st.Accounts[text.Pseudo("ann").Key()]; a != nil {
		return a.ID, nil
	}
	return h.Propose(context.Background(), state.Event{ID: state.ID{Origin: origin, N: 1 << 40}, Body: state.Registered{Pseudo: "ann", KeyID: "SHA256:A"}})
}

func sayOne(h *History, id state.ID, account state.Seq) error {
	word := fmt.Sprintf("m%xn%dz", id.Origin, id.N)
	kind, body := "said", state.Body(state.Said{From: "ann", Text: "this is " + word + " of many"})
	switch id.N % 50 {
	case 7, 8, 9:
		kind, body = "left", state.Left{Session: id}
	case 10:
		kind, body = "topic", state.TopicSet{By: "ann", Text: word}
	case 11, 12, 13:
		kind, body = "seen", state.Seen{Pseudo: "ann", Account: account, Upto: 1 << 40}
	}
	seq, err := h.Propose(context.Background(), state.Event{ID: id, Body: body})
	if err == nil {
		_, err = os.Stdout.WriteString(fmt.Sprintln(seq, kind, word))
	}
	return err
}

// witness is what was acknowledged, in all lives.
type witness struct {
	words  map[state.Seq]string // of what is written down
	places map[state.Seq]bool   // of everything
	topic  state.Seq            // the last
	seen   state.Seq            // the last
}

func (w *witness) hear(t *testing.T, line string) {
	f := strings.Fields(line)
	if len(f) != 3 {
		t.Fatalf("the child wrote %q", line)
	}
	n, err := strconv.ParseUint(f[0], 10, 64)
	seq := state.Seq(n)
	if err != nil || w.places[seq] {
		t.Fatalf("place %s was given twice: %v", f[0], err)
	}
	w.places[seq] = true
	switch f[1] {
	case "left":
		return
	case "seen":
		w.seen = max(w.seen, seq)
		return
	case "topic":
		w.topic = max(w.topic, seq)
	}
	w.words[seq] = f[2]
}

// slowStart is where a start fails the test; what limits.md asks for is 1 s, and the
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
	w := &witness{words: map[state.Seq]string{}, places: map[state.Seq]bool{}}
	var slowest time.Duration
	for range kills {
		killOne(t, dir, w, rand.IntN(1500))
		before := time.Now()
		h := open(t, Options{Dir: dir})
		slowest = max(slowest, time.Since(before))
		w.check(t, h)
		shut(t, h)
	}
	if slowest > slowStart {
		t.Errorf("the slowest start took %v", slowest)
	}
	h := open(t, Options{Dir: dir})
	h.quiet(t)
	w.searchAll(t, h)
	h.quiet(t)
	if n := h.count(t, `kind = 'seen' AND author = 'nobody'`); n > tailEvents {
		t.Errorf("%d rows are left that nobody needs", n)
	}
	t.Logf("%d kills, %d acknowledged, slowest start %v", kills, len(w.places), slowest)
}

// decidedMuch makes a file with so many rows that only a snapshot spares that there
// is something to sweep while it is killed.
func decidedMuch(t *testing.T, dir string) {
	h := open(t, Options{Dir: dir})
	var events []state.Event
	for i := range state.Seq(9000) {
		events = append(events, state.Event{Seq: i + 1, ID: state.ID{Origin: 3, N: uint64(i)}, Body: state.Seen{Pseudo: "nobody", Account: 1}})
	}
	h.Apply(events)
	h.given.Store(9000)
	shut(t, h)
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
func killOne(t *testing.T, dir string, w *witness, after int) {
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
		w.hear(t, line)
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
	r, err := OpenReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
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

// check holds the file to have what was acknowledged, once and in its place.
func (w *witness) check(t *testing.T, h *History) {
	t.Helper()
	seen := map[state.ID]state.Seq{}
	found := 0
	rows, err := h.disk.writer.Query(`SELECT ` + columns + ` FROM events ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	if err := each(rows, func(r *row) (bool, error) {
		if first, ok := seen[r.id]; ok {
			t.Errorf("%v is at places %d and %d", r.id, first, r.seq)
		}
		seen[r.id] = r.seq
		if word, ok := w.words[r.seq]; ok {
			found++
			if r.hidden || !strings.Contains(r.text, word) {
				t.Errorf("place %d holds %+v, want %q", r.seq, r, word)
			}
		}
		return true, nil
	}); err != nil {
		t.Fatal(err)
	}
	if found != len(w.words) {
		t.Errorf("%d of %d acknowledged are there", found, len(w.words))
	}
	for seq := range w.places {
		if uint64(seq) > h.given.Load() {
			t.Fatalf("place %d was given and will be again after %d", seq, h.given.Load())
		}
	}
	var verdict string
	if err := h.disk.writer.QueryRow(`PRAGMA quick_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("the file is %q, %v", verdict, err)
	}
	w.checkSome(t, h)
}

// checkSome searches before the index has caught up, and looks at the state.
func (w *witness) checkSome(t *testing.T, h *History) {
	t.Helper()
	tried := 0
	for seq, word := range w.words {
		if w.wantFound(t, h, seq, word); tried == 20 {
			break
		}
		tried++
	}
	snap, err := h.Load(t.Context())
	if err != nil || w.topic == 0 {
		return
	}
	st, err := state.DecodeState(snap.State)
	if err == nil && w.seen > 0 && st.Accounts[text.Pseudo("ann").Key()].Seen < w.seen {
		t.Errorf("ann had seen up to place %d: %s", w.seen, snap.State)
	}
	if err != nil || st.Topic.Text == "" {
		t.Fatalf("the state is %s, %v", snap.State, err)
	}
	if got, err := h.Search(t.Context(), state.Query{Text: st.Topic.Text}, 1); err != nil || len(got) != 1 || got[0].Seq < w.topic {
		t.Errorf("the topic is %q, from before place %d: %v, %v", st.Topic.Text, w.topic, got, err)
	}
}

func (w *witness) wantFound(t *testing.T, h *History, seq state.Seq, word string) {
	t.Helper()
	if got, err := h.Search(t.Context(), state.Query{Text: word}, 2); err != nil || len(got) == 0 || got[0].Seq > seq {
		t.Errorf("%q of place %d is not found: %v, %v", word, seq, got, err)
	}
}

func (w *witness) searchAll(t *testing.T, h *History) {
	t.Helper()
	left := 500
	for seq, word := range w.words {
		w.wantFound(t, h, seq, word)
		if left--; left == 0 {
			return
		}
	}
}
