//go:build unix

package history

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestNothingCanBeRemovedThatHoldsADirectory removes file after file, and tries to open a
// second history.
func TestNothingCanBeRemovedThatHoldsADirectory(t *testing.T) {
	c := startChat(t, Options{})
	c.says("hello")
	files, err := os.ReadDir(c.disk.dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if err := os.Remove(filepath.Join(c.disk.dir, f.Name())); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), Options{Dir: c.disk.dir}); !errors.Is(err, ErrInUse) {
			t.Errorf("without %s: %v", f.Name(), err)
		}
	}
	c.until("recorded in a new file", func() bool {
		_, err := os.Stat(c.disk.path())
		return c.well() && err == nil
	})
}

// lockDir makes the test's program hold a directory as earlier versions did.
const lockDir = "SALON_HISTORY_OLD_LOCK"

func oldLockMain() {
	dir := os.Getenv(lockDir)
	if dir == "" {
		return
	}
	db, err := sql.Open("sqlite", dsn(filepath.Join(dir, oldLock), "journal_mode(MEMORY)")+"&_txlock=exclusive")
	if err == nil {
		_, err = db.Begin()
	}
	fmt.Println("held", err)
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// TestALockOfAnEarlierVersion is respected while that runs, and then removed.
func TestALockOfAnEarlierVersion(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), lockDir+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if said, err := bufio.NewReader(out).ReadString('\n'); said != "held <nil>\n" {
		t.Fatalf("it says %q, %v", said, err)
	}
	if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("while it runs: %v", err)
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	open(t, Options{Dir: dir})
	if _, err := os.Lstat(filepath.Join(dir, oldLock)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its lock file: %v", err)
	}
}
