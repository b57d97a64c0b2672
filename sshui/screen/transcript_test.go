package screen

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// texts are what a transcript holds, in order, walked forth from a point.
func texts(t *transcript, from pos) (list []string) {
	for e, next, ok := t.after(from); ok; e, next, ok = t.after(next) {
		list = append(list, textOf(e))
	}
	return list
}

// textsBack are what it holds up to a point, walked back.
func textsBack(t *transcript, from pos) (list []string) {
	for e, ok := t.before(from); ok; e, ok = t.before(e.pos) {
		list = append(list, textOf(e))
	}
	slices.Reverse(list)
	return list
}

func textOf(e entry) string {
	if e.event == nil {
		return fmt.Sprintf("%T", e.local.reply)
	}
	switch b := e.event.Body.(type) {
	case state.Said:
		return b.Text
	case state.Whispered:
		return "(" + b.Text + ")"
	}
	return fmt.Sprintf("%T", e.event.Body)
}

func holds(t *testing.T, script *transcript, want ...string) {
	t.Helper()
	if got := texts(script, script.start()); !slices.Equal(got, want) {
		t.Errorf("forth: %q, not %q", got, want)
	}
	if got := textsBack(script, script.end); !slices.Equal(got, want) {
		t.Errorf("back: %q, not %q", got, want)
	}
}

func TestTranscriptIsInTheOrderOfShowing(t *testing.T) {
	st := newStage(t, 80, 24)
	r := st.room
	st.shows(r.whispered("ann", "a"), r.said("bob", "b"), r.whispered("ann", "c"), r.whispered("ann", "d"))
	st.shows(r.said("bob", "e"), replied(room.TopicIs{}), r.said("bob", "f"))
	holds(t, &st.transcript, "(a)", "b", "(c)", "(d)", "e", "room.TopicIs", "f")
}

func TestOnlyWhatWasSaidIsShownOfTheTimeBefore(t *testing.T) {
	st := newStage(t, 80, 24, func(st *testScreen) {
		st.room.joined("ann")
		st.room.said("ann", "avant")
		st.room.happens(state.TopicSet{By: "ann", Text: "été"})
		st.room.left("ann")
		st.room.arrive()
	})
	st.shows(st.room.joined("bob"), st.room.said("bob", "après"))
	holds(t, &st.transcript, "avant", "state.TopicSet", "state.Joined", "après")
}

func TestWelcomeStandsBeforeWhatIsReplayed(t *testing.T) {
	var replayed []room.Item
	st := newStage(t, 80, 24, func(st *testScreen) {
		st.room.said("ann", "vieux")
		st.room.joined("bob")
		for _, text := range []string{"un", "deux"} {
			replayed = append(replayed, st.room.said("ann", text))
		}
		st.room.left("bob")
		st.room.arrive()
	})
	st.has("deux") // painted before the welcome comes
	joined := st.room.joined("eve")
	st.shows(st.room.welcomeBack(replayed...), joined)
	holds(t, &st.transcript, "vieux", "room.Welcome", "un", "deux", "state.Joined")
	if p := st.picture(); strings.Index(p, "Bienvenue") > strings.Index(p, "un\n") {
		t.Errorf("the welcome is below what it replays:\n%s", p)
	}
}

// TestWelcomeBringsWhatTheRingNoLongerHolds: a room that has just started again
// knows the past, and its ring does not.
func TestWelcomeBringsWhatTheRingNoLongerHolds(t *testing.T) {
	var replayed []room.Item
	st := newStage(t, 80, 24, func(st *testScreen) {
		replayed = append(replayed, st.room.said("ann", "un"), st.room.said("ann", "deux"))
		st.room.forget(2)
		replayed = append(replayed, st.room.said("ann", "trois"))
		st.room.arrive()
	})
	st.shows(st.room.welcomeBack(replayed...))
	st.shows(st.room.said("ann", "quatre"))
	holds(t, &st.transcript, "room.Welcome", "un", "deux", "trois", "quatre")
}

// TestAFirstVisitSeesTheWelcomeLast: below what it replays, of which the ring holds a part.
func TestAFirstVisitSeesTheWelcomeLast(t *testing.T) {
	for forgotten := range 4 {
		var replayed []room.Item
		st := newStage(t, 80, 24, func(st *testScreen) {
			replayed = append(replayed, st.room.said("ann", "un"), st.room.said("ann", "deux"), st.room.said("ann", "trois"))
			st.room.forget(forgotten)
			st.room.arrive()
		})
		st.shows(st.room.welcome(replayed...))
		st.shows(st.room.said("ann", "quatre"))
		holds(t, &st.transcript, "un", "deux", "trois", "room.Welcome", "quatre")
		st.has("Bienvenue")
		st.has("│ trois")
	}
}

