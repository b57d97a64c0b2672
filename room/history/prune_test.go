package history

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"salon/room"
)

func TestWhatIsTooOldIsForgotten(t *testing.T) {
	clocks, dir := newHands(), t.TempDir()
	h := open(t, Options{Dir: dir, clock: clocks.clock()})
	st, _ := loaded(t, h)
	decide(t, h, st, 1, room.TopicSet{By: "ann", Text: "the topic"})
	decide(t, h, st, 2, room.Banned{Ban: room.Ban{Target: room.Target{Kind: room.ByPseudo, Pseudo: "bob"}}})
	for i := range uint64(500) {
		h.Propose(t.Context(), room.Event{ID: room.ID{N: i + 3}, Body: room.Said{Text: "old word"}})
	}
	clocks.pass(48 * time.Hour)
	h.Propose(t.Context(), room.Event{ID: room.ID{N: 1000}, Body: room.Said{Text: "new word"}})
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
	if got, err := h.Search(t.Context(), room.Query{Text: "word"}, 600); err != nil || len(got) != 1 {
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
		if err := h.Snapshot(t.Context(), room.Snapshot{Seq: room.Seq(h.given.Load()), State: st.Encode()}); err != nil {
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

func (s withoutTopic) Last(ctx context.Context, n int, before room.Seq) ([]room.Event, error) {
	events, err := s.History.Last(ctx, n, before)
	var said []room.Event
	for _, e := range events {
		if _, ok := e.Body.(room.Said); ok {
			said = append(said, e)
		}
	}
	return said, err
}

func TestTheFileShrinksToItsBound(t *testing.T) {
	const each, keep = 2000, 100 << 10
	dir := t.TempDir()
	h := open(t, Options{Dir: dir})
	var events []room.Event
	for i := range 2000 {
		events = append(events, heardAt(room.Seq(i+1), time.Now(), "ann", strings.Repeat("x", each-64-3)))
	}
	h.Apply(events)
	h.given.Store(2000)
	shut(t, h)
	before, err := os.Stat(h.disk.path())
	if err != nil {
		t.Fatal(err)
	}
	h = open(t, Options{Dir: dir, KeepBytes: keep})
	h.quiet(t)
	if _, err := h.clerk.prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := h.Last(t.Context(), 5000, 0)
	if err != nil || len(got) != keep/each || got[len(got)-1].Seq != 2000 {
		t.Errorf("%d are left, %v", len(got), err)
	}
	shut(t, h)
	if after, err := os.Stat(h.disk.path()); err != nil || after.Size() > before.Size()/3 {
		t.Errorf("the file was %d bytes and is %d, %v", before.Size(), after.Size(), err)
	}
}

func TestAnExportIsReadWhileTheServerRuns(t *testing.T) {
	c := talking(t, Options{})
	c.does(room.Walled{Text: "<announced> & said"})
	c.does(room.Joined{Pseudo: "ann"})
	c.does(room.Said{From: "ann", Text: "smiles\nat 💡", Action: true})
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
