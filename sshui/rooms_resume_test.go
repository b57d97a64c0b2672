package sshui

import (
	"strings"
	"testing"

	"salon/room"
)

// TestRoomsComeBackWithTheScreen: each with what was being typed there, and what came meanwhile.
func TestRoomsComeBackWithTheScreen(t *testing.T) {
	h := open(t, cutting, func(b *build) { b.room.Limits = room.Limits{Makers: room.EveryoneMakes, MaxRooms: 9, Replay: 20} })
	key, bob := newKey(t), h.Join("bob")
	ann, line := h.onLine("ann", "xterm-256color", 80, 24, key)
	ann.awaitMatch(t, " #salon ")
	ann.send("du salon\x15#dev\r")
	ann.awaitMatch(t, "#dev +Écrire")
	bob.Submit(t.Context(), "/join #dev")
	ann.send("de dev" + altOne)
	ann.awaitMatch(t, "#salon +Écrire")
	ann.send("du salon" + altTwo)
	ann.awaitMatch(t, "#dev +de dev")
	line.Close()
	h.awaitCut(t, "ann")
	bob.Submit(t.Context(), "où es-tu ?")

	back, line := h.onLine("ann", "xterm", 100, 30, key)
	back.awaitMatch(t, "#dev +de dev")
	back.awaitMatch(t, "1 nouveau")
	back.send(altOne)
	back.awaitMatch(t, "#salon +du salon")
	back.send(altTwo)
	back.awaitMatch(t, "#dev +de dev")
	line.Close()
	h.awaitCut(t, "ann")
	h.Order(t, "close #dev")

	last, _ := h.onLine("ann", "xterm", 100, 30, key)
	last.awaitMatch(t, "#salon +du salon")
	if shown := last.picture(); strings.Contains(shown, "où es-tu") {
		t.Errorf("something of #dev stands in\n%s", shown)
	}
	last.send("\x15x\r")
	last.awaitMatch(t, "Entrée encore")
	last.send("\r")
	h.AwaitSaid(t, "x")
}
