package sshui

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"net"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"salon/internal/sshwire"
)

// wire is an ssh client that sends packets of the test's own choice.
type wire struct {
	*sshwire.Conn
	t testing.TB
}

func newWire(t testing.TB, c net.Conn) *wire { return &wire{sshwire.New(c), t} }

// wireTo connects and exchanges keys; nobody has logged in yet.
func (h *harness) wireTo() *wire {
	h.T.Helper()
	w := newWire(h.T, h.Dial())
	w.exchange()
	w.write(gossh.Marshal(struct {
		Name string `sshtype:"5"`
	}{"ssh-userauth"}))
	w.expect(6)
	return w
}

// exchange exchanges greetings and keys.
func (w *wire) exchange() {
	w.t.Helper()
	if err := w.Greet(); err != nil {
		w.t.Fatalf("greeting: %v", err)
	}
	if err := w.Exchange(); err != nil {
		w.t.Fatalf("key exchange: %v", err)
	}
}

// write sends one packet.
func (w *wire) write(payload []byte) {
	w.t.Helper()
	if err := w.tryWrite(payload); err != nil {
		w.t.Fatalf("write: %v", err)
	}
}

func (w *wire) tryWrite(payload []byte) error {
	if err := w.WritePacket(payload); err != nil {
		return err
	}
	return w.Flush()
}

// expect returns the next packet, which must be of one of those types.
func (w *wire) expect(kinds ...byte) []byte {
	w.t.Helper()
	p, err := w.ReadPacket()
	if err != nil {
		w.t.Fatalf("waiting for message %v: %v", kinds, err)
	}
	if !bytes.Contains(kinds, p[:1]) {
		w.t.Fatalf("message %d (%q) in place of %v", p[0], p, kinds)
	}
	return p
}

// The answers to a login attempt (RFC 4252).
const (
	authFailed = 51
	authPassed = 52
	authKeyOK  = 60
)

type authRequest struct {
	User    string `sshtype:"50"`
	Service string
	Method  string
	Rest    []byte `ssh:"rest"`
}

func (w *wire) auth(user, method string, rest []byte) byte {
	w.t.Helper()
	w.write(gossh.Marshal(authRequest{user, "ssh-connection", method, rest}))
	return w.expect(authFailed, authPassed, authKeyOK)[0]
}

// offer asks whether a key would do, without showing that one has it.
func (w *wire) offer(user string, key gossh.PublicKey) byte {
	w.t.Helper()
	return w.auth(user, "publickey", gossh.Marshal(struct {
		Signed    bool
		Algorithm string
		Key       []byte
	}{false, key.Type(), key.Marshal()}))
}

// enter logs in by keyboard-interactive, which asks nothing.
func (w *wire) enter(user string) byte {
	w.t.Helper()
	return w.auth(user, "keyboard-interactive", gossh.Marshal(struct{ Language, Devices string }{}))
}

// sign logs in with a key; the signature is for signedUser.
func (w *wire) sign(user, signedUser string, key gossh.Signer) (byte, error) {
	w.t.Helper()
	type signed struct {
		Signed    bool
		Algorithm string
		Key       []byte
	}
	head := gossh.Marshal(signed{true, key.PublicKey().Type(), key.PublicKey().Marshal()})
	text := append(binary.BigEndian.AppendUint32(nil, uint32(len(w.Session))), w.Session...)
	text = append(text, gossh.Marshal(authRequest{signedUser, "ssh-connection", "publickey", head})...)
	sig, err := key.Sign(rand.Reader, text)
	if err != nil {
		w.t.Fatal(err)
	}
	blob := gossh.Marshal(struct{ Sig []byte }{gossh.Marshal(sig)})
	if err := w.tryWrite(gossh.Marshal(authRequest{user, "ssh-connection", "publickey", append(head, blob...)})); err != nil {
		return 0, err
	}
	p, err := w.ReadPacket()
	if err != nil {
		return 0, err
	}
	return p[0], nil
}

// shell opens a session channel, numbered 0 on both sides, and a shell in it.
func (w *wire) shell() {
	w.t.Helper()
	w.write(gossh.Marshal(struct {
		Kind                string `sshtype:"90"`
		Our, Window, Packet uint32
	}{"session", 0, 1 << 20, 1 << 15}))
	w.expect(91)
	w.write(gossh.Marshal(struct {
		Channel uint32 `sshtype:"98"`
		Kind    string
		Reply   bool
	}{0, "shell", true}))
	w.expect(99)
}
