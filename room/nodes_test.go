package room_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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
	mail  *room.MemoryMail
	wait  time.Duration // of those who are cut
	seed  uint64        // 0: answers are not dropped
	up    map[string]*house
	logs  map[string]*nodeLog
}

// inNodes runs a test with rooms of these names.
func inNodes(t *testing.T, test func(*nodes), names ...string) {
	t.Helper()
	inNodesLike(t, 0, 0, test, names...)
}

func inNodesLike(t *testing.T, wait time.Duration, seed uint64, test func(*nodes), names ...string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := &nodes{
			T: t, log: room.NewMemoryLog(), store: room.NewMemoryStore(), mail: room.NewMemoryMail(), wait: wait, seed: seed,
			up: map[string]*house{}, logs: map[string]*nodeLog{},
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

	mu    sync.Mutex
	end   context.CancelFunc
	ended context.Context
}

// Propose has the outcome unknown when the node is cut off, and now and then.
func (l *nodeLog) Propose(ctx context.Context, e state.Event) (state.Seq, error) {
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
	err := l.MemoryLog.Follow(ctx, after, apply)
	if l.ended.Err() != nil {
		return state.ErrClosed
	}
	return err
}

func (l *nodeLog) Close() error { return nil }

// start starts a node.
func (n *nodes) start(name string) *house {
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
	cfg := room.Config{Node: name, Mail: n.mail, CutWait: n.wait, Limits: room.Limits{Replay: 20}, PassMemory: 8, PassTime: 1}
	r, err := room.New(n.Context(), cfg, l, n.store)
	if err != nil {
		n.Fatalf("node %s: %v", name, err)
	}
	h := &house{T: n.T, room: r}
	n.up[name], n.logs[name] = h, l
	n.Cleanup(func() { n.leave(h) })
	return h
}

func (n *nodes) leave(h *house) {
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
	n.leave(h)
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
		if !ok || stats.Place != last {
			n.Errorf("node %s is at place %d of %d, %v", name, stats.Place, last, err)
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

func TestOnePseudoIsClaimedOnceOnAllNodes(t *testing.T) {
	inNodes(t, func(n *nodes) {
		var mu sync.Mutex
		won := map[string]int{}
		var claiming sync.WaitGroup
		for _, h := range n.up {
			for range 10 {
				for _, name := range []text.Pseudo{"ann", "Ann", "bob"} {
					claiming.Go(func() {
						s, err := h.room.Join(n.Context(), as(name))
						mu.Lock()
						defer mu.Unlock()
						if err == nil {
							won[strings.ToLower(string(name))]++
							h.people = append(h.people, &person{s, h})
						} else {
							wantError[*state.TakenError](h, err)
						}
					})
				}
			}
		}
		claiming.Wait()
		if won["ann"] != 1 || won["bob"] != 1 {
			n.Errorf("claimed: %v", won)
		}
	}, "one", "two", "three")
}

func TestPrivateMessagesAcrossNodes(t *testing.T) {
	inNodes(t, func(n *nodes) {
		one, two := n.up["one"], n.up["two"]
		ann, bob := one.join("ann")[0], two.join("bob")[0]
		cleo := one.join("cleo")[0]
		synctest.Wait()
		ann.items()
		ann.does("@bob,cleo hello")
		bob.sees("+cleo", "ann -> [bob cleo]: hello")
		cleo.sees("ann -> [bob cleo]: hello")
		ann.sees("ann -> [bob cleo]: hello")
		bob.does("/r hi")
		ann.sees("bob -> [ann]: hi")
		bob.does("/nick rob")
		synctest.Wait()
		ann.items()
		ann.does("/r whoever you are now")
		bob.items()
		ann.sees("ann -> [rob]: whoever you are now")
		refused[*state.UnknownMemberError](ann, "@rob,nobody not even to rob")
		bob.sees()
	}, "one", "two")
}

func TestAFullInboxOnAnotherNodeIsTold(t *testing.T) {
	inNodes(t, func(n *nodes) {
		ann := n.up["one"].join("ann")[0]
		n.up["two"].arrive(as("bob")) // who reads nothing
		synctest.Wait()
		for range 300 {
			if reply, err := ann.Do(n.Context(), "@bob x"); err != nil {
				n.Fatal(err)
			} else if reply != nil {
				if full := reply.(room.Notice); full.What != room.RecipientFull || full.Name != "bob" {
					n.Errorf("ann is told %+v", full)
				}
				return
			}
			ann.items()
		}
		n.Error("ann is never told that bob does not read")
	}, "one", "two")
}

func TestAPrivateMessageToANodeThatDiedIsTold(t *testing.T) {
	inNodes(t, func(n *nodes) {
		ann := n.up["one"].join("ann")[0]
		n.up["two"].join("bob")
		n.kill("two")
		if full := replied[room.Notice](ann, "@bob are you there?"); full.What != room.RecipientFull {
			n.Errorf("ann is told %+v", full)
		}
	}, "one", "two")
}

func TestKickAndBanAcrossNodes(t *testing.T) {
	inNodes(t, func(n *nodes) {
		one, two := n.up["one"], n.up["two"]
		bob, cleo := two.join("bob")[0], two.join("cleo")[0]
		one.console().does("kick bob")
		bob.left(state.Expelled)
		one.console().asks("ban cleo")
		cleo.left(state.Barred)
		n.everywhere()
		turnedAway[*state.BannedError](two, as("cleo"))
		turnedAway[*state.BannedError](one, as("cleo"))
		one.console().does("slow 30")
		dan := two.join("dan")[0]
		dan.does("one")
		refused[*room.TooFastError](dan, "two")
	}, "one", "two")
}

// TestARenameDoesNotRedirectAKick: what an operator typed means who had the pseudo
// then, whichever the log puts first.
func TestARenameDoesNotRedirectAKick(t *testing.T) {
	for _, line := range []string{"kick bob", "ban bob", "mute bob"} {
		for _, renameFirst := range []bool{true, false} {
			inNodes(t, func(n *nodes) {
				one, two := n.up["one"], n.up["two"]
				bob := two.join("bob")[0]
				cleo := two.join("cleo")[0]
				late := n.logs["one"]
				hold, held := make(chan struct{}), make(chan struct{})
				var once sync.Once
				late.drop = func() bool { // holds the operator's proposal until bob is renamed, or only after
					if renameFirst {
						once.Do(func() { close(held); <-hold })
					}
					return false
				}
				console := one.console()
				var moderating sync.WaitGroup
				moderating.Go(func() { console.Do(n.Context(), line) })
				if renameFirst {
					<-held
				} else {
					moderating.Wait()
				}
				if renameFirst {
					bob.does("/nick rob")
					cleo.does("/nick bob")
					close(hold)
				}
				moderating.Wait()
				synctest.Wait()
				cleo.stays()
				switch line[:4] {
				case "kick":
					bob.left(state.Expelled)
				case "ban ":
					bob.left(state.Barred)
				default:
					refused[*state.MutedError](bob, "hello")
					cleo.does("hello")
				}
			}, "one", "two")
		}
	}
}

func TestAClosedNodeTakesItsMembersAlong(t *testing.T) {
	inNodes(t, func(n *nodes) {
		ann := n.up["one"].join("ann")[0]
		for i := range 20 {
			n.up["two"].arrive(as(text.Pseudo(fmt.Sprint("u", i, "x"))))
		}
		synctest.Wait()
		ann.items()
		_, before := n.log.Bounds()
		h := n.up["two"]
		delete(n.up, "two")
		h.room.Close() // the fronts close their sessions later
		n.everywhere("ann")
		if _, after := n.log.Bounds(); after != before+1 {
			n.Errorf("%d events were needed", after-before)
		}
		items := ann.items()
		if len(items) != 1 || len(items[0].Event.Body.(state.NodeDown).Gone) != 20 {
			n.Errorf("ann sees %v", items)
		}
	}, "one", "two")
}

func TestAKilledNodeThatStartsAgainDoublesNobody(t *testing.T) {
	inNodes(t, func(n *nodes) {
		ann := n.up["one"].join("ann")[0]
		n.up["two"].arrive(withKey("bob", "SHA256:bob"))
		n.up["two"].arrive(as("cleo"))
		synctest.Wait()
		ann.items()
		n.kill("two")
		n.everywhere("ann", "bob", "cleo")
		turnedAway[*state.TakenError](n.up["one"], as("bob"))
		two := n.start("two")
		n.everywhere("ann")
		two.arrive(withKey("bob", "SHA256:bob"))
		n.everywhere("ann", "bob")
	}, "one", "two")
}

// TestThoseWhoWereCutResumeOrLeave: while they may come back the room is told nothing.
func TestThoseWhoWereCutResumeOrLeave(t *testing.T) {
	inNodesLike(t, time.Minute, 0, func(n *nodes) {
		one := n.up["one"]
		ann := one.join("ann")[0]
		n.up["two"].arrive(withKey("bob", "SHA256:bob"))
		n.up["two"].arrive(from("cleo", "192.0.2.7"))
		n.up["two"].arrive(from("dan", "192.0.2.8"))
		synctest.Wait()
		ann.items()
		n.kill("two")
		two := n.start("two")
		sleep(30 * time.Second)
		n.everywhere("ann", "bob", "cleo", "dan")
		bob := one.arrive(withKey("bob", "SHA256:bob")) // on another node
		two.arrive(from("cleo", "192.0.2.7"))           // from the same address
		turnedAway[*state.TakenError](two, from("dan", "192.0.2.9"))
		ann.sees()
		bob.does("here again")
		ann.sees("bob: here again")
		sleep(31 * time.Second)
		ann.sees("-dan (lost)")
		n.everywhere("ann", "bob", "cleo")
		one.arrive(from("dan", "192.0.2.9"))
	}, "one", "two")
}

func TestALostConnectionIsNoDepartureForAWhile(t *testing.T) {
	inNodesLike(t, time.Minute, 0, func(n *nodes) {
		one := n.up["one"]
		ann, bob := one.join("ann")[0], one.arrive(withKey("bob", "SHA256:bob"))
		quiet := one.join("cleo")[0]
		synctest.Wait()
		ann.items()
		bob.Close(state.Ending{Cause: state.Lost})
		quiet.Close(state.Ending{Cause: state.Quit})
		ann.sees("-cleo (quit)")
		if r := ann.Roster(); !slices.ContainsFunc(r.People, func(a room.Attendee) bool { return a.Pseudo == "bob" && a.Away }) {
			n.Errorf("bob is not shown as away: %+v", r.People)
		}
		one.arrive(withKey("bob", "SHA256:bob")).Close(state.Ending{Cause: state.Lost})
		sleep(59 * time.Second)
		ann.sees()
		sleep(2 * time.Second)
		ann.sees("-bob (lost)")
	}, "one")
}

// TestALogThatDropsAnswers: whoever is told nothing tries the same again.
func TestALogThatDropsAnswers(t *testing.T) {
	for seed := range uint64(8) {
		inNodesLike(t, 0, seed+1, func(n *nodes) {
			acknowledged := n.talk()
			n.agree()
			said := map[string]int{}
			last, _ := n.store.Last(n.Context(), 2000, 0)
			for _, e := range last {
				said[state.SpeechOf(e.Body).Text]++
			}
			for _, words := range acknowledged {
				if said[words] == 0 {
					n.Errorf("seed %d: %q was acknowledged and is lost", n.seed, words)
				}
			}
			for words, times := range said {
				if times > 1 {
					n.Errorf("seed %d: %q was said %d times", n.seed, words, times)
				}
			}
			n.everywhere()
		}, "one", "two", "three")
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
