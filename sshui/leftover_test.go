package sshui

import (
	"io"
	"testing"
	"testing/synctest"

	gossh "golang.org/x/crypto/ssh"
)

// TestNothingIsLeftOfAClientThatSentMoreThanWasRead: the bubble ends once all goroutines
// have.
func TestNothingIsLeftOfAClientThatSentMoreThanWasRead(t *testing.T) {
	service := func(name string) []byte {
		return gossh.Marshal(struct {
			Name string `sshtype:"5"`
		}{name})
	}
	for name, send := range map[string]func(h *harness) *wire{
		"a service that there is not": func(h *harness) *wire {
			w := newWire(h.T, h.Dial())
			w.exchange()
			w.tryWrite(service("ssh-nothing"))
			return w
		},
		"half a request": func(h *harness) *wire {
			w := h.wireTo()
			w.tryWrite([]byte{50})
			return w
		},
		"half a channel, once inside": func(h *harness) *wire {
			w := h.wireTo()
			w.enter("ann")
			w.tryWrite([]byte{90})
			return w
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, wired)
				w := send(h)
				for range 100 {
					w.tryWrite([]byte{3, 0, 0, 0, 1})
				}
				io.Copy(io.Discard, w)
			})
		})
	}
}

// A login may begin in the middle of what a client sends at once.
func TestALoginMayBeginWithoutWaitingForAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired)
		w := newWire(t, h.Dial())
		w.exchange()
		go func() {
			w.tryWrite(gossh.Marshal(struct {
				Name string `sshtype:"5"`
			}{"ssh-userauth"}))
			for range 9 {
				w.tryWrite(gossh.Marshal(authRequest{"ann", "ssh-connection", "none", make([]byte, 200)}))
			}
			w.tryWrite(gossh.Marshal(authRequest{"ann", "ssh-connection", "keyboard-interactive", gossh.Marshal(struct{ Language, Devices string }{})}))
		}()
		w.expect(6)
		for range 9 {
			w.expect(authFailed)
		}
		w.expect(authPassed)
	})
}
