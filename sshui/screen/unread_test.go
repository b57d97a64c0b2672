package screen

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"salon/internal/line/keys"
	"salon/room"
	"salon/room/state"
)

// marked is what the unread marker says, "" if there is none.
func (st *testScreen) marked() string {
	for _, row := range st.rows() {
		if strings.HasPrefix(row, "─") && strings.Contains(row, " new ─") {
			return strings.Trim(row, "─ ")
		}
	}
	return ""
}

// wantUnread checks what the marker and the window's title say.
func (st *testScreen) wantUnread(marker, title string) {
	st.t.Helper()
	if got := st.marked(); got != marker || st.title != title {
		st.t.Fatalf("marker %q, title %q; not %q, %q:\n%s", got, st.title, marker, title, st.picture())
	}
}

// hears has ann say things, each in a frame of its own.
func (st *testScreen) hears(texts ...string) {
	st.t.Helper()
	for _, text := range texts {
		st.shows(st.room.said("ann", text))
	}
}

func TestWhoHasJustTypedIsLooking(t *testing.T) {
	st := newStage(t, 80, 24, english)
	st.hears("un")
	st.passes(idleAfter - time.Second)
	st.hears("deux")
	st.wantUnread("", "salon")
	st.keys("a")
	st.passes(idleAfter - time.Second)
	st.hears("trois")
	st.wantUnread("", "salon")
	st.passes(time.Second)
	st.hears("quatre")
	st.wantUnread("1 new", "salon (1)")
}

func TestFocusSaysWhoIsLooking(t *testing.T) {
	st := newStage(t, 80, 24, english)
	st.focuses(true)
	st.passes(time.Hour)
	st.hears("un")
	st.wantUnread("", "salon")
	st.focuses(false)
	st.hears("deux", "trois")
	st.wantUnread("2 new", "salon (2)")
	st.focuses(true)
	st.wantUnread("2 new", "salon") // it stays, to read from
}

// TestMarkerStandsBeforeTheFirstUnread, and stays there while more comes.
func TestMarkerStandsBeforeTheFirstUnread(t *testing.T) {
	st := newStage(t, 80, 24, english)
	st.hears("lu")
	st.focuses(false)
	for i := range 12 {
		st.hears(fmt.Sprint("nouveau ", i))
	}
	st.wantUnread("12 new", "salon (12)")
	for y, row := range st.rows() {
		if strings.Contains(row, " new ─") && (!strings.Contains(st.rows()[y-1], "│ lu") || !strings.Contains(st.rows()[y+1], "nouveau 0")) {
			t.Errorf("it stands elsewhere:\n%s", st.picture())
		}
	}
}

// TestMarkerMovesOnceLookedAt: what is missed after somebody has looked begins anew.
func TestMarkerMovesOnceLookedAt(t *testing.T) {
	st := newStage(t, 80, 24, english)
	st.focuses(false)
	st.hears("un", "deux")
	st.keys("a")
	st.focuses(false)
	st.hears("trois")
	st.wantUnread("1 new", "salon (1)")
	p := st.picture()
	if strings.Index(p, "deux") > strings.Index(p, " new ─") {
		t.Errorf("it has not moved:\n%s", p)
	}
}

// TestMarkerGoes with Esc and with what one says oneself.
func TestMarkerGoes(t *testing.T) {
	for name, act := range map[string]func(*testScreen){
		"esc":     func(st *testScreen) { st.keys("esc") },
		"sending": func(st *testScreen) { st.keys("o", "enter") },
	} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t, 80, 24, english)
			st.focuses(false)
			st.hears("un", "deux")
			act(st)
			st.wantUnread("", "salon")
		})
	}
}

