package screen

import (
	"strings"
	"testing"

	"salon/internal/line/keys"
	"salon/room/text"
)

func TestShortPastesGoIntoTheLine(t *testing.T) {
	for lines := 1; lines <= pasteLines; lines++ {
		st := newStage(t, 60, 24)
		st.types("voici ")
		text := strings.TrimSuffix(strings.Repeat("ligne\n", lines), "\n")
		st.pastes(text + "\n") // the last newline goes: Enter sends
		if a := st.keys("enter"); a != (Action{Line: "voici " + text}) {
			t.Errorf("%d lines: %+v", lines, a)
		}
	}
}

func TestLongPastesAskFirst(t *testing.T) {
	text := strings.TrimSuffix(strings.Repeat("ligne\n", pasteLines+1), "\n")
	for _, c := range []struct {
		key  string
		want string
	}{{"enter", text}, {"o", text}, {"O", text}, {"y", text}, {"n", ""}, {"N", ""}, {"esc", ""}, {"ctrl+c", ""}} {
		st := newStage(t, 60, 24)
		st.types("voici ")
		st.pastes(text)
		st.ends("Coller 6 lignes (35 octets) ? Entrée : oui · Échap : non")
		st.pastes("encore") // not now
		if a := st.keys("x", "tab", "up", "ctrl+d", "f1", "ctrl+l"); a != (Action{}) {
			t.Errorf("while asked: %+v", a)
		}
		st.ends("Coller 6 lignes (35 octets) ? Entrée : oui · Échap : non")
		st.keys(c.key)
		if a := st.keys("enter"); a.Line != "voici "+c.want {
			t.Errorf("%s: %+v", c.key, a)
		}
	}
}

func TestACutPasteSaysSo(t *testing.T) {
	st := newStage(t, 80, 24)
	text := strings.Repeat("x", keys.MaxPaste)
	st.input(keys.Paste{Text: text, Cut: true})
	st.frame()
	st.ends("Coller les 16 premiers Kio (40 lignes et 4 Kio au plus par message) ? o/n")
	st.keys("enter")
	if a := st.keys("enter"); a.Line != text {
		t.Errorf("%d bytes are left", len(a.Line))
	}
}

// TestAPasteThatNoMessageHoldsSaysSo: it may still be cut up before it is sent.
func TestAPasteThatNoMessageHoldsSaysSo(t *testing.T) {
	for _, c := range []struct {
		width int
		text  string
		want  string
	}{
		{80, strings.Repeat("x\n", text.MaxLines), "Coller 40 lignes (79 octets) ? Entrée : oui · Échap : non"},
		{80, strings.Repeat("x\n", 200), "Coller 200 lignes (40 lignes et 4 Kio au plus par message) ? o/n"},
		{80, strings.Repeat(strings.Repeat("x", 500)+"\n", 9), "Coller 9 lignes (40 lignes et 4 Kio au plus par message) ? o/n"},
		{50, strings.Repeat("x\n", 200), "Trop : coller ? o/n"},
		{20, strings.Repeat("x\n", 200), "Trop : coller ? o/n"},
		{20, strings.Repeat("x\n", 30), "30 lignes ? o/n"},
	} {
		st := newStage(t, c.width, 24)
		st.pastes(c.text)
		st.ends(c.want)
		st.keys("o")
		if a := st.keys("enter"); a.Line != strings.TrimSuffix(c.text, "\n") {
			t.Errorf("%q is left of it", a.Line)
		}
	}
}

func TestPastesElsewhere(t *testing.T) {
	st := newStage(t, 60, 12)
	st.says("un deux")
	st.keys("ctrl+f")
	st.pastes("un\ndeux\n")
	st.ends("chercher : un deux")
	st.keys("esc", "ctrl+r")
	st.pastes("un\ndeux\x1b[31m\n")
	st.ends("rien : « un deux[31m »") // what a paste holds does nothing to the terminal
	st.keys("esc", "ctrl+r")
	st.pastes("un\ndeux\n")
	st.ends("retrouver « un deux » : un deux")
	st.keys("esc", "f1")
	st.pastes("collé")
	st.hasNot("Touches")
	st.reads("collé^")
	st.keys("ctrl+c", "alt+l")
	st.pastes("collé")
	st.hasNot("Vue nue")
	st.reads("collé^")
}
