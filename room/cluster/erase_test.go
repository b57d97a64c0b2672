package cluster

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"salon/room/state"
)

// stateOf returns the State that a node's log adds up to, at the last event.
func stateOf(t *testing.T, n *Node) *state.State {
	t.Helper()
	st := state.NewState()
	_, last := n.Bounds()
	done := errors.New("done")
	err := n.Follow(t.Context(), 0, func(events []state.Event) error {
		for _, e := range events {
			if st.Apply(e); e.Seq == last {
				return done
			}
		}
		return nil
	})
	if err != done {
		t.Fatal(err)
	}
	return st
}

// filesWith returns the files below a directory that hold some bytes.
func filesWith(t *testing.T, dir, secret string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // it was removed meanwhile
		}
		if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, []byte(secret)) {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for late := time.Now().Add(30 * time.Second); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// TestWordsLeaveTheStream: once a snapshot covers the event that takes messages back, their
// words are in no file of the servers. A node that has not applied them goes on from the
// snapshot.
func TestWordsLeaveTheStream(t *testing.T) {
	for name, taken := range map[string]state.Body{
		"one message":       state.Deleted{Message: 3, Author: "ann", By: "bob"},
		"all that ann said": state.Forgotten{Pseudo: "ann", Member: state.ID{Origin: 5, N: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			url := newClusterIn(t, dir)
			n := openNode(t, url, "one", newMemory())
			ann := state.ID{Origin: 5, N: 1}
			propose := func(id uint64, b state.Body) {
				t.Helper()
				if _, err := n.Propose(t.Context(), state.Event{ID: state.ID{Origin: 5, N: id}, Body: b}); err != nil {
					t.Fatal(err)
				}
			}
			up := state.Event{ID: state.ID{Origin: 5, N: 100}, Body: state.NodeUp{Node: "one", Version: state.Version}}
			if _, err := n.Propose(t.Context(), up); err != nil {
				t.Fatal(err)
			}
			propose(1, state.Joined{Pseudo: "ann"})
			propose(2, state.Said{From: "ann", Member: ann, Session: ann, Text: "xyzzy-secret"})
			propose(3, taken)
			propose(4, state.Walled{Text: "the last"})
			await(t, "the words are in a file", func() bool { return len(filesWith(t, dir, "xyzzy-secret")) > 0 })
			st := stateOf(t, n)
			n.upload.want()
			if err := n.Snapshot(t.Context(), state.Snapshot{Seq: st.Applied(), State: st.Encode()}); err != nil {
				t.Fatal(err)
			}
			await(t, "the words are in no file", func() bool { return len(filesWith(t, dir, "xyzzy-secret")) == 0 })
			late := openNode(t, url, "two", newMemory())
			if err := late.Follow(t.Context(), 0, func([]state.Event) error { return context.Canceled }); err != context.Canceled {
				t.Fatal(err) // what is before the hole is there
			}
			if err := late.Follow(t.Context(), 2, func([]state.Event) error { return nil }); !errors.Is(err, state.ErrGone) {
				t.Errorf("a follower of what was erased gets %v", err)
			}
			snap, err := late.Load(t.Context())
			if err != nil || snap.Seq != st.Applied() {
				t.Errorf("it goes on from %d, %v, want %d", snap.Seq, err, st.Applied())
			}
		})
	}
}
