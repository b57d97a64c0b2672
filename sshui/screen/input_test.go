package screen

import (
	"strings"
	"testing"

	"salon/room"
	"salon/room/lang"
)

// bottom is the last row, where the line is typed.
func (st *testScreen) bottom() string { return st.rows()[st.vt.Height()-1] }

// line is what is typed, as it is shown, with a ^ for the cursor.
func (st *testScreen) line() string {
	st.t.Helper()
	_, column := st.cursor()
	row := []rune(st.bottom() + strings.Repeat(" ", st.vt.Width()))
	text, ok := strings.CutPrefix(string(row[:column])+"^"+string(row[column:]), "  "+string(st.roomName())+"  ")
	if !ok {
		st.t.Fatalf("no line to everyone is typed in %q", st.bottom())
	}
	if strings.HasPrefix(text, "^"+lang.ScreenOf(st.room.prefs.Lang).WriteToAll) {
		return "^"
	}
	return strings.TrimRight(text, " ")
}

// reads fails the test unless that is the line typed.
func (st *testScreen) reads(want string) {
	st.t.Helper()
	if got := st.line(); got != want {
		st.t.Fatalf("the line reads %q, want %q", got, want)
	}
}

// ends fails the test unless the last row is that.
func (st *testScreen) ends(want string) {
	st.t.Helper()
	if got := st.bottom(); got != want {
		st.t.Fatalf("the last row is %q, want %q", got, want)
	}
}

// says has a line entered, as a session that does it.
func (st *testScreen) says(lines ...string) {
	st.t.Helper()
	for _, line := range lines {
		st.types(line)
		if a := st.keys("enter"); a.Line != line {
			st.t.Fatalf("%q was entered, and %q is to be done", line, a.Line)
		}
	}
}

func TestKeysEditTheLine(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{"ctrl+a", "^un deux trois"},
		{"home", "^un deux trois"},
		{"ctrl+a ctrl+e", "un deux trois^"},
		{"home end", "un deux trois^"},
		{"ctrl+b", "un deux troi^s"},
		{"left", "un deux troi^s"},
		{"ctrl+a ctrl+f", "u^n deux trois"},
		{"ctrl+a right", "u^n deux trois"},
		{"alt+b", "un deux ^trois"},
		{"ctrl+a alt+f", "un^ deux trois"},
		{"ctrl+w", "un deux ^"},
		{"alt+b ctrl+u", "^trois"},
		{"ctrl+a alt+f ctrl+k", "un^"},
		{"ctrl+w ctrl+a ctrl+y", "trois^un deux"},
		{"ctrl+t", "un deux trosi^"},
		{"ctrl+a alt+d", "^ deux trois"},
		{"alt+backspace", "un deux ^"},
		{"backspace", "un deux troi^"},
		{"ctrl+a delete", "^n deux trois"},
		{"ctrl+a ctrl+d", "^n deux trois"},
		{"esc b", "un deux ^trois"},
		{"ctrl+a esc f", "un^ deux trois"},
		{"ctrl+a esc d", "^ deux trois"},
		{"esc x", "un deux troisx^"},
		{"esc backspace", "un deux ^"},
		{"esc left", "un deux ^trois"},
		{"ctrl+q f5 alt+x ctrl+space", "un deux trois^"},
	} {
		st := newStage(t, 60, 10)
		st.types("un deux trois")
		if a := st.keys(strings.Fields(c.keys)...); a != (Action{}) {
			t.Errorf("%s asks for %+v", c.keys, a)
		}
		if got := st.line(); got != c.want {
			t.Errorf("%s makes it %q, want %q", c.keys, got, c.want)
		}
	}
}

