package sshui

import (
	"testing"
	"testing/synctest"
	"time"

	"salon/room/roomtest"
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
		if took := time.Since(start); took != waits.start {
			t.Errorf("a connection without a session was closed after %v", took)
		}
		time.Sleep(time.Hour)
		busy.wantTalking(h, "toujours là") // a session in use was not closed
	})
}

// With ssh's ControlMaster a connection may have one session after the other.
func TestTheEndOfItsLastSessionEndsAConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		c, start := h.dial("ann", newKey(t)), h.server.waits.start
		for range 5 {
			s := openChannel(t, c)
			s.must("exec", execRequest{"/liste"})
			s.wantExit(exitDone)
			time.Sleep(start - time.Second)
		}
		first, second := openChannel(t, c), openChannel(t, c)
		first.must("shell", nil)
		second.must("shell", nil)
		first.CloseWrite()
		first.wantExit(exitDone)
		time.Sleep(time.Hour)
		second.wantTalking(h, "toujours là") // of two only one has ended
		second.CloseWrite()
		second.wantExit(exitDone)
		ended := time.Now()
		c.Wait() // ends when the server closes it
		if took := time.Since(ended); took != start {
			t.Errorf("closed %v after its last session, want %v", took, start)
		}
	})
}

func TestAConnectionBetweenTwoSessionsIsAskedForSignsOfLife(t *testing.T) {
	h := open(t, func(b *build) { b.waits.start = time.Hour })
	w := h.wireTo()
	w.enter("ann")
	w.shell()
	h.AwaitJoined(t, "ann")
	c := h.server.conns.Open()[0].(*conn)
	w.write([]byte{97, 0, 0, 0, 0}) // SSH_MSG_CHANNEL_CLOSE
	roomtest.Until(t, func() string { return "the session never ends" }, func() bool { return len(c.slots) == 0 })
	for range maxUnanswered + 1 {
		h.server.sendKeepalives()
	}
	awaitClosed(t, w)
}
