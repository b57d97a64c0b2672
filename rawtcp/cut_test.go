package rawtcp

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/roomtest"
	"salon/room/state"
)

// TestAResetConnectionIsNotADeparture while its client may come back, who is shown what
// they missed; one that ends as it should is.
func TestAResetConnectionIsNotADeparture(t *testing.T) {
	h := open(t, func(b *build) { b.room.CutWait = time.Minute })
	bob := h.enter("bob")
	c := h.Dial()
	io.WriteString(c, "ann\r\n")
	h.AwaitJoined(t, "ann")
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
	roomtest.Until(t, func() string { return "ann is not cut" }, func() bool { return h.Order(t, "info ann").(room.Profile).Person.Lost })
	bob.send("où est ann ?\r\n@ann perdue ?\r\n")
	bob.awaitText(fmt.Sprintf(french.RecipientLost, "ann"))

	ann := h.call()
	ann.send("ann\r\n")
	ann.awaitText(fmt.Sprintf(french.NowResumed, "ann"))
	ann.awaitText("bob: où est ann ?")
	ann.closeWrite()
	h.wantLeft("ann", state.Quit)
	if strings.Contains(ann.String(), "Bienvenue") || strings.Contains(ann.String(), "perdue") {
		t.Errorf("ann is shown\n%s", ann)
	}
	if strings.Contains(bob.String(), "connexion perdue") {
		t.Errorf("bob is shown\n%s", bob)
	}
}
