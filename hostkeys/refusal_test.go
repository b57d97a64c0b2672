//go:build unix

package hostkeys_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/crypto/ssh"

	"salon/hostkeys"
)

func marshal(t *testing.T, private any) []byte {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block)
}

func newKey(t *testing.T) []byte {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return marshal(t, private)
}

func lockedKey(t *testing.T) []byte {
	_, private, _ := ed25519.GenerateKey(nil)
	block, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block)
}

func shortRSA(t *testing.T) []byte {
	t.Setenv("GODEBUG", "rsa1024min=0")
	private, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return marshal(t, private)
}

func dsaKey(t *testing.T) []byte {
	n := big.NewInt(23)
	der, err := asn1.Marshal(struct {
		Version         int
		P, Q, G, Y, Key *big.Int
	}{0, n, n, n, n, n})
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "DSA PRIVATE KEY", Bytes: der})
}

// write puts content at path with exactly this mode, whatever the umask.
func write(t *testing.T, path string, content []byte, mode os.FileMode) {
	t.Helper()
	if err := errors.Join(os.WriteFile(path, content, mode), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
}

// badKeys are the key files that neither Load nor LoadFile may use: how to make one, and what the error says.
var badKeys = map[string]struct {
	put  func(t *testing.T, path string)
	says []string
}{
	"empty":       {func(t *testing.T, p string) { write(t, p, nil, 0o600) }, []string{"is empty", "backup"}},
	"garbage":     {func(t *testing.T, p string) { write(t, p, []byte("\x00\xffhello"), 0o600) }, []string{"damaged", "backup"}},
	"truncated":   {func(t *testing.T, p string) { write(t, p, newKey(t)[:150], 0o600) }, []string{"damaged", "backup"}},
	"public half": {func(t *testing.T, p string) { write(t, p, []byte("ssh-ed25519 AAAA you@there\n"), 0o600) }, []string{"not a private key"}},
	"huge":        {func(t *testing.T, p string) { write(t, p, bytes.Repeat([]byte("x"), 1<<20), 0o600) }, []string{"damaged"}},
	"directory":   {func(t *testing.T, p string) { os.Mkdir(p, 0o700) }, []string{"is a directory", "move it away"}},
	"pipe":        {func(t *testing.T, p string) { syscall.Mkfifo(p, 0o600) }, []string{"not a regular file"}},
	"passphrase":  {func(t *testing.T, p string) { write(t, p, lockedKey(t), 0o600) }, []string{"passphrase", "ssh-keygen -p"}},
	"DSA":         {func(t *testing.T, p string) { write(t, p, dsaKey(t), 0o600) }, []string{"DSA", "ssh-keygen -t ed25519"}},
	"RSA 1024":    {func(t *testing.T, p string) { write(t, p, shortRSA(t), 0o600) }, []string{"1024 bits", "2048"}},
	"0640":        {func(t *testing.T, p string) { write(t, p, newKey(t), 0o640) }, []string{"mode 0640", "chmod 600 "}},
	"0604":        {func(t *testing.T, p string) { write(t, p, newKey(t), 0o604) }, []string{"mode 0604", "chmod 600 "}},
	"0620":        {func(t *testing.T, p string) { write(t, p, newKey(t), 0o620) }, []string{"mode 0620", "chmod 600 "}},
	"0601":        {func(t *testing.T, p string) { write(t, p, newKey(t), 0o601) }, []string{"mode 0601", "chmod 600 "}},
	"link to 0":   {func(t *testing.T, p string) { os.Symlink("nowhere", p) }, []string{"cannot be read"}},
	"link circle": {func(t *testing.T, p string) { os.Symlink(filepath.Base(p), p) }, []string{"cannot be read"}},
}

func TestABadKeyIsRefusedAndLeftAlone(t *testing.T) {
	for name, bad := range badKeys {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := keyPath(dir)
			bad.put(t, path)
			before := snapshot(t, path)

			_, err := hostkeys.Load(dir)
			wantRefusal(t, err, path, bad.says)
			_, err = hostkeys.LoadFile(path)
			wantRefusal(t, err, path, bad.says)

			if after := snapshot(t, path); after != before {
				t.Errorf("was %q, is now %q", before, after)
			}
			if entries, _ := os.ReadDir(dir); len(entries) != 1 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}

// snapshot describes what lies at path: its mode, and its content where it has some.
func snapshot(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if !info.Mode().IsRegular() {
		return info.Mode().String()
	}
	return info.Mode().String() + string(mustRead(t, path))
}

func wantRefusal(t *testing.T, err error, path string, says []string) {
	t.Helper()
	refusal, ok := errors.AsType[*hostkeys.Error](err)
	if !ok {
		t.Fatalf("not refused, or without explanation: %v", err)
	}
	if refusal.Path != path || refusal.Remedy == "" {
		t.Errorf("path %q, remedy %q", refusal.Path, refusal.Remedy)
	}
	for _, want := range append(says, path) {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}

func TestALinkOutOfTheDataDirectoryIsRefused(t *testing.T) {
	elsewhere, dir := t.TempDir(), t.TempDir()
	mustLoad(t, elsewhere)
	before := mustRead(t, keyPath(elsewhere))
	if err := os.Symlink(keyPath(elsewhere), keyPath(dir)); err != nil {
		t.Fatal(err)
	}
	_, err := hostkeys.Load(dir)
	wantRefusal(t, err, keyPath(dir), []string{"symbolic link", "--host-key"})
	if !bytes.Equal(before, mustRead(t, keyPath(elsewhere))) {
		t.Error("the key at the end of the link changed")
	}
}

func TestALinkInsideTheDataDirectoryIsRefused(t *testing.T) {
	dir := t.TempDir()
	mustLoad(t, dir)
	if err := errors.Join(os.Rename(keyPath(dir), keyPath(dir)+".2026"), os.Symlink(hostkeys.FileName+".2026", keyPath(dir))); err != nil {
		t.Fatal(err)
	}
	_, err := hostkeys.Load(dir)
	wantRefusal(t, err, keyPath(dir), []string{"symbolic link"})
}

// TestAKeyThatOthersCouldReplaceIsRefused: its directory is anybody's.
func TestAKeyThatOthersCouldReplaceIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	mustLoad(t, dir)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	_, err := hostkeys.LoadFile(keyPath(dir))
	wantRefusal(t, err, keyPath(dir), []string{"changed by other users", dir + " (mode 0777)"})
}

func TestAKeyOfAnotherUserIsRefused(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read every file, so nothing is unreadable here")
	}
	dir := t.TempDir()
	write(t, keyPath(dir), newKey(t), 0)
	_, err := hostkeys.Load(dir)
	wantRefusal(t, err, keyPath(dir), []string{"permission denied", "chown"})
}

func TestAMissingFileIsNotCreatedByLoadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	_, err := hostkeys.LoadFile(path)
	wantRefusal(t, err, path, []string{"no such file"})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file was created")
	}
}

func TestADataDirectoryThatIsAFileIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	write(t, path, []byte("precious"), 0o600)
	if _, err := hostkeys.Load(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("no error that names the path: %v", err)
	}
	if string(mustRead(t, path)) != "precious" {
		t.Error("the file was overwritten")
	}
}
