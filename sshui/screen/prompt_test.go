package screen

import (
	"strings"
	"testing"

	"salon/internal/line"
	"salon/room/text"
)

func TestThePromptSaysWhoReadsIt(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "  #salon",
		"bonjour":                  "  #salon",
		"@ann":                     "  #salon", // not said yet
		"@ann salut":               "  @ann ",
		"  @ann salut":             "  @ann ",
		"@ann: salut":              "  @ann ",
		"@ann,bob salut":           "  @ann,bob ",
		"@ann, bob":                "  @ann ",
		"@tous salut":              "  #salon",
		"@Tous, salut":             "  #salon",
		"@everyone hi":             "  #salon",
		`\@ann salut`:              "  #salon",
		"salut @ann oui":           "  #salon",
		"/msg ann salut":           "  @ann ",
		"/MP @ann salut":           "  @ann ",
		"//tell ann,bob x":         "  @ann,bob ",
		"/msg ann":                 "  #salon",
		"/r oui":                   "  privé ",
		"/répondre oui":            "  privé ",
		"/me sourit":               "  #salon",
		"@unpseudodevingtsigns, x": "  @unpseudodevingtsig… ",
	} {
		st := newStage(t, 60, 10)
		st.types(text)
		if got := st.bottom(); !strings.HasPrefix(got, want+" ") && got != want {
			t.Errorf("%q is typed as %q, want %s", text, got, want)
		}
	}
	st := newStage(t, 30, 10)
	st.types("@ann salut")
	st.ends("@> @ann salut")
}

// TestTheNarrowestScreenSaysWhoIsWrittenTo, where a label has no room.
func TestTheNarrowestScreenSaysWhoIsWrittenTo(t *testing.T) {
	for name, want := range map[text.Pseudo]string{"bob": "@> Écrire à @bob…", "josephine": "@> @josephine", "un-pseudo-long": "@> @un-pseudo-lo…"} {
		st := newStage(t, 20, 5)
		st.room.target = []text.Pseudo{name}
		st.Targeted(true)
		st.frame()
		if got := st.bottom(); got != want {
			t.Errorf("%q, not %q", got, want)
		}
		st.types("salut")
		st.ends("@> salut")
	}
}

func TestTextBeyondTheLongestSaysHowMuchIsLost(t *testing.T) {
	for _, width := range []int{20, 80} {
		st := newStage(t, width, 24)
		for range line.Max / 1024 {
			st.types(strings.Repeat("x", 1024))
		}
		st.types("abc")
		st.has("Trop long : 3 octe")
		st.types("a")
		st.has("Trop long : 1 octe")
		st.keys("left")
		st.hasNot("Trop long")
		if a := st.keys("enter"); len(a.Line) != line.Max {
			t.Errorf("%d bytes are left", len(a.Line))
		}
	}
}

// TestRefusedLinesComeBackSelected: what is typed next is never glued to them, and they
// are neither lost nor in the way.
func TestRefusedLinesComeBackSelected(t *testing.T) {
	for keys, want := range map[string]string{
		"": "/incsire", "x": "x", "alt+enter": "\n",
		"backspace": "/incsir", "left x": "/incsirxe", "up x": "/incsirex",
		"f5 x": "x", "esc x": "x", "esc up": "/incsire", "x ctrl+c up up": "/incsire",
		"ctrl+r esc x": "x", "ctrl+f esc x": "x",
	} {
		st := newStage(t, 60, 10)
		st.says("/incsire")
		st.Restore(0, "/incsire")
		st.frame()
		if at := st.vt.CellAt(10, 9); at.Style.Attrs == 0 {
			t.Fatalf("it does not look selected: %+v", at)
		}
		st.keys(strings.Fields(keys)...)
		if got := st.Screen.input.line.Text(); got != want {
			t.Errorf("%s: %q, want %q", keys, got, want)
		}
	}
}

func TestRefusedLinesDisturbNobodyWhoTypes(t *testing.T) {
	st := newStage(t, 60, 10)
	st.says("@anm salut")
	st.types("autre chose")
	st.Restore(0, "@anm salut")
	st.frame()
	st.reads("autre chose^")
	st.keys("up")
	if got := st.Screen.input.line.Text(); got != "@anm salut" {
		t.Errorf("Up recalls %q", got)
	}
}

func TestPassPhrasesDoNotComeBack(t *testing.T) {
	st := newStage(t, 60, 10)
	st.says("/inscrire trop court")
	st.Restore(0, "/inscrire trop court")
	st.keys("up", "ctrl+y")
	st.reads("^")
}

func TestLinesThatWaitAreCounted(t *testing.T) {
	st := newStage(t, 60, 10)
	st.Waiting(3)
	st.frame()
	st.has("En attente : 3")
	st.types("x")
	st.has("En attente : 3")
	st.Waiting(0)
	st.frame()
	st.reads("x^")
}

