package screen

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"salon/internal/line/keys"
	"salon/room"
	"salon/room/state"
)

// talked is a testScreen on which n numbered messages were said.
func talked(t rapid.TB, width, height, n int) *testScreen {
	st := newStage(t, width, height, english)
	for i := range n {
		st.Show([]room.Item{st.room.said("ann", fmt.Sprintf("message %d.", i))}, st.room.now)
	}
	st.frame()
	return st
}

// numbers are those of the messages to be seen.
func (st *testScreen) numbers() (list []int) {
	for _, row := range st.rows() {
		var n int
		if _, text, ok := strings.Cut(row, "message "); ok {
			fmt.Sscanf(text, "%d.", &n)
			list = append(list, n)
		}
	}
	return list
}

func (st *testScreen) sees(first, last int) {
	st.t.Helper()
	var want []int
	for n := first; n <= last; n++ {
		want = append(want, n)
	}
	if got := st.numbers(); !slices.Equal(got, want) {
		st.t.Fatalf("messages %v, not %d to %d:\n%s", got, first, last, st.picture())
	}
}

func TestKeysTurnTheTranscript(t *testing.T) {
	// 24 rows: the header, the line, 22 messages; the bar takes one when scrolled.
	for _, c := range []struct {
		keys        string
		first, last int
		bar         bool
	}{
		{"", 78, 99, false},
		{"pgup", 58, 78, true},      // one message is seen on both pages
		{"pgup pgup", 38, 58, true}, // and so on
		{"pgup pgup pgdn", 58, 78, true},
		{"pgup pgup pgdn pgdn", 78, 98, true},
		{"pgup pgup pgdn pgdn pgdn", 78, 99, false},
		{"pgup pgup end", 78, 99, false},
		{"pgup pgup alt+end", 78, 99, false},
		{"alt+home", 0, 19, true}, // below the day
		{"alt+home pgup", 0, 19, true},
		{"alt+home pgdn", 19, 39, true},
		{"home", 0, 19, true},
		{"home end", 78, 99, false},
		{"pgdn", 78, 99, false},
	} {
		t.Run(c.keys, func(t *testing.T) {
			st := talked(t, 80, 25, 100)
			st.keys(strings.Fields(c.keys)...)
			st.sees(c.first, c.last)
			if bar := strings.Contains(st.rows()[22], "↓"); bar != c.bar {
				t.Errorf("the bar is there: %v\n%s", bar, st.picture())
			}
		})
	}
}

// keyOf is the key that turns so.
var keyOf = map[room.Where]string{
	room.TurnUp: "pgup", room.TurnDown: "pgdn", room.TurnTop: "alt+home", room.TurnBottom: "end", room.TurnUnread: "alt+u",
	room.TurnPreviousMention: "alt+p", room.TurnNextMention: "alt+n", room.TurnBare: "alt+l", room.TurnRedraw: "ctrl+l",
	room.TurnKeys: "f1",
}

// TestCommandsTurnLikeKeys: those who cannot type a key have a command.
func TestCommandsTurnLikeKeys(t *testing.T) {
	for to, key := range keyOf {
		a, b := talked(t, 80, 25, 50), talked(t, 80, 25, 50)
		a.keys("pgup", key)
		b.keys("pgup")
		b.shows(replied(room.Turn{To: to}))
		if a.picture() != b.picture() {
			t.Errorf("%s shows\n%s\nand the command\n%s", key, a.picture(), b.picture())
		}
	}
}

// typed is what is typed in place of a key.
var typed = map[string]room.Turn{
	"/aller haut": {To: room.TurnUp}, "/go up": {To: room.TurnUp}, "/aller bas": {To: room.TurnDown}, "/aller debut": {To: room.TurnTop},
	"/aller fin": {To: room.TurnBottom}, "/go bottom": {To: room.TurnBottom}, "/aller nonlu": {To: room.TurnUnread},
	"/go unread": {To: room.TurnUnread}, "/aller precedente": {To: room.TurnPreviousMention}, "/aller suivante": {To: room.TurnNextMention},
	"/nu": {To: room.TurnBare}, "/redessiner": {To: room.TurnRedraw}, "/touches": {To: room.TurnKeys},
}

