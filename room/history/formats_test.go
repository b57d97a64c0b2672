package history

import (
	"path/filepath"
	"strings"
	"testing"

	"salon/room/state"
)

// TestFilesOfOlderSalons are what `salon serve` left of each format, when it was killed (2) and
// when it was stopped (3): zoe, who is registered, and bob, over raw TCP, speak; the operator sets
// a topic, bans a network and announces; in format 3 zoe speaks in #dev, too. All of it is there,
// and found, and goes on.
func TestFilesOfOlderSalons(t *testing.T) {
	for name, found := range map[string]int{"format2": 3, "format3": 3} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, FileName), read(t, filepath.Join("testdata", name+".db")))
			c := startChat(t, Options{Dir: dir})
			wantExport(t, c.History, name+".jsonl")
			c.mu.Lock()
			st := string(c.st.Encode())
			c.mu.Unlock()
			for _, kept := range []string{"what ", "203.0.113.0/24", `"zoe"`, "SHA256:"} {
				if !strings.Contains(st, kept) {
					t.Errorf("the State has no %s: %s", kept, st)
				}
			}
			c.flush(t)
			if got, err := c.Search(t.Context(), nil, state.Query{Text: "hello"}, 10); err != nil || len(got) != found {
				t.Errorf("hello is found %d times, %v", len(got), err)
			}
			c.says("hello, this is the next version")
			c.flush(t)
			if got, err := c.Search(t.Context(), nil, state.Query{Text: "hello"}, 10); err != nil || len(got) != found+1 {
				t.Errorf("then hello is found %d times, %v", len(got), err)
			}
		})
	}
}
