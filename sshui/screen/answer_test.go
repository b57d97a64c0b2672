package screen

import (
	"fmt"
	"strings"
	"testing"

	"salon/internal/line/keys"
	"salon/room"
	"salon/room/state"
)

// late is a testScreen on which the room holds n messages after as many that it does not.
func late(t *testing.T, n int) *testScreen {
	st := newStage(t, 60, 12)
	st.room.seq = state.Seq(n)
	st.shows(many(st.room, n)...)
	return st
}

// around is what the room has to show around the first message that it holds.
func (st *testScreen) around(before int, more bool) room.Item {
	first := st.room.events[0]
	r := room.Past{Around: first.Seq, Asked: room.Around{Seq: first.Seq}, More: more}
	for i := range before {
		r.Events = append(r.Events, state.Event{Seq: first.Seq - state.Seq(before-i), Time: opening, Body: state.Said{From: "bob", Text: fmt.Sprint("ancien ", i)}})
	}
	for _, e := range st.room.events {
		r.Events = append(r.Events, *e)
	}
	return replied(r)
}

func TestAboveTheTopIsWhatWasSaidBefore(t *testing.T) {
	up := func(st *testScreen) Action { return st.keys("pgup") }
	for name, press := range map[string]func(*testScreen) Action{
		"pgup": up, "alt+home": func(st *testScreen) Action { return st.keys("alt+home") }, "home": func(st *testScreen) Action { return st.keys("home") },
		"wheel": func(st *testScreen) Action { return st.input(keys.Wheel{Up: true}) },
		"/aller haut": func(st *testScreen) Action {
			st.says("/aller haut")
			return st.Show([]room.Item{replied(room.Turn{To: room.TurnUp})}, st.room.now)
		},
	} {
		for _, n := range []int{3, 30} { // all in view, or not
			st := late(t, n)
			if n > 3 {
				if a := press(st); a != (Action{}) {
					t.Errorf("%s: from the bottom it asks for %+v", name, a)
				}
				st.showFrom(st.transcript.start())
				st.frame()
			}
			before := st.picture()
			if a := press(st); a != (Action{Request: room.Around{Seq: state.Seq(n + 1)}}) {
				t.Fatalf("%s with %d messages asks for %+v", name, n, a)
			}
			st.frame()
			if st.picture() != before {
				t.Errorf("%s: already it shows\n%s", name, st.picture())
			}
			if a := press(st); a != (Action{}) {
				t.Errorf("%s: it asks twice, for %+v", name, a)
			}
			st.shows(st.around(3, true))
			st.has("Historique")
			if got := st.reversed(); !strings.HasSuffix(got, "message 1") {
				t.Errorf("%s: %q is chosen", name, got)
			}
			st.keys("up")
			if got := st.reversed(); !strings.HasSuffix(got, "ancien 2") {
				t.Errorf("%s: above it is %q", name, got)
			}
			st.keys("esc")
			if a := up(st); a.Request == nil {
				t.Errorf("%s: it cannot be asked again", name)
			}
		}
	}
}

func TestTheBeginningIsSaid(t *testing.T) {
	st := late(t, 3)
	for range 2 {
		st.keys("pgup")
		st.shows(st.around(0, false))
		st.hasNot("Historique")
		st.has("C'est le début.")
		st.keys("left")
		if a := st.keys("pgup"); a != (Action{}) { // it is known now
			t.Errorf("it asks for %+v", a)
		}
		st.has("C'est le début.")
		st.keys("left")
		st.room.forget(1) // there is something older then
	}
	st = newStage(t, 60, 12)
	st.shows(many(st.room, 3)...)
	if a := st.keys("pgup"); a != (Action{}) {
		t.Errorf("before the very first it asks for %+v", a)
	}
	st.has("C'est le début.")
}

// TestWhatIsHeldFirstMayNotBeAmongWhatWasSaid: who came and went is not kept.
func TestWhatIsHeldFirstMayNotBeAmongWhatWasSaid(t *testing.T) {
	st := newStage(t, 60, 12)
	st.room.seq = 10
	st.shows(st.room.joined("zoé"))
	if a := st.keys("pgup"); a.Request != (room.Around{Seq: 11}) {
		t.Fatalf("%+v", a)
	}
	answer := room.Past{Around: 11, Asked: room.Around{Seq: 11}, Events: []state.Event{{Seq: 9, Time: opening, Body: state.Said{From: "bob", Text: "ancien"}}}}
	st.shows(replied(answer))
	if got := st.reversed(); !strings.HasSuffix(got, "ancien") {
		t.Errorf("%q is chosen", got)
	}
	st.keys("esc", "pgup")
	answer.Events = nil
	st.shows(replied(answer))
	st.has("C'est le début.")
}

// TestWhatCouldNotBeAskedIsAskedAgain.
func TestWhatCouldNotBeAskedIsAskedAgain(t *testing.T) {
	st := late(t, 3)
	a := st.keys("pgup")
	st.Failed(a.Request)
	st.frame()
	st.reads("^                               Échec : réessayez.")
	if b := st.keys("pgup"); b != a {
		t.Errorf("it asks for %+v", b)
	}
	st.CatchUp(st.room.now) // after line mode, where the answer went
	if b := st.keys("pgup"); b != a {
		t.Errorf("after line mode it asks for %+v", b)
	}
}
