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

func TestKeysTurnTheView(t *testing.T) {
	st := newStage(t, 60, 10)
	st.shows(many(st.room, 50)...)
	sees := func(text string, names ...string) {
		t.Helper()
		st.keys(names...)
		st.has(text)
	}
	sees("message 43", "pgup")
	sees("message 36", "pgup")
	sees("message 43", "pgdn")
	sees("message 1", "alt+home")
	sees("message 50", "alt+end")
	sees("message 1", "home")
	sees("message 50", "end")
	st.types("x")
	sees("message 50", "home") // the line's, while there is one
	st.reads("^x")
	sees("message 1", "alt+home")
	sees("message 50", "end") // scrolled up, it goes down first
}

func TestTheWheelTurnsWhatIsShown(t *testing.T) {
	st := newStage(t, 60, 10)
	st.shows(many(st.room, 50)...)
	wheel := func(up bool, want string) {
		t.Helper()
		st.input(keys.Wheel{Up: up})
		st.frame()
		st.has(want)
	}
	wheel(true, "message 46")
	st.hasNot("message 48")
	wheel(false, "message 50")
	st.keys("f1")
	wheel(false, "Ctrl-W")
	st.hasNot("Touches")
	wheel(true, "Touches")
	st.keys("esc", "alt+l")
	wheel(true, "Vue nue")
}

func TestMentionsAreGoneTo(t *testing.T) {
	st := newStage(t, 60, 10)
	st.shows(many(st.room, 20)...)
	st.shows(st.room.said("ann", "@eve un"))
	st.shows(many(st.room, 20)...)
	st.shows(st.room.said("ann", "@eve deux"))
	st.shows(many(st.room, 20)...)
	for _, k := range []struct{ key, want string }{{"alt+p", "@eve deux"}, {"alt+p", "@eve un"}, {"alt+n", "@eve deux"}} {
		st.keys(k.key)
		st.has(k.want)
		if got := st.reversed(); !strings.HasSuffix(got, k.want) {
			t.Errorf("%s points to %q", k.key, got)
		}
	}
	st.keys("alt+n")
	st.has("Pas d'autre mention.")
	if got := st.reversed(); got != "" {
		t.Errorf("%q is pointed out after a key", got)
	}
}

// reversed is what the screen has in reverse, but for what calls the reader.
func (st *testScreen) reversed() string {
	var found []string
	for line := range strings.SplitSeq(styles(st), "\n") {
		if _, text, ok := strings.Cut(line, "  reverse  "); ok && !strings.HasPrefix(strings.TrimSpace(line), "0,") { // the header may be
			found = append(found, strings.TrimSpace(text))
		}
	}
	return strings.Join(found, "\n")
}

func TestRedrawPaintsEverything(t *testing.T) {
	st := newStage(t, 60, 10)
	st.shows(st.room.said("ann", "bonjour"))
	before := st.picture()
	st.write([]byte("\x1b[2J\x1b[1;1Hdu bruit"))
	st.keys("ctrl+l")
	if st.picture() != before {
		t.Errorf("it is\n%s\nand was\n%s", st.picture(), before)
	}
}

func TestTheBareViewGoesWithAnyKey(t *testing.T) {
	st := newStage(t, 60, 10)
	st.shows(st.room.said("ann", "bonjour"))
	before := st.picture()
	for _, key := range []string{"enter", "esc", "f1", "ctrl+c", "ctrl+d", "alt+l"} {
		st.keys("alt+l")
		st.has("14:02 ann: bonjour")
		if a := st.keys(key); a != (Action{}) {
			t.Errorf("%s: %+v", key, a)
		}
		if st.picture() != before {
			t.Errorf("after %s it is\n%s", key, st.picture())
		}
	}
}

func TestCommandsTurnTheScreenAsKeysDo(t *testing.T) {
	for to, want := range map[room.Where]string{
		room.TurnUp: "message 39", room.TurnDown: "message 50", room.TurnTop: "message 1", room.TurnBottom: "message 50",
		room.TurnUnread: "Tout est lu.", room.TurnPreviousMention: "@eve ici", room.TurnNextMention: "Pas d'autre mention.",
		room.TurnBare: "Vue nue", room.TurnRedraw: "message 50", room.TurnKeys: "Touches",
	} {
		st := newStage(t, 60, 10)
		st.shows(st.room.said("ann", "@eve ici"))
		st.shows(many(st.room, 50)...)
		st.keys("x", "ctrl+c")
		st.shows(replied(room.Turn{To: to}))
		if !strings.Contains(st.picture(), want) {
			t.Errorf("turn %d shows\n%s", to, st.picture())
		}
	}
}

func TestComfortsChangeTheScreen(t *testing.T) {
	st := newStage(t, 60, 10)
	st.shows(st.room.said("ann", "bonjour"))
	coloured := styles(st)
	st.room.prefs.Theme = state.ThemeMono
	st.frame()
	if monochrome := styles(st); monochrome == coloured || strings.Contains(monochrome, " 97 ") {
		t.Errorf("without colours it is\n%s", monochrome)
	}
	st.room.prefs.Theme = state.ThemeDark
	st.frame()
	if !strings.Contains(styles(st), "247") {
		t.Errorf("on a dark background it is\n%s", styles(st))
	}
	st.room.prefs.Lang = state.English
	st.frame()
	st.has("F1 help")

	if mouse := string(st.mouses(true)); !strings.Contains(mouse, mouseOn) {
		t.Errorf("the mouse is turned on with %q", mouse)
	}
	if mouse := string(st.mouses(false)); !strings.Contains(mouse, mouseOff) {
		t.Errorf("the mouse is turned off with %q", mouse)
	}

	for bell, want := range map[state.Bell]int{state.BellNone: 0, state.BellMentions: 1, state.BellAll: 2} {
		st.room.prefs.Bell, st.bells = bell, 0
		st.shows(st.room.said("ann", "rien"))
		st.shows(st.room.said("ann", "@eve"))
		if st.bells != want {
			t.Errorf("bell %v rings %d times, want %d", bell, st.bells, want)
		}
	}
}

func (st *testScreen) mouses(on bool) []byte {
	st.room.prefs.Mouse = on
	return st.frame()
}

// many are messages, one a second: the marker of what is unread is not their point.
func many(r *fakeRoom, n int) []room.Item {
	var items []room.Item
	for i := range n {
		r.now = r.now.Add(time.Second / 10)
		items = append(items, r.said("ann", fmt.Sprintf("message %d", i+1)))
	}
	return items
}

// TestWhatIsTypedEndsTheBareView: and is not lost, or "/liste" would be said as "liste".
func TestWhatIsTypedEndsTheBareView(t *testing.T) {
	st := newStage(t, 60, 12)
	st.keys("alt+l")
	st.has("Vue nue")
	st.types("/liste")
	st.hasNot("Vue nue")
	st.reads("/liste^")
	st.keys("ctrl+u", "alt+l", "esc")
	st.hasNot("Vue nue")
	st.reads("^")
}
