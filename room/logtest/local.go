package logtest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
)

// Local is a node's own store in a cluster, see package cluster: nobody asks it for a log, and
// what it was not given can be filled.
type Local interface {
	room.Store
	Health() (h state.Health, changed <-chan struct{})
	Skip(upto state.Seq)
	Missing(ctx context.Context) ([]state.Missing, error)
	Fill(ctx context.Context, m state.Missing, from state.Seq, spoken []state.Event) error
	Erased(ctx context.Context, after state.Seq, n int) ([]state.Seq, error)
}

// TestLocal tests the stores that open makes, as [TestStore] does.
func TestLocal(t *testing.T, open func(t *testing.T) Local) {
	each(t, open, map[string]func(*testing.T, Local){
		"it begins with what a snapshot says, or empty": testLoadsNothing,
		"what was skipped is missing until it is there": testSkip,
		"a store may begin at a high place":             testSkipFirst,
		"what is missing comes the newest first":        testSeveralMissing,
		"filling again changes nothing":                 testFillAgain,
		"only the last that are missing are taken":      testFillRefused,
		"nothing may have been said":                    testFillNothing,
		"what nobody has stays a gap":                   testFillGap,
		"each room has its own of what is filled":       testFillRooms,
		"days are found in what is filled":              testFillDays,
		"what was taken back elsewhere has no words":    testFillErased,
		"what is taken back gets no words again":        testFillWithWords,
		"filling while more is said is safe":            testFillWhileApplied,
	})
}

func wantMissing(t testing.TB, s Local, want ...state.Missing) {
	t.Helper()
	if got, err := s.Missing(limited(t)); err != nil || !slices.Equal(got, want) {
		t.Errorf("missing are %v, %v, want %v", got, err, want)
	}
}

func fill(t testing.TB, s Local, m state.Missing, from state.Seq, spoken []state.Event) {
	t.Helper()
	if err := s.Fill(limited(t), m, from, spoken); err != nil {
		t.Fatalf("Fill %v from %d: %v", m, from, err)
	}
}

func wantErasedPlaces(t testing.TB, s Local, after state.Seq, n int, want ...state.Seq) {
	t.Helper()
	if got, err := s.Erased(limited(t), after, n); err != nil || !slices.Equal(got, want) {
		t.Errorf("taken back after %d are %v, %v, want %v", after, got, err, want)
	}
}

// seqs returns the places from one to another.
func seqs(first, last state.Seq) (list []state.Seq) {
	for seq := first; seq <= last; seq++ {
		list = append(list, seq)
	}
	return list
}

func testLoadsNothing(t *testing.T, s Local) {
	wantSnapshot(t, s, state.Snapshot{})
	apply(s, numbers(1, 20))
	wantSnapshot(t, s, state.Snapshot{})
	s.Skip(1000)
	want := state.Snapshot{Seq: 1000, State: state.NewState().Encode()}
	if err := s.Snapshot(limited(t), want); err != nil {
		t.Fatal(err)
	}
	wantSnapshot(t, s, want)
	if h, _ := s.Health(); h.Err != nil {
		t.Errorf("unhealthy since %v: %v", h.Since, h.Err)
	}
}

func testSkip(t *testing.T, s Local) {
	apply(s, numbers(1, 3))
	s.Skip(3) // nothing is missing
	wantMissing(t, s)
	s.Skip(20)
	apply(s, numbers(21, 3))
	wantLast(t, s, 10, 0, 1, 2, 3, 4, 21, 22, 23)
	last, err := s.Last(limited(t), state.Rooms{7}, 10, 0) // a gap is in all rooms
	wantSeqs(t, "another room", last, err, 4)
	g, ok := last[0].Body.(state.Gap)
	if !ok || g.Upto != 20 || !g.From.Equal(numbers(3, 1)[0].Time) || time.Since(g.To) > patience || g.Count != 0 {
		t.Errorf("the gap is %+v", last[0])
	}
	wantMissing(t, s, state.Missing{First: 4, Last: 20})
	all := numbers(4, 17)
	fill(t, s, state.Missing{First: 4, Last: 20}, 16, all[12:])
	wantMissing(t, s, state.Missing{First: 4, Last: 15})
	wantLast(t, s, 12, 0, append([]state.Seq{1, 2, 3, 4}, seqs(16, 23)...)...)
	wantFound(t, s, "number", append([]state.Seq{2, 3}, seqs(16, 23)...)...)
	fill(t, s, state.Missing{First: 4, Last: 15}, 4, all[:12])
	wantMissing(t, s)
	wantLast(t, s, 100, 0, seqs(1, 23)...)
	wantLast(t, s, 5, 7, 2, 3, 4, 5, 6)
	wantFound(t, s, "number", seqs(14, 23)...)
	wantAnswer(t, s, state.Query{Text: "number", Before: 9}, seqs(1, 8)...)
	wantFound(t, s, "12", 12)
	last, err = s.Last(limited(t), nil, 1, 5)
	if err != nil || !reflect.DeepEqual(last, all[:1]) {
		t.Errorf("the first that was missing is %+v, %v, want %+v", last, err, all[0])
	}
}

