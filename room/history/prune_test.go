package history

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"salon/room/state"
)

func TestWhatIsTooOldIsForgotten(t *testing.T) {
	clocks, dir := newHands(), t.TempDir()
	h := open(t, Options{Dir: dir, clock: clocks.clock()})
	st, _ := loaded(t, h)
	decide(t, h, st, 1, state.TopicSet{By: "ann", Text: "the topic"})
	decide(t, h, st, 2, state.Banned{Ban: state.Ban{Target: state.Target{Kind: state.ByPseudo, Pseudo: "bob"}}})
	for i := range uint64(500) {
		h.Propose(t.Context(), state.Event{ID: state.ID{N: i + 3}, Body: state.Said{Text: "old word"}})
	}
	clocks.pass(48 * time.Hour)
	h.Propose(t.Context(), state.Event{ID: state.ID{N: 1000}, Body: state.Said{Text: "new word"}})
	shut(t, h)

	h = open(t, Options{Dir: dir, clock: clocks.clock()})
	h.quiet(t)
	if again, err := h.clerk.prune(t.Context()); err != nil || again != never || len(texts(t, withoutTopic{h}, 600)) != 501 {
		t.Errorf("something is forgotten, and more in %v, %v", again, err)
	}
	h.SetKeep(24*time.Hour, 0)
	again, err := h.clerk.prune(t.Context())
	if err != nil || again < 23*time.Hour || again > never {
		t.Errorf("the next is in %v, %v", again, err)
	}
	if got := texts(t, withoutTopic{h}, 600); fmt.Sprint(got) != "[new word]" {
		t.Errorf("%d are left", len(got))
	}
	h.quiet(t)
	if got, err := h.Search(t.Context(), state.Query{Text: "word"}, 600); err != nil || len(got) != 1 {
		t.Errorf("%d are found, %v", len(got), err)
	}
	var found int
	if err := h.disk.writer.QueryRow(`SELECT count(*) FROM words WHERE words MATCH 'old'`).Scan(&found); err != nil || found != 0 {
		t.Errorf("the index has %d of them, %v", found, err)
	}
	shut(t, h)
	for range 2 {
		h = open(t, Options{Dir: dir, clock: clocks.clock()})
		st, _ = loaded(t, h)
		if st.Topic.Text != "the topic" || len(st.Bans) != 1 {
			t.Errorf("the state is %s", st.Encode())
		}
		if err := h.Snapshot(t.Context(), state.Snapshot{Seq: state.Seq(h.given.Load()), State: st.Encode()}); err != nil {
			t.Error(err)
		}
		if _, err := h.clerk.prune(t.Context()); err != nil {
			t.Error(err)
		}
		shut(t, h)
	}
}

// withoutTopic leaves out what is no message.
type withoutTopic struct{ *History }

func (s withoutTopic) Last(ctx context.Context, n int, before state.Seq) ([]state.Event, error) {
	events, err := s.History.Last(ctx, n, before)
	var said []state.Event
	for _, e := range events {
		if _, ok := e.Body.(state.Said); ok {
			said = append(said, e)
		}
	}
	return said, err
}

