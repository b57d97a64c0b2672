package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"salon/room"
	"salon/room/history"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

var (
	_ Local = (*history.History)(nil)
	_ Local = (*room.MemoryStore)(nil)
)

const (
	pastSecret = "xylophonique"
	percent    = pastEvents / 100
	goes       = 10 * percent // the last message that the one who is away has seen
	returns    = 96 * percent // the last one that they have not
	erasedAt   = 5 * percent  // one that they still have the words of
	erasedToo  = 60 * percent // one that they have not seen
)

// pastTalk returns what was said, in several rooms, as it is before anything was taken back.
func pastTalk() []state.Event {
	var events []state.Event
	random := rand.New(rand.NewPCG(1, 2))
	begun := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for seq := state.Seq(1); seq <= pastEvents; seq++ {
		said := state.Said{From: "ann", Member: state.ID{Origin: 9, N: 9}, Text: fmt.Sprintf("number %d, %x", seq, random.Uint64())}
		if seq%17 == 0 {
			said.Room, said.In = 40, "#dev"
		}
		if seq == erasedAt || seq == erasedToo {
			said.Text += " " + pastSecret
		}
		if random.IntN(50) == 0 {
			said.Text += strings.Repeat(" long", text.MaxText/6)
		}
		events = append(events, state.Event{Seq: seq, ID: state.ID{Origin: 5, N: uint64(seq)}, Time: begun.Add(time.Duration(seq) * time.Minute), Body: said})
	}
	return events
}

// takenBack are what takes messages back.
func takenBack() []state.Event {
	return []state.Event{
		{Seq: pastEvents + 1, Body: state.Deleted{Message: erasedAt, By: "bob"}},
		{Seq: pastEvents + 2, Body: state.Deleted{Message: erasedToo, By: "bob"}},
	}
}

// pastNode is a node that gives and fetches what was missed, and nothing else.
type pastNode struct {
	Local
	t    *testing.T
	name string
	log  *roomtest.Journal
	past *past

	mu    sync.Mutex
	peers []string
	end   func()
}

func openHistory(t *testing.T, dir string) *history.History {
	t.Helper()
	h, err := history.Open(context.Background(), history.Options{Dir: dir, StoreOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Shut() })
	return h
}

// startPast starts a node on a store, with the names of its peers.
func startPast(t *testing.T, url, name string, store Local, peers ...string) *pastNode {
	t.Helper()
	n := &pastNode{Local: store, t: t, name: name, log: &roomtest.Journal{}, peers: peers}
	conn, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	if n.past, err = newPast(conn, name, store, n.up, slog.New(slog.NewTextHandler(n.log, nil))); err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { n.past.serve(ctx) })
	running.Go(func() { n.past.fill(ctx) })
	n.end = sync.OnceFunc(func() { cancel(); running.Wait(); conn.Close() })
	t.Cleanup(n.end)
	return n
}

func (n *pastNode) up() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.peers)
}

// meets changes who is up.
func (n *pastNode) meets(peers ...string) {
	n.mu.Lock()
	n.peers = peers
	n.mu.Unlock()
	n.past.missed()
}

