package room_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"salon/room"
	"salon/room/text"
)

// TestAPassPhraseIsNeverSaid: however the command that takes one is mistyped, or glued to
// what stood in the line before.
func TestAPassPhraseIsNeverSaid(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		op, bob := h.operator("op"), h.join("bob")[0]
		h.settle()
		for _, line := range []string{
			"/theme/register my secret", "/register/register my secret", "/inscrire court/inscrire mon secret", "/lsite/register my secret",
			"/theme/theme/register my secret", "/theme/regster my secret", "/theme sombre/register my secret", "hello/register my secret",
			"//regster my secret", "//registermy secret", "///register my secret", "/ register my secret", "/registermy secret", "/registermysecret",
			"/inscrire:mon secret", `\/register my secret`, `\register my secret`, "!register my secret", ":inscrire mon secret", ".register my secret", "／register my secret",
			"@bob /register my secret", "@bob //inscrire mon secret", "@tous /register my secret", "@all: /REGISTER my secret", "@bob, @op /register my secret",
			"@bob /regster my secret", "@bob ok/register my secret", "/msg bob /register my secret", "/msg bob oui/register my secret", "/r /register my secret",
			"/me /register my secret", "/me sourit/register my secret", "/nick /register my secret", "/away /register my secret", "/topic /register my secret",
			"/wall /register my secret", "/kick bob /register my secret", "/ban bob /inscrire mon secret", "/quit /register my secret", "/register /register my secret",
			"hello\n/register my secret", "hello\n@bob /register my secret", "  /theme/register my secret", "\x1b[0m@bob /register my secret", "@bob\n/register my secret",
		} {
			if err := op.tries(line); !errors.Is(err, room.ErrSecretPlace) {
				h.Errorf("%q: %v", line, err)
			}
			if !room.Secret(line) {
				h.Errorf("%q is no secret", line)
			}
			if room.Speaks(text.Clean(line, true)) {
				h.Errorf("%q speaks", line)
			}
		}
		for _, line := range []string{"/regster my secret", "/inscrir mon secret", "/registre mon secret", "/inscription mon secret", " /Registration secret"} {
			if refused[*room.UnknownCommandError](op, line); !room.Secret(line) {
				h.Errorf("%q is no secret", line)
			}
		}
		bob.sees()
	})
}

// TestWhatOnlyNamesACommandIsSaid: talk about commands, and what programs print.
func TestWhatOnlyNamesACommandIsSaid(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		for _, line := range []string{
			"register my bike", "inscrire mon vélo", "type /register your phrase", "`/register phrase` is how", "/usr/bin/register: error", "/etc/registry: not found",
			"POST /api/register 200", "see https://example.org/register now", "/go/bin/x: no such file", "/usr/bin/list x", "/theme.css/list not found", "and/or", "registered: yes",
		} {
			ann.does(line)
			bob.sees("ann: " + line)
			if room.Secret(line) || !room.Speaks(line) {
				h.Errorf("%q: secret %v, speaks %v", line, room.Secret(line), room.Speaks(line))
			}
		}
		ann.does("@bob /liste te le dira", "/r /liste aussi")
		bob.sees("ann -> [bob]: /liste te le dira", "ann -> [bob]: /liste aussi")
		for _, line := range []string{"/unregister SHA256:x", "/registers", "/inscription", "/re hello", "/theme/register", "/info bob"} {
			if room.Secret(line) && line != "/registers" {
				h.Errorf("%q is a secret", line)
			}
		}
	})
}

func TestACommandAfterACommandIsRefused(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		op, bob := h.operator("op"), h.join("bob")[0]
		h.settle()
		for _, line := range []string{
			"/theme/theme sombre", "//theme/theme sombre", "/liste/theme", "/LISTE/Thème sombre", "/theme/liste/x", "/me /theme sombre", "/away /back", "/topic /theme", "/wall //liste", "/nick /liste",
		} {
			if err := op.tries(line); !errors.Is(err, room.ErrTwoCommands) {
				h.Errorf("%q: %v", line, err)
			}
			if room.Speaks(line) {
				h.Errorf("%q speaks", line)
			}
		}
		bob.sees()
		for _, line := range []string{"/help /liste", "/search /theme"} {
			op.asks(line)
		}
	})
}

// TestWhateverStandsBeforeThePassPhraseIsNoSpeech tries all that may stand before a
// command, one and two of them, before every spelling of one that takes a pass phrase.
func TestWhateverStandsBeforeThePassPhraseIsNoSpeech(t *testing.T) {
	before := []string{"", " ", "/", "//", "@bob ", "@all ", "@bob,@ann: ", "/me ", "/msg bob ", "/r ", "/theme", "//theme", "/theme/liste", "/kick @bob ", "hello\n"}
	grown := []string{"hello", "@bob ok", "/me ok", "/theme sombre", "/msg bob ok"}
	for _, first := range append(before, grown...) {
		for _, second := range before {
			for _, word := range []string{"/register", "//inscrire", "/REGISTER", "/Inscriré", "/registermy"} {
				line := first + second + word + " my secret"
				if strings.Contains(first, "theme") && strings.HasPrefix(second, "@") {
					continue // one word, no command
				}
				if c, _ := room.Calls(line); c != nil && c.Name == "register" || slices.Contains(grown, first) && (strings.TrimLeft(second, "/") != "" || word == "/registermy") {
					continue
				}
				if room.Speaks(line) || !room.Secret(line) {
					t.Errorf("%q: speaks %v, secret %v", line, room.Speaks(line), room.Secret(line))
				}
			}
		}
	}
}
