package logtest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/state/statetest"
	"salon/room/text"
)

// TestStore tests the stores that open makes. Each must be new, empty and used by nobody
// else. A search may find an event some time after it was applied, Last must at once.
func TestStore(t *testing.T, open func(t *testing.T) room.Store) {
	each(t, open, map[string]func(*testing.T, room.Store){
		"a new store is empty":                  testEmpty,
		"the last are those that were said":     testLast,
		"what was said comes back as it was":    testAsItWas,
		"a search ignores case and accents":     testSearchFolds,
		"a search finds authors and all words":  testSearchWords,
		"a search is no pattern":                testSearchLiteral,
		"a search by author and by day":         testSearchBy,
		"what is applied again changes nothing": testApplyAgain,
		"what is taken back has no words":       testErase,
		"each room has its own":                 testRooms,
		"a snapshot comes back and is replaced": testSnapshot,
		"reading while more is said is safe":    testWhileApplied,
	})
}

// each runs tests, side by side, each of a store of its own.
func each[S room.Store](t *testing.T, open func(t *testing.T) S, tests map[string]func(*testing.T, S)) {
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// day is when the conversations begin.
var day = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)

// spoken returns events with these bodies, a minute apart, from a sequence number on.
func spoken(from state.Seq, bodies ...state.Body) []state.Event {
	var events []state.Event
	for i, b := range bodies {
		seq := from + state.Seq(i)
		events = append(events, state.Event{Seq: seq, ID: state.ID{Origin: 5, N: uint64(seq)}, Time: day.Add(time.Duration(seq) * time.Minute), Body: b})
	}
	return events
}

func says(who text.Pseudo, text string) state.Body { return state.Said{From: who, Text: text} }

// numbers returns n messages that say their sequence numbers.
func numbers(from state.Seq, n int) []state.Event {
	var bodies []state.Body
	for i := range n {
		bodies = append(bodies, says("ann", fmt.Sprint("number ", from+state.Seq(i))))
	}
	return spoken(from, bodies...)
}

// apply gives a store those of the events that are spoken.
func apply(s room.Store, events []state.Event) {
	said := slices.DeleteFunc(slices.Clone(events), func(e state.Event) bool { return !state.KindOf(e.Body).Spoken })
	s.Apply(events[len(events)-1].Seq, said)
}

// wantSeqs checks that these events were found, in order.
func wantSeqs(t testing.TB, what string, got []state.Event, err error, want ...state.Seq) {
	t.Helper()
	var seqs []state.Seq
	for _, e := range got {
		seqs = append(seqs, e.Seq)
	}
	if err != nil || !slices.Equal(seqs, want) {
		t.Errorf("%s: found %v, %v, want %v", what, seqs, err, want)
	}
}

func wantLast(t testing.TB, s room.Store, n int, before state.Seq, want ...state.Seq) {
	t.Helper()
	got, err := s.Last(limited(t), nil, n, before)
	wantSeqs(t, fmt.Sprintf("the last %d before %d", n, before), got, err, want...)
}

func wantFound(t testing.TB, s room.Store, text string, want ...state.Seq) {
	t.Helper()
	wantAnswer(t, s, state.Query{Text: text}, want...)
}

// wantAnswer repeats a search until it finds as many events as it must: an index may be
// behind.
func wantAnswer(t testing.TB, s room.Store, q state.Query, want ...state.Seq) {
	t.Helper()
	ctx := limited(t)
	got, err := s.Search(ctx, nil, q, 10)
	for err == nil && len(got) < len(want) && ctx.Err() == nil {
		time.Sleep(time.Millisecond) // the index needs time, and the processor
		got, err = s.Search(ctx, nil, q, 10)
	}
	wantSeqs(t, fmt.Sprintf("a search for %+v", q), got, err, want...)
}

func testEmpty(t *testing.T, s room.Store) {
	wantLast(t, s, 10, 0)
	wantFound(t, s, "anything")
	if snap, err := s.Load(limited(t)); snap.Seq != 0 || snap.State != nil || err != nil {
		t.Errorf("Load: %+v, %v", snap, err)
	}
}

func testLast(t *testing.T, s room.Store) {
	apply(s, spoken(1,
		state.Joined{Pseudo: "ann"},
		says("ann", "one"),
		state.Renamed{From: "ann", To: "anna"},
		state.TopicSet{By: "anna", Text: "two"},
		state.Kicked{Pseudo: "bob", Reason: "no"},
		state.Walled{Text: "three"},
	))
	apply(s, spoken(7, state.Left{Pseudo: "anna", Text: "bye"}, says("bob", "four")))
	wantLast(t, s, 1000, 0, 2, 4, 6, 8)
	wantLast(t, s, 3, 0, 4, 6, 8)
	wantLast(t, s, 2, 8, 4, 6)
	wantLast(t, s, 3, 100, 4, 6, 8)
	wantLast(t, s, 3, 3, 2)
	wantLast(t, s, 3, 2)
	wantLast(t, s, 0, 0)
}

