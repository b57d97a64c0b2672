package screen

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"salon/room"
	"salon/room/state"
)

// TestABoxLeavesTheRestOfTheConversation to be read, and to go on, below it.
func TestABoxLeavesTheRestOfTheConversation(t *testing.T) {
	st := newStage(t, 80, 24)
	st.hears("un", "deux")
	st.shows(replied(room.People{Members: []room.Person{{Pseudo: "ann"}, {Pseudo: "bob"}}}))
	rows := st.rows()
	if !strings.HasPrefix(rows[1], "╭─ En ligne · 2 ─") || !strings.HasPrefix(rows[4], "╰─") {
		t.Errorf("no box of two rows:\n%s", st.picture())
	}
	st.has("│ deux")
	st.hears("trois")
	st.has("│ trois")
	st.has("En ligne · 2")
	st.keys("esc")
	st.hasNot("En ligne · 2")
	st.has("│ trois")
}

// TestTheFootOfABoxSaysWhatHappenedMeanwhile: who mentions the reader, and what was refused.
func TestTheFootOfABoxSaysWhatHappenedMeanwhile(t *testing.T) {
	st := newStage(t, 80, 24)
	st.shows(replied(room.Help{}))
	foot := func() string {
		for _, row := range st.rows() {
			if strings.HasPrefix(row, "╰─") {
				return row
			}
		}
		return ""
	}
	if got := foot(); !strings.Contains(got, "Échap : fermer") {
		t.Errorf("the foot is %q", got)
	}
	st.shows(st.room.said("bob", "@eve tu viens ?"))
	if got := foot(); !strings.Contains(got, "Échap : fermer · 1 mention ─") {
		t.Errorf("after a mention the foot is %q", got)
	}
	st.shows(replied(room.Failure{Err: &state.UnknownMemberError{Name: "anm"}}))
	if got := foot(); !strings.HasPrefix(got, "╰─ 1 mention · ✗ Personne ne s'appelle « anm ».") {
		t.Errorf("after a failure the foot is %q", got)
	}
	st.keys("esc")
	st.has("✗   Personne ne s'appelle « anm ».")
}

// TestABoxIsOfASCII where the terminal has nothing else: its edges and what stands on them.
func TestABoxIsOfASCII(t *testing.T) {
	st := newStage(t, 80, 24, func(st *testScreen) { st.term.ASCII = true })
	st.shows(replied(room.People{Members: []room.Person{{Pseudo: "ann"}, {Pseudo: "bob"}}}))
	rows := st.rows()
	if !strings.HasPrefix(rows[1], "+- En ligne - 2 --") || !strings.HasPrefix(rows[4], "+- ^ v : choisir - Entrée : lui écrire - Échap : fermer --") {
		t.Errorf("the box is\n%s", st.picture())
	}
}

// TestABoxMentionsWhoOneIsNow: somebody renamed while messages found lie over the screen.
func TestABoxMentionsWhoOneIsNow(t *testing.T) {
	st := newStage(t, 80, 24)
	said := st.room.said("bob", "@eve tu viens ?")
	st.shows(replied(room.Past{Search: "viens", Events: []state.Event{*said.Event, *said.Event}}))
	styled := func() bool {
		before, _, _ := strings.Cut(st.rows()[3], "@eve")
		return st.vt.CellAt(ansi.StringWidth(before), 3).Style.Attrs != 0
	}
	if !styled() {
		t.Fatalf("no mention stands out:\n%s", st.picture())
	}
	st.room.me = "eve2"
	st.frame()
	if styled() {
		t.Errorf("who she was is mentioned:\n%s", st.picture())
	}
}
