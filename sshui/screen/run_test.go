package screen

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestThoseWhoLeaveTogetherAreOneRow, also as they go, and beside the list of names.
func TestThoseWhoLeaveTogetherAreOneRow(t *testing.T) {
	for _, width := range []int{20, 80, 120} {
		st := newStage(t, width, 24)
		st.shows(st.room.said("ann", "bonjour"))
		for i, who := range []string{"marc", "paul", "léa", "tom", "zoé"} {
			st.shows(st.room.left(who))
			if n := strings.Count(st.picture(), "←"); n != 1 {
				t.Fatalf("%d columns, after %d: %d rows\n%s", width, i+1, n, st.picture())
			}
			if d := difference(st.vt, (&actor{testScreen: st}).repainted()); d != "" {
				t.Fatal(d)
			}
		}
		if width >= 80 {
			st.has("←   marc, paul, léa et 2 autres s'en vont")
		}
		st.shows(st.room.joined("marc"), st.room.left("marc"))
		if n := strings.Count(st.picture(), "←"); n != 2 {
			t.Errorf("who came in between is not told of\n%s", st.picture())
		}
	}
}

// TestAVeryLongRunIsSeveralRows, which nobody is missing from, however they are looked at.
func TestAVeryLongRunIsSeveralRows(t *testing.T) {
	st := newStage(t, 80, 24)
	st.shows(st.room.said("ann", "bonjour"))
	const all = 10 * longRun
	for i := range all {
		st.shows(st.room.left(fmt.Sprintf("marc%d", i)))
	}
	if d := difference(st.vt, (&actor{testScreen: st}).repainted()); d != "" {
		t.Fatal(d)
	}
	told := 0
	for _, row := range st.rows() {
		n := 0
		if _, others, ok := strings.Cut(row, "et "); ok {
			fmt.Sscanf(others, "%d autres", &n)
		}
		if n += strings.Count(row, "marc"); n > 2*longRun {
			t.Errorf("a row of %d: %q", n, row)
		}
		told += n
	}
	if told != all {
		t.Errorf("%d are told of, want %d\n%s", told, all, st.picture())
	}
}

// TestNamesAreWrittenAgainInALongTalk: what fills a terminal shows whose it is.
func TestNamesAreWrittenAgainInALongTalk(t *testing.T) {
	st := newStage(t, 80, 24)
	for range 60 {
		st.shows(st.room.said("ann", "oui"))
	}
	if n := strings.Count(st.picture(), "ann │"); n < 1 || n > 2 {
		t.Errorf("%d names\n%s", n, st.picture())
	}
	st.keys("pgup")
	if row := st.rows()[1]; !strings.Contains(row, "14:02      ann │ oui") {
		t.Errorf("the page begins with %q", row)
	}
	st.passes(time.Minute)
	st.keys("end")
	st.shows(st.room.said("ann", "non"))
	st.has(" 14:03          │ non")
}
