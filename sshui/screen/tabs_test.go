package screen

import (
	"strings"
	"testing"
)

func TestTabGoesThroughWhatMayBeMeant(t *testing.T) {
	st := newStage(t, 60, 10, func(st *stage) { st.room.complete = offers })
	st.types("oui @a")
	st.has("Tab : @ann @andré")
	st.keys("tab")
	st.reads("oui @ann ^" + strings.Repeat(" ", 24) + "Tab : @andré @ann")
	st.keys("tab")
	st.reads("oui @andré ^" + strings.Repeat(" ", 22) + "Tab : @ann @andré")
	st.keys("tab")
	st.has("oui @ann  ")
	st.keys("shift+tab")
	st.has("oui @andré  ")
	st.keys("x")
	st.reads("oui @andré x^")

	st.keys("ctrl+c")
	st.types("@a")
	st.keys("shift+tab")
	st.has("[@andré] > @andré  ")
	st.keys("ctrl+c")
	st.types("@b")
	st.keys("tab")
	st.ends("[@bob] > @bob") // the only one: no more to say
	st.keys("ctrl+c")
	st.types("zzz")
	st.keys("tab", "shift+tab")
	st.reads("zzz^")
}

func TestTabInsideALineMakesNoSecondBlank(t *testing.T) {
	st := newStage(t, 60, 10, func(st *stage) { st.room.complete = offers })
	st.types("oui @bo non")
	st.keys("alt+b", "left", "tab")
	st.reads("oui @bob^ non")
}

func TestHintsOfWhatTabOffers(t *testing.T) {
	st := newStage(t, 60, 10, func(st *stage) {
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
	st := newStage(t, 60, 10, func(st *stage) {
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
