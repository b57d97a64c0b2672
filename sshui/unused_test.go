package sshui

import (
	"testing"
	"time"
)

// Whoever logs in and asks for nothing, or asks for a session and not for what,
// holds memory for nothing.
func TestAConnectionThatAsksForNothingIsClosed(t *testing.T) {
	h := open(t, func(b *build) { b.waits.handshake, b.waits.start = 200*time.Millisecond, 100*time.Millisecond })
	busy := h.dial("bob")
	session, err := busy.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		t.Fatal(err)
	}
	idle := h.dial("ann")
	waiting, _, err := h.dial("cleo").OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := waiting.Read(make([]byte, 1)); err == nil {
		t.Error("a session that never says what it is for was sent something")
	}
	idle.Wait() // ends when the server closes it
	if _, _, err := busy.SendRequest("still there?", true, nil); err != nil {
		t.Errorf("a session in use was closed too: %v", err)
	}
}
