//go:build unix

package hostkeys_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/crypto/ssh"

	"salon/hostkeys"
)

func keyPath(dir string) string { return filepath.Join(dir, hostkeys.FileName) }

func mustLoad(t *testing.T, dir string) ssh.Signer {
	t.Helper()
	signer, err := hostkeys.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func same(a, b ssh.Signer) bool {
	return bytes.Equal(a.PublicKey().Marshal(), b.PublicKey().Marshal())
}

func TestFirstStartMakesAKeyForItsOwnerAlone(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := filepath.Join(t.TempDir(), "state", "salon")
	signer := mustLoad(t, dir)

	if kind := signer.PublicKey().Type(); kind != ssh.KeyAlgoED25519 {
		t.Errorf("made a key of type %s", kind)
	}
	for path, want := range map[string]os.FileMode{dir: os.ModeDir | 0o700, keyPath(dir): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v (%v), want %v", path, info.Mode(), err, want)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the data directory holds %v (%v), want the key alone", entries, err)
	}
}

func TestRestartKeepsTheKey(t *testing.T) {
	dir := t.TempDir()
	first := mustLoad(t, dir)
	before := mustRead(t, keyPath(dir))
	if !same(first, mustLoad(t, dir)) {
		t.Error("the second start has another key")
	}
	if !bytes.Equal(before, mustRead(t, keyPath(dir))) {
		t.Error("the second start changed the file")
	}
}

func TestManyFirstStartsAtOnceAgreeOnOneKey(t *testing.T) {
	dir := t.TempDir()
	signers := make([]ssh.Signer, 32)
	var starts sync.WaitGroup
	for i := range signers {
		starts.Go(func() { signers[i], _ = hostkeys.Load(dir) })
	}
	starts.Wait()
	kept := mustLoad(t, dir)
	for i, signer := range signers {
		if signer == nil || !same(signer, kept) {
			t.Fatalf("start %d has another key than the one kept", i)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestLeftoversOfACrashDoNotMatter(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, "."+hostkeys.FileName+".STALE")
	write(t, stale, []byte("half a ke"), 0o600)
	if !same(mustLoad(t, dir), mustLoad(t, dir)) {
		t.Error("two starts, two keys")
	}
}

func TestEphemeralKeysDiffer(t *testing.T) {
	a, errA := hostkeys.Ephemeral()
	b, errB := hostkeys.Ephemeral()
	if errA != nil || errB != nil || same(a, b) {
		t.Errorf("same key twice, or %v, %v", errA, errB)
	}
}

// needKeygen returns where ssh-keygen is. A test that cannot compare with it is skipped.
func needKeygen(t *testing.T) string {
	t.Helper()
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		if os.Getenv("SALON_E2E") == "required" {
			t.Fatal("SALON_E2E=required, but ssh-keygen is not installed")
		}
		t.Skip("ssh-keygen is not installed, so there is nothing to compare with")
	}
	return keygen
}

func TestFingerprintIsTheOneSshKeygenPrints(t *testing.T) {
	keygen := needKeygen(t)
	dir := t.TempDir()
	signer := mustLoad(t, dir)
	out, err := exec.Command(keygen, "-lf", keyPath(dir)).CombinedOutput()
	if err != nil {
		t.Fatalf("ssh-keygen -lf: %v: %s", err, out)
	}
	if want := ssh.FingerprintSHA256(signer.PublicKey()); !slices.Contains(strings.Fields(string(out)), want) {
		t.Errorf("ssh-keygen prints %q, we print %q", out, want)
	}
}

// loadedFrom is what LoadFile makes of a file with that key.
func loadedFrom(t *testing.T, private any) ssh.Signer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	write(t, path, marshal(t, private), 0o600)
	signer, err := hostkeys.LoadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func TestLoadFileTakesTheKeysThatSshKeygenMakes(t *testing.T) {
	_, ed, _ := ed25519.GenerateKey(nil)
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	rs, _ := rsa.GenerateKey(rand.Reader, 2048)
	for name, private := range map[string]any{"ed25519": ed, "ecdsa": ec, "rsa": rs} {
		t.Run(name, func(t *testing.T) {
			signer := loadedFrom(t, private)
			want, err := ssh.NewSignerFromKey(private)
			if err != nil || !same(signer, want) {
				t.Errorf("loaded another key than the one in the file (%v)", err)
			}
		})
	}
}

func TestAnRSAKeySignsWithSHA2Only(t *testing.T) {
	private, _ := rsa.GenerateKey(rand.Reader, 2048)
	signer := loadedFrom(t, private)
	multi, ok := signer.(ssh.MultiAlgorithmSigner)
	if !ok || slices.Contains(multi.Algorithms(), ssh.KeyAlgoRSA) {
		t.Errorf("offers SHA-1: %v", signer)
	}
}

func TestLoadFileFollowsTheOperatorsLink(t *testing.T) {
	dir := t.TempDir()
	signer := mustLoad(t, dir)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(keyPath(dir), link); err != nil {
		t.Fatal(err)
	}
	if linked, err := hostkeys.LoadFile(link); err != nil || !same(linked, signer) {
		t.Errorf("through a link: %v", err)
	}
}

func TestAKeyThatIsGoneIsPutBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := hostkeys.Copy(dir); err == nil {
		t.Error("there is a copy of nothing")
	}
	was := mustLoad(t, dir)
	restore, err := hostkeys.Copy(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := restore(); err == nil {
		t.Error("it is put into a directory that is not there")
	}
	os.Mkdir(dir, 0o700)
	for range 2 { // it may be there already
		if err := restore(); err != nil {
			t.Fatal(err)
		}
	}
	if !same(mustLoad(t, dir), was) {
		t.Error("it is another key")
	}
	if info, err := os.Stat(keyPath(dir)); err != nil || info.Mode() != 0o600 {
		t.Errorf("the key has mode %v (%v)", info.Mode(), err)
	}
	other := filepath.Join(t.TempDir(), "other")
	stranger := mustLoad(t, other)
	if err := os.Rename(keyPath(other), keyPath(dir)); err != nil {
		t.Fatal(err)
	}
	if err := restore(); err != nil || !same(mustLoad(t, dir), stranger) {
		t.Errorf("a key that is there is written over (%v)", err)
	}
}