func testSkipFirst(t *testing.T, s Local) {
	s.Skip(5000)
	wantLast(t, s, 10, 0, 1)
	wantMissing(t, s, state.Missing{First: 1, Last: 5000})
	apply(s, numbers(5001, 4))
	s.Apply(5000, numbers(4990, 11)) // given before, as far as the store knows
	wantLast(t, s, 10, 0, 1, 5001, 5002, 5003, 5004)
	fill(t, s, state.Missing{First: 1, Last: 5000}, 4800, numbers(4801, 200))
	wantMissing(t, s, state.Missing{First: 1, Last: 4799})
	wantLast(t, s, 3, 4803, 1, 4801, 4802)
	wantFound(t, s, "4900", 4900)
	fill(t, s, state.Missing{First: 1, Last: 4799}, 1, nil)
	wantMissing(t, s)
	wantLast(t, s, 300, 0, seqs(4801, 5004)...)
}

func testSeveralMissing(t *testing.T, s Local) {
	s.Skip(100)
	apply(s, numbers(101, 2))
	s.Skip(200)
	s.Skip(250)
	apply(s, numbers(251, 2))
	want := []state.Missing{{First: 201, Last: 250}, {First: 103, Last: 200}, {First: 1, Last: 100}}
	wantMissing(t, s, want...)
	fill(t, s, want[0], 230, numbers(240, 3))
	fill(t, s, want[1], 103, numbers(150, 3))
	wantMissing(t, s, state.Missing{First: 201, Last: 229}, want[2])
	wantLast(t, s, 20, 0, 1, 101, 102, 150, 151, 152, 201, 240, 241, 242, 251, 252)
	fill(t, s, state.Missing{First: 1, Last: 250}, 1, nil) // from the beginning on nothing more was said
	wantMissing(t, s)
	wantLast(t, s, 20, 0, 101, 102, 150, 151, 152, 240, 241, 242, 251, 252)
}

func testFillAgain(t *testing.T, s Local) {
	apply(s, numbers(1, 3))
	s.Skip(300)
	apply(s, numbers(301, 3))
	m := state.Missing{First: 4, Last: 300}
	for range 3 {
		fill(t, s, m, 100, numbers(100, 201))
		wantMissing(t, s, state.Missing{First: 4, Last: 99})
		wantLast(t, s, 300, 0, append([]state.Seq{1, 2, 3, 4}, seqs(100, 303)...)...)
	}
	for range 3 {
		fill(t, s, m, 4, numbers(4, 297))
		fill(t, s, state.Missing{First: 2, Last: 10}, 2, numbers(2, 9))
		wantMissing(t, s)
		wantLast(t, s, 400, 0, seqs(1, 303)...)
		wantFound(t, s, "number", seqs(294, 303)...)
		wantFound(t, s, "number 212", 212)
	}
}

func testFillRefused(t *testing.T, s Local) {
	apply(s, numbers(1, 3))
	s.Skip(20)
	for _, c := range []struct {
		m      state.Missing
		from   state.Seq
		spoken []state.Event
	}{
		{state.Missing{First: 4, Last: 20}, 3, numbers(3, 2)},
		{state.Missing{First: 4, Last: 20}, 10, numbers(9, 2)},
		{state.Missing{First: 4, Last: 20}, 10, numbers(20, 2)},
		{state.Missing{First: 4, Last: 20}, 22, nil},
		{state.Missing{First: 4, Last: 30}, 25, numbers(25, 1)},
	} {
		if err := s.Fill(limited(t), c.m, c.from, c.spoken); err == nil {
			t.Errorf("Fill %v from %d is taken", c.m, c.from)
		}
	}
	wantLast(t, s, 10, 0, 1, 2, 3, 4)
}