// misses returns what is missing.
func (n *pastNode) misses() []Missing {
	n.t.Helper()
	missing, err := n.Missing(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	return missing
}

// filled waits until nothing is missing any more, as the node says at the end.
func (n *pastNode) filled() {
	n.t.Helper()
	n.until("has all", func() bool { return strings.Contains(n.log.String(), "are here") && len(n.misses()) == 0 })
}

func (n *pastNode) until(what string, ok func() bool) {
	n.t.Helper()
	roomtest.Until(n.t, func() string { return fmt.Sprintf("%s %s: never. The log says:\n%s", n.name, what, n.log) }, ok)
}

// all returns all that a store has, and the places of its gaps.
func (n *pastNode) all() (events []state.Event, gaps []state.Seq) {
	n.t.Helper()
	events, err := n.Last(n.t.Context(), nil, 2*pastEvents, 0)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, e := range events {
		if _, ok := e.Body.(state.Gap); ok {
			gaps = append(gaps, e.Seq)
		}
	}
	return slices.DeleteFunc(events, func(e state.Event) bool { _, ok := e.Body.(state.Gap); return ok }), gaps
}

// wantAll checks that a node has what was said, but for what is left out, and no words that
// were taken back.
func (n *pastNode) wantAll(without ...state.Missing) {
	n.t.Helper()
	got, gaps := n.all()
	want := slices.DeleteFunc(pastTalk(), func(e state.Event) bool {
		return slices.ContainsFunc(without, func(m state.Missing) bool { return e.Seq >= m.First && e.Seq <= m.Last })
	})
	if len(got) != len(want) || len(gaps) != len(without) {
		n.t.Fatalf("%s has %d messages and gaps at %v, want %d and %v", n.name, len(got), gaps, len(want), without)
	}
	for i, e := range want {
		for _, by := range takenBack() {
			if left, ok := by.Takes(&e); ok {
				e.Body = left
			}
		}
		has := state.SpeechOf(got[i].Body)
		if said, _ := got[i].Body.(state.Said); got[i].Seq != e.Seq || got[i].ID != e.ID || !got[i].Time.Equal(e.Time) || has != state.SpeechOf(e.Body) ||
			(said.Removed != nil) != (e.Body.(state.Said).Removed != nil) {
			n.t.Fatalf("%s has %+v, want %+v", n.name, got[i], e)
		}
	}
	if found, err := n.Search(n.t.Context(), nil, state.Query{Text: pastSecret}, 10); err != nil || len(found) != 0 {
		n.t.Errorf("%s still finds %v, %v", n.name, found, err)
	}
}

// whole gives a store all of it, but for some places that it misses.
func whole(store Local, without ...state.Missing) {
	talk := pastTalk()
	upto := state.Seq(0)
	for _, m := range without {
		store.Apply(m.First-1, talk[upto:m.First-1])
		store.Skip(m.Last)
		upto = m.Last
	}
	store.Apply(pastEvents+2, talk[upto:])
	for _, by := range takenBack() {
		store.Erase(by)
	}
}

// wasAway gives a store what somebody has who was away, and still has words that were taken back.
func wasAway(store Local) {
	talk := pastTalk()
	store.Apply(goes, talk[:goes])
	store.Skip(returns)
	store.Apply(pastEvents+2, talk[returns:])
}

// TestWhatANodeMissedIsFetched, also by one that is killed again and again meanwhile.
func TestWhatANodeMissedIsFetched(t *testing.T) {
	url, dir := startServer(t), t.TempDir()
	a := startPast(t, url, "a", openHistory(t, t.TempDir()))
	whole(a)
	h := openHistory(t, dir)
	wasAway(h)
	if err := h.Shut(); err != nil {
		t.Fatal(err)
	}
	left := state.Seq(returns)
	for range 3 {
		left = killedWhileFilling(t, url, dir, left)
	}
	b := startPast(t, url, "b", openHistory(t, dir), "a")
	b.filled()
	b.wantAll()
	a.wantAll()
}

// pastChild has this program be node b, on the history of a directory, until it is killed.
const pastChild = "SALON_PAST_CHILD"

func init() {
	dir := os.Getenv(pastChild)
	if dir == "" {
		return
	}
	conn, err := nats.Connect(os.Getenv(pastChild + "_URL"))
	if err != nil {
		panic(err)
	}
	h, err := history.Open(context.Background(), history.Options{Dir: dir, StoreOnly: true})
	if err != nil {
		panic(err)
	}
	p, err := newPast(conn, "b", h, func() []string { return []string{"a"} }, slog.Default())
	if err != nil {
		panic(err)
	}
	p.fill(context.Background())
}

// killedWhileFilling kills a node b once it has filled something, and returns where what is
// missing ends then.
func killedWhileFilling(t *testing.T, url, dir string, left state.Seq) (now state.Seq) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), pastChild+"="+dir, pastChild+"_URL="+url)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	now = left
	roomtest.Until(t, func() string { return fmt.Sprint("nothing is filled before ", left) }, func() bool {
		if r, err := history.OpenReader(dir); err == nil {
			now = gapEnd(t, r, now)
			r.Close()
		}
		return now < left
	})
	cmd.Process.Kill()
	cmd.Wait()
	t.Logf("killed with all from %d on", now+1)
	return now
}

// gapEnd returns where the first gap in an export ends: before the message that follows it.
func gapEnd(t *testing.T, r *history.Reader, otherwise state.Seq) state.Seq {
	t.Helper()
	var lines strings.Builder
	if err := r.Export(t.Context(), &lines, nil); err != nil {
		return otherwise // it is being opened
	}
	_, after, ok := strings.Cut(lines.String(), `"kind":"gap"`)
	_, after, _ = strings.Cut(after, "\n")
	var next state.Seq
	if _, err := fmt.Sscanf(after, `{"seq":%d`, &next); err != nil || !ok {
		return otherwise
	}
	return next - 1
}