func TestEnterSendsAndAltEnterBeginsALine(t *testing.T) {
	for _, newline := range [][]string{{"alt+enter"}, {"shift+enter"}, {"esc", "enter"}} {
		st := newStage(t, 60, 10)
		st.types("un")
		st.keys(newline...)
		st.types("deux")
		if rows := st.rows(); rows[8] != "  #salon  un" || rows[9] != "          deux" {
			t.Fatalf("%q and %q", rows[8], rows[9])
		}
		if a := st.keys("enter"); a != (Action{Line: "un\ndeux"}) {
			t.Errorf("%v: %+v", newline, a)
		}
		st.reads("^")
		if a := st.keys("enter"); a != (Action{}) {
			t.Errorf("an empty line: %+v", a)
		}
		st.types("  ")
		if a := st.keys("enter"); a != (Action{}) {
			t.Errorf("a blank line: %+v", a)
		}
	}
}

func TestCtrlCClearsThenLeaves(t *testing.T) {
	st := newStage(t, 80, 10)
	st.types("presque tout")
	if a := st.keys("ctrl+c"); a != (Action{}) {
		t.Fatalf("%+v", a)
	}
	st.reads("^")
	st.keys("ctrl+c")
	st.has("Encore Ctrl-C pour partir.")
	st.keys("x")
	st.hasNot("Encore Ctrl-C")
	st.keys("backspace")
	if a := st.keys("ctrl+c"); a.Leave {
		t.Fatal("leaves at the first Ctrl-C after a key")
	}
	if a := st.keys("ctrl+c"); a != (Action{Leave: true}) {
		t.Fatalf("the second Ctrl-C: %+v", a)
	}
	st.keys("up")
	st.reads("presque tout^") // nothing typed is lost
}

func TestCtrlDLeavesOnAnEmptyLineOnly(t *testing.T) {
	st := newStage(t, 80, 10)
	st.types("x")
	if a := st.keys("ctrl+d"); a != (Action{}) {
		t.Fatalf("%+v", a)
	}
	st.reads("x^")
	if a := st.keys("backspace", "ctrl+d"); a != (Action{Leave: true}) {
		t.Fatalf("%+v", a)
	}
}

func TestEscIsAltForTheNextKey(t *testing.T) {
	st := newStage(t, 60, 10)
	st.shows(many(st.room, 30)...)
	st.keys("esc", "home")
	st.has("message 1")
	st.keys("esc", "end")
	st.has("message 30")
	st.keys("esc", "l")
	st.has("Vue nue")
	st.keys("enter")
	st.keys("esc", "u")
	st.has("Tout est lu.")
	st.keys("esc", "p")
	st.has("Pas d'autre mention.")
	st.keys("esc", "n")
	st.has("Pas d'autre mention.")
	st.keys("esc", "q")
	st.reads("q^") // Alt-Q is nothing: what is typed is not lost
}

// TestEscThatClosesSomethingIsJustThat: the key after it is itself.
func TestEscThatClosesSomethingIsJustThat(t *testing.T) {
	st := newStage(t, 60, 10)
	st.types("un deux")
	st.keys("f1", "esc", "b")
	st.reads("un deuxb^")
	st.keys("alt+l", "esc", "b")
	st.reads("un deuxbb^")
}

// TestEscAloneLeavesWhatIsUnreadElsewhere: the key after it is as with Alt.
func TestEscAloneLeavesWhatIsUnreadElsewhere(t *testing.T) {
	st := newStage(t, 60, 12)
	st.shows(many(st.room, 30)...)
	st.keys("pgup")
	st.shows(many(st.room, 30)...)
	st.keys("esc")
	st.keys("u")
	st.has("30 nouveaux")
	st.keys("esc")
	st.has("30 nouveaux") // the view does not follow
	st.keys("esc", "end")
	if st.keys("esc", "u"); !strings.Contains(st.rows()[1], "30 nouveaux") {
		t.Errorf("out of view it was not left alone:\n%s", st.picture())
	}
	st.reads("^")
}

// TestEscTakesTheMarkerInView: and the next key is as with Alt all the same.
func TestEscTakesTheMarkerInView(t *testing.T) {
	st := newStage(t, 60, 12)
	st.focuses(false)
	st.shows(many(st.room, 3)...)
	st.has("3 nouveaux")
	st.keys("esc")
	st.hasNot("3 nouveaux")
	st.keys("l")
	st.has("Vue nue")
}