// testAsItWas checks that a store loses nothing of events but their stamps.
func testAsItWas(t *testing.T, s room.Store) {
	var bodies []state.Body
	for _, b := range statetest.Logged() {
		if state.KindOf(b).Spoken {
			bodies = append(bodies, b)
		}
	}
	want := spoken(1, append(bodies, state.Walled{Text: "by the console"}, state.TopicSet{})...)
	apply(s, want)
	got, err := s.Last(limited(t), nil, 10, 0)
	if err != nil || len(got) != len(want) {
		t.Fatalf("Last: %d events, %v", len(got), err)
	}
	for i, e := range got {
		if !reflect.DeepEqual(e, want[i]) {
			t.Errorf("event %d came back as %+v, want %+v", e.Seq, e, want[i])
		}
	}
}

func testApplyAgain(t *testing.T, s room.Store) {
	events := numbers(1, 20)
	s.Apply(7, events[:5])
	s.Apply(5, events[:5])
	s.Apply(7, events[5:7]) // after the last that was said, and before what it was complete up to
	s.Apply(12, events[:12])
	wantLast(t, s, 100, 0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12)
	wantFound(t, s, "number", 1, 2, 3, 4, 5, 8, 9, 10, 11, 12)
}

func testSearchFolds(t *testing.T, s room.Store) {
	apply(s, spoken(1,
		says("ann", "Une École près du cœur"),
		says("bob", "ecole de CŒUR"),
		says("cleo", "l'ECOLE, cœur léger"),
		says("dan", "rien à voir"),
	))
	for _, word := range []string{"ecole", "École", "ÉCOLE", "e\u0301cole", "cœur", "coeur", "CŒUR", "Coeur"} {
		wantFound(t, s, word, 1, 2, 3)
	}
	wantFound(t, s, "éco", 1, 2, 3) // the beginning of a word is enough
	wantFound(t, s, "voir", 4)
	wantFound(t, s, "ailleurs")
}

func testSearchWords(t *testing.T, s room.Store) {
	apply(s, spoken(1,
		says("Éléonore", "le train de nuit pour Brest"),
		says("bob", "Brest, le train du matin"),
		says("cleo", "Brest"),
		state.Walled{By: "Éléonore", Text: "attention"},
	))
	wantFound(t, s, "eleonore", 1, 4)
	wantFound(t, s, "BOB", 2)
	wantFound(t, s, "train brest", 1, 2)
	wantFound(t, s, "brest  TRAIN", 1, 2)
	wantFound(t, s, "train nuit", 1)
	wantFound(t, s, "train soir")
	apply(s, numbers(5, 30))
	wantFound(t, s, "number", 25, 26, 27, 28, 29, 30, 31, 32, 33, 34)
	got, err := s.Search(limited(t), nil, state.Query{Text: "number"}, 0)
	wantSeqs(t, "a search for none", got, err)
}

// testSearchLiteral tries what means something to SQL or to a full-text index.
func testSearchLiteral(t *testing.T, s room.Store) {
	apply(s, spoken(1, says("ann", "nothing special"), says("bob", "100% sure"), says("cleo", `a "quoted" word`)))
	wantFound(t, s, "100%", 2)
	wantFound(t, s, `"quoted"`, 3)
	for _, odd := range []string{"%", "_", "*", `"`, "'", "NEAR(", "text:nothing", "nothing OR sure", "-sure", "^nothing", strings.Repeat("(", 500)} {
		got, err := s.Search(limited(t), nil, state.Query{Text: odd}, 10)
		if err != nil || len(got) == 3 {
			t.Errorf("a search for %.20q found %d, %v", odd, len(got), err)
		}
	}
}

func testSearchBy(t *testing.T, s room.Store) {
	apply(s, spoken(1, says("Éléonore", "un train"), says("bob", "eleonore, un train"), says("Éléonore", "deux")))
	apply(s, spoken(24*60+1, says("bob", "un autre jour"), state.TopicSet{By: "Éléonore", Text: "train"}))
	next := day.AddDate(0, 0, 1)
	for _, c := range []struct {
		q    state.Query
		want []state.Seq
	}{
		{state.Query{By: "eleonore"}, []state.Seq{1, 3, 1442}},
		{state.Query{By: "eleonore", Text: "train"}, []state.Seq{1, 1442}},
		{state.Query{By: "eleonore", Text: "train", To: next}, []state.Seq{1}},
		{state.Query{From: next}, []state.Seq{1441, 1442}},
		{state.Query{From: day.Add(2 * time.Minute), To: day.Add(3 * time.Minute)}, []state.Seq{2}},
		{state.Query{}, []state.Seq{1, 2, 3, 1441, 1442}},
		{state.Query{By: "personne"}, nil},
		{state.Query{Text: "train", Before: 1442}, []state.Seq{1, 2}},
		{state.Query{Text: "train", Before: 1}, nil},
		{state.Query{By: "bob", From: day, To: next, Before: 1441}, []state.Seq{2}},
		{state.Query{Before: 3}, []state.Seq{1, 2}},
	} {
		wantAnswer(t, s, c.q, c.want...)
	}
}

