package logtest

import (
	"fmt"
	"reflect"
	"testing"

	"salon/room/state"
	"salon/room/text"
)

// TestReopen tests logs and stores that outlive the process. open starts a run on what the
// runs before it left in a directory, which is new for each test and whose path may also
// serve as a name.
func TestReopen(t *testing.T, open func(t *testing.T, dir string) Run) {
	for name, test := range map[string]func(*runs){
		"sequence numbers and stamps go on":              testNumbersGoOn,
		"the events of all runs can be followed":         testFollowRuns,
		"what is before a snapshot may be gone":          testFollowSnapshot,
		"the state comes back":                           testStateComesBack,
		"the state comes back with snapshots beside":     testSnapshotsBeside,
		"an earlier snapshot does not replace a later":   testSnapshotComesBack,
		"what was said comes back, not what was refused": testSaidComesBack,
		"what is applied again changes nothing":          testAppliedAgain,
		"what was applied last is applied again":         testAppliedLate,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &runs{T: t, open: open, dir: t.TempDir()}
			t.Cleanup(r.end)
			test(r)
		})
	}
}

func testNumbersGoOn(r *runs) {
	var highest state.Seq
	for range 4 {
		p := r.next()
		if _, last := p.log.Bounds(); last != highest {
			r.Errorf("run %d starts after event %d, the one before ended with %d", r.count, last, highest)
		}
		if now, before := p.log.Now().Stamp, p.st.Stamp(); before > now {
			r.Errorf("run %d starts at the stamp %v, after %v", r.count, now, before)
		}
		f := p.follow(highest)
		want := p.takeMany(p.epoch, 20)
		f.want(want)
		if want[0].Seq != highest+1 || want[19].Seq != highest+20 {
			r.Errorf("the sequence numbers after %d are %d to %d", highest, want[0].Seq, want[19].Seq)
		}
		highest = want[19].Seq
	}
}

func testFollowRuns(r *runs) {
	var want []state.Event
	for range 3 {
		p := r.next()
		first, last := p.log.Bounds()
		if first != 1 || int(last) != len(want) {
			r.Errorf("run %d starts with the bounds %d, %d", r.count, first, last)
		}
		followers := []*follower{p.follow(0), p.follow(7), p.follow(last)}
		want = append(want, p.takeMany(p.epoch, 700)...)
		for _, f := range append(followers, p.follow(0), p.follow(last+1)) {
			f.want(want[f.after:])
		}
	}
}

func testFollowSnapshot(r *runs) {
	p := r.next()
	p.takeMany(p.epoch, 30)
	p.awaitApplied(30)
	s := p.snapshot()
	more := p.takeMany(p.epoch+100, 5)
	p.keep(s)
	for range 2 {
		p = r.next()
		if first, _ := p.log.Bounds(); first > 31 {
			r.Errorf("after a snapshot of event 30 the log begins with %d", first)
		}
		p.follow(30).want(more)
		if first, _ := p.log.Bounds(); first > 1 {
			p.follow(first - 2).wantEnd(state.ErrGone)
		}
	}
}

func testStateComesBack(r *runs) {
	for i, keep := range []bool{false, false, true, false} {
		p := r.up()
		p.much()
		if keep {
			p.keep(p.snapshot())
		}
		r.wantNext(fmt.Sprint("run ", i))
		r.wantNext(fmt.Sprint("nothing happened after run ", i))
	}
}

// testSnapshotsBeside keeps snapshots while more is decided and applied, each when it is no
// longer the newest, as a room does that goes on meanwhile.
func testSnapshotsBeside(r *runs) {
	for range 3 {
		p := r.up()
		p.much()
		s := p.snapshot()
		kept := make(chan error, 1)
		go func() { kept <- p.Store.Snapshot(limited(r.T), s) }()
		said := p.says(p.joins(p.pseudo("late"), ""), "meanwhile")
		if err := <-kept; err != nil {
			r.Fatalf("Snapshot: %v", err)
		}
		for range 2 {
			p = r.wantNext("snapshots beside")
			wantLast(r.T, p.Store, 1, 0, said.Seq)
		}
	}
}

