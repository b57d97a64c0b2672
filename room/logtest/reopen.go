package logtest

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/state/statetest"
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
		"places and stamps go on":                      testPlacesGoOn,
		"all lives can be followed":                    testFollowLives,
		"what is before a snapshot may be gone":        testFollowSnapshot,
		"the state comes back without a snapshot":      testStateComesBack,
		"the state comes back with a snapshot":         testSnapshotAndAfter,
		"the state comes back with snapshots beside":   testSnapshotsBeside,
		"a snapshot alone comes back as it was":        testSnapshotComesBack,
		"an earlier snapshot does not replace a later": testEarlierSnapshot,
		"what was said comes back":                     testSaidComesBack,
		"what was refused does not":                    testRefusedDoesNot,
		"what is applied again changes nothing":        testAppliedAgain,
		"what was applied last is applied again":       testAppliedLate,
	} {
		t.Run(name, func(t *testing.T) {
			l := &lives{T: t, open: open, place: t.TempDir()}
			t.Cleanup(l.end)
			test(l)
		})
	}
}

// lives are one life after another at one place.
type lives struct {
	*testing.T
	open  func(*testing.T, string) Life
	place string
	count uint64
	last  *life // nil: ended
}

// life does with its log and store what a room does.
type life struct {
	*bench
	Life
	epoch, n uint64
	followed chan struct{} // closed when Follow has returned
	quit     context.CancelFunc
	wakes    chan struct{} // cap 1: something was applied

	mu        sync.Mutex // guards all below
	deaf      bool       // the store is not given what happens
	st        *state.State
	done      state.Seq // the place up to which State and store have all
	outcomes  map[state.ID]state.Outcome
	lastStamp time.Duration
}

// next ends the life before and begins another, whose State has all that happened.
func (l *lives) next() *life {
	l.Helper()
	l.end()
	now := l.open(l.T, l.place)
	l.count++
	p := &life{
		bench: &bench{T: l.T, log: now.Log}, Life: now, epoch: 1000 + l.count, st: state.NewState(),
		followed: make(chan struct{}), wakes: make(chan struct{}, 1), outcomes: map[state.ID]state.Outcome{},
	}
	l.last = p
	p.load()
	ctx, quit := context.WithCancel(context.Background())
	p.quit = quit
	go func() {
		defer close(p.followed)
		if err := now.Log.Follow(ctx, p.st.Applied(), p.apply); !errors.Is(err, context.Canceled) && !errors.Is(err, state.ErrClosed) {
			p.Errorf("Follow: %v", err)
		}
	}()
	_, last := now.Log.Bounds()
	p.wait(func() bool { return p.done >= last })
	return p
}

// up is next for a life in which something happens.
func (l *lives) up() *life {
	l.Helper()
	p := l.next()
	p.does(state.NodeUp{Node: "here", Version: state.Version, Wait: time.Minute})
	return p
}

func (l *lives) end() {
	l.Helper()
	p := l.last
	if p == nil {
		return
	}
	l.last = nil
	p.quit()
	<-p.followed
	p.close()
	if p.End == nil {
		return
	}
	if err := p.End(); err != nil {
		l.Errorf("the end of a life: %v", err)
	}
}

// load starts from the store's snapshot.
func (p *life) load() {
	p.Helper()
	s, err := p.Store.Load(limited(p.T))
	if err != nil {
		p.Fatalf("Load: %v", err)
	}
	if s.State == nil {
		return
	}
	if p.st, err = state.DecodeState(s.State); err != nil {
		p.Fatal(err)
	}
	if p.st.Applied() != s.Seq {
		p.Errorf("the snapshot of place %d is of place %d", s.Seq, p.st.Applied())
	}
	p.done, p.lastStamp = s.Seq, p.st.Stamp()
}

