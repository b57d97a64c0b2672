//go:build unix

package owned_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"salon/internal/owned"
)

// want checks that an error is of a fault of a path.
func want(t *testing.T, err error, fault owned.Fault, path string) {
	t.Helper()
	refused, ok := errors.AsType[*owned.Error](err)
	if !ok || refused.Fault != fault || refused.Path != path || !strings.Contains(err.Error(), path) {
		t.Errorf("%v, want fault %d of %s", err, fault, path)
	}
}

func write(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := errors.Join(os.WriteFile(path, []byte("hello"), mode), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
}

func TestFilesAreJudgedByTheirMode(t *testing.T) {
	for mode, faults := range map[fs.FileMode][2]owned.Fault{ // of any file, of a secret one
		0o600: {-1, -1}, 0o400: {-1, -1}, 0o644: {-1, owned.Readable}, 0o640: {-1, owned.Readable},
		0o666: {owned.Writable, owned.Writable}, 0o620: {owned.Writable, owned.Writable}, 0o602: {owned.Writable, owned.Writable},
	} {
		path := filepath.Join(t.TempDir(), "file")
		write(t, path, mode)
		for i, secret := range []bool{false, true} {
			f, err := owned.Open(path, secret)
			if faults[i] >= 0 {
				want(t, err, faults[i], path)
				continue
			}
			if err != nil {
				t.Errorf("%04o, secret %v: %v", mode, secret, err)
				continue
			}
			f.Close()
		}
	}
}

// TestACredentialOfTheServiceManager is readable by an access list, which shows in the mode as
// the group's permissions; anywhere else that is the group.
func TestACredentialOfTheServiceManager(t *testing.T) {
	dir := t.TempDir()
	path, open := filepath.Join(dir, "password"), filepath.Join(dir, "open")
	write(t, path, 0o440)
	write(t, open, 0o444)
	_, err := owned.Open(path, true)
	want(t, err, owned.Readable, path)
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	f, err := owned.Open(path, true)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	_, err = owned.Open(open, true)
	want(t, err, owned.Readable, open)
	t.Setenv("CREDENTIALS_DIRECTORY", filepath.Dir(dir))
	_, err = owned.Open(path, true)
	want(t, err, owned.Readable, path)
}

// TestADirectoryAboveCountsToo but for one where only owners may remove files.
func TestADirectoryAboveCountsToo(t *testing.T) {
	top := t.TempDir()
	if err := os.MkdirAll(filepath.Join(top, "a", "b"), 0o755); err != nil {
		t.Fatal(err)
	}
	path, dir := filepath.Join(top, "a", "b", "file"), filepath.Join(top, "a")
	write(t, path, 0o600)
	link := filepath.Join(top, "link")
	if err := errors.Join(os.Symlink(path, link), os.Chmod(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link} {
		_, err := owned.Open(name, false)
		want(t, err, owned.Writable, dir)
	}
	want(t, owned.Dir(filepath.Join(top, "a", "b")), owned.Writable, dir)
	want(t, owned.Dir(dir), owned.Writable, dir)
	want(t, owned.Dir(filepath.Join(dir, "new")), owned.Writable, dir)
	if err := os.Chmod(dir, 0o777|fs.ModeSticky); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link} {
		f, err := owned.Open(name, false)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	if err := errors.Join(owned.Dir(dir), owned.Dir(filepath.Join(top, "x", "y"))); err != nil {
		t.Error(err)
	}
}

// TestAPipeIsNotWaitedFor neither to be read nor to be written.
func TestAPipeIsNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := owned.Open(path, true)
	want(t, err, owned.NoFile, path)
	_, err = owned.Append(path)
	want(t, err, owned.NoFile, path)
	want(t, owned.Inside(dir, "pipe"), owned.NoFile, path)
}

// TestADescriptorIsRead whatever it is: the shell's <(command) is a pipe.
func TestADescriptorIsRead(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	io.WriteString(w, "secret")
	w.Close()
	f, err := owned.Open("/dev/fd/"+strconv.Itoa(int(r.Fd())), true)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if text, err := io.ReadAll(f); err != nil || string(text) != "secret" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestALinkOrAnOpenFileIsNotAppendedTo, and nothing is changed.
func TestALinkOrAnOpenFileIsNotAppendedTo(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	write(t, file, 0o644)
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	_, err := owned.Append(link)
	want(t, err, owned.Link, link)
	want(t, owned.Inside(dir, "link"), owned.Link, link)
	_, err = owned.Append(file)
	want(t, err, owned.Readable, file)
	want(t, owned.Inside(dir, "file"), owned.Readable, file)
	if err := owned.Inside(dir, "nothing"); err != nil {
		t.Error(err)
	}
	f, err := owned.Append(filepath.Join(dir, "new"))
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := owned.Inside(dir, "new"); err != nil {
		t.Error(err)
	}
}

// TestAStrangersFile is refused, root's is not.
func TestAStrangersFile(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	write(t, path, 0o600)
	if err := os.Chown(path, 12345, 0); err != nil {
		t.Fatal(err)
	}
	_, err := owned.Open(path, false)
	want(t, err, owned.Foreign, path)
	if err := errors.Join(os.Chown(path, 0, 0), os.Chown(dir, 12345, 0)); err != nil {
		t.Fatal(err)
	}
	_, err = owned.Open(path, false)
	want(t, err, owned.Foreign, dir)
	want(t, owned.Dir(dir), owned.Foreign, dir)
}
