package sshui

import (
	"slices"
	"strings"
	"testing"

	"salon/internal/sshwire"

	gossh "golang.org/x/crypto/ssh"
)

// What is offered on the wire is all that there is, and in this order.
func TestAlgorithmsOffered(t *testing.T) {
	w := newWire(t, open(t).Dial())
	if err := w.Greet(); err != nil {
		t.Fatal(err)
	}
	var offer sshwire.KexInit
	if err := gossh.Unmarshal(w.expect(20), &offer); err != nil {
		t.Fatal(err)
	}
	const (
		ciphers = "aes256-gcm@openssh.com aes128-gcm@openssh.com chacha20-poly1305@openssh.com aes256-ctr aes192-ctr aes128-ctr"
		macs    = "hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com"
	)
	for _, c := range []struct {
		name, want string
		got        []string
	}{
		{"key exchanges", "mlkem768x25519-sha256 curve25519-sha256 curve25519-sha256@libssh.org kex-strict-s-v00@openssh.com", offer.Kex},
		{"host keys", "ssh-ed25519", offer.HostKey},
		{"ciphers from clients", ciphers, offer.CipherC}, {"ciphers to clients", ciphers, offer.CipherS},
		{"MACs from clients", macs, offer.MACC}, {"MACs to clients", macs, offer.MACS},
		{"compression from clients", "none", offer.CompressC}, {"compression to clients", "none", offer.CompressS},
	} {
		if want := strings.Fields(c.want); !slices.Equal(c.got, want) {
			t.Errorf("%s: %q, want %q", c.name, c.got, want)
		}
	}
}

// Keys that sign with SHA-1, and DSA, are no identities.
func TestKeyAlgorithmsTaken(t *testing.T) {
	want := "ssh-ed25519 sk-ssh-ed25519@openssh.com sk-ecdsa-sha2-nistp256@openssh.com ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 rsa-sha2-256 rsa-sha2-512"
	if got := algorithms().PublicKeyAuthAlgorithms; !slices.Equal(got, strings.Fields(want)) {
		t.Errorf("%q, want %q", got, want)
	}
	h := open(t)
	w := h.wireTo()
	for _, algorithm := range []string{"ssh-rsa", "ssh-dss"} {
		w.write(loginRequest("ann", "publickey", struct {
			Signed         bool
			Algorithm, Key string
		}{false, algorithm, ""}))
		w.expect(authFailed)
	}
}
