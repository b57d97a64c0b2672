package lang_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// hostile are the pieces that a stranger's text is made of here, besides any.
var hostile = []string{
	"\x1b[31m", "\x1b]0;title\a", "\x1b]52;c;x\x1b\\", "\x9b2J", "\u009b2J", "\r", "\n", "\r\n", "\b\b\b", "\x00", "\x7f", "\u0085", "\u2028",
	"\u202e", "\u2067", "\u2069", "\u200d", "\ufeff", "14:05 bob: ", "14:05 * ", "* ", "[privé] ", "\xff\xfe", "שלום", "مرحبا", "e\u0301\u0301\u0301\u0301\u0301", "👩‍👩‍👧", "bob", " ",
}

func hostileText(t *rapid.T, name string) string {
	pieces := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.StringN(0, 8, 20)), 0, 8).Draw(t, name)
	return strings.Join(pieces, "")
}

// TestNoControlByteIsEverTold takes texts the way that they come, through
// text.Clean, into everything that carries one.
func TestNoControlByteIsEverTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		long, short := text.Clean(hostileText(t, "long"), true), text.Clean(hostileText(t, "short"), false)
		v := lang.View{Lang: state.Lang(rapid.IntRange(0, 1).Draw(t, "lang")), Zone: time.UTC, Me: "ann", Operator: rapid.Bool().Draw(t, "operator")}
		for _, body := range []state.Body{
			state.Said{From: "bob", Text: long}, state.Said{From: "bob", Text: long, Action: true}, state.Walled{Text: long},
			state.Whispered{From: "bob", To: []text.Pseudo{"ann"}, Text: long},
		} {
			wantPrefixed(t, v, body)
		}
		for _, body := range []state.Body{
			state.Left{Pseudo: "bob", Text: short}, state.TopicSet{Text: short}, state.Kicked{Pseudo: "bob", Reason: short},
			state.Banned{Ban: state.Ban{Target: target("bob"), Reason: short}}, state.ShutdownPlanned{Reason: short},
		} {
			if got := v.Event(&state.Event{Time: at, Body: body}); !isSafe(got) || strings.Contains(got, "\n") {
				t.Fatalf("%#v is told as %q", body, got)
			}
		}
		for _, r := range []room.Reply{
			room.TopicIs{Topic: state.Topic{Text: short}}, room.Past{Search: short}, room.Notice{What: room.RecipientAway, Name: "bob", Text: short},
			room.People{Members: []room.Person{{Pseudo: "bob", Away: &state.Away{Text: short}}}},
			room.Failure{Err: &state.UnknownMemberError{Name: hostileText(t, "name")}}, room.Failure{Err: &room.UnknownCommandError{Name: short}},
			room.Bans{Bans: []state.Ban{{Target: target("bob"), Reason: short}}},
		} {
			if got := v.Reply(r, now); !isSafe(got) {
				t.Fatalf("%#v is told as %q", r, got)
			}
		}
	})
}

// wantPrefixed holds each line of a message to begin as its first one does, so
// that none can pass for somebody else's.
func wantPrefixed(t *rapid.T, v lang.View, body state.Body) {
	var prefix, text string
	switch b := body.(type) {
	case state.Said:
		text = b.Text
		b.Text = ""
		prefix = v.Event(&state.Event{Time: at, Body: b})
	case state.Walled:
		text = b.Text
		b.Text = ""
		prefix = v.Event(&state.Event{Time: at, Body: b})
	case state.Whispered:
		text = b.Text
		b.Text = ""
		prefix = v.Event(&state.Event{Time: at, Body: b})
	}
	got := v.Event(&state.Event{Time: at, Body: body})
	lines := strings.Split(got, "\n")
	for _, line := range lines {
		if !strings.HasPrefix(line, prefix) || !isSafe(line) {
			t.Fatalf("%#v is told as %q", body, got)
		}
	}
	if len(lines) != strings.Count(text, "\n")+1 {
		t.Fatalf("%q is told in %d lines", text, len(lines))
	}
}

// isSafe reports whether a text holds no control character but \n, and isolates
// that end on the line where they begin.
func isSafe(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for line := range strings.SplitSeq(s, "\n") {
		open := 0
		for _, r := range line {
			switch {
			case r == '\u2068':
				open++
			case r == '\u2069':
				open--
			case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029':
				return false
			}
			if open < 0 || open > 1 {
				return false
			}
		}
		if open != 0 {
			return false
		}
	}
	return true
}