func testFillNothing(t *testing.T, s Local) {
	apply(s, numbers(1, 3))
	s.Skip(20)
	fill(t, s, state.Missing{First: 4, Last: 20}, 12, nil)
	wantMissing(t, s, state.Missing{First: 4, Last: 11})
	fill(t, s, state.Missing{First: 4, Last: 11}, 4, numbers(8, 1))
	wantMissing(t, s)
	wantLast(t, s, 10, 0, 1, 2, 3, 8)
}

// testFillRooms fills what was said in some rooms before anything that is there was said in any
// but the first.
func testFillRooms(t *testing.T, s Local) {
	var bodies []state.Body
	for i := range 400 {
		in := state.Seq(0)
		if i >= 100 && i%100 == 7 {
			in = 40
		}
		bodies = append(bodies, state.Said{Room: in, From: "ann", Text: fmt.Sprint("number ", i+1)})
	}
	all := spoken(1, bodies...)
	apply(s, all[:50])
	s.Skip(350)
	apply(s, all[350:])
	for last := state.Seq(350); last > 50; last -= 75 {
		fill(t, s, state.Missing{First: 51, Last: last}, last-74, all[last-75:last])
	}
	apply(s, spoken(401, state.Said{Room: 40, From: "ann", Text: "number"}, says("ann", "number")))
	for _, c := range []struct {
		in     state.Rooms
		n      int
		before state.Seq
		want   []state.Seq
	}{
		{state.Rooms{40}, 10, 0, []state.Seq{108, 208, 308, 401}},
		{state.Rooms{40}, 1, 208, []state.Seq{108}},
		{state.Rooms{0}, 3, 110, []state.Seq{106, 107, 109}},
		{state.Rooms{0}, 3, 0, []state.Seq{399, 400, 402}},
		{state.Rooms{0}, 2, 53, []state.Seq{51, 52}},
		{state.Rooms{0, 40}, 3, 0, []state.Seq{400, 401, 402}},
	} {
		got, err := s.Last(limited(t), c.in, c.n, c.before)
		wantSeqs(t, fmt.Sprintf("the last %d of %v before %d", c.n, c.in, c.before), got, err, c.want...)
		got, err = s.Search(limited(t), c.in, state.Query{Text: "number", Before: c.before}, c.n)
		wantSeqs(t, fmt.Sprintf("the last %d numbers of %v before %d", c.n, c.in, c.before), got, err, c.want...)
	}
}

// testFillDays fills what was said in some hours, which are those of the messages on both sides,
// or not.
func testFillDays(t *testing.T, s Local) {
	all := numbers(1, 1900) // one a minute
	apply(s, all[:30])
	s.Skip(1416)
	apply(s, all[1416:])
	for last := state.Seq(1416); last > 30; last -= 198 {
		fill(t, s, state.Missing{First: 31, Last: last}, last-197, all[last-198:last])
	}
	wantMissing(t, s)
	for from := state.Seq(1); from < 1890; from += 87 {
		q := state.Query{From: all[from-1].Time, To: all[from+3].Time}
		wantAnswer(t, s, q, seqs(from, from+3)...)
	}
	wantAnswer(t, s, state.Query{From: all[0].Time.Add(-time.Hour), To: all[2].Time}, 1, 2)
	n := state.Seq(len(all))
	wantAnswer(t, s, state.Query{From: all[n-2].Time}, n-1, n)
}