// testRooms reads and searches some rooms among others. A gap is in all of them.
func testRooms(t *testing.T, s room.Store) {
	var bodies []state.Body
	for i := range 400 {
		in := state.Seq(0)
		switch {
		case i >= 100 && i%100 == 7:
			in = 40
		case i >= 200 && i%10 == 3:
			in = 200
		}
		bodies = append(bodies, state.Said{Room: in, From: "ann", Text: fmt.Sprint("number ", i+1)})
	}
	bodies = append(bodies, state.TopicSet{Room: 40, In: "#dev", By: "ann", Text: "number"}, state.Walled{Text: "number"}, state.Gap{To: day})
	apply(s, spoken(1, bodies...))
	for _, c := range []struct {
		in     state.Rooms
		n      int
		before state.Seq
		want   []state.Seq
	}{
		{state.Rooms{40}, 10, 403, []state.Seq{108, 208, 308, 401}},
		{state.Rooms{40}, 2, 401, []state.Seq{208, 308}},
		{state.Rooms{200}, 3, 403, []state.Seq{374, 384, 394}},
		{state.Rooms{40, 200}, 4, 403, []state.Seq{374, 384, 394, 401}},
		{state.Rooms{0}, 4, 403, []state.Seq{398, 399, 400, 402}},
		{state.Rooms{0}, 2, 109, []state.Seq{106, 107}},
		{state.Rooms{0}, 3, 210, []state.Seq{206, 207, 209}},
		{state.Rooms{0, 40}, 3, 210, []state.Seq{207, 208, 209}},
		{nil, 3, 403, []state.Seq{400, 401, 402}},
		{state.Rooms{17}, 3, 403, nil},
		{state.Rooms{}, 3, 403, nil},
	} {
		got, err := s.Last(limited(t), c.in, c.n, c.before)
		wantSeqs(t, fmt.Sprintf("the last %d of %v before %d", c.n, c.in, c.before), got, err, c.want...)
		got, err = s.Search(limited(t), c.in, state.Query{Text: "number", Before: c.before}, c.n)
		wantSeqs(t, fmt.Sprintf("the last %d numbers of %v before %d", c.n, c.in, c.before), got, err, c.want...)
	}
	got, err := s.Last(limited(t), state.Rooms{17}, 3, 0)
	wantSeqs(t, "the last of a room without messages", got, err, 403)
	got, err = s.Search(limited(t), state.Rooms{40}, state.Query{From: day, To: day.Add(209 * time.Minute)}, 10)
	wantSeqs(t, "a search of #dev by day", got, err, 108, 208)
}

func testSnapshot(t *testing.T, s room.Store) {
	for _, want := range []state.Snapshot{{Seq: 7, State: []byte(`{"a":"é"}`)}, {Seq: 9, State: state.NewState().Encode()}} {
		if err := s.Snapshot(limited(t), want); err != nil {
			t.Fatalf("Snapshot: %v", err)
		}
		wantSnapshot(t, s, want)
	}
}

// wantSnapshot checks what a store starts from.
func wantSnapshot(t testing.TB, s room.Store, want state.Snapshot) {
	t.Helper()
	got, err := s.Load(limited(t))
	if err != nil || got.Seq != want.Seq || !slices.Equal(got.State, want.State) {
		t.Errorf("the snapshot is of event %d, %s, %v, want %d", got.Seq, got.State, err, want.Seq)
	}
}

func testWhileApplied(t *testing.T, s room.Store) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 50 {
			apply(s, numbers(state.Seq(1+10*i), 10))
		}
	}()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		last, err := s.Last(limited(t), nil, 20, 0)
		if err != nil {
			t.Fatalf("Last: %v", err)
		}
		for i, e := range last {
			if e.Seq != last[0].Seq+state.Seq(i) {
				t.Fatalf("a message is missing before %d", e.Seq)
			}
		}
		if _, err := s.Search(limited(t), nil, state.Query{Text: "number"}, 20); err != nil {
			t.Fatalf("Search: %v", err)
		}
	}
	wantLast(t, s, 2, 0, 499, 500)
}
