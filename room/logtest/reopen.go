package logtest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// Life is a log and the store beside it, from opening to closing.
type Life struct {
	Log   room.Log
	Store room.Store
	End   func() error // closes both, after Log.Close; nil: nothing more to close
}

// TestReopen tests logs and stores that outlive the process. open begins a life
// on what the lives before it left at a place, which is a directory that is new
// for each test, or may serve to name what is.
func TestReopen(t *testing.T, open func(t *testing.T, place string) Life) {
	for name, test := range map[string]func(*lives){
		"places go on and are never given again":         testPlacesGoOn,
		"an ID is remembered":                            testIDRemembered,
		"what was said comes back":                       testSaidComesBack,
		"what was refused or corrected comes back so":    testShownComesBack,
		"what was decided comes back without a snapshot": testDecidedComesBack,
		"a snapshot and what came after add up":          testSnapshotAndAfter,
		"snapshots beside the talk add up":               testSnapshotsBeside,
		"accounts come back without a snapshot":          testAccountsComeBack,
		"a snapshot alone comes back as it was":          testSnapshotComesBack,
	} {
		t.Run(name, func(t *testing.T) { test(&lives{T: t, open: open, place: t.TempDir()}) })
	}
}

// lives are one life after another at one place.
type lives struct {
	T     *testing.T
	open  func(*testing.T, string) Life
	place string

	now Life
	*bench
}

// next ends the life before and begins another.
func (l *lives) next() {
	l.T.Helper()
	l.end()
	l.now = l.open(l.T, l.place)
	l.bench = &bench{T: l.T, log: l.now.Log}
	l.T.Cleanup(l.end)
}

func (l *lives) end() {
	l.T.Helper()
	if l.bench == nil {
		return
	}
	l.bench.close()
	if l.bench = nil; l.now.End == nil {
		return
	}
	if err := l.now.End(); err != nil {
		l.T.Errorf("the end of a life: %v", err)
	}
}

// happens proposes a body and applies the event, completed as a room does, and
// shown unless it is refused.
func (l *lives) happens(n uint64, b state.Body, complete func(state.Body) state.Body) state.Event {
	l.T.Helper()
	_, last := l.log.Bounds()
	e := state.Event{ID: state.ID{Origin: 77, N: n}, Body: b}
	f := l.follow(last)
	l.take(e)
	e = f.events(1)[0]
	f.cancel()
	if complete != nil {
		e.Body = complete(e.Body)
		apply(l.T, l.now.Store, []state.Event{e})
	}
	return e
}

func same(b state.Body) state.Body { return b }

func (l *lives) load() (state.Snapshot, *state.State) {
	l.T.Helper()
	s, err := l.now.Store.Load(limited(l.T))
	if err != nil {
		l.T.Fatalf("Load: %v", err)
	}
	if s.State == nil {
		return s, state.NewState()
	}
	st, err := state.DecodeState(s.State)
	if err != nil {
		l.T.Fatal(err)
	}
	return s, st
}

func testPlacesGoOn(l *lives) {
	var highest state.Seq
	for life := range uint64(4) {
		l.next()
		first, last := l.log.Bounds()
		if first != last+1 || last < highest {
			l.T.Errorf("life %d begins with the bounds %d, %d after place %d", life, first, last, highest)
		}
		if s, _ := l.load(); s.Seq != last {
			l.T.Errorf("life %d starts from place %d, its log ends at %d", life, s.Seq, last)
		}
		if life > 0 {
			l.follow(0).wantEnd(state.ErrGone)
		}
		f := l.follow(last)
		var want []state.Event
		for i := range uint64(20) {
			e := state.Event{ID: state.ID{Origin: life, N: i}, Body: state.Left{Session: state.ID{N: i}, Cause: state.Quit}}
			if i%3 == 0 {
				e.Body = state.Said{Session: state.ID{N: i}, Text: "hello"}
			}
			e.Seq = l.take(e)
			want = append(want, e)
		}
		wantEvents(l.T, last, f.events(len(want)), want)
		if want[0].Seq != last+1 || want[19].Seq != last+20 {
			l.T.Errorf("the places after %d are %d to %d", last, want[0].Seq, want[19].Seq)
		}
		highest = want[19].Seq
	}
}

func testIDRemembered(l *lives) {
	l.next()
	said := l.takeMany(1, 100)
	for range 2 {
		l.next()
		_, last := l.log.Bounds()
		for _, e := range said {
			if seq := l.take(e); seq != e.Seq {
				l.T.Fatalf("%v had the place %d and has %d after a restart", e.ID, e.Seq, seq)
			}
		}
		if _, now := l.log.Bounds(); now != last {
			l.T.Errorf("proposing again in another life moved the end from %d to %d", last, now)
		}
	}
}

