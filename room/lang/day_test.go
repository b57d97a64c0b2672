package lang_test

import (
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
)

func on(days int, text string) state.Event {
	e := message("bob", text)
	e.Time = at.AddDate(0, 0, days)
	return e
}

// TestThePastIsToldWithItsDays: a time of another day would be taken for one of today.
func TestThePastIsToldWithItsDays(t *testing.T) {
	events := []state.Event{on(-2, "one"), on(-2, "two"), on(-1, "three"), on(0, "four")}
	days := func(full ...string) string {
		return "14:05 bob: one\n14:05 bob: two\n* " + full[0] + "\n14:05 bob: three\n* " + full[1] + "\n14:05 bob: four"
	}
	wantReply(t, french(), room.Past{Search: "o", Events: events},
		"Résultats (4) pour « o » :", "vendredi 20 novembre 2026\n"+days("samedi 21 novembre 2026", "dimanche 22 novembre 2026"))
	wantReply(t, english(), room.Past{Events: events, Continued: true},
		"Earlier:", "Friday 20 November 2026\n"+days("Saturday 21 November 2026", "Sunday 22 November 2026"))
	wantReply(t, french(), room.Past{Events: events[3:]}, "Derniers messages :\n14:05 bob: four")
	zone := french()
	zone.Zone = time.FixedZone("X", 12*3600) // where it is tomorrow already
	wantReply(t, zone, room.Past{Events: events[2:3]}, "Derniers messages :", "dimanche 22 novembre 2026\n02:05 bob: three")
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	wantReply(t, french(), room.Past{Day: day, Events: events[2:3]}, "Messages du 21/11/2026 :\n14:05 bob: three")
	wantReply(t, english(), room.Past{Day: day, Events: events[2:3]}, "Messages of 2026-11-21:\n14:05 bob: three")
	wantReply(t, french(), room.Past{Day: day, Events: events[2:3], Continued: true}, "Avant cela :", "samedi 21 novembre 2026\n14:05 bob: three")
	wantReply(t, french(), room.Past{Day: day}, "Rien n'a été dit le 21/11/2026.")
	wantReply(t, english(), room.Past{Day: day}, "Nothing was said on 2026-11-21.")
}

func TestAWelcomeTellsTheDaysOfTheLastMessages(t *testing.T) {
	first, second := on(-1, "hier"), on(-1, "hier aussi")
	second.Seq = 8
	w := room.Welcome{Pseudo: "ann", Last: []state.Event{first, second, on(0, "today")}}
	if got := french().Reply(w, now); !strings.HasSuffix(got, "\n* Derniers messages :\n* samedi 21 novembre 2026\n14:05 bob: hier\n14:05 bob: hier aussi\n* dimanche 22 novembre 2026\n14:05 bob: today") {
		t.Errorf("the welcome is\n%s", got)
	}
	w.Seen, w.Missed = 7, 2
	if got := french().Reply(w, now); !strings.HasSuffix(got, "\n* samedi 21 novembre 2026\n14:05 bob: hier\n* --- 2 nouveaux messages ---\n14:05 bob: hier aussi\n* dimanche 22 novembre 2026\n14:05 bob: today") {
		t.Errorf("the welcome is\n%s", got)
	}
	w.Last = w.Last[1:]
	if got := english().Reply(w, now); !strings.HasSuffix(got, "\n* --- 2 new messages ---\n* Saturday 21 November 2026\n14:05 bob: hier aussi\n* Sunday 22 November 2026\n14:05 bob: today") {
		t.Errorf("the welcome is\n%s", got)
	}
}

func TestTheFirstOfAMonthInFrench(t *testing.T) {
	full, date, figures := lang.Of(state.French).Day(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC))
	if full != "mardi 1er septembre 2026" || date != "1er septembre 2026" || figures != "01/09/2026" {
		t.Errorf("%q, %q, %q", full, date, figures)
	}
}