func (p *life) apply(events []state.Event) error {
	spoken, outcomes, deaf := p.happen(events)
	last := events[len(events)-1].Seq
	if !deaf {
		p.Store.Apply(last, spoken)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, out := range outcomes {
		p.outcomes[out.Event.ID] = out
	}
	p.done = last
	select {
	case p.wakes <- struct{}{}:
	default:
	}
	return nil
}

// happen applies events to the State.
func (p *life) happen(events []state.Event) (spoken []state.Event, outcomes []state.Outcome, deaf bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range events {
		if e.Stamp < p.lastStamp {
			p.Errorf("place %d has the stamp %v after %v", e.Seq, e.Stamp, p.lastStamp)
		}
		p.lastStamp = e.Stamp
		out := p.st.Apply(e)
		outcomes = append(outcomes, out)
		if out.Shown && state.KindOf(out.Event.Body).Spoken {
			spoken = append(spoken, out.Event)
		}
	}
	return spoken, outcomes, p.deaf
}

// wait waits until something is so.
func (p *life) wait(ok func() bool) {
	p.Helper()
	for late := time.After(patience); ; {
		p.mu.Lock()
		done := ok()
		p.mu.Unlock()
		if done {
			return
		}
		select {
		case <-p.wakes:
		case <-late:
			p.Fatal("what was waited for did not happen")
		}
	}
}

// does proposes a body and waits until it is applied.
func (p *life) does(b state.Body) (out state.Outcome) {
	p.Helper()
	p.n++
	id := state.ID{Origin: p.epoch, N: p.n}
	seq := p.take(state.Event{ID: id, Body: b})
	p.wait(func() (ok bool) {
		out, ok = p.outcomes[id]
		return ok
	})
	if out.Event.Seq != seq {
		p.Errorf("%T at place %d is applied at place %d", b, seq, out.Event.Seq)
	}
	return out
}

// joins opens a session.
func (p *life) joins(who text.Pseudo, keyID string) state.ID {
	p.Helper()
	out := p.does(state.Joined{Pseudo: who, Forms: who.Forms(), KeyID: keyID, Addr: netip.MustParseAddr("192.0.2.1"), Front: "tcp"})
	if out.Err != nil {
		p.Fatalf("%s joins: %v", who, out.Err)
	}
	return out.Event.ID
}

// says has a session say something that is shown.
func (p *life) says(session state.ID, words string) state.Event {
	p.Helper()
	out := p.does(state.Said{Session: session, Text: words})
	if !out.Shown {
		p.Fatalf("%q: %v", words, out.Err)
	}
	return out.Event
}

// much makes all sorts of things happen.
func (p *life) much() {
	p.Helper()
	ann := p.joins(p.pseudo("ann"), "SHA256:"+fmt.Sprint(p.epoch))
	p.joins(p.pseudo("bob"), "") // those of the lives before are cut, and may come back
	p.says(ann, "hello")
	p.does(state.TopicSet{By: "ann", Text: "le sujet"})
	p.does(state.SlowSet{By: "ann", Every: time.Millisecond})
	name := p.pseudo("dan")
	account := p.does(state.Registered{Pseudo: name, Forms: name.Forms(), KeyID: "SHA256:dan" + fmt.Sprint(p.epoch), Pass: "$argon2id$"}).Event.Seq
	p.does(state.Registered{Pseudo: name, Forms: name.Forms(), KeyID: "SHA256:other"}) // refused: it is another's by now
	p.does(state.PrefsKept{Account: account, Prefs: statetest.Prefs()})
	p.does(state.Seen{Account: account, Upto: account})
	p.does(state.Banned{Ban: state.Ban{Target: state.PseudoTarget("cleo"), By: "ann", Reason: "« non »", For: time.Hour}})
	p.does(state.Muted{Pseudo: "eve", Forms: text.Pseudo("eve").Forms(), For: time.Hour})
	p.does(state.Said{Session: state.ID{Origin: 1}, Text: "refused"})
	p.does(state.ShutdownPlanned{By: "ann", In: time.Hour})
}

// pseudo makes a pseudo that only one life has.
func (p *life) pseudo(begins string) text.Pseudo { return text.Pseudo(fmt.Sprint(begins, p.epoch)) }

func (p *life) hash() [32]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.st.Hash()
}

func (p *life) encoded() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.st.Encode()
}

func (p *life) snapshot() state.Snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	return state.Snapshot{Seq: p.st.Applied(), State: p.st.Encode()}
}

func (p *life) keep(s state.Snapshot) {
	p.Helper()
	if err := p.Store.Snapshot(limited(p.T), s); err != nil {
		p.Fatalf("Snapshot: %v", err)
	}
}