// TestWhatIsTypedTurnsAsItsKeyDoes: Enter takes nothing away that the command needs.
func TestWhatIsTypedTurnsAsItsKeyDoes(t *testing.T) {
	scrolled := func() *testScreen {
		st := talked(t, 80, 25, 0)
		st.shows(st.room.said("ann", "@eve message 0."))
		for i := range 60 {
			st.shows(st.room.said("ann", fmt.Sprintf("message %d.", i+1)))
		}
		st.keys("pgup")
		for i := range 25 {
			st.shows(st.room.said("bob", fmt.Sprintf("@eve message %d.", i+61)))
		}
		st.keys("pgup", "alt+p")
		return st
	}
	for line, turn := range typed {
		a, b := scrolled(), scrolled()
		a.keys(keyOf[turn.To])
		b.says(line)
		if before := scrolled().picture(); b.picture() != before {
			t.Errorf("%s: Enter alone makes\n%s\nof\n%s", line, b.picture(), before)
		}
		b.shows(replied(turn))
		if a.picture() != b.picture() {
			t.Errorf("%s shows\n%s\nand %s\n%s", keyOf[turn.To], a.picture(), line, b.picture())
		}
	}
}

// TestWhoSpeaksGoesDown: a message does, and takes the marker of what was unread with
// it; other lines leave the view alone until their answer comes.
func TestWhoSpeaksGoesDown(t *testing.T) {
	for _, line := range []string{"bonjour", "@ann oui", "/msg ann oui", "/r oui", "/me sourit", "//x"} {
		st := awayAbove(t)
		st.says(line)
		if st.hasNot(" new ─"); !st.view.follow {
			t.Errorf("%s:\n%s", line, st.picture())
		}
	}
	for line, answer := range map[string]room.Item{
		"/heure 24": replied(room.Notice{What: room.NowClock, Text: "24"}),
		"/alle":     replied(room.Failure{Err: room.ErrEmpty}),
		"/aide ban": replied(room.Help{One: available[2]}),
	} {
		st := awayAbove(t)
		before := st.numbers()
		st.says(line)
		st.sees(before[0], before[len(before)-1])
		st.shows(answer)
		if !st.view.follow || !st.unread.marker.set {
			t.Errorf("%s: its answer is not to be seen:\n%s", line, st.picture())
		}
		st.keys("pgup")
		before = st.numbers()
		st.shows(answer) // that nobody asked for
		st.sees(before[0], before[len(before)-1])
	}
}

// TestWhatOneDoesIsSeen: also when the room says so to everybody.
func TestWhatOneDoesIsSeen(t *testing.T) {
	st := awayAbove(t)
	st.says("/sujet vacances")
	st.Done("bonjour")
	st.shows(st.room.happens(state.TopicSet{By: "ann", Text: "travail"}))
	st.hasNot("travail")
	st.Done("/sujet vacances")
	st.shows(st.room.happens(state.TopicSet{By: "eve", Text: "vacances"}))
	st.has("vacances")
}

// TestWhoHasTurnedAwayIsLeftThere: an answer that comes late moves nothing.
func TestWhoHasTurnedAwayIsLeftThere(t *testing.T) {
	st := awayAbove(t)
	st.says("/heure 24")
	st.keys("pgup")
	before := st.numbers()
	st.shows(replied(room.Notice{What: room.NowClock, Text: "24"}))
	st.sees(before[0], before[len(before)-1])
}

// awayAbove is a testScreen scrolled up, with unread messages below.
func awayAbove(t *testing.T) *testScreen {
	st := talked(t, 80, 25, 100)
	st.keys("pgup")
	for i := range 25 {
		st.shows(st.room.said("ann", fmt.Sprintf("message %d.", 100+i)))
	}
	return st
}

func TestWheelTurnsThreeRows(t *testing.T) {
	st := talked(t, 80, 25, 100)
	for _, c := range []struct {
		up          bool
		first, last int
	}{{true, 76, 96}, {true, 73, 93}, {false, 76, 96}, {false, 78, 99}, {false, 78, 99}} {
		st.input(keys.Wheel{Up: c.up})
		st.frame()
		st.sees(c.first, c.last)
	}
}

// TestNothingToScroll: where all fits, the keys change nothing but what the line says.
func TestNothingToScroll(t *testing.T) {
	for _, key := range []string{"pgup", "alt+home", "home", "pgdn", "end"} {
		st := talked(t, 80, 25, 5)
		before := st.picture()
		if st.keys(key, "left"); st.picture() != before || !st.view.follow {
			t.Errorf("after %s:\n%s", key, st.picture())
		}
	}
}