func testSaidComesBack(l *lives) {
	l.next()
	bodies := []state.Body{
		state.Said{From: "Éléonore", Text: "deux\nlignes <&> 👩‍👧 שלום \u2028", Action: true},
		state.Walled{By: "ann", Text: "announced"},
		state.Walled{Text: "by the console"},
		state.TopicSet{By: "ann", Text: "un sujet du cœur"},
	}
	var want []state.Event
	for i, b := range bodies {
		want = append(want, l.happens(uint64(i+1), b, same))
	}
	for range 2 {
		l.next()
		got, err := l.now.Store.Last(limited(l.T), 10, 0)
		if err != nil || len(got) != len(want) {
			l.T.Fatalf("Last: %d events, %v", len(got), err)
		}
		for i, e := range got {
			if e.Seq != want[i].Seq || e.ID != want[i].ID || !e.Time.Equal(want[i].Time) || shownText(e.Body) != shownText(want[i].Body) {
				l.T.Errorf("%+v came back as %+v", want[i], e)
			}
		}
		wantFound(l.T, l.now.Store, "coeur", want[3].Seq)
	}
}

func testShownComesBack(l *lives) {
	l.next()
	l.happens(1, state.Said{From: "ann", Text: "refused one"}, nil)
	shown := l.happens(2, state.Said{From: "ann", Text: "shown one"}, func(b state.Body) state.Body {
		s := b.(state.Said)
		s.From = "anna" // renamed before its place came
		return s
	})
	late := l.happens(3, state.Said{From: "ann", Text: "refused last"}, nil)
	if err := l.now.Store.Snapshot(limited(l.T), state.Snapshot{Seq: late.Seq, State: state.NewState().Encode()}); err != nil {
		l.T.Fatalf("Snapshot: %v", err)
	}
	for range 2 {
		wantLast(l.T, l.now.Store, 10, 0, shown.Seq)
		wantFound(l.T, l.now.Store, "one", shown.Seq)
		wantFound(l.T, l.now.Store, "anna one", shown.Seq)
		wantFound(l.T, l.now.Store, "refused")
		l.next()
	}
}

func pseudoBan(p text.Pseudo, d time.Duration) state.Banned {
	return state.Banned{Ban: state.Ban{Target: state.Target{Kind: state.ByPseudo, Pseudo: p}, By: "ann", Reason: "« non »", For: d}}
}

func testDecidedComesBack(l *lives) {
	l.next()
	st := state.NewState()
	for i, b := range []state.Body{
		state.TopicSet{By: "ann", Text: "le sujet"},
		state.SlowSet{By: "ann", Every: 10 * time.Second},
		pseudoBan("bob", time.Hour), pseudoBan("cleo", 0),
		state.Unbanned{By: "ann", Target: state.Target{Kind: state.ByPseudo, Pseudo: "cleo"}},
		state.Muted{Pseudo: "dan", By: "ann", For: time.Hour}, state.Muted{Pseudo: "eve"},
		state.Unmuted{Pseudo: "eve"},
	} {
		st.Apply(l.happens(uint64(i+1), b, same))
	}
	for life := range 3 {
		l.next()
		_, got := l.load()
		wantState(l.T, fmt.Sprintf("life %d", life+2), got, st)
	}
}

// testAccountsComeBack: what registered pseudos are about is never shown, so that
// a store is not given it; and it must not be hidden for that.
func testAccountsComeBack(l *lives) {
	l.next()
	st := state.NewState()
	first := l.happens(1, state.Registered{Pseudo: "ann", KeyID: "SHA256:abc+/", Pass: "$argon2id$"}, nil)
	st.Apply(first)
	st.Apply(l.happens(2, state.Registered{Pseudo: "ann", KeyID: "SHA256:other"}, nil)) // refused: it is another's by now
	st.Apply(l.happens(3, state.Registered{Pseudo: "bob", KeyID: "SHA256:bob"}, nil))
	st.Apply(l.happens(4, state.PrefsKept{Pseudo: "ann", Account: first.Seq, Prefs: keptPrefs()}, nil))
	bob := l.happens(5, state.Said{From: "bob", Text: "hello"}, same)
	st.Apply(l.happens(6, state.Seen{Pseudo: "ann", Account: first.Seq, Upto: bob.Seq}, nil))
	st.Apply(l.happens(7, state.Unregistered{Pseudo: "bob", Account: 3}, nil))
	st.Apply(l.happens(8, state.TopicSet{Text: "last"}, same))
	want := st.WithoutMembers()
	for life := range 3 {
		l.next()
		_, got := l.load()
		if len(got.Accounts) != len(want.Accounts) {
			l.T.Fatalf("life %d has the state %s, want %s", life+2, got.Encode(), want.Encode())
		}
		for key, a := range want.Accounts {
			is := got.Accounts[key]
			if is == nil || is.ID != a.ID || !slices.Equal(is.Keys, a.Keys) || is.Pass != a.Pass || is.Seen != a.Seen || !reflect.DeepEqual(is.Kept, a.Kept) {
				l.T.Errorf("life %d has the state %s, want %s", life+2, got.Encode(), want.Encode())
			}
		}
	}
}

