package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"salon/internal/natstest"
	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

const (
	// patience is how long what must happen is waited for: a limit for failures only.
	patience = 30 * time.Second
	// talkers is how many members of each node talk, and breath how long each pauses between
	// two messages: about as many as two processors do while much else is tested.
	talkers = 3
	breath  = 25 * time.Millisecond
)

// long reports whether faults are tried as often, and for as long, as docs/cluster.md says.
func long() bool { return os.Getenv("SALON_LONG") != "" }

// inShort returns what a test does every time, or what it does with SALON_LONG=1.
func inShort[T any](short, whole T) T {
	if long() {
		return whole
	}
	return short
}

// salon is one room on several nodes, over NATS servers. Each node reaches each server through
// a proxy of its own.
type salon struct {
	*testing.T
	servers *natstest.Cluster
	user    string
	tally   *natstest.Tally
	nodes   []*testNode

	silence context.CancelFunc // ends the talk
	talking sync.WaitGroup
}

// testNode is one node of a salon.
type testNode struct {
	name    string
	log     *Node
	room    *room.Room
	proxies []*natstest.Proxy
}

// seed is what all that is random in a test follows from; SALON_SEED sets it.
func seed(t *testing.T) uint64 {
	s := uint64(time.Now().UnixNano())
	if set := os.Getenv("SALON_SEED"); set != "" {
		if _, err := fmt.Sscan(set, &s); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("SALON_SEED=%d", s)
	return s
}

// newSalon opens a room on nodes with these names, for a user of the servers.
func newSalon(t *testing.T, servers *natstest.Cluster, user string, names ...string) *salon {
	t.Helper()
	s := &salon{T: t, servers: servers, user: user, tally: natstest.NewTally()}
	replicas := min(servers.Size(), manyReplicas)
	if err := Init(t.Context(), InitOptions{Access: Access{Servers: servers.URLsOf(user)}, Replicas: replicas}); err != nil {
		t.Fatal(err)
	}
	base := seed(t)
	for i, name := range names {
		n := &testNode{name: name}
		for j := range servers.Size() {
			n.proxies = append(n.proxies, natstest.NewProxy(t, servers.Addr(j), base+uint64(100*i+j)))
		}
		s.nodes = append(s.nodes, n)
		s.open(n)
	}
	return s
}

// open starts a node's room; what its store is given counts as read by the node.
func (s *salon) open(n *testNode) {
	s.Helper()
	var urls []string
	for _, p := range n.proxies {
		urls = append(urls, natstest.URL(s.user, p.Addr()))
	}
	store := &recorder{memoryLocal: newMemory(), reader: s.tally.Reader(n.name + "'s history")}
	var err error
	if n.log, err = Open(s.Context(), Options{Access: Access{Servers: urls}, Node: n.name, Store: store}); err != nil {
		s.Fatalf("node %s: %v", n.name, err)
	}
	cfg := room.Config{Node: n.name, Mail: n.log, Presence: n.log, CutWait: time.Minute, PassMemory: 8, PassTime: 1}
	if n.room, err = room.New(s.Context(), cfg, n.log, n.log); err != nil {
		n.log.Close()
		s.Fatalf("room of %s: %v", n.name, err)
	}
	s.Cleanup(func() { n.room.Close() }) // what it says of an end that a fault brought is not asked here
}

// recorder is a store that counts what it is given as read.
type recorder struct {
	memoryLocal
	reader *natstest.Reader

	mu   sync.Mutex
	upto state.Seq
}

// Apply ignores what it was given before, as the store does.
func (r *recorder) Apply(upto state.Seq, spoken []state.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range spoken {
		if e.Seq > r.upto {
			r.reader.Read(state.SpeechOf(e.Body).Text)
		}
	}
	r.upto = max(r.upto, upto)
	r.memoryLocal.Apply(upto, spoken)
}

// entry is that of somebody with a key, so that nobody else gets their place.
func entry(pseudo string) room.Entry {
	return room.Entry{Pseudo: text.Pseudo(pseudo), KeyID: "SHA256:" + pseudo, Addr: netip.MustParseAddr("192.0.2.1"), Front: "ssh", Client: "OpenSSH_9.9"}
}

// join has somebody come in on a node; they leave when the test ends.
func (s *salon) join(n *testNode, pseudo string) *room.Session {
	s.Helper()
	session, err := n.room.Join(s.Context(), entry(pseudo))
	if err != nil {
		s.Fatalf("%s cannot join on %s: %v", pseudo, n.name, err)
	}
	s.Cleanup(func() { session.Close(state.Ending{Cause: state.Quit}) })
	return session
}

// read has somebody on each node read all that is shown to them, until they leave.
func (s *salon) read() {
	for _, n := range s.nodes {
		name := "reader" + n.name
		session, reader := s.join(n, name), s.tally.Reader(name)
		var reading sync.WaitGroup
		reading.Go(func() {
			session.Follow(nil, func(items []room.Item) error {
				for _, it := range items {
					if it.Event != nil {
						reader.Read(state.SpeechOf(it.Event.Body).Text)
					} else if missed, ok := it.Reply.(room.Skipped); ok {
						s.Errorf("%s missed %d events", name, missed.Count)
					}
				}
				return nil
			})
		})
		s.Cleanup(func() { session.End(state.Ending{Cause: state.Quit}); reading.Wait() })
	}
}

// talk has members on each node talk until hush.
func (s *salon) talk() {
	ctx, cancel := context.WithCancel(s.Context())
	s.silence = cancel
	s.Cleanup(s.hush)
	for _, n := range s.nodes {
		for i := range talkers {
			name := fmt.Sprint("talker", i, n.name)
			session, speaker := s.join(n, name), s.tally.Speaker(name)
			s.talking.Go(func() { s.speak(ctx, n, session, speaker) })
		}
	}
}

// speak says one message after the other; a member that was cut comes back.
func (s *salon) speak(ctx context.Context, n *testNode, session *room.Session, speaker *natstest.Speaker) {
	pseudo := string(session.Pseudo())
	for ctx.Err() == nil {
		_, err := session.Do(context.WithoutCancel(ctx), speaker.Next())
		switch {
		case err == nil:
			speaker.Acked()
		case session.Ending() != nil:
			session.Close(state.Ending{Cause: state.Lost})
			if back, err := n.room.Join(ctx, entry(pseudo)); err == nil {
				session = back
				s.Cleanup(func() { back.Close(state.Ending{Cause: state.Quit}) })
			}
		case errors.Is(err, state.ErrUnavailable), errors.Is(err, state.ErrBusy):
			speaker.Refused()
		}
		time.Sleep(breath)
	}
}

// hush ends the talk.
func (s *salon) hush() {
	s.silence()
	s.talking.Wait()
}

// flows waits until everybody who talks had a message acknowledged that they sent after now,
// and returns how long that took.
func (s *salon) flows(what string) time.Duration {
	s.Helper()
	begun := time.Now()
	return s.await(what, func() bool { return s.tally.Slowest().After(begun) })
}

// await waits until something is so, and returns how long that took.
func (s *salon) await(what string, ok func() bool) time.Duration {
	s.Helper()
	begun := time.Now()
	for !ok() {
		if time.Since(begun) > patience {
			s.Fatalf("not %s after %v; %v", what, patience, s.tally.Count())
		}
		time.Sleep(time.Millisecond)
	}
	return time.Since(begun)
}

// stats are those of a node.
func (s *salon) stats(n *testNode) room.Stats {
	s.Helper()
	console := n.room.Watch(room.Prefs{})
	defer console.Close(state.Ending{Cause: state.Quit})
	reply, err := console.Do(s.Context(), "stats")
	stats, ok := reply.(room.Stats)
	if !ok {
		s.Fatalf("node %s: %v", n.name, err)
	}
	return stats
}

// agree waits until all nodes are at one place with one hash, which takes no longer than
// within.
func (s *salon) agree(within time.Duration) {
	s.Helper()
	took := s.await("agreed", func() bool {
		first := s.stats(s.nodes[0])
		for _, n := range s.nodes {
			if is := s.stats(n); is.Applied != first.Applied || is.Hash != first.Hash || is.Applied < s.last() {
				return false
			}
		}
		return true
	})
	is := s.stats(s.nodes[0])
	s.Logf("%d nodes agree after %v: place %d, hash %x", len(s.nodes), took.Round(time.Millisecond), is.Applied, is.Hash[:4])
	if took > within {
		s.Errorf("the nodes agreed after %v, want %v at most", took, within)
	}
}

// last is the newest event that any node knows of.
func (s *salon) last() (last state.Seq) {
	for _, n := range s.nodes {
		_, known := n.log.Bounds()
		last = max(last, known)
	}
	return last
}

// settle ends the talk, waits until the nodes agree, and wants nothing lost, doubled or out of
// order. It returns the counts.
func (s *salon) settle(within time.Duration) natstest.Counts {
	s.Helper()
	s.hush()
	s.agree(within)
	s.await("all read", func() bool { return s.tally.Count().Lost == 0 })
	c := s.tally.Count()
	if s.Log(c); c.Wrong() {
		s.Error("what is wrong is above")
	}
	return c
}
