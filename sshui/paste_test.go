package sshui

import (
	"fmt"
	"strings"
	"testing"

	"salon/room"
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
	h.console.await(t, func() string { return fmt.Sprintf("heard %v", seen[room.Said](h.console)) },
		func() bool { return len(seen[room.Said](h.console)) == 12 })
	for i, said := range seen[room.Said](h.console) {
		if said.Text != fmt.Sprintf("ligne %d", i) {
			t.Errorf("message %d is %q", i, said.Text)
		}
	}
}
