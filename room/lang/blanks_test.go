package lang

import (
	"strings"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

func TestBlanksThatSomebodyWroteFold(t *testing.T) {
	for typed, want := range map[string]string{
		"ok" + strings.Repeat(" ", 70) + "21:33 bob: faux": "ok 21:33 bob: faux",
		"a\u00a0 \u3000\u2003b":                            "a\u00a0b",
		"a" + strings.Repeat("\u2800", 70) + "b":           "a\u2800b",
		"quoi\u00a0? rien d'autre":                         "quoi\u00a0? rien d'autre",
		"        if x {":                                   "        if x {",
		strings.Repeat(" ", 69) + "21:33 bob: faux":        strings.Repeat(" ", maxIndent) + "21:33 bob: faux",
		"\t": "\t", "": "", "é è": "é è",
	} {
		if got := foldBlanks(typed); got != want {
			t.Errorf("%q is shown as %q, want %q", typed, got, want)
		}
	}
}

// Whatever somebody wrote and wherever it is shown, no part of it is pushed to the next row.
func TestNoBlanksPushALineToTheNextRow(t *testing.T) {
	forged := "ok" + strings.Repeat(" ", 76) + "21:33 bob: faux"
	e := &state.Event{Time: time.Now()}
	for _, body := range []state.Body{
		state.Said{From: "ann", Text: forged}, state.Said{From: "ann", Text: "un\n" + forged}, state.Said{From: "ann", Text: forged, Action: true},
		state.Whispered{From: "ann", To: []text.Pseudo{"bob"}, Text: forged}, state.Walled{By: "ann", Text: forged},
		state.TopicSet{By: "ann", Text: forged}, state.Left{Pseudo: "ann", Text: forged}, state.Kicked{Pseudo: "ann", By: "chef", Reason: forged},
		state.ShutdownPlanned{In: time.Minute, Reason: forged},
	} {
		e.Body = body
		if got := (View{}).Event(e); strings.Contains(got, "  ") || !strings.Contains(got, "ok 21:33 bob: faux") {
			t.Errorf("%T: %q", body, got)
		}
	}
}
