package sshui

import (
	"regexp"
	"strings"
	"testing"

	"salon/room"
	"salon/sshui/rows"
)

func TestColoursAreThoseThatTheTerminalHas(t *testing.T) {
	for _, c := range []struct {
		term, colorterm, noColor string
		want                     rows.Palette
	}{
		{"xterm-256color", "", "", rows.Auto},
		{"xterm-256color", "truecolor", "", rows.Auto},
		{"xterm-kitty", "truecolor", "", rows.Auto},
		{"tmux-256color", "", "", rows.Auto},
		{"screen", "", "", rows.Auto},
		{"xterm", "", "", rows.Basic},
		{"linux", "", "", rows.Basic},
		{"vt100", "", "", rows.Mono},
		{"vt220", "", "", rows.Mono},
		{"xterm-256color", "", "1", rows.Mono},
		{"xterm-256color", "truecolor", "0", rows.Mono}, // whatever it is set to
	} {
		got := (&terminal{channel: &channel{term: c.term, env: map[string]string{"COLORTERM": c.colorterm, "NO_COLOR": c.noColor}}}).palette()
		if got != c.want {
			t.Errorf("TERM=%s COLORTERM=%s NO_COLOR=%s: %v, want %v", c.term, c.colorterm, c.noColor, got, c.want)
		}
	}
}

func TestSignsAreThoseThatTheTerminalHas(t *testing.T) {
	for _, c := range []struct {
		term, all, ctype, lang string
		ascii                  bool
	}{
		{"xterm-256color", "", "", "", false}, // nothing was sent
		{"xterm-256color", "", "", "fr_FR.UTF-8", false},
		{"xterm-256color", "", "", "C.utf8", false},
		{"xterm-256color", "", "", "fr_FR@euro", true},
		{"xterm-256color", "", "", "C", true},
		{"xterm-256color", "", "en_US.UTF-8", "C", false},
		{"xterm-256color", "C", "en_US.UTF-8", "en_US.UTF-8", true},
		{"linux", "", "", "fr_FR.UTF-8", true},
		{"vt100", "", "", "", true},
	} {
		env := map[string]string{"LC_ALL": c.all, "LC_CTYPE": c.ctype, "LANG": c.lang}
		if got := (&terminal{channel: &channel{term: c.term, env: env}}).ascii(); got != c.ascii {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// coloured is a style with a colour in it (ECMA-48, SGR 30 to 49 and 90 to 107).
var coloured = regexp.MustCompile(`\x1b\[(\d+;)*(3\d|4\d|9\d|10\d)(;\d+)*m`)

// question is what a terminal answers: OSC, DECRQM, DSR and DA, and the query for
// the kitty keyboard protocol.
var question = regexp.MustCompile(`\x1b\]1[01];\?|\$p|\x1b\[\??\d*n|\x1b\[[>=]?\d*c|\x1b\[\?u`)

// talksWith has ann talk on a terminal, with all that has a colour, and returns what
// it was sent.
func talksWith(t *testing.T, change func(*channel)) (shown string) {
	t.Helper()
	inBubble(t, room.Config{}, change, func(b *bubble) {
		b.says("bob", "bonjour @ann, voir https://exemple.org/doc")
		b.says("bob", "@ann psst")
		b.send("salut @bob\r/personne\r/me sourit\r")
		b.calm()
		b.send("\x1bOP") // F1
		b.calm()
		b.send("\x1b")
		b.calm()
		b.want("bonjour @ann", "psst", "salut @bob", "La commande")
		b.send("\x03\x04")
		b.wantEnd(frameGap, exitDone)
		shown = b.shown()
	})
	return shown
}

func TestNoColorMeansNoColour(t *testing.T) {
	if shown := talksWith(t, func(*channel) {}); !coloured.MatchString(shown) {
		t.Fatal("the test finds no colour where there are some")
	}
	shown := talksWith(t, func(ch *channel) { ch.env["NO_COLOR"] = "0" })
	if found := coloured.FindString(shown); found != "" {
		t.Errorf("there is %q", found)
	}
	if strings.Contains(shown, "\x1b]11;?") {
		t.Error("the background is asked for, and nothing depends on it")
	}
}

func TestOldTerminalsAreAskedNothing(t *testing.T) {
	if shown := talksWith(t, func(*channel) {}); !question.MatchString(shown) {
		t.Fatal("the test finds no question where there are some")
	}
	for _, term := range []string{"linux", "vt100", "vt220", "ansi", "cons25"} {
		shown := talksWith(t, func(ch *channel) { ch.term = term })
		if found := question.FindString(shown); found != "" {
			t.Errorf("TERM=%s is asked %q", term, found)
		}
		rest := regexp.MustCompile(`\x1b\[[?\d;]*[HKJmrhl]`).ReplaceAllString(shown, "")
		if _, more, found := strings.Cut(rest, "\x1b"); found { // titles, links
			t.Errorf("TERM=%s is sent %.20q", term, more)
		}
	}
}