// TestLinesThatWaitAreCountedBelowALongLine: as other hints are.
func TestLinesThatWaitAreCountedBelowALongLine(t *testing.T) {
	st := newStage(t, 60, 10)
	st.types(strings.Repeat("x", 45))
	st.Waiting(64)
	st.frame()
	st.ends(" En attente : 64")
	st.Waiting(0)
	st.frame()
	st.reads(strings.Repeat("x", 45) + "^")
}

func TestTheSmallestScreensStillType(t *testing.T) {
	for _, z := range []size{{19, 4}, {10, 3}, {2, 1}, {1, 1}} {
		st := newStage(t, z.width, z.height)
		st.shows(st.room.said("ann", "bonjour"))
		st.types("abc")
		if a := st.keys("enter"); a != (Action{Line: "abc"}) {
			t.Errorf("%v: %+v", z, a)
		}
	}
}

func TestTabGoesThroughWhatMayBeMeant(t *testing.T) {
	st := newStage(t, 60, 10, func(st *testScreen) { st.room.complete = offers })
	st.types("oui @a")
	st.has("Tab : @ann @andré")
	st.keys("tab")
	st.reads("oui @ann ^" + strings.Repeat(" ", 23) + "Tab : @andré @ann")
	st.keys("tab")
	st.reads("oui @andré ^" + strings.Repeat(" ", 21) + "Tab : @ann @andré")
	st.keys("tab")
	st.has("oui @ann  ")
	st.keys("shift+tab")
	st.has("oui @andré  ")
	st.keys("x")
	st.reads("oui @andré x^")

	st.keys("ctrl+c")
	st.types("@a")
	st.keys("shift+tab")
	st.has("  @andré  @andré  ")
	st.keys("ctrl+c")
	st.types("@b")
	st.keys("tab")
	st.ends("  @bob  @bob") // the only one: no more to say
	st.keys("ctrl+c")
	st.types("zzz")
	st.keys("tab", "shift+tab")
	st.reads("zzz^")
}

// TestAnyKeyEndsACompletion: also one that changes nothing else.
func TestAnyKeyEndsACompletion(t *testing.T) {
	for _, key := range []string{"down", "up", "f5", "ctrl+p"} {
		st := newStage(t, 60, 10, func(st *testScreen) { st.room.complete = actorOffers })
		st.types("@")
		st.keys("tab")
		st.has("Tab : @李雷")
		st.keys(key)
		st.frame()
		if d := difference(st.vt, (&actor{testScreen: st}).repainted()); d != "" {
			t.Errorf("after %s: %s", key, d)
		}
	}
}

func TestTabInsideALineMakesNoSecondBlank(t *testing.T) {
	st := newStage(t, 60, 10, func(st *testScreen) { st.room.complete = offers })
	st.types("oui @bo non")
	st.keys("alt+b", "left", "tab")
	st.reads("oui @bob^ non")
}

func TestHintsOfWhatTabOffers(t *testing.T) {
	st := newStage(t, 60, 10, func(st *testScreen) {
		st.room.complete = func(line string, pos int) (int, []string) {
			return strings.LastIndexByte(line[:pos], ' ') + 1, []string{"un ", "deux "}
		}
	})
	for text, hint := range map[string]bool{
		"": false, "bonjour": false, "@": false, "@b": true, "/": false, "/t": true, "/theme ": true,
		"/theme c": true, "/me ": false, "/me sourit": false, "/inconnu x": false, "non /t": false,
	} {
		st.keys("ctrl+c")
		st.types(text)
		if strings.Contains(st.bottom(), "Tab : un deux") != hint {
			t.Errorf("%q is shown as %q", text, st.bottom())
		}
	}
}

func TestHintsAreCutOrLeftOut(t *testing.T) {
	st := newStage(t, 60, 10, func(st *testScreen) {
		st.room.complete = func(string, int) (int, []string) {
			return 0, strings.Fields(strings.Repeat("@candidat ", 50))
		}
	})
	st.types("@c")
	if row := st.bottom(); !strings.HasSuffix(row, "…") || len([]rune(row)) > 59 {
		t.Errorf("%q", row)
	}
	st.types(strings.Repeat("c", 40))
	st.hasNot("Tab :")
}

// TestAnEmptyLineHasNoSignsThatTheTerminalLacks, such as an ellipsis of one character.
func TestAnEmptyLineHasNoSignsThatTheTerminalLacks(t *testing.T) {
	st := newStage(t, 80, 24, func(st *testScreen) { st.term.ASCII = true })
	st.has("Écrire à tous..   @ pour une personne")
	if strings.Contains(st.picture(), "…") {
		t.Errorf("a sign is not of ASCII in\n%s", st.picture())
	}
}
