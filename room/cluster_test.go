package room_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// nodes are several rooms that follow one log, as the nodes of a cluster do.
type nodes struct {
	*testing.T
	log   *room.MemoryLog
	store *room.MemoryStore
	mail  *memoryMail
	wait  time.Duration // of those who are cut
	seed  uint64        // 0: answers are not dropped
	up    map[string]*testRoom
	logs  map[string]*nodeLog

	replaced map[string]*nodeLog // of those that another has the name of now

	presence  *memoryPresence
	presences map[string]*nodePresence
}

// testProgram is how the nodes of a test call what they run.
const testProgram = "salon 1.0"

// inNodes runs a test with rooms of these names.
func inNodes(t *testing.T, test func(*nodes), names ...string) {
	t.Helper()
	inNodesLike(t, 0, 0, test, names...)
}

func inNodesLike(t *testing.T, wait time.Duration, seed uint64, test func(*nodes), names ...string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := &nodes{
			T: t, log: room.NewMemoryLog(), store: room.NewMemoryStore(), mail: &memoryMail{nodes: map[uint64]func(room.Letter) []state.ID{}}, wait: wait, seed: seed,
			up: map[string]*testRoom{}, logs: map[string]*nodeLog{}, replaced: map[string]*nodeLog{},
			presence: &memoryPresence{held: map[uint64]*announced{}}, presences: map[string]*nodePresence{},
		}
		defer n.log.Close()
		for _, name := range names {
			n.start(name)
		}
		test(n)
		n.agree()
	})
}

// nodeLog is one node's way to the log. It may be cut, and drop answers.
type nodeLog struct {
	*room.MemoryLog
	drop func() bool // the answer to a proposal, or the proposal itself, is lost

	end   context.CancelFunc
	ended context.Context

	mu     sync.Mutex
	paused chan struct{} // nothing comes or goes until it is closed; nil: it does
	gone   bool          // what comes next is kept no longer
}

// pause has nothing come from the log, or go there, until the function returned is called.
func (l *nodeLog) pause() (goOn func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	paused := make(chan struct{})
	l.paused = paused
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		close(paused)
		l.paused = nil
	}
}

// await waits while the node is paused.
func (l *nodeLog) await(ctx context.Context) {
	l.mu.Lock()
	paused := l.paused
	l.mu.Unlock()
	if paused != nil {
		select {
		case <-paused:
		case <-ctx.Done():
		}
	}
}

// Propose has the outcome unknown when the node is cut off, and now and then.
func (l *nodeLog) Propose(ctx context.Context, e state.Event) (state.Seq, error) {
	l.await(l.ended)
	if l.ended.Err() != nil || l.drop() {
		return 0, state.ErrUnknown
	}
	seq, err := l.MemoryLog.Propose(ctx, e)
	if l.drop() {
		return 0, state.ErrUnknown
	}
	return seq, err
}

// Follow ends with the node.
func (l *nodeLog) Follow(ctx context.Context, after state.Seq, apply func([]state.Event) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.ended, cancel)()
	err := l.MemoryLog.Follow(ctx, after, func(events []state.Event) error {
		l.await(ctx)
		l.mu.Lock()
		gone := l.gone
		l.gone = false
		l.mu.Unlock()
		if gone {
			return state.ErrGone
		}
		return apply(events)
	})
	if l.ended.Err() != nil {
		return state.ErrClosed
	}
	return err
}

func (l *nodeLog) Close() error { return nil }

// start starts a node.
func (n *nodes) start(name string) *testRoom {
	n.Helper()
	l := &nodeLog{MemoryLog: n.log, drop: func() bool { return false }}
	l.ended, l.end = context.WithCancel(context.Background())
	if n.seed != 0 {
		random := rand.New(rand.NewPCG(n.seed, uint64(len(name))))
		l.drop = func() bool {
			l.mu.Lock()
			defer l.mu.Unlock()
			return random.IntN(4) == 0
		}
	}
	seen := &nodePresence{memoryPresence: n.presence}
	n.presences[name] = seen
	cfg := room.Config{Node: name, Program: testProgram, Mail: n.mail, Presence: seen, CutWait: n.wait, Limits: withRooms().Limits, PassMemory: 8, PassTime: 1}
	r, err := room.New(n.Context(), cfg, l, n.store)
	if err != nil {
		n.Fatalf("node %s: %v", name, err)
	}
	h := &testRoom{T: n.T, room: r}
	n.replaced[name] = n.logs[name]
	n.up[name], n.logs[name] = h, l
	n.Cleanup(func() { n.leave(h) })
	return h
}