// wantNext holds the next life to begin with the State that this one ends with.
func (l *lives) wantNext(what string) *life {
	l.Helper()
	before, was := l.last.hash(), l.last.encoded()
	p := l.next()
	if p.hash() != before {
		l.Errorf("%s: the state is\n%s\nwant\n%s", what, p.encoded(), was)
	}
	return p
}

func testPlacesGoOn(l *lives) {
	var highest state.Seq
	for range 4 {
		p := l.next()
		if _, last := p.log.Bounds(); last != highest {
			l.Errorf("life %d begins behind place %d, the one before ended with %d", l.count, last, highest)
		}
		before := p.log.Now().Stamp
		if p.lastStamp > before {
			l.Errorf("life %d begins at the stamp %v, after %v", l.count, before, p.lastStamp)
		}
		f := p.follow(highest)
		want := p.takeMany(p.epoch, 20)
		wantEvents(l.T, highest, f.events(len(want)), want)
		if want[0].Seq != highest+1 || want[19].Seq != highest+20 {
			l.Errorf("the places after %d are %d to %d", highest, want[0].Seq, want[19].Seq)
		}
		highest = want[19].Seq
	}
}

func testFollowLives(l *lives) {
	var want []state.Event
	for range 3 {
		p := l.next()
		first, last := p.log.Bounds()
		if first != 1 || int(last) != len(want) {
			l.Errorf("life %d begins with the bounds %d, %d", l.count, first, last)
		}
		followers := []*follower{p.follow(0), p.follow(7), p.follow(last)}
		want = append(want, p.takeMany(p.epoch, 700)...)
		for _, f := range append(followers, p.follow(0), p.follow(last+1)) {
			wantEvents(l.T, f.after, f.events(len(want)-int(f.after)), want[f.after:])
		}
	}
}

func testFollowSnapshot(l *lives) {
	p := l.next()
	p.takeMany(p.epoch, 30)
	p.wait(func() bool { return p.done == 30 })
	s := p.snapshot()
	more := p.takeMany(p.epoch+100, 5)
	p.keep(s)
	for range 2 {
		p = l.next()
		if first, _ := p.log.Bounds(); first > 31 {
			l.Errorf("after a snapshot of place 30 the log begins at place %d", first)
		}
		f := p.follow(30)
		wantEvents(l.T, 30, f.events(5), more)
		if first, _ := p.log.Bounds(); first > 1 {
			p.follow(first - 2).wantEnd(state.ErrGone)
		}
	}
}

func testStateComesBack(l *lives) {
	l.up().much()
	for range 2 {
		l.wantNext("nothing happened")
	}
	l.up().much()
	l.wantNext("two lives")
}

func testSnapshotAndAfter(l *lives) {
	p := l.up()
	p.much()
	p.keep(p.snapshot())
	l.wantNext("a snapshot alone")
	p = l.up()
	p.much()
	l.wantNext("a snapshot and another life")
	l.wantNext("and again")
}

// testSnapshotsBeside keeps snapshots while more is decided and applied, each when
// it is no longer the newest, as a room does that goes on meanwhile.
func testSnapshotsBeside(l *lives) {
	for range 3 {
		p := l.up()
		p.much()
		s := p.snapshot()
		kept := make(chan error, 1)
		go func() { kept <- p.Store.Snapshot(limited(l.T), s) }()
		bob := p.joins(p.pseudo("late"), "")
		said := p.says(bob, "meanwhile")
		if err := <-kept; err != nil {
			l.Fatalf("Snapshot: %v", err)
		}
		for range 2 {
			p = l.wantNext("snapshots beside")
			wantLast(l.T, p.Store, 1, 0, said.Seq)
		}
	}
}

func testSnapshotComesBack(l *lives) {
	p := l.up()
	p.much()
	want := p.snapshot()
	if err := errors.Join(p.log.Close(), p.Store.Snapshot(limited(l.T), want)); err != nil {
		l.Fatalf("a snapshot after the log's end: %v", err)
	}
	for range 2 {
		p = l.next()
		got, err := p.Store.Load(limited(l.T))
		if err != nil || got.Seq != want.Seq || !slices.Equal(got.State, want.State) {
			l.Errorf("the snapshot at %d comes back at %d as %s, %v", want.Seq, got.Seq, got.State, err)
		}
		if first, last := p.log.Bounds(); first != last+1 || last != want.Seq {
			l.Errorf("behind a snapshot of place %d the bounds are %d, %d", want.Seq, first, last)
		}
	}
}

