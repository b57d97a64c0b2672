package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

func TestWhatIsTooOldIsForgotten(t *testing.T) {
	clocks, dir := newFakeClock(), t.TempDir()
	c := startChat(t, Options{Dir: dir, clock: clocks.clock()})
	c.does(state.TopicSet{By: "ann", Text: "the topic"})
	c.does(state.Banned{Ban: state.Ban{Target: state.PseudoTarget("bob")}})
	for range 500 {
		c.says("old word")
	}
	clocks.pass(48 * time.Hour)
	c.says("new word")
	c.finish()

	h := open(t, Options{Dir: dir, clock: clocks.clock()})
	h.flush(t)
	if again, err := h.maintenance.prune(t.Context()); err != nil || again != never || len(texts(t, h, 600)) != 502 {
		t.Errorf("something is forgotten, and more in %v, %v", again, err)
	}
	h.SetKeep(24*time.Hour, 0)
	again, err := h.maintenance.prune(t.Context())
	if err != nil || again < 23*time.Hour || again > never {
		t.Errorf("the next is in %v, %v", again, err)
	}
	wantTexts(t, h, "new word")
	h.flush(t)
	if got, err := h.Search(t.Context(), nil, state.Query{Text: "word"}, 600); err != nil || len(got) != 1 {
		t.Errorf("%d are found, %v", len(got), err)
	}
	if found := h.number(t, `SELECT count(*) FROM words WHERE words MATCH 'old'`); found != 0 {
		t.Errorf("the index has %d of them", found)
	}
	if hours := h.number(t, `SELECT count(*) FROM hours`); hours > 2 {
		t.Errorf("%d hours are remembered", hours)
	}
	shut(t, h)
	for range 2 { // the State does not go with the words that made it
		c := startChat(t, Options{Dir: dir, clock: clocks.clock(), Keep: 24 * time.Hour})
		if c.st.Salon().Topic.Text != "the topic" || !strings.Contains(string(c.st.Encode()), "bob") {
			t.Errorf("the state is %s", c.st.Encode())
		}
		if err := c.Snapshot(t.Context(), c.snapshot()); err != nil {
			t.Error(err)
		}
		wantTexts(t, c.History, "new word")
		c.finish()
	}
}

// TestTheFileShrinksToItsBound, and stays there while people talk on, whatever
// they say.
func TestTheFileShrinksToItsBound(t *testing.T) {
	const keep = 1 << 18
	for name, text := range map[string]func(i int) string{
		"long and the same": func(i int) string { return strings.Repeat("x", 2000) },
		"many words":        func(i int) string { return randomWords(uint64(i), 12) },
	} {
		t.Run(name, func(t *testing.T) {
			if raceDetector && name == "many words" {
				t.Skip("takes minutes: one goroutine, all of it in SQLite")
			}
			h := openAlone(t, Options{Dir: t.TempDir()})
			last := state.Seq(0)
			talk := func(batches int) {
				for range batches {
					var events []state.Event
					for range 100 {
						last++
						events = append(events, saidAt(last, time.Now(), "ann", text(int(last))))
					}
					h.store(t, events)
					h.flush(t)
					if _, err := h.maintenance.prune(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
			}
			for h.used(t) < bareBytes+keep+keep/2 {
				talk(1)
			}
			h.SetKeep(0, keep)
			if _, err := h.maintenance.prune(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantSize(t, h, keep)
			talk(3)
			wantSize(t, h, keep)
			if got, err := h.Last(t.Context(), nil, 1, 0); err != nil || len(got) != 1 || got[0].Seq != last {
				t.Errorf("the last is %v, %v, want %d", got, err, last)
			}
		})
	}
}

func (h *History) used(t testing.TB) (bytes int64) {
	t.Helper()
	if err := h.disk.readers.Load().QueryRow(`SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`).Scan(&bytes); err != nil {
		t.Fatal(err)
	}
	return bytes
}

// wantSize checks that the file is as large as it may be, but for what an empty one takes.
func wantSize(t *testing.T, h *History, keep int64) {
	t.Helper()
	size := h.used(t) - bareBytes
	if size > keep+keep/4 || size < keep-keep/4 {
		t.Errorf("the file takes %d bytes, want about %d", size, keep)
	}
	t.Logf("%.2f of what it may take", float64(size)/float64(keep))
}

// TestTheStateIsNoReasonToForget: it may take more than the file is allowed, and so may
// what no snapshot covers yet.
func TestTheStateIsNoReasonToForget(t *testing.T) {
	h := open(t, Options{Dir: t.TempDir(), KeepBytes: 1 << 20})
	var events []state.Event
	for i := range state.Seq(100) {
		events = append(events, saidAt(i+1, time.Now(), "ann", "hello"))
	}
	h.store(t, events)
	in := state.Imported{Applied: 100, Topic: state.Topic{Text: strings.Repeat("x", 2<<20)}}
	if err := h.Snapshot(t.Context(), state.Snapshot{Seq: 100, State: state.Import(in).Encode()}); err != nil {
		t.Fatal(err)
	}
	for i := range uint64(300) {
		if _, err := h.Propose(t.Context(), state.Event{ID: state.ID{Origin: 1, N: i + 1}, Body: state.Walled{Text: strings.Repeat("y", 4000)}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.maintenance.prune(t.Context()); err != nil {
		t.Error(err)
	}
	if left := h.number(t, `SELECT count(*) FROM messages`); left != 100 || h.used(t) < 5<<19 {
		t.Errorf("%d messages are left in %d bytes", left, h.used(t))
	}
}

func TestAnExportIsReadWhileTheServerRuns(t *testing.T) {
	c := startChat(t, Options{})
	c.does(state.Walled{Text: "<announced> & said"})
	c.does(state.Joined{Pseudo: "bob", Forms: text.Pseudo("bob").Forms()})
	c.does(state.Said{Session: c.ann, Text: "smiles\nat 💡", Action: true})
	for i := range 2500 {
		c.says(fmt.Sprint(i))
	}
	c.flush(t)
	r := reader(t, c.disk.dir)
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
	if err := json.Unmarshal([]byte(lines[1]), &line); err != nil || !line.Action || line.Author != "ann" || line.Text != "smiles\nat 💡" || line.Seq != 5 || !strings.Contains(lines[1], `Z"`) {
		t.Errorf("%s, %v", lines[1], err)
	}
	if err := r.Export(t.Context(), full{}, nil); !errors.Is(err, errFull) {
		t.Errorf("an export to a full disk returns %v", err)
	}
	c.finish()
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
