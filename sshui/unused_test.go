package sshui

import (
	"testing"
	"testing/synctest"
	"time"
)

// Whoever logs in and asks for nothing, or asks for a session and not for what,
// holds memory for nothing.
func TestAConnectionThatAsksForNothingIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		busy := h.pipe("bob")
		start, waits := time.Now(), h.server.waits
		idle := h.dial("ann")
		waiting, _, err := h.dial("cleo").OpenChannel("session", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := waiting.Read(make([]byte, 1)); err == nil {
			t.Error("a session that never says what it is for was sent something")
		}
		if took := time.Since(start); took != waits.start {
			t.Errorf("a session that never says what it is for was closed after %v", took)
		}
		idle.Wait() // ends when the server closes it
		if took := time.Since(start); took != waits.handshake+waits.start {
			t.Errorf("a connection without a session was closed after %v", took)
		}
		time.Sleep(time.Hour)
		busy.wantTalking(h, "toujours là") // a session in use was not closed
	})
}
