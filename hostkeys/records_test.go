//go:build unix

package hostkeys_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"salon/hostkeys"
)

// TestSSHFPIsWhatSshKeygenMakes, for each kind of key that a server may have.
func TestSSHFPIsWhatSshKeygenMakes(t *testing.T) {
	keygen := needKeygen(t)
	_, ed, _ := ed25519.GenerateKey(nil)
	p256, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p521, _ := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	rs, _ := rsa.GenerateKey(rand.Reader, 2048)
	for name, private := range map[string]any{"ed25519": ed, "ecdsa 256": p256, "ecdsa 521": p521, "rsa": rs} {
		path := filepath.Join(t.TempDir(), "key")
		write(t, path, marshal(t, private), 0o600)
		signer, err := hostkeys.LoadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(keygen, "-r", "chat.example.org", "-f", path).Output()
		if err != nil {
			t.Fatalf("ssh-keygen -r: %v", err)
		}
		if got := hostkeys.SSHFP("chat.example.org", signer.PublicKey()); !strings.Contains(string(out), got+"\n") {
			t.Errorf("%s: ssh-keygen prints\n%swithout\n%s", name, out, got)
		}
	}
}

// TestKnownHostsNamesThePort unless it is ssh's own.
func TestKnownHostsNamesThePort(t *testing.T) {
	key := mustLoad(t, t.TempDir()).PublicKey()
	for want, got := range map[string]string{
		"[chat.example.org]:2222,[192.0.2.1]:2222,[2001:db8::1]:2222 ssh-ed25519 ": hostkeys.KnownHosts([]string{"chat.example.org", "192.0.2.1", "2001:db8::1"}, "2222", key),
		"chat.example.org,2001:db8::1 ssh-ed25519 ":                                hostkeys.KnownHosts([]string{"chat.example.org", "2001:db8::1"}, "22", key),
	} {
		if !strings.HasPrefix(got, want) {
			t.Errorf("%q does not begin with %q", got, want)
		}
	}
}