// TestMarkerBeforeAPrivateMessage: it is for me alone, and so may be what is unread.
func TestMarkerBeforeAPrivateMessage(t *testing.T) {
	st := newStage(t, 80, 24, english)
	st.focuses(false)
	st.hears("un")
	st.keys("esc")
	st.focuses(false)
	st.shows(st.room.whispered("bob", "psst"))
	st.hears("deux")
	st.wantUnread("2 new", "salon (2)")
	p := st.picture()
	if !(strings.Index(p, "un") < strings.Index(p, " new ─") && strings.Index(p, " new ─") < strings.Index(p, "psst")) {
		t.Errorf("it stands elsewhere:\n%s", p)
	}
	st.room.forget(1) // the marker holds to the message, not to the room's memory
	st.keys("ctrl+l")
	st.wantUnread("2 new", "salon")
}

// TestNotLookingWhileSomethingLiesOver the end of the transcript, or it is out of
// view.
func TestNotLookingWhileSomethingLiesOver(t *testing.T) {
	for _, c := range []struct{ open, close string }{{"pgup", "end"}, {"f1", "esc"}, {"alt+l", "esc"}} {
		t.Run(c.open, func(t *testing.T) {
			st := talked(t, 80, 24, 100)
			st.keys(c.open)
			st.hears("un", "deux")
			if st.title != "salon (2)" {
				t.Errorf("title %q", st.title)
			}
			st.keys(c.close)
			st.wantUnread("2 new", "salon")
		})
	}
}

// TestWhatIsNotNews: joins, answers and what one says oneself, here or elsewhere.
func TestWhatIsNotNews(t *testing.T) {
	st := newStage(t, 80, 24, english)
	st.focuses(false)
	st.shows(st.room.joined("cléo"), replied(room.TopicIs{}), st.room.said("eve", "@eve"), st.room.whispered("eve", "x", "bob"))
	st.wantUnread("", "salon")
	if st.bells > 0 {
		t.Error("the bell rings")
	}
}

func TestTitleCountsTo99(t *testing.T) {
	st := newStage(t, 80, 24, english)
	st.focuses(false)
	for range 99 {
		st.hears("x")
	}
	if st.title != "salon (99)" {
		t.Errorf("title %q", st.title)
	}
	st.hears("x")
	if st.title != "salon (99+)" {
		t.Errorf("title %q", st.title)
	}
	if b := st.shows(st.room.said("ann", "x")); strings.Contains(string(b), "\x1b]2") {
		t.Errorf("the same title again: %q", b)
	}
}

// TestOldTerminalsAreToldNoTitle, nor asked anything: they would show it.
func TestOldTerminalsAreToldNoTitle(t *testing.T) {
	st := newStage(t, 80, 24, func(st *testScreen) { st.term.Modern = false })
	st.focuses(false)
	frame := st.shows(st.room.said("ann", "https://exemple.org"))
	if all := string(append(st.Close(st.Open(nil)), frame...)); strings.Contains(all, "\x1b]") || strings.Contains(all, "$p") {
		t.Errorf("%q", all)
	}
}

func TestBellRingsForWhatWasAskedFor(t *testing.T) {
	public := func(st *testScreen) room.Item { return st.room.said("ann", "salut @bob") }
	mention := func(st *testScreen) room.Item { return st.room.said("ann", "salut @EVE !") }
	private := func(st *testScreen) room.Item { return st.room.whispered("ann", "psst") }
	joined := func(st *testScreen) room.Item { return st.room.joined("cléo") }
	for _, c := range []struct {
		bell  state.Bell
		rings [4]int // for each of the above
	}{
		{state.BellMentions, [4]int{0, 1, 1, 0}},
		{state.BellNone, [4]int{0, 0, 0, 0}},
		{state.BellAll, [4]int{1, 1, 1, 0}},
	} {
		for i, event := range []func(*testScreen) room.Item{public, mention, private, joined} {
			st := newStage(t, 80, 24, func(st *testScreen) { st.room.prefs.Bell = c.bell })
			if st.shows(event(st)); st.bells != c.rings[i] {
				t.Errorf("%v: event %d rings %d times", c.bell, i, st.bells)
			}
		}
	}
}