// wantState holds a state to decide what another does.
func wantState(t *testing.T, what string, got, want *state.State) {
	t.Helper()
	now := time.Now()
	if got.Topic.Text != want.Topic.Text || got.Topic.By != want.Topic.By || got.Slow != want.Slow || len(got.Bans) != len(want.Bans) || len(got.Mutes) != len(want.Mutes) {
		t.Errorf("%s: the state is %s, want %s", what, got.Encode(), want.Encode())
	}
	for name, b := range want.Bans {
		if is := got.Bans[name]; is.Reason != b.Reason || is.For != b.For || is.Until().Sub(b.Until()).Abs() > time.Second || is.Over(now) {
			t.Errorf("%s: the ban %q is %+v, want %+v", what, name, is, b)
		}
	}
	for key, m := range want.Mutes {
		if is := got.Mutes[key]; is.For != m.For || is.Until().Sub(m.Until()).Abs() > time.Second {
			t.Errorf("%s: the mute %q is %+v, want %+v", what, key, is, m)
		}
	}
}

func testSnapshotAndAfter(l *lives) {
	l.next()
	st := state.NewState()
	st.Apply(l.happens(1, pseudoBan("bob", time.Hour), same))
	last := l.happens(2, state.TopicSet{Text: "before"}, same)
	st.Apply(last)
	if err := l.now.Store.Snapshot(limited(l.T), state.Snapshot{Seq: last.Seq, State: st.Encode()}); err != nil {
		l.T.Fatal(err)
	}
	st.Apply(l.happens(3, state.TopicSet{Text: "after"}, same))
	st.Apply(l.happens(4, pseudoBan("dan", time.Hour), same))
	for range 2 {
		l.next()
		_, got := l.load()
		wantState(l.T, "snapshot and after", got, st)
	}
}

// testSnapshotsBeside keeps snapshots while more is decided and applied, each when
// it is no longer the newest, as a room does that goes on meanwhile.
func testSnapshotsBeside(l *lives) {
	l.next()
	st := state.NewState()
	n := uint64(0)
	for range 3 {
		for range 5 {
			n++
			st.Apply(l.happens(n, pseudoBan(text.Pseudo(fmt.Sprint("bob", n)), time.Hour), same))
		}
		snap := state.Snapshot{Seq: st.Applied, State: st.Encode()}
		kept := make(chan error, 1)
		go func() { kept <- l.now.Store.Snapshot(limited(l.T), snap) }()
		for range 5 {
			n++
			st.Apply(l.happens(n, pseudoBan(text.Pseudo(fmt.Sprint("bob", n)), time.Hour), same))
		}
		n++
		said := l.happens(n, state.Said{From: "ann", Text: fmt.Sprint("said ", n)}, same)
		if err := <-kept; err != nil {
			l.T.Fatalf("Snapshot: %v", err)
		}
		_, got := l.load()
		wantState(l.T, "in this life", got, st)
		for range 2 {
			l.next()
			_, got := l.load()
			wantState(l.T, "in the next", got, st)
			wantLast(l.T, l.now.Store, 1, 0, said.Seq)
		}
	}
}

func testSnapshotComesBack(l *lives) {
	l.next()
	e := l.happens(1, state.TopicSet{Text: "the topic"}, same)
	st := state.NewState()
	st.Apply(e)
	want := state.Snapshot{Seq: e.Seq, State: st.Encode()}
	if err := errors.Join(l.log.Close(), l.now.Store.Snapshot(limited(l.T), want)); err != nil {
		l.T.Fatalf("a snapshot after the log's end: %v", err)
	}
	for range 2 {
		l.next()
		if got, _ := l.load(); !slices.Equal(got.State, want.State) || got.Seq < want.Seq {
			l.T.Errorf("the snapshot at %d comes back at %d as %s", want.Seq, got.Seq, got.State)
		}
	}
}
