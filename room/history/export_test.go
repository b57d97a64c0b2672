package history

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"salon/room/state"
)

func TestADirectoryInPlaceOfTheFileIsSaid(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReader(dir); !errors.Is(err, ErrDirectory) || !strings.Contains(err.Error(), path) {
		t.Errorf("OpenReader: %v", err)
	}
	if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrDirectory) || !strings.Contains(err.Error(), path) {
		t.Errorf("Open: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("it is %v now, %v", info, err)
	}
}

// TestDamageThatAnExportComesUponIsSaid: the file's beginning is as it should be.
func TestDamageThatAnExportComesUponIsSaid(t *testing.T) {
	dir := t.TempDir()
	h := open(t, Options{Dir: dir})
	var events []state.Event
	for i := range state.Seq(3000) {
		events = append(events, saidAt(i+1, time.Now(), "ann", strings.Repeat("x", 500)))
	}
	h.store(t, events)
	shut(t, h)
	path := filepath.Join(dir, FileName)
	data := read(t, path)
	copy(data[len(data)/3:], bytes.Repeat([]byte{0xAA}, len(data)/2))
	write(t, path, data)
	r := reader(t, dir)
	if err := r.Export(t.Context(), io.Discard, nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("Export: %v", err)
	}
}

// TestAMediumThatCannotBeWrittenIsRead, be it closed or left by a crash, as far as
// that goes.
func TestAMediumThatCannotBeWrittenIsRead(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=2m", "none", dir).CombinedOutput(); err != nil {
		t.Skipf("no file system can be mounted here: %v, %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", "-l", dir).Run() })
	c := startChat(t, Options{})
	c.says("hello")
	for _, name := range []string{"closed", "crashed"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, suffix := range []string{"", "-wal"} {
		data := read(t, c.disk.path()+suffix)
		write(t, filepath.Join(dir, "crashed", FileName+suffix), data)
	}
	c.finish()
	data := read(t, c.disk.path())
	write(t, filepath.Join(dir, "closed", FileName), data)
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "remount,ro", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v, %s", err, out)
	}
	r := reader(t, filepath.Join(dir, "closed"))
	var out bytes.Buffer
	if err := r.Export(t.Context(), &out, nil); err != nil || !strings.Contains(out.String(), "hello") {
		t.Errorf("it holds %s, %v", out.String(), err)
	}
	if _, err := OpenReader(filepath.Join(dir, "crashed")); !errors.Is(err, ErrReadOnly) {
		t.Errorf("after a crash: %v", err)
	}
}
