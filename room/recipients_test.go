package room_test

import (
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

func TestRecipientsAreNamedAsTheyBeginALine(t *testing.T) {
	for typed, want := range map[string]bool{
		"@all": true, "@tous": true, "@EVERYONE": true, "@ann": true, "@ann,bob": true, "@ann,@bob": true, "@ann:": true,
		"": false, "ann": false, "@": false, "@,": false, "@ann hello": false, "@all hello": false, "/list": false, "@ann\n": false,
		"@" + strings.Repeat("a,", 21): false,
	} {
		if _, ok := room.ParseRecipients(typed); ok != want {
			t.Errorf("%q: %v", typed, ok)
		}
	}
}

// literals begin as commands, names and escapes do, and as what a compiler prints.
var literals = []string{"/quit", "//x", "@bob hello", `\@x`, `\/x`, "/register my secret", "  indented", "#dev", "/usr/bin/cc: no", "@", "/"}

func TestWhatIsSaidLiterallyIsNoCommand(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		h.room.SetLimits(room.Limits{})
		everyone, _ := room.ParseRecipients("@all")
		for _, said := range literals {
			if _, err := ann.Say(h.Context(), everyone, said); err != nil {
				h.Errorf("%q: %v", said, err)
			}
			bob.sees("ann: " + said)
		}
		ann.stays()
	})
}

func TestWhatIsSaidLiterallyToSomebodyIsForThemAlone(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		cleo := h.join("cleo")[0]
		ann.items()
		bob.items()
		h.room.SetLimits(room.Limits{})
		to, _ := room.ParseRecipients("@bob")
		for _, said := range literals {
			if _, err := ann.Say(h.Context(), to, said); err != nil {
				h.Errorf("%q: %v", said, err)
			}
			bob.sees("ann -> [bob]: " + said)
		}
		both, _ := room.ParseRecipients("@bob,nobody")
		if _, err := ann.Say(h.Context(), both, "hello"); wantError[*state.UnknownMemberError](h, err).Name != "nobody" {
			h.Errorf("bob and nobody: %v", err)
		}
		bob.sees()
		cleo.sees()
	})
}

func TestWhatIsSaidLiterallyIsLimitedAsAnyMessage(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		var everyone room.Recipients
		for said, want := range map[string]error{
			"": room.ErrEmpty, " \t": room.ErrEmpty, strings.Repeat("x", text.MaxText+1): room.ErrTextTooLong, strings.Repeat("x\n", text.MaxLines) + "x": room.ErrTooManyLines,
		} {
			if _, err := ann.Say(h.Context(), everyone, said); err != want {
				h.Errorf("%.10q: %v", said, err)
			}
		}
		for range 5 {
			if _, err := ann.Say(h.Context(), everyone, "again"); err != nil {
				h.Error(err)
			}
		}
		_, err := ann.Say(h.Context(), everyone, "too fast")
		wantError[*room.TooFastError](h, err)
		h.console().does("mute ann")
		sleep(time.Minute)
		_, err = ann.Say(h.Context(), everyone, "muted")
		wantError[*state.MutedError](h, err)
	})
}
