package cluster

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// clusterRoom is a room on a node of a test's cluster.
type clusterRoom struct {
	*testing.T
	*room.Room
	node *Node
}

// startRoom starts a room on a new node.
func startRoom(t *testing.T, url, name string) *clusterRoom {
	t.Helper()
	n := openNode(t, url, name, newMemory())
	cfg := room.DefaultConfig()
	cfg.Rate, cfg.GatherAbove, cfg.Node, cfg.Mail, cfg.Presence, cfg.CutWait = 0, 0, name, n, n, time.Minute
	r, err := room.New(t.Context(), cfg, n, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return &clusterRoom{t, r, n}
}

// member is somebody in a room, whose lines a goroutine collects.
type reader struct {
	*room.Session
	t    *testing.T
	mu   sync.Mutex
	said []string
	new  chan struct{}
}

func (r *clusterRoom) join(name string) *reader {
	r.Helper()
	s, err := r.Join(r.Context(), room.Entry{Pseudo: text.Pseudo(name), KeyID: "SHA256:" + name})
	if err != nil {
		r.Fatalf("%s cannot join: %v", name, err)
	}
	m := &reader{Session: s, t: r.T, new: make(chan struct{}, 1)}
	var reading sync.WaitGroup
	reading.Go(func() { s.Follow(nil, m.show) })
	r.Cleanup(func() { s.Close(state.Ending{Cause: state.Quit}); reading.Wait() })
	return m
}

func (m *reader) show(items []room.Item) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, it := range items {
		if it.Event == nil {
			continue
		}
		switch b := it.Event.Body.(type) {
		case state.Said:
			m.said = append(m.said, fmt.Sprintf("%s: %s", b.From, b.Text))
		case state.Whispered:
			m.said = append(m.said, fmt.Sprintf("%s > %s", b.From, b.Text))
		}
	}
	select {
	case m.new <- struct{}{}:
	default:
	}
	return nil
}

func (m *reader) does(line string) {
	m.t.Helper()
	if _, err := m.Do(m.t.Context(), line); err != nil {
		m.t.Errorf("%q: %v", line, err)
	}
}

// sees waits until these lines are all that was shown.
func (m *reader) sees(want ...string) {
	m.t.Helper()
	for late := time.After(20 * time.Second); ; {
		m.mu.Lock()
		got := append([]string(nil), m.said...)
		m.mu.Unlock()
		if len(got) >= len(want) {
			if fmt.Sprint(got) != fmt.Sprint(want) {
				m.t.Errorf("%s sees %q, want %q", m.Pseudo(), got, want)
			}
			return
		}
		select {
		case <-m.new:
		case <-late:
			m.t.Errorf("%s sees %q, want %q", m.Pseudo(), got, want)
			return
		}
	}
}

func TestRoomsOfSeveralNodes(t *testing.T) {
	url := newCluster(t)
	one, two, three := startRoom(t, url, "one"), startRoom(t, url, "two"), startRoom(t, url, "three")
	ann, bob, cleo := one.join("ann"), two.join("bob"), three.join("cleo")
	ann.does("hello")
	bob.sees("ann: hello")
	bob.does("hi ann")
	cleo.sees("ann: hello", "bob: hi ann")
	cleo.does("@ann,bob quietly")
	ann.sees("ann: hello", "bob: hi ann", "cleo > quietly")
	bob.sees("ann: hello", "bob: hi ann", "cleo > quietly")
	bob.does("/r yes")
	ann.sees("ann: hello", "bob: hi ann", "cleo > quietly", "bob > yes")
	cleo.sees("ann: hello", "bob: hi ann", "cleo > quietly", "bob > yes")
}