// TestScrollingNeverJumps: whatever is said, and by whomever, what somebody reads
// higher up stays where it is, but for the bar that counts it.
func TestScrollingNeverJumps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := drawSize(t)
		st := talked(t, max(w, minWidth), max(h, minHeight), 250)
		for range rapid.IntRange(1, 4).Draw(t, "turns") {
			st.keys(rapid.SampledFrom([]string{"pgup", "pgup", "alt+home", "pgdn"}).Draw(t, "key"))
			st.input(keys.Wheel{Up: rapid.Bool().Draw(t, "up")})
		}
		st.frame()
		if st.view.follow {
			t.Skip("at the bottom")
		}
		before := st.rows()
		for range rapid.IntRange(1, 10).Draw(t, "events") {
			switch rapid.IntRange(0, 4).Draw(t, "event") {
			case 0:
				st.shows(st.room.whispered("bob", "psst"))
			case 1:
				st.shows(st.room.joined("cléo"), st.room.left("cléo"))
			case 2:
				st.shows(replied(room.TopicIs{}))
			case 3:
				st.passes(2 * idleAfter)
			}
			st.shows(st.room.said("bob", strings.Repeat("@eve ", rapid.IntRange(1, 99).Draw(t, "length"))))
		}
		after := st.rows()
		bar := st.headerRows() + st.transcriptRows() - 1
		before[bar], after[bar] = "", ""
		if !slices.Equal(before, after) {
			t.Fatalf("from\n%s\nto\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
		}
	})
}

// TestPagesLeaveNothingOut: whoever turns the pages from one end to the other sees
// every row.
func TestPagesLeaveNothingOut(t *testing.T) {
	for _, size := range [][2]int{{20, 5}, {30, 8}, {80, 24}, {120, 40}} {
		for _, turn := range []struct{ from, by string }{{"end", "pgup"}, {"alt+home", "pgdn"}} {
			st := talked(t, size[0], size[1], 100)
			st.keys(turn.from)
			seen := map[int]bool{}
			for range 100 {
				for _, n := range st.numbers() {
					seen[n] = true
				}
				st.keys(turn.by)
			}
			if len(seen) != 100 {
				t.Errorf("%v %s: %d of 100 messages seen", size, turn.by, len(seen))
			}
		}
	}
}

// TestScrollingDownReachesTheEnd: also when the last that came is not to be seen.
func TestScrollingDownReachesTheEnd(t *testing.T) {
	st := talked(t, 80, 25, 50)
	st.room.ignored["bob"] = true
	st.room.said("bob", "caché")
	st.shows(st.room.happens(state.CameBack{}))
	st.input(keys.Wheel{Up: true})
	st.input(keys.Wheel{})
	if !st.view.follow {
		t.Error("not at the end")
	}
}

// TestForgottenUnderOnesEyes: a key shows what there is when the room has forgotten
// all that was in view.
func TestForgottenUnderOnesEyes(t *testing.T) {
	st := talked(t, 80, 25, 100)
	st.keys("alt+home")
	st.sees(0, 19)
	st.room.forget(60)
	st.frame()
	st.sees(0, 19) // it stays while nothing is done
	st.keys("pgup")
	st.sees(60, 79)
	st.keys("end")
	st.sees(78, 99)
}

func TestUnreadIsFound(t *testing.T) {
	st := talked(t, 80, 25, 50)
	st.keys("alt+u")
	st.has(st.texts().NothingUnread)
	st.focuses(false)
	for i := range 50 {
		st.shows(st.room.said("ann", fmt.Sprintf("message %d.", 50+i)))
	}
	st.keys("alt+u")
	if row := st.rows()[1]; !strings.Contains(row, "50 new") {
		t.Errorf("at the top is %q", row)
	}
	st.sees(50, 69)
}

// TestMentionsAreFound: from the newest to the oldest and back, private messages of
// others among them, one's own words not.
func TestMentionsAreFound(t *testing.T) {
	st := talked(t, 80, 25, 0)
	for i := range 100 {
		text, from := fmt.Sprintf("message %d.", i), "ann"
		switch i {
		case 20, 60:
			text = "@eve " + text
		case 70:
			from, text = "eve", "@eve "+text
		case 40:
			st.shows(st.room.whispered("bob", "message 1000."))
		case 50:
			st.shows(st.room.whispered("eve", "message 2000.", "bob"))
		}
		st.shows(st.room.said(from, text))
	}
	for _, c := range []struct {
		key  string
		want int
	}{{"alt+n", -1}, {"alt+p", 60}, {"alt+p", 1000}, {"alt+p", 20}, {"alt+p", -1}, {"alt+n", 1000}, {"alt+n", 60}, {"alt+n", -1}, {"alt+p", 1000}} {
		st.keys(c.key)
		if c.want < 0 {
			st.has(st.texts().NoMention)
			continue
		}
		if middle := st.numbers(); middle[len(middle)/2] != c.want {
			t.Fatalf("%s: %d is not in the middle of %v", c.key, c.want, middle)
		}
	}
}