// TestBellRingsOnceAFrame, however much comes, and at once over the copy view, which
// stands still nevertheless.
func TestBellRingsOnceAFrame(t *testing.T) {
	st := newStage(t, 80, 24)
	st.shows(st.room.whispered("ann", "un"), st.room.whispered("ann", "deux"))
	if st.bells != 1 {
		t.Errorf("%d bells", st.bells)
	}
	st.keys("alt+l")
	before := st.picture()
	st.shows(st.room.whispered("ann", "trois"))
	if st.bells != 2 || st.picture() != before || st.title != "salon (1)" {
		t.Errorf("%d bells, title %q:\n%s", st.bells, st.title, st.picture())
	}
}

// TestBarCountsWhatIsBelow, and those among it that are for me.
func TestBarCountsWhatIsBelow(t *testing.T) {
	st := talked(t, 80, 25, 100)
	bar := func(want string) {
		t.Helper()
		if got := strings.Trim(st.rows()[22], "─ "); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	st.keys("pgup")
	bar("↓ End to go down")
	st.hears("un")
	bar("↓ 1 new · End to go down")
	st.hears("@eve deux")
	bar("↓ 2 new, 1 mention · End to go down")
	st.shows(st.room.whispered("bob", "trois"), st.room.joined("cléo"))
	bar("↓ 3 new, 2 mentions · End to go down")
	st.keys("end", "pgup")
	bar("↓ End to go down")
}

// TestWhoTypesHasTheKeyboard: a terminal that was attached anew may never say so.
func TestWhoTypesHasTheKeyboard(t *testing.T) {
	st := newStage(t, 80, 24, english)
	st.focuses(false)
	st.input(keys.Key{Text: "a"})
	st.hears("un")
	st.wantUnread("", "salon")
}

// TestOwnersSeeWhatTheyMissedSinceTheirLastVisit: behind a marker, whether the ring
// still holds it or not.
func TestOwnersSeeWhatTheyMissedSinceTheirLastVisit(t *testing.T) {
	for forgotten := range 5 {
		t.Run(fmt.Sprint(forgotten, " forgotten"), func(t *testing.T) {
			var replayed []room.Item
			st := newStage(t, 80, 24, func(st *testScreen) {
				for _, text := range []string{"un", "deux", "trois", "quatre"} {
					replayed = append(replayed, st.room.said("ann", text))
				}
				st.room.forget(forgotten)
				st.room.arrive()
			})
			it := st.room.welcome(replayed...)
			w := it.Reply.(room.Welcome)
			w.Seen, w.Missed = replayed[1].Event.Seq, 2
			st.shows(replied(w))
			rows := st.rows()
			for i, row := range rows {
				if strings.Contains(row, " nouveaux ─") {
					if i+1 == len(rows) || !ends(rows[i+1], "trois") || !ends(rows[i-1], "deux") {
						t.Errorf("the marker is not before what was missed:\n%s", st.picture())
					}
				}
			}
			st.has("2 nouveaux")
			st.shows(st.room.said("bob", "cinq")) // read as it comes
			st.has("2 nouveaux")
			st.types("bonjour")
			st.keys("enter")
			st.hasNot(" nouveaux ─")
		})
	}
}

func TestAPassPhraseIsNotKeptToBeTypedAgain(t *testing.T) {
	st := newStage(t, 80, 24)
	for _, line := range []string{"bonjour", "/inscrire secret de polichinelle"} {
		st.types(line)
		st.keys("enter")
	}
	st.types("/register another secret")
	st.frame()
	st.has("/register **************")
	st.hasNot("secret")
	st.keys("ctrl+c", "up")
	st.frame()
	st.has("bonjour")
	st.hasNot("secret")
}

func ends(row, text string) bool { return strings.HasSuffix(row, text) }
