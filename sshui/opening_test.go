package sshui

import (
	"testing"

	gossh "golang.org/x/crypto/ssh"
)

// Each request for a session that waits for its refusal takes memory: whoever asks on without reading is closed.
func TestSessionsAskedForWithoutReadingTheRefusalsEndTheConnection(t *testing.T) {
	h := open(t)
	bob, w := h.pipe("bob"), h.wireTo()
	w.enter("ann")
	open := gossh.Marshal(struct {
		Kind                string `sshtype:"90"`
		Our, Window, Packet uint32
	}{"session", 0, 1 << 20, 1 << 15})
	var err error
	for err == nil {
		err = w.tryWrite(open)
	}
	if isTimeout(err) {
		t.Error("still open")
	}
	bob.wantTalking(h, "et moi ?")
}
