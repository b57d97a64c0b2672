package screen

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"salon/room"
	"salon/room/state"
)

func TestTheHeaderSaysWhatThereIsRoomFor(t *testing.T) {
	for _, c := range []struct {
		width int
		topic string
		want  string
	}{
		{80, "", " #salon 12 en ligne" + strings.Repeat(" ", 53) + "F1 aide"},
		{80, "le sujet du jour", " #salon 12 en ligne  le sujet du jour" + strings.Repeat(" ", 35) + "F1 aide"},
		{80, strings.Repeat("mot ", 20), " #salon 12 en ligne  mot mot mot mot mot mot mot mot mot mot mot mot m… F1 aide"},
		{42, "le sujet du jour", " #salon 12 en ligne  le sujet du… F1 aide"},
		{39, "le sujet du jour", " #salon 12 en ligne            F1 aide"},
		{32, "été", " #salon 12 en ligne     F1 aide"},
		{36, "été", " #salon 12 en ligne  été    F1 aide"},
		{29, "", " #salon 12 en ligne  F1 aide"},
		{26, "", " #salon 12 en ligne"},
		{20, "", " #salon 12 en ligne"},
	} {
		st := newStage(t, c.width, 10, func(st *testScreen) {
			st.room.rosters(func(next *room.Roster) {
				next.Present = 12
				next.Topic.Text = c.topic
			})
		})
		if got := st.rows()[0]; got != strings.TrimRight(c.want, " ") {
			t.Errorf("%d columns, %q:\n%q, want\n%q", c.width, c.topic, got, c.want)
		}
		if got := []rune(st.headerText()); ansi.StringWidth(string(got)) != c.width {
			t.Errorf("%d columns: it is %d wide", c.width, ansi.StringWidth(string(got)))
		}
	}
}

func TestTheHeaderSaysWhatIsOutOfTheOrdinary(t *testing.T) {
	st := newStage(t, 120, 10)
	st.room.rosters(func(next *room.Roster) {
		next.Slow = 5 * time.Second
		next.Shutdown = &state.Plan{At: opening.Add(time.Hour)}
		next.People[2].Away = true // eve
		next.Topic.Text = "un sujet\nde deux lignes"
	})
	st.frame()
	st.has(" #salon 3 en ligne  ferme à 15:02:00 · mode lent : 5 s · absence · un sujet de deux lignes")
	st.room.prefs.Lang, st.room.prefs.Hour12 = state.English, true
	st.frame()
	st.has(" #salon 3 online  closes at 3:02:00 PM · slow mode: 5 s · away · un sujet")
}

// TestTheHeaderCutsNothingButTheTopic: the hint goes before a note does, then what
// is not out of the ordinary.
func TestTheHeaderCutsNothingButTheTopic(t *testing.T) {
	for _, c := range []struct {
		width   int
		closing bool
		away    bool
		hour12  bool
		in      state.Lang
		topic   string
		want    string
	}{
		{80, true, false, false, state.French, "un sujet", " #salon 5 en ligne  ferme à 15:02:00 · un sujet                         F1 aide"},
		{60, true, true, false, state.French, "un très long sujet", " #salon 5 en ligne  ferme à 15:02:00 · absence      F1 aide"},
		{60, true, false, false, state.French, "un très long sujet", " #salon 5 en ligne  ferme à 15:02:00 · un très lon… F1 aide"},
		{47, true, false, false, state.French, "", " #salon 5 en ligne  ferme à 15:02:00   F1 aide"},
		{44, true, false, false, state.French, "", " #salon 5 en ligne  ferme à 15:02:00"},
		{39, true, false, false, state.French, "sujet", " #salon 5 en ligne  ferme à 15:02:00"},
		{39, true, false, false, state.English, "topic", " #salon 5 online  closes at 15:02:00"},
		{37, true, false, true, state.English, "topic", " 5 online  closes at 3:02:00 PM"},
		{40, false, true, false, state.French, "", " #salon 5 en ligne  absence     F1 aide"},
		{39, false, true, false, state.French, "", " #salon 5 en ligne  absence    F1 aide"},
		{20, true, true, false, state.French, "sujet", " ferme à 15:02:00"},
		{20, true, false, true, state.English, "topic", "closes at 3:02:00 PM"},
		{20, false, true, false, state.English, "topic", " 5 online  away"},
	} {
		st := newStage(t, c.width, 12, func(st *testScreen) {
			st.room.prefs.Lang, st.room.prefs.Hour12 = c.in, c.hour12
			st.room.rosters(func(next *room.Roster) {
				next.Present, next.Topic.Text, next.People[2].Away = 5, c.topic, c.away
				if c.closing {
					next.Shutdown = &state.Plan{At: opening.Add(time.Hour)}
				}
			})
		})
		if got := st.rows()[0]; got != c.want {
			t.Errorf("%d columns:\n%q, want\n%q", c.width, got, c.want)
		}
	}
}

// TestHintsFitTheSmallestScreen: what they are for is said last.
func TestHintsFitTheSmallestScreen(t *testing.T) {
	for _, c := range []struct {
		in         state.Lang
		leave, bar string
	}{{state.French, "Ctrl-C : partir", "↓ Fin : en bas"}, {state.English, "Ctrl-C: leave", "↓ End to go down"}} {
		st := newStage(t, 20, 5, func(st *testScreen) { st.room.prefs.Lang = c.in })
		st.shows(many(st.room, 30)...)
		st.keys("ctrl+c")
		st.has(c.leave)
		st.keys("pgup")
		st.has(c.bar)
		st.keys("alt+n")
		st.has(st.texts().NoMention)
		st.keys("alt+u")
		st.has(st.texts().NothingUnread)
	}
}

func TestTheBarSaysWhatIsBelow(t *testing.T) {
	for _, c := range []struct {
		width, news, calls int
		want               string
	}{
		{80, 0, 0, "↓ Fin pour descendre"},
		{80, 1, 0, "↓ 1 nouveau · Fin pour descendre"},
		{80, 4, 1, "↓ 4 nouveaux, dont 1 mention · Fin pour descendre"},
		{80, 4, 2, "↓ 4 nouveaux, dont 2 mentions · Fin pour descendre"},
		{40, 4, 2, "↓ 4 nouveaux, dont 2 mentions"},
		{30, 4, 2, "↓ 4 · ! 2"},
		{30, 4, 0, "↓ 4 nouveaux"},
		{20, 40, 12, "↓ 40 · ! 12"},
	} {
		st := newStage(t, c.width, 10)
		st.shows(many(st.room, 30)...)
		st.keys("pgup")
		st.focuses(false)
		for i := range c.news {
			text := "x"
			if i < c.calls {
				text = "@eve"
			}
			st.shows(st.room.said("ann", text))
		}
		row := st.rows()[8]
		if got := strings.Trim(row, "─ "); got != c.want || ansi.StringWidth(row) != c.width {
			t.Errorf("%d columns: %q", c.width, row)
		}
	}
}
