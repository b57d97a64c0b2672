package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"salon/room/state"
)

// TestABackupUnderLoad holds all that was said before, in order and without a gap; what was
// erased is not in it.
func TestABackupUnderLoad(t *testing.T) {
	c := startChat(t, Options{})
	secret := c.says("a secret of xyzzyplugh")
	for i := range 300 {
		c.says(fmt.Sprint("before ", i))
	}
	c.flush(t)
	c.does(state.Deleted{Message: secret.Seq, Author: "ann"})
	c.until("overwritten", func() bool { return c.memory.erasures.first(math.MaxInt64) == nil })
	r := reader(t, c.disk.dir)
	dir := t.TempDir()
	to := filepath.Join(dir, "backup.db")
	var done atomic.Bool
	result := make(chan error, 1)
	go func() { result <- r.Backup(t.Context(), to, nil); done.Store(true) }()
	said := 0
	for ; !done.Load() || said < 10; said++ {
		c.says(fmt.Sprint("during ", said))
	}
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	if err := r.Backup(t.Context(), to, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over the first: %v", err)
	}
	data := read(t, to)
	if bytes.Contains(data, []byte("xyzzyplugh")) {
		t.Error("erased words are in it")
	}
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("it is %v, %v", info, err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("it leaves %v", files)
	}
	restored := t.TempDir()
	write(t, filepath.Join(restored, FileName), data)
	if found, err := reader(t, restored).Check(t.Context()); err != nil {
		t.Errorf("it has %+v, %v", found, err)
	}
	b := startChat(t, Options{Dir: restored})
	got := texts(t, b, 100_000)
	want := []string{""} // what was taken back
	for i := range 300 {
		want = append(want, fmt.Sprint("before ", i))
	}
	for i := range said {
		want = append(want, fmt.Sprint("during ", i))
	}
	if len(got) < 300 || !slices.Equal(got, want[:min(len(got), len(want))]) {
		t.Errorf("it holds %d messages", len(got))
	}
	b.says("and it goes on")
}

// TestABackupThatIsGivenUp leaves nothing.
func TestABackupThatIsGivenUp(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	talked(t, dir, 100)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := reader(t, dir)
	if err := r.Backup(ctx, filepath.Join(to, "backup"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := r.Backup(t.Context(), filepath.Join(to, "no", "backup"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into nothing: %v", err)
	}
	damaged := read(t, filepath.Join(dir, FileName))
	copy(damaged[2*pageBytes:], bytes.Repeat([]byte{0xAA}, len(damaged)-2*pageBytes))
	write(t, filepath.Join(dir, FileName), damaged)
	if err := r.Backup(t.Context(), filepath.Join(to, "backup"), nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("of a damaged one: %v", err)
	}
	if files, err := os.ReadDir(to); err != nil || len(files) != 0 {
		t.Errorf("they leave %v, %v", files, err)
	}
}

// TestABackupToAFullDiskSaysSo, and leaves nothing there.
func TestABackupToAFullDiskSaysSo(t *testing.T) {
	full := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=8k", "none", full).CombinedOutput(); err != nil {
		t.Skipf("no file system can be mounted here: %v, %s", err, out)
	}
	defer exec.Command("umount", full).Run()
	dir := t.TempDir()
	shut(t, open(t, Options{Dir: dir})) // its tables take more
	if err := reader(t, dir).Backup(t.Context(), filepath.Join(full, "copy.db"), nil); !errors.Is(err, ErrFull) {
		t.Errorf("Backup: %v", err)
	}
	if left, err := os.ReadDir(full); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}