// testFillErased has messages taken back while the store was not told.
func testFillErased(t *testing.T, s Local) {
	events := spoken(1, says("ann", "un secret"), says("bob", "deux secrets"), says("cleo", "trois secrets"))
	apply(s, events)
	s.Skip(30)
	apply(s, spoken(31, says("ann", "fini")))
	wantFound(t, s, "secret", 1, 2, 3)
	left := slices.Clone(events)
	for i := range 2 {
		by := spoken(20, state.Deleted{Message: state.Seq(i + 1), By: "dan"})[0]
		left[i].Body, _ = by.Takes(&events[i])
	}
	for range 2 {
		fill(t, s, state.Missing{First: 2, Last: 2}, 2, left[1:2])
		wantFound(t, s, "secret", 1, 3)
	}
	fill(t, s, state.Missing{First: 1, Last: 3}, 1, left)
	wantFound(t, s, "secret", 3)
	wantFound(t, s, "bob", 2)
	wantErasedPlaces(t, s, 0, 10, 1, 2)
	wantErasedPlaces(t, s, 0, 1, 1)
	wantErasedPlaces(t, s, 1, 10, 2)
	wantErasedPlaces(t, s, 2, 10)
	fill(t, s, state.Missing{First: 1, Last: 3}, 1, events) // somebody who does not know yet
	wantFound(t, s, "secret", 3)
	got, err := s.Last(limited(t), nil, 1, 3)
	wantSeqs(t, "what was taken back", got, err, 2)
	if said, _ := got[0].Body.(state.Said); said.Removed == nil || said.Removed.By != "dan" || said.Text != "" {
		t.Errorf("of a message that was taken back there is %+v", got[0].Body)
	}
	wantMissing(t, s, state.Missing{First: 4, Last: 30})
}

// testFillWithWords has messages taken back that are missing, and filled by somebody who gave
// them away before.
func testFillWithWords(t *testing.T, s Local) {
	ann := state.ID{Origin: 5, N: 1}
	s.Skip(3)
	events := spoken(1, says("ann", "un secret"), state.Said{From: "bob", Member: ann, Text: "deux secrets"}, says("cleo", "trois secrets"))
	taken := spoken(4, state.Deleted{Message: 1}, state.Forgotten{Member: ann, Pseudo: "bob"}, says("ann", "fini"))
	apply(s, taken)
	s.Erase(taken[0])
	s.Erase(taken[1])
	fill(t, s, state.Missing{First: 1, Last: 3}, 1, events)
	wantFound(t, s, "secret", 3)
	wantErasedPlaces(t, s, 0, 10, 1, 2)
	wantTakenBack(t, s, append(events, taken[2]), taken[0], taken[1])
}

func testFillWhileApplied(t *testing.T, s Local) {
	s.Skip(400)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 40 {
			apply(s, numbers(state.Seq(401+10*i), 10))
		}
	}()
	for last := state.Seq(400); last > 0; last -= 25 {
		fill(t, s, state.Missing{First: 1, Last: last}, last-24, numbers(last-24, 25))
		got, err := s.Last(limited(t), nil, 300, 0)
		if err != nil {
			t.Fatalf("Last: %v", err)
		}
		for i := range got[1:] { // after the gap, if it is among them
			if got[i+1].Seq != got[i].Seq+1 && (i != 0 || got[i].Seq != 1) {
				t.Fatalf("a message is missing after %d", got[i].Seq)
			}
		}
	}
	<-done
	wantLast(t, s, 1000, 0, seqs(1, 800)...)
	wantFound(t, s, "number", seqs(791, 800)...)
}

// testFillGap has something that nobody else has either, between what was filled.
func testFillGap(t *testing.T, s Local) {
	s.Skip(100)
	apply(s, numbers(101, 3))
	fill(t, s, state.Missing{First: 1, Last: 100}, 81, numbers(81, 20))
	hole := state.Event{Seq: 61, Time: day, Body: state.Gap{From: day, To: day.Add(time.Hour), Upto: 80}}
	fill(t, s, state.Missing{First: 1, Last: 80}, 61, []state.Event{hole})
	wantMissing(t, s, state.Missing{First: 61, Last: 80}, state.Missing{First: 1, Last: 60})
	fill(t, s, state.Missing{First: 1, Last: 60}, 41, numbers(41, 20))
	never := state.Event{Seq: 21, Time: day, Body: state.Gap{From: day, To: day.Add(time.Hour), Count: 7}}
	fill(t, s, state.Missing{First: 1, Last: 40}, 21, []state.Event{never})
	fill(t, s, state.Missing{First: 1, Last: 20}, 1, numbers(11, 10))
	wantMissing(t, s, state.Missing{First: 61, Last: 80})
	wantLast(t, s, 100, 0, append(append(append(seqs(11, 21), seqs(41, 60)...), 61), seqs(81, 103)...)...)
	got, err := s.Last(limited(t), state.Rooms{7}, 10, 0)
	wantSeqs(t, "the gaps", got, err, 21, 61)
	fill(t, s, state.Missing{First: 61, Last: 80}, 61, numbers(61, 20))
	wantMissing(t, s)
	wantLast(t, s, 100, 0, append(seqs(11, 21), seqs(41, 103)...)...)
}
