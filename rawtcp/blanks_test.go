package rawtcp

import (
	"strings"
	"testing"
)

// A telnet's terminal breaks long lines by itself: blanks must not choose where.
func TestNobodyForgesALineWithBlanks(t *testing.T) {
	h := open(t)
	bob, eve := h.enter("bob"), h.enter("eve")
	eve.send("ok" + strings.Repeat(" ", 70) + "21:33 ann: faux\n")
	bob.awaitText("eve: ok 21:33 ann: faux\r\n")
	eve.send("ok\u00a0" + strings.Repeat("\u3000", 35) + "\u280021:33 ann: faux aussi\n")
	bob.awaitText("eve: ok\u00a021:33 ann: faux aussi\r\n")
}
