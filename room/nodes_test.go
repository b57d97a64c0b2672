package room_test

import (
	"fmt"
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
		ann.sees("bob -> [ann cleo]: hi")
		bob.does("/nick rob")
		synctest.Wait()
		ann.items()
		ann.does("/r whoever you are now")
		bob.items()
		ann.sees("ann -> [rob cleo]: whoever you are now")
		refused[*state.UnknownMemberError](ann, "@rob,nobody not even to rob")
		bob.sees()
	}, "one", "two")
}

func TestAFullInboxOnAnotherNodeIsReported(t *testing.T) {
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

func TestAPrivateMessageToANodeThatDiedIsReported(t *testing.T) {
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

func TestAClosedNodeEndsItsSessions(t *testing.T) {
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

func TestAKilledNodeThatStartsAgainHasNoDuplicateMembers(t *testing.T) {
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

// TestThoseWhoWereCutResumeOrLeave: while they may come back nothing is shown.
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

func TestALostConnectionIsNotADepartureYet(t *testing.T) {
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

// TestALogThatDropsAnswers: a proposal without an answer is retried.
func TestALogThatDropsAnswers(t *testing.T) {
	for seed := range uint64(8) {
		inNodesLike(t, 0, seed+1, func(n *nodes) {
			acknowledged := n.talk()
			n.agree()
			said := map[string]int{}
			last, _ := n.store.Last(n.Context(), nil, 2000, 0)
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