// TestWelcomeStandsInTheDayOfWhatItReplays: the days go forth, each is named once.
func TestWelcomeStandsInTheDayOfWhatItReplays(t *testing.T) {
	var replayed []room.Item
	st := newStage(t, 80, 40, english, func(st *testScreen) {
		replayed = append(replayed, st.room.said("ann", "hier"))
		st.passes(24 * time.Hour)
		st.room.arrive()
	})
	st.shows(st.room.welcomeBack(replayed...), st.room.said("ann", "aujourd'hui"))
	sunday, monday := strings.Count(st.picture(), "Sunday"), strings.Count(st.picture(), "Monday")
	if sunday != 1 || monday != 1 {
		t.Errorf("days are named more than once:\n%s", st.picture())
	}
}

func TestIgnoredPeopleAreNotThere(t *testing.T) {
	st := newStage(t, 80, 24)
	st.shows(st.room.said("ann", "un"), st.room.said("bob", "deux"), st.room.said("ann", "trois"))
	st.room.ignored["ann"] = true
	st.shows(replied(room.Notice{What: room.NowIgnored, Name: "ann"}))
	holds(t, &st.transcript, "deux", "room.Notice")
	st.hasNot("trois")
	st.room.ignored["ann"] = false
	st.shows(replied(room.Notice{What: room.NowUnignored, Name: "ann"}))
	st.has("trois")
}

func TestWhatTheRoomForgetsIsGone(t *testing.T) {
	st := newStage(t, 80, 24)
	st.shows(st.room.said("ann", "un"), st.room.whispered("bob", "deux"), st.room.said("ann", "trois"))
	st.room.forget(1)
	holds(t, &st.transcript, "(deux)", "trois")
	st.room.forget(1)
	holds(t, &st.transcript, "(deux)")
	st.shows(st.room.said("ann", "quatre"))
	holds(t, &st.transcript, "(deux)", "quatre")
}

// TestLocalsAreBounded: of what only this session was shown the oldest goes, be it
// many things or large ones.
func TestLocalsAreBounded(t *testing.T) {
	for _, text := range []string{"", strings.Repeat("x", text.MaxText)} {
		st := newStage(t, 80, 24)
		for i := range 3 * maxLocals {
			st.shows(st.room.whispered("ann", fmt.Sprint(i, " ", text)))
		}
		bytes := 0
		for i := range st.transcript.locals {
			bytes += st.transcript.locals[i].weight()
		}
		if n := len(st.transcript.locals); n > maxLocals || bytes > maxLocalsBytes || cap(st.transcript.locals) > 2*maxLocals {
			t.Errorf("%d locals of %d bytes, room for %d", n, bytes, cap(st.transcript.locals))
		}
		last := textsBack(&st.transcript, st.transcript.end)
		if want := fmt.Sprint("(", 3*maxLocals-1); !strings.HasPrefix(last[len(last)-1], want) {
			t.Errorf("the last is %.20q", last[len(last)-1])
		}
	}
}

// TestForthAndBackAreInverse: walking to either end from anywhere passes the same
// entries at the same points, whatever was forgotten or is hidden.
func TestForthAndBackAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRoom()
		script := randomTranscript(t, r)
		var forth []pos
		for e, next, ok := script.after(script.start()); ok; e, next, ok = script.after(next) {
			forth = append(forth, e.pos)
			if e.local == nil && script.point(e.place) != e.pos {
				t.Fatalf("the event at %v is looked for at %v", e.pos, script.point(e.place))
			}
			if back, ok := script.before(next); !ok || back.pos != e.pos || back.event != e.event || back.local != e.local {
				t.Fatalf("after %v comes %v, before that %v", e.pos, next, back.pos)
			}
		}
		var back []pos
		for e, ok := script.before(script.end); ok; e, ok = script.before(e.pos) {
			back = append(back, e.pos)
			if again, _, ok := script.after(e.pos); !ok || again.event != e.event || again.local != e.local {
				t.Fatalf("the entry at %v is not there", e.pos)
			}
		}
		slices.Reverse(back)
		if !slices.Equal(forth, back) {
			t.Fatalf("forth %v, back %v", forth, back)
		}
	})
}

// randomTranscript has things happen, some of which are shown to one session only,
// some ignored, and some forgotten.
func randomTranscript(t *rapid.T, r *fakeRoom) *transcript {
	for range rapid.IntRange(0, 5).Draw(t, "before") {
		r.joined("ann")
		r.said("ann", "avant")
	}
	r.arrive()
	script := &transcript{room: r, arrived: r.arrived, end: pos{place: r.arrived}}
	for range rapid.IntRange(0, 40).Draw(t, "steps") {
		switch rapid.IntRange(0, 9).Draw(t, "step") {
		case 0:
			r.forget(rapid.IntRange(0, 3).Draw(t, "forgotten"))
		case 1:
			r.ignored["bob"] = !r.ignored["bob"]
		case 2, 3, 4:
			script.add(local{when: r.now, reply: room.TopicIs{}})
		default:
			from := rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "from")
			script.end.place = r.said(from, "x").Place + 1
		}
	}
	return script
}
