package screen

import (
	"strings"
	"testing"

	"salon/internal/line"
)

func TestThePromptSaysWhoReadsIt(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "[tous] >",
		"bonjour":                  "[tous] >",
		"@ann":                     "[tous] >", // not said yet
		"@ann salut":               "[@ann] >",
		"  @ann salut":             "[@ann] >",
		"@ann: salut":              "[@ann] >",
		"@ann,bob salut":           "[@ann,bob] >",
		"@ann, bob":                "[@ann] >",
		"@tous salut":              "[tous] >",
		"@Tous, salut":             "[tous] >",
		"@everyone hi":             "[tous] >",
		`\@ann salut`:              "[tous] >",
		"salut @ann oui":           "[tous] >",
		"/msg ann salut":           "[@ann] >",
		"/MP @ann salut":           "[@ann] >",
		"//tell ann,bob x":         "[@ann,bob] >",
		"/msg ann":                 "[tous] >",
		"/r oui":                   "[privé] >",
		"/répondre oui":            "[privé] >",
		"/me sourit":               "[tous] >",
		"@unpseudodevingtsigns, x": "[@unpseudodevingtsig…] >",
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

func TestFailedLinesAreGivenBack(t *testing.T) {
	st := newStage(t, 60, 10)
	st.says("@anm salut")
	st.Restore("@anm salut")
	st.frame()
	st.ends("[@anm] > @anm salut")

	st.keys("ctrl+c")
	st.says("@anm salut")
	st.types("autre chose")
	st.Restore("@anm salut")
	st.frame()
	st.reads("autre chose^") // what is being typed stays,
	st.keys("up")
	st.ends("[@anm] > @anm salut") // and so does what failed
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
