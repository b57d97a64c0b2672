package screen

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"salon/room"
)

func TestTheHeaderSaysWhatThereIsRoomFor(t *testing.T) {
	for _, c := range []struct {
		width int
		topic string
		want  string
	}{
		{80, "", " salon · 12 en ligne" + strings.Repeat(" ", 52) + "F1 aide"},
		{80, "le sujet du jour", " salon · 12 en ligne · le sujet du jour" + strings.Repeat(" ", 33) + "F1 aide"},
		{80, strings.Repeat("mot ", 20), " salon · 12 en ligne · mot mot mot mot mot mot mot mot mot mot mot mot… F1 aide"},
		{42, "le sujet du jour", " salon · 12 en ligne · le sujet … F1 aide"},
		{40, "le sujet du jour", " salon · 12 en ligne            F1 aide"},
		{32, "été", " salon · 12 en ligne    F1 aide"},
		{36, "été", " salon · 12 en ligne · été  F1 aide"},
		{29, "", " salon · 12 en ligne F1 aide"},
		{26, "", " salon · 12 en ligne"},
		{20, "", " salon · 12 en ligne"},
	} {
		st := newStage(t, c.width, 10, func(st *stage) {
			st.room.rosters(func(next *room.Roster) {
				next.Present = 12
				next.Topic.Text = c.topic
			})
		})
		if got := st.rows()[0]; got != strings.TrimRight(c.want, " ") {
			t.Errorf("%d columns, %q:\n%q, want\n%q", c.width, c.topic, got, c.want)
		}
		if got := []rune(st.headerRow()); ansi.StringWidth(string(got)) != c.width {
			t.Errorf("%d columns: it is %d wide", c.width, ansi.StringWidth(string(got)))
		}
	}
}

func TestTheHeaderSaysWhatIsOutOfTheOrdinary(t *testing.T) {
	st := newStage(t, 120, 10, asEve)
	st.room.rosters(func(next *room.Roster) {
		next.Slow = 5 * time.Second
		next.Shutdown = &room.Plan{At: opening.Add(time.Hour)}
		next.People[2].Away = true // eve
		next.Topic.Text = "un sujet\nde deux lignes"
	})
	st.frame()
	st.has(" salon · 3 en ligne · ferme à 15:02:00 · mode lent : 5 s · absent(e) · un sujet de deux lignes")
	st.room.prefs.Lang, st.room.prefs.Hour12 = room.English, true
	st.frame()
	st.has(" salon · 3 online · closes at 3:02:00 PM · slow mode: 5 s · away · un sujet")
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
		st := newStage(t, c.width, 10, asEve)
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
