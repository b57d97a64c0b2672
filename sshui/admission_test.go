package sshui

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/internal/front"
	"salon/room"
	"salon/room/lang"
	"salon/room/roomtest"
	"salon/room/state"
)

// fails makes n handshakes that no client makes, one after the other.
func (h *harness) fails(n int) {
	h.T.Helper()
	for range n {
		c := h.Dial()
		io.WriteString(c, "SSH-2.0-x\r\n\xff\xff\xff\xff\xff\xff\xff\xff")
		awaitClosed(h.T, c)
		c.Close()
	}
}

// ownsKey has alice register her key.
func (h *harness) ownsKey(alice gossh.Signer) {
	h.T.Helper()
	s, err := h.Room.Join(context.Background(), room.Entry{Pseudo: "alice", KeyID: keyID(alice), Front: "ssh"})
	if err != nil {
		h.T.Fatal(err)
	}
	if _, err := s.Do(context.Background(), "/register"); err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(func() { s.Close(state.Ending{Cause: state.Quit}) })
}

// Whoever shares an address with an attacker still enters with a registered key. Others
// are told how long they have to wait, and nobody elsewhere notices.
func TestARegisteredKeyEntersWhateverOthersDidFromItsAddress(t *testing.T) {
	source := &from{addr: "192.0.2.1"}
	h := open(t, func(b *build) {
		b.limits = front.Limits{MaxPenalty: time.Hour}
		b.listen = func(l net.Listener) net.Listener { source.Listener = l; return source }
	})
	alice, mallory := newKey(t), newKey(t)
	h.ownsKey(alice)
	h.fails(8)                                           // the first few would be forgiven
	tried := func(cfg *gossh.ClientConfig) (err error) { // until it is let shake hands: one a second is
		roomtest.Until(t, func() string { return fmt.Sprintf("%s never got to its login: %v", cfg.User, err) }, func() bool {
			var c *gossh.Client
			if c, err = gossh.Dial("tcp", h.Addr, cfg); err == nil {
				c.Close()
			}
			return err == nil || !strings.Contains(err.Error(), "reason 12")
		})
		return err
	}
	if err := tried(clientConfig("alice", alice)); err != nil {
		t.Errorf("alice: %v", err)
	}
	if err := tried(clientConfig("mallory", mallory)); err == nil {
		t.Error("another key enters too")
	}
	var told string
	cfg := clientConfig("bob")
	cfg.Auth = []gossh.AuthMethod{gossh.KeyboardInteractive(func(_, instruction string, _ []string, _ []bool) ([]string, error) {
		told = instruction
		return nil, nil
	})}
	before, _, _ := strings.Cut(lang.Of(state.French).Penalty, "%s")
	if err := tried(cfg); err == nil || !strings.HasPrefix(told, before) {
		t.Errorf("without a key: %v, told %q", err, told)
	}
	roomtest.Until(t, func() string { return "never refused before the handshake" }, func() bool {
		first, err := bufio.NewReader(h.Dial()).ReadString('\n')
		return err == nil && strings.HasPrefix(first, before)
	})
	source.now("192.0.2.2")
	h.dial("cléo").Close()
}

// Handshakes under way are counted until they end, and one more than the server bears
// costs the source with most of them.
func TestHandshakesUnderWayCostTheirSource(t *testing.T) {
	source := &from{addr: "192.0.2.1"}
	h := open(t, func(b *build) {
		b.limits = front.Limits{MaxLogins: 4}
		b.listen = func(l net.Listener) net.Listener { source.Listener = l; return source }
	})
	first := h.wireTo()
	for range 3 {
		h.wireTo()
	}
	source.now("192.0.2.2")
	c := h.dial("ann")
	awaitClosed(t, first.Conn)
	openChannel(t, c).must("shell", nil)
	h.AwaitJoined(t, "ann") // and is not under way any more
	source.now("192.0.2.3")
	h.dial("bob")
}