func TestEscClosesOneThingAtATime(t *testing.T) {
	st := newStage(t, 60, 12)
	st.focuses(false)
	st.shows(st.room.said("ann", "nouvelle"))
	st.has("1 nouveau")
	st.types("en cours")
	st.shows(found(st.room.said("bob", "trouvée")))
	st.keys("ctrl+f")
	st.has("chercher :")
	st.has("Trouvé")

	st.keys("esc")
	st.reads("en cours^")
	st.has("Trouvé")
	st.keys("esc")
	st.hasNot("Trouvé")
	st.has("1 nouveau")
	st.keys("esc")
	st.hasNot("1 nouveau")
	st.keys("esc")
	st.reads("en cours^")
}

func TestCtrlFSearches(t *testing.T) {
	st := newStage(t, 60, 10)
	st.types("en cours")
	st.keys("ctrl+f")
	st.ends("chercher :")
	st.types("lien")
	if a := st.keys("enter"); a != (Action{Request: room.Search{Text: "lien"}}) {
		t.Fatalf("%+v", a)
	}
	st.reads("en cours^")
	st.keys("ctrl+f", "x", "esc")
	st.reads("en cours^")
	st.keys("ctrl+f", "x", "ctrl+c")
	st.reads("en cours^")
	if a := st.keys("ctrl+f", "enter"); a != (Action{}) {
		t.Fatalf("a search for nothing: %+v", a)
	}
	st.reads("en cours^")
	st.keys("ctrl+f", "a", "tab", "ctrl+f")
	st.ends("chercher :") // once more is anew, and keeps what was being typed
	st.keys("esc")
	st.reads("en cours^")
}

// TestASearchThatFailedIsGivenBack, unless something else is being typed.
func TestASearchThatFailedIsGivenBack(t *testing.T) {
	st := newStage(t, 60, 10)
	st.keys("ctrl+f", "m", "o", "t", "enter")
	st.Failed(room.Search{Text: "mot"})
	st.frame()
	st.ends("chercher : mot")
	if a := st.keys("enter"); a != (Action{Request: room.Search{Text: "mot"}}) {
		t.Errorf("it asks for %+v", a)
	}
	st.types("autre chose")
	st.Failed(room.Search{Text: "mot"})
	st.frame()
	st.reads("autre chose^")
}

func TestUpAndDownGoThroughWhatWasTyped(t *testing.T) {
	for _, k := range []struct{ up, down string }{{"up", "down"}, {"ctrl+p", "ctrl+n"}} {
		st := newStage(t, 60, 10)
		st.says("un", "deux")
		st.types("brouillon")
		st.keys(k.up)
		st.reads("deux^")
		st.keys(k.up, k.up)
		st.reads("un^")
		st.keys(k.down, k.down)
		st.reads("brouillon^")
		st.keys(k.down)
		st.reads("brouillon^")
	}
}

func TestALineThatWasChangedIsFoundAgain(t *testing.T) {
	st := newStage(t, 60, 10)
	st.says("premier", "second")
	st.types("brouillon")
	st.keys("up", "ctrl+u")
	st.types("MODIF")
	st.keys("up")
	st.reads("premier^")
	st.keys("down")
	st.reads("MODIF^")
	st.keys("down")
	st.reads("brouillon^")
}

func TestUpMovesInADraftOfSeveralLinesFirst(t *testing.T) {
	st := newStage(t, 60, 12)
	st.says("avant")
	st.types("un")
	st.keys("alt+enter")
	st.types("deux")
	st.keys("up")
	if row, column := st.cursor(); row != 10 || column != 12 {
		t.Fatalf("the cursor is at %d, %d", row, column)
	}
	st.keys("up")
	st.reads("avant^")
	st.keys("down")
	if rows := st.rows(); rows[10] != "  #salon  un" || rows[11] != "          deux" {
		t.Fatalf("the draft is lost:\n%s", st.picture())
	}
}

// found is what a search for it finds.
func found(items ...room.Item) room.Item {
	past := room.Past{Search: "mot"}
	for _, it := range items {
		past.Events = append(past.Events, *it.Event)
	}
	return replied(past)
}