// TestTheFileShrinksToItsBound, and stays there while people talk on, whatever
// they say.
func TestTheFileShrinksToItsBound(t *testing.T) {
	const keep = 1 << 20
	for name, text := range map[string]func(i int) string{
		"long and the same": func(i int) string { return strings.Repeat("x", 2000) },
		"many words":        func(i int) string { return chatter(uint64(i), 12) },
		"a word or two":     func(i int) string { return chatter(uint64(i), 2) },
	} {
		t.Run(name, func(t *testing.T) {
			h := openAlone(t, Options{Dir: t.TempDir()})
			last := state.Seq(0)
			talk := func(batches int) {
				for range batches {
					var events []state.Event
					for range 500 {
						last++
						events = append(events, heardAt(last, time.Now(), "ann", text(int(last))))
					}
					h.recorded(t, events)
					h.quiet(t)
					if _, err := h.clerk.prune(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
			}
			for h.used(t) < keep+keep/2 {
				talk(1)
			}
			h.SetKeep(0, keep)
			if _, err := h.clerk.prune(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantSize(t, h, keep)
			talk(3)
			wantSize(t, h, keep)
			if got, err := h.Last(t.Context(), 1, 0); err != nil || len(got) != 1 || got[0].Seq != last {
				t.Errorf("the last is %v, %v, want %d", got, err, last)
			}
		})
	}
}

// openAlone is open without the clerk at work, whose work the test does.
func openAlone(t *testing.T, o Options) *History {
	t.Helper()
	h, err := newHistory(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.start(); err != nil {
		t.Fatal(err)
	}
	h.stop = func() {}
	h.running.Go(h.sequence)
	t.Cleanup(func() { shut(t, h) })
	return h
}

// chatter is a message of so many words.
func chatter(n uint64, words int) string {
	random := rand.New(rand.NewPCG(n, 1))
	var text strings.Builder
	for range words {
		text.WriteString(word(uint64(random.ExpFloat64()*300)) + " ")
	}
	return text.String()
}

func (h *History) used(t testing.TB) (bytes int64) {
	t.Helper()
	if err := h.disk.readers.Load().QueryRow(`SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`).Scan(&bytes); err != nil {
		t.Fatal(err)
	}
	return bytes
}

func wantSize(t *testing.T, h *History, keep int64) {
	t.Helper()
	if size := h.used(t); size > keep+keep/4 || size < keep-keep/4 {
		t.Errorf("the file takes %d bytes, want about %d", size, keep)
	}
	t.Logf("%.2f of what it may take", float64(h.used(t))/float64(keep))
}

// TestTheStateIsNoReasonToForget: it may take more than the file is allowed.
func TestTheStateIsNoReasonToForget(t *testing.T) {
	h := open(t, Options{Dir: t.TempDir(), KeepBytes: 1 << 20})
	var events []state.Event
	for i := range state.Seq(9000) {
		body := state.Body(state.Seen{Pseudo: "somebody", Account: 1, Upto: 2})
		if i%90 == 0 {
			body = state.Said{From: "ann", Text: "hello"}
		}
		events = append(events, state.Event{Seq: i + 1, ID: state.ID{N: uint64(i)}, Time: time.Now(), Body: body})
	}
	h.recorded(t, events)
	st := state.NewState()
	st.Topic.Text = strings.Repeat("x", 2<<20)
	if err := h.Snapshot(t.Context(), state.Snapshot{Seq: 9000, State: st.Encode()}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.clerk.prune(t.Context()); err != nil || h.used(t) < 2<<20 || h.count(t, `kind = 'said'`) != 100 {
		t.Errorf("%d messages are left in %d bytes, %v", h.count(t, `kind = 'said'`), h.used(t), err)
	}
}

func TestAnExportIsReadWhileTheServerRuns(t *testing.T) {
	c := talking(t, Options{})
	c.does(state.Walled{Text: "<announced> & said"})
	c.does(state.Joined{Pseudo: "ann"})
	c.does(state.Said{From: "ann", Text: "smiles\nat 💡", Action: true})
	for i := range 2500 {
		c.says(fmt.Sprint(i))
	}
	r, err := OpenReader(c.disk.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out bytes.Buffer
	var steps []int64
	if err := r.Export(t.Context(), &out, func(done, total int64) { steps = append(steps, done, total) }); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(steps) != "[1000 2502 2000 2502 2502 2502]" {
		t.Errorf("progress was %v", steps)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2502 || !strings.Contains(lines[0], `"<announced> & said"`) {
		t.Fatalf("%d lines, the first is %s", len(lines), lines[0])
	}
	var line exported
	if err := json.Unmarshal([]byte(lines[1]), &line); err != nil || !line.Action || line.Author != "ann" || line.Text != "smiles\nat 💡" || line.Seq != 3 || !strings.Contains(lines[1], `Z"`) {
		t.Errorf("%s, %v", lines[1], err)
	}
	if err := c.Export(t.Context(), full{}, nil); !errors.Is(err, errFull) {
		t.Errorf("an export to a full disk returns %v", err)
	}
	c.over()
	if r, err := OpenReader(c.disk.dir); err != nil {
		t.Errorf("after the server ended: %v", err)
	} else {
		r.Close()
	}
	if _, err := OpenReader(t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("where there is none: %v", err)
	}
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