func (n *nodes) leave(h *testRoom) {
	for _, p := range h.people {
		p.Close(state.Ending{Cause: state.Quit})
	}
	h.people = nil
	h.room.Close()
}

// stop closes a node as its operator does.
func (n *nodes) stop(name string) {
	h := n.up[name]
	delete(n.up, name)
	h.room.Stop("")
	n.leave(h)
}

// kill cuts a node off, so that nothing of its end comes to the log.
func (n *nodes) kill(name string) {
	h := n.up[name]
	delete(n.up, name)
	n.logs[name].end()
	n.presence.silence(n.presences[name].epoch)
	n.leave(h)
}

// pause stops a node's process for a while, as a SIGSTOP does: others take it for dead if that
// is long enough.
func (n *nodes) pause(name string, d time.Duration) {
	n.Helper()
	goOn := n.stopped(name)
	sleep(d)
	goOn()
}

// stopped stops a node's process until the function returned is called.
func (n *nodes) stopped(name string) (goOn func()) {
	n.Helper()
	synctest.Wait()
	epoch := n.presences[name].epoch
	n.presence.silence(epoch)
	goOnLog := n.logs[name].pause()
	return func() {
		n.Helper()
		n.presence.speak(epoch)
		goOnLog()
		sleep(time.Second)
	}
}

// agree wants every node to have come to the same State.
func (n *nodes) agree() {
	n.Helper()
	synctest.Wait()
	_, last := n.log.Bounds()
	hashes := map[[32]byte][]string{}
	for name, h := range n.up {
		c := h.room.Watch(room.Prefs{})
		reply, err := c.Do(n.Context(), "stats")
		c.Close(state.Ending{Cause: state.Quit})
		stats, ok := reply.(room.Stats)
		if !ok || stats.Applied != last {
			n.Errorf("node %s is at place %d of %d, %v", name, stats.Applied, last, err)
		}
		hashes[stats.Hash] = append(hashes[stats.Hash], name)
	}
	if len(hashes) > 1 {
		n.Errorf("the nodes disagree: %v", hashes)
	}
}

// everywhere wants exactly these people to be listed on every node.
func (n *nodes) everywhere(want ...text.Pseudo) {
	n.Helper()
	synctest.Wait()
	for _, h := range n.up {
		h.present(want...)
	}
}

// talk has people come, talk, be renamed and go on all nodes, and returns what they
// were told has been said.
func (n *nodes) talk() []string {
	var mu sync.Mutex
	var acknowledged []string
	var talking sync.WaitGroup
	for name, h := range n.up {
		for i := range 6 {
			talking.Go(func() {
				pseudo := text.Pseudo(fmt.Sprintf("p%d%sx", i, name))
				s, err := h.room.Join(n.Context(), as(pseudo))
				if err != nil {
					n.Errorf("%s cannot join: %v", pseudo, err)
					return
				}
				defer s.Close(state.Ending{Cause: state.Quit})
				for j := range 10 {
					words := fmt.Sprint(pseudo, " says ", j)
					if _, err := s.Do(n.Context(), words); err == nil {
						mu.Lock()
						acknowledged = append(acknowledged, words)
						mu.Unlock()
					} else {
						n.Errorf("%q: %v", words, err)
					}
				}
			})
		}
	}
	talking.Wait()
	return acknowledged
}

// memoryMail is a room.Mail between rooms of one process.
type memoryMail struct {
	mu    sync.Mutex
	nodes map[uint64]func(room.Letter) []state.ID
}

func (m *memoryMail) Open(epoch uint64, deliver func(room.Letter) []state.ID) (func(), error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.nodes[epoch] = deliver
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.nodes, epoch)
	}, nil
}

func (m *memoryMail) Send(_ context.Context, to state.Node, l room.Letter) ([]state.ID, error) {
	m.mu.Lock()
	deliver := m.nodes[to.Epoch]
	m.mu.Unlock()
	if deliver == nil {
		return nil, state.ErrUnavailable
	}
	return deliver(l), nil
}
