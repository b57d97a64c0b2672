package sshui

import (
	"testing"

	gossh "golang.org/x/crypto/ssh"
)

// FuzzRequests has a client make any requests of a session channel before it starts, in
// any order: each byte that begins one chooses its kind, the next how long its payload is.
// Nothing panics, and what is kept stays within its bounds.
func FuzzRequests(f *testing.F) {
	kinds := []string{"env", "pty-req", "window-change", "exec", "shell", "signal", "subsystem", "x11-req", "auth-agent-req@openssh.com", ""}
	seed := func(kind byte, payload []byte) []byte {
		return append([]byte{kind, byte(len(payload) >> 8), byte(len(payload))}, payload...)
	}
	pty := gossh.Marshal(ptyRequest{Term: "xterm", Columns: 80, Rows: 24, Modes: "\x00"})
	absurd := gossh.Marshal(windowChange{1 << 31, 1<<32 - 1, 1<<32 - 1, 1<<32 - 1})
	f.Add(append(seed(1, pty), seed(2, absurd)...))
	f.Add(append(seed(0, gossh.Marshal(envRequest{"LANG", "fr_FR"})), seed(3, gossh.Marshal(execRequest{"/liste"}))...))
	f.Add(append(seed(2, absurd), seed(1, gossh.Marshal(ptyRequest{Term: "\x1b[c", Columns: 0, Rows: 1<<32 - 1}))...))
	f.Add(append(seed(5, gossh.Marshal(signalSent{"TERM"})), seed(4, nil)...))
	f.Fuzz(func(t *testing.T, stream []byte) {
		ch := &channel{env: map[string]string{}, width: stdWidth, height: stdHeight, resized: make(chan struct{}, 1)}
		for len(stream) >= 3 {
			kind, n := kinds[int(stream[0])%len(kinds)], int(stream[1])<<8|int(stream[2])
			stream = stream[3:]
			n = min(n, len(stream))
			granted := ch.request(kind, stream[:n])
			stream = stream[n:]
			if granted && (kind == "shell" || kind == "exec") {
				ch.started = true
			}
			ch.wantBounded(t)
		}
		(&terminal{channel: ch}).palette()
	})
}

// wantBounded checks all that a client's requests may have set.
func (ch *channel) wantBounded(t *testing.T) {
	t.Helper()
	if w, h := ch.size(); w < 1 || w > maxWidth || h < 1 || h > maxHeight {
		t.Errorf("%d x %d", w, h)
	}
	if len(ch.env) > maxEnv || len(ch.command) > maxCommand || len(ch.term) > 3*maxTerm {
		t.Errorf("%d variables, a command of %d bytes, a TERM of %d", len(ch.env), len(ch.command), len(ch.term))
	}
	for name, value := range ch.env {
		if len(value) > 3*maxEnvSize || !isKept(name) {
			t.Errorf("%q is %d bytes", name, len(value))
		}
	}
}
