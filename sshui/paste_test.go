package sshui

import (
	"fmt"
	"strings"
	"testing"
)

// A paste is faster than anybody types, but what was typed is never lost.
func TestPastedLinesAreAllSaidInOrder(t *testing.T) {
	h := open(t, func(b *build) { b.room.Rate, b.room.Burst = 50, 2 })
	ann := h.enterTerminal("ann")
	var paste strings.Builder
	for i := range 12 {
		fmt.Fprintf(&paste, "ligne %d\r", i)
	}
	ann.send(paste.String())
	h.AwaitSaid(t, "ligne 11")
	for i, text := range h.Said("ann") {
		if text != fmt.Sprintf("ligne %d", i) {
			t.Errorf("message %d is %q", i, text)
		}
	}
}
