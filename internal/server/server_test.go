package server

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestNothingRunsAfterRun but the read of a standard input that stays open, whose
// unfinished line is no command.
func TestNothingRunsAfterRun(t *testing.T) {
	before := goleak.IgnoreCurrent()
	in, typed := pipe(t)
	shown, out := pipe(t)
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Config{
			SSH: "127.0.0.1:0", TCP: "127.0.0.1:0", Data: t.TempDir(), Lang: "en", Burst: 5, Log: "logfmt",
			Stdin: in, Stdout: out, Stderr: stderr,
		})
		out.Close()
	}()
	io.WriteString(typed, "wall hello\nlist\nwall unfinished")
	lines := bufio.NewScanner(shown)
	for lines.Scan() && lines.Text() != "* Nobody is here." {
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := goleak.Find(before, goleak.IgnoreAnyFunction("salon/internal/server.(*input).Read.func1")); err != nil {
		t.Error(err)
	}
	var rest []string
	for lines.Scan() {
		rest = append(rest, lines.Text())
	}
	if !slices.Equal(rest, []string{"Room closed."}) {
		t.Errorf("at the end the console shows %q", rest)
	}
	typed.Close()
}

func pipe(t *testing.T) (r, w *os.File) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}