func testEarlierSnapshot(l *lives) {
	p := l.up()
	p.much()
	earlier := p.snapshot()
	p.does(state.TopicSet{Text: "later"})
	later := p.snapshot()
	for _, s := range []state.Snapshot{earlier, later, earlier} {
		p.keep(s)
	}
	for range 2 {
		if got, err := p.Store.Load(limited(l.T)); err != nil || got.Seq != later.Seq || !slices.Equal(got.State, later.State) {
			l.Errorf("the snapshot is of place %d, %v, want %d", got.Seq, err, later.Seq)
		}
		p = l.wantNext("an earlier snapshot")
	}
}

func testSaidComesBack(l *lives) {
	p := l.up()
	ann := p.joins("Éléonore", "")
	want := []state.Event{
		p.says(ann, "deux\nlignes <&> 👩‍👧 שלום \u2028"),
		p.does(state.Said{Session: ann, Text: "sourit", Action: true}).Event,
		p.does(state.Walled{By: "ann", Text: "announced"}).Event,
		p.does(state.Walled{Text: "by the console"}).Event,
		p.does(state.TopicSet{By: "ann", Text: "un sujet du cœur"}).Event,
	}
	for life := range 4 {
		got, err := p.Store.Last(limited(l.T), 10, 0)
		if err != nil || len(got) != len(want) {
			l.Fatalf("Last: %d events, %v", len(got), err)
		}
		for i, e := range got {
			e.Stamp = want[i].Stamp // a store may forget it
			if !reflect.DeepEqual(e, want[i]) {
				l.Errorf("%+v came back as %+v", want[i], e)
			}
		}
		wantFound(l.T, p.Store, "coeur", want[4].Seq)
		if life == 1 {
			p.keep(p.snapshot())
		}
		p = l.next()
	}
}

func testRefusedDoesNot(l *lives) {
	p := l.up()
	ann := p.joins("ann", "")
	p.does(state.Said{Session: state.ID{Origin: 1}, Text: "refused one"})
	p.does(state.Renamed{Session: ann, To: "anna", Forms: text.Pseudo("anna").Forms()})
	shown := p.does(state.Said{Session: ann, From: "ann", Text: "shown one"}).Event // renamed before its place came
	p.does(state.Said{Session: state.ID{Origin: 1}, Text: "refused last"})
	for life := range 4 {
		wantLast(l.T, p.Store, 10, 0, shown.Seq)
		wantFound(l.T, p.Store, "one", shown.Seq)
		wantFound(l.T, p.Store, "anna one", shown.Seq)
		wantFound(l.T, p.Store, "refused")
		if life == 1 {
			p.keep(p.snapshot())
		}
		p = l.next()
	}
}

// testAppliedAgain gives a store all that it was given, in this life and in others.
func testAppliedAgain(l *lives) {
	p := l.up()
	ann := p.joins("ann", "")
	var said []state.Event
	var places []state.Seq
	for i := range 20 {
		e := p.says(ann, fmt.Sprint("number ", i))
		said, places = append(said, e), append(places, e.Seq)
	}
	for range 3 {
		for n := range said {
			p.Store.Apply(said[n].Seq, said[:n+1])
		}
		p.Store.Apply(0, nil)
		wantLast(l.T, p.Store, 100, 0, places...)
		wantFound(l.T, p.Store, "number", places[10:]...)
		p = l.next()
	}
}

// testAppliedLate: a life may end before the store was given what was said last. The
// next gives it that.
func testAppliedLate(l *lives) {
	p := l.up()
	ann := p.joins("ann", "")
	first := p.says(ann, "given")
	p.mu.Lock()
	p.deaf = true
	p.mu.Unlock()
	last := p.says(ann, "not given")
	wantLast(l.T, p.Store, 10, 0, first.Seq)
	for range 2 {
		p = l.next()
		wantLast(l.T, p.Store, 10, 0, first.Seq, last.Seq)
	}
}