// TestAPeerThatGoesAwayIsReplaced by another while something is fetched; from each only what it
// has is taken.
func TestAPeerThatGoesAwayIsReplaced(t *testing.T) {
	url := startServer(t)
	a := startPast(t, url, "a", openHistory(t, t.TempDir()))
	whole(a)
	c := startPast(t, url, "c", openHistory(t, t.TempDir()))
	whole(c)
	b := startPast(t, url, "b", openHistory(t, t.TempDir()), "nobody", "a", "c")
	wasAway(b)
	b.past.missed()
	b.until("has something", func() bool { return b.misses()[0].Last < returns })
	a.end()
	b.filled()
	b.wantAll()
}

// TestWhatAPeerMissesItselfIsHadFromAnother; what nobody has stays missing, until somebody has
// it, and all that was said before it is there.
func TestWhatAPeerMissesItselfIsHadFromAnother(t *testing.T) {
	url := startServer(t)
	nobody := state.Missing{First: 26 * percent, Last: 27 * percent}
	a := startPast(t, url, "a", openHistory(t, t.TempDir()))
	whole(a, state.Missing{First: 24 * percent, Last: 40 * percent})
	c := startPast(t, url, "c", openHistory(t, t.TempDir()))
	whole(c, nobody, state.Missing{First: 60 * percent, Last: 70 * percent})
	b := startPast(t, url, "b", openHistory(t, t.TempDir()), "a", "c")
	wasAway(b)
	b.past.missed()
	b.until("has most", func() bool { return strings.Contains(b.log.String(), "no other node has it") })
	if got := b.misses(); !slices.Equal(got, []Missing{nobody}) {
		t.Errorf("missing are %v", got)
	}
	b.wantAll(nobody)
	d := startPast(t, url, "d", openHistory(t, t.TempDir()))
	whole(d)
	b.meets("a", "d")
	b.filled()
	b.wantAll()
}

// TestANodeTakesBackAtItsStart what a kill kept it from overwriting, although nothing is missing.
func TestANodeTakesBackAtItsStart(t *testing.T) {
	url := startServer(t)
	b := startPast(t, url, "b", openHistory(t, t.TempDir()))
	b.Apply(pastEvents+2, pastTalk())
	b.past.missed() // alone it can do nothing, and says nothing
	a := startPast(t, url, "a", openHistory(t, t.TempDir()))
	whole(a)
	b.meets("a")
	b.until("has no words of them", func() bool {
		erased, err := b.Erased(t.Context(), 0, 10)
		return err == nil && len(erased) == 2
	})
	b.wantAll()
	if b.log.String() != "" {
		t.Errorf("the log says %s", b.log)
	}
}

// TestANodeWithoutPeersGoesOnLater: nothing is taken for missing that could still be had.
func TestANodeWithoutPeersGoesOnLater(t *testing.T) {
	url := startServer(t)
	b := startPast(t, url, "b", openHistory(t, t.TempDir()))
	b.Skip(pastEvents + 2) // a first start
	b.past.missed()
	b.until("says so", func() bool { return strings.Contains(b.log.String(), "no other node has it") })
	if got := b.misses(); !slices.Equal(got, []Missing{{First: 1, Last: pastEvents + 2}}) {
		t.Errorf("missing are %v", got)
	}
	a := startPast(t, url, "a", openHistory(t, t.TempDir()))
	whole(a)
	b.meets("a")
	b.filled()
	b.wantAll()
}

// TestStoresInMemoryFillEachOther with what they keep.
func TestStoresInMemoryFillEachOther(t *testing.T) {
	url := startServer(t)
	a := startPast(t, url, "a", room.NewMemoryStore())
	whole(a)
	b := startPast(t, url, "b", room.NewMemoryStore(), "a")
	b.Skip(returns)
	b.Apply(pastEvents+2, pastTalk()[returns:])
	b.past.missed()
	b.filled()
	want, _ := a.all()
	if got, gaps := b.all(); len(got) != len(want) || len(gaps) > 0 || got[0].Seq != want[0].Seq {
		t.Errorf("there are %d from %d on and gaps at %v, want %d from %d on", len(got), got[0].Seq, gaps, len(want), want[0].Seq)
	}
}
