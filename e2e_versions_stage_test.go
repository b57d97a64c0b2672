//go:build unix

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"salon/internal/natstest"
	"salon/room/state"
)

// newer is how the next version of this program calls itself, and newerFormat what it writes.
const (
	newer        = "salon " + newerVersion
	newerVersion = "2"
	newerFormat  = state.Version + 1
)

// edits make the next version out of this one: a topic has a mood, which needs its format.
var edits = []struct{ file, was, is string }{
	{"room/state/body.go", fmt.Sprintf("const Version = %d\n", state.Version), fmt.Sprintf("const Version = %d\n", newerFormat)},
	{"room/state/body.go", `const Program = "salon"`, `const Program = "` + newer + `"`},
	{"room/state/body.go", "type TopicSet struct {\n", "type TopicSet struct {\n\tMood string `json:\"mood,omitempty\"`\n"},
	{"room/state/state.go", "type Topic struct {\n", "type Topic struct {\n\tMood string `json:\"mood,omitempty\"`\n"},
	{"room/state/apply.go", "Topic{Text: b.Text,", "Topic{Mood: b.Mood, Text: b.Text,"},
	{"room/state/kind.go", "func nodesFormatIf(", `func (b TopicSet) format() int { return moodFormatIf(b.Mood != "") }

func moodFormatIf(needed bool) int {
	if needed {
		return Version
	}
	return SharedFormat
}

func nodesFormatIf(`},
	{"room/state/snapshot.go", "func (f *Frozen) format() int {", `func (f *Frozen) format() int {
	for _, r := range append(f.rooms.Values(), f.salon) {
		if r != nil && r.Topic.Mood != "" {
			return Version
		}
	}
	return f.format0()
}

func (f *Frozen) format0() int {`},
	{"room/say.go", "state.TopicSet{Room: c.in,", `state.TopicSet{Mood: "calm", Room: c.in,`},
}

// buildNewer begins to build the next version, as .ci/run builds this one, so that what it imports
// is compiled. built waits for it.
func buildNewer(t *testing.T) (built func() (program string)) {
	t.Helper()
	begun, dir := time.Now(), t.TempDir()
	program := filepath.Join(dir, "salon")
	build := exec.Command("go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w -X main.version="+newerVersion, "-overlay", overlay(t, dir), "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	var said bytes.Buffer
	build.Stdout, build.Stderr = &said, &said
	if err := build.Start(); err != nil {
		t.Fatal(err)
	}
	wait := sync.OnceValue(build.Wait)
	t.Cleanup(func() { wait() })
	return func() string {
		t.Helper()
		if err := wait(); err != nil {
			t.Fatalf("build the next version: %v: %s", err, &said)
		}
		t.Logf("the next version was built in %v", time.Since(begun))
		return program
	}
}

// overlay makes the files of the next version that are not as they are here, and the list of them
// that go build -overlay takes.
func overlay(t *testing.T, dir string) (list string) {
	t.Helper()
	replace := map[string]string{}
	for _, e := range edits {
		file, err := filepath.Abs(e.file)
		if err != nil {
			t.Fatal(err)
		}
		source, err := os.ReadFile(cmp.Or(replace[file], file))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Count(source, []byte(e.was)) != 1 {
			t.Fatalf("%s does not have %q once: the next version is made another way now", e.file, e.was)
		}
		replace[file] = filepath.Join(dir, strings.ReplaceAll(e.file, "/", "-"))
		if err := os.WriteFile(replace[file], bytes.Replace(source, []byte(e.was), []byte(e.is), 1), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list = filepath.Join(dir, "overlay.json")
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err == nil {
		err = os.WriteFile(list, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// says has a machine's operator type a line, and waits for words on the console.
func (h *hall) says(m *machine, line, want string) {
	h.Helper()
	from := m.console.len()
	fmt.Fprintln(m.stdin, line)
	if !m.console.hears(want, from) {
		h.Fatalf("%s answers %q without %q:\n%s", m.name, line, want, m.console)
	}
}

// terminate ends a machine as an operator does, and does not wait.
func (h *hall) terminate(m *machine) {
	h.Helper()
	h.ok(m.cmd.Process.Signal(syscall.SIGTERM))
}

// ends waits until a machine has ended, with an exit code.
func (h *hall) ends(m *machine, code int) {
	h.Helper()
	select {
	case <-m.done:
	case <-time.After(patience):
		h.Fatalf("%s has not ended:\n%s", m.name, m.errs)
	}
	if got := m.cmd.ProcessState.ExitCode(); got != code {
		h.Errorf("%s ends with exit code %d, want %d:\n%s", m.name, got, code, m.errs)
	}
}

// recount begins to count anew what is said.
func (h *hall) recount() { h.tally, h.silence = natstest.NewTally(), make(chan struct{}) }

// lists reports whether somebody is here.
func (g *visitor) lists(name string) bool {
	return slices.ContainsFunc(g.list(), func(line string) bool { return slices.Contains(strings.Fields(line), name) })
}