func testSnapshotComesBack(r *runs) {
	p := r.up()
	p.much()
	earlier := p.snapshot()
	p.does(state.TopicSet{Text: "later"})
	later := p.snapshot()
	p.keep(earlier)
	p.log.Close()
	p.keep(later)
	p.keep(earlier)
	for range 2 {
		wantSnapshot(r.T, p.Store, later)
		p = r.wantNext("a snapshot after the log's end")
		if first, last := p.log.Bounds(); first != last+1 || last != later.Seq {
			r.Errorf("after a snapshot of event %d the bounds are %d, %d", later.Seq, first, last)
		}
	}
}

func testSaidComesBack(r *runs) {
	p := r.up()
	ann := p.joins("Éléonore", "")
	p.does(state.Said{Session: state.ID{Origin: 1}, Text: "refused one"})
	want := []state.Event{
		p.says(ann, "deux\nlignes <&> 👩‍👧 שלום \u2028"),
		p.does(state.Said{Session: ann, Text: "sourit", Action: true}).Event,
		p.does(state.Walled{By: "ann", Text: "announced"}).Event,
		p.does(state.Walled{Text: "by the console"}).Event,
		p.does(state.TopicSet{By: "ann", Text: "un sujet du cœur"}).Event,
	}
	p.does(state.Renamed{Session: ann, To: "anna", Forms: text.Pseudo("anna").Forms()})
	want = append(want, p.does(state.Said{Session: ann, From: "Éléonore", Text: "shown one"}).Event) // proposed before the new name
	p.does(state.Said{Session: state.ID{Origin: 1}, Text: "refused last"})
	for i := range 4 {
		got, err := p.Store.Last(limited(r.T), nil, 10, 0)
		if err != nil || len(got) != len(want) {
			r.Fatalf("Last: %d events, %v", len(got), err)
		}
		for i, e := range got {
			e.Stamp = want[i].Stamp // a store may forget it
			if !reflect.DeepEqual(e, want[i]) {
				r.Errorf("%+v came back as %+v", want[i], e)
			}
		}
		wantFound(r.T, p.Store, "coeur", want[4].Seq)
		wantFound(r.T, p.Store, "one", want[5].Seq)
		wantFound(r.T, p.Store, "anna one", want[5].Seq)
		wantFound(r.T, p.Store, "refused")
		if i == 1 {
			p.keep(p.snapshot())
		}
		p = r.next()
	}
}

// testAppliedAgain gives a store all that it was given, in the same run and in others.
func testAppliedAgain(r *runs) {
	p := r.up()
	ann := p.joins("ann", "")
	var said []state.Event
	var numbers []state.Seq
	for i := range 20 {
		e := p.says(ann, fmt.Sprint("number ", i))
		said, numbers = append(said, e), append(numbers, e.Seq)
	}
	for range 3 {
		for n := range said {
			p.Store.Apply(said[n].Seq, said[:n+1])
		}
		p.Store.Apply(0, nil)
		wantLast(r.T, p.Store, 100, 0, numbers...)
		wantFound(r.T, p.Store, "number", numbers[10:]...)
		p = r.next()
	}
}

// testAppliedLate ends a run before the store was given what was said last, which the next
// run gives it.
func testAppliedLate(r *runs) {
	p := r.up()
	ann := p.joins("ann", "")
	first := p.says(ann, "given")
	p.follower.mu.Lock()
	p.withheld = true
	p.follower.mu.Unlock()
	last := p.says(ann, "not given")
	wantLast(r.T, p.Store, 10, 0, first.Seq)
	for range 2 {
		p = r.next()
		wantLast(r.T, p.Store, 10, 0, first.Seq, last.Seq)
	}
}
