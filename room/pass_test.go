package room_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// visiting is an entry of somebody from another source than the others, each their
// own for each n.
func visiting(pseudo text.Pseudo, n int, pass string) room.Entry {
	e := from(pseudo, fmt.Sprintf("198.51.100.%d", n))
	e.Pass = pass
	return e
}

// rejected wants a newcomer refused with this very error.
func rejected(h *testRoom, e room.Entry, want error) {
	h.Helper()
	s, err := h.room.Join(h.Context(), e)
	if err == nil {
		s.Close(state.Ending{Cause: state.Quit})
	}
	if !errors.Is(err, want) {
		h.Errorf("%q with %q is told %v, want %v", e.Pseudo, e.Pass, err, want)
	}
}

// phrased registers a pseudo with the phrase alone, and leaves.
func (h *testRoom) phrased(pseudo text.Pseudo) {
	h.Helper()
	p := h.arrive(as(pseudo))
	p.told(room.NowPassSet, "/inscrire "+phrase)
	p.goes()
}

func TestAPassPhraseOpensAPseudoWithoutAKey(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.phrased("ann")
		if !h.room.NeedsPass("ANN", "") || !h.room.NeedsPass("ann", "SHA256:x") || h.room.NeedsPass("bob", "") || h.room.NeedsPass("a-nn", "") {
			h.Error("the pass phrase is asked of others, or not of ann")
		}
		turnedAway[*state.RegisteredError](h, as("ann"))
		rejected(h, visiting("ann", 1, "something else"), room.ErrWrongPass)
		rejected(h, visiting("ann", 1, phrase+"!"), room.ErrWrongPass)
		rejected(h, visiting("ann", 1, strings.ToUpper(phrase)), room.ErrWrongPass)
		rejected(h, visiting("ann", 1, strings.Repeat("x", 1<<20)), room.ErrWrongPass)
		turnedAway[*state.RegisteredError](h, visiting("anո", 2, phrase)) // looks like it
		ann := h.arrive(visiting("Ann", 3, " "+phrase+" "))
		if ann.Pseudo() != "ann" {
			h.Errorf("ann is called %q", ann.Pseudo())
		}
		ann.told(room.NowPassSet, "/inscrire Été  à Brûlon")
		ann.goes()
		rejected(h, visiting("ann", 4, phrase), room.ErrWrongPass)
		h.arrive(visiting("ann", 5, "E\u0301te\u0301  a\u0300 Bru\u0302lon")).goes() // composed otherwise
		bob := visiting("bob", 6, phrase)
		h.arrive(bob).stays() // nobody has registered it: nothing to prove
	})
}

func TestAKeyOfTheAccountNeedsNoPhrase(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.owner("ann", "SHA256:A")
		if h.room.NeedsPass("ann", "") {
			h.Error("a phrase is asked for where there is none")
		}
		ann.told(room.NowPassSet, "/inscrire "+phrase)
		if h.room.NeedsPass("ann", "SHA256:A") || !h.room.NeedsPass("ann", "SHA256:B") {
			h.Error("the phrase is asked of the key, or not of another")
		}
		h.arrive(passing("ann", "SHA256:A", "a wrong phrase"))
		rejected(h, passing("ann", "SHA256:B", "a wrong phrase"), room.ErrWrongPass)
		h.arrive(passing("ann", "SHA256:B", phrase))
		h.present("ann")
	})
}

func TestGuessesFromOneSourceAreLimited(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.phrased("ann")
		h.phrased("bob")
		for range 5 {
			rejected(h, visiting("ann", 1, "guess guess"), room.ErrWrongPass)
		}
		for _, e := range []room.Entry{visiting("ann", 1, "guess guess"), visiting("ann", 1, phrase), visiting("bob", 1, phrase)} {
			if slow := turnedAway[*room.GuessError](h, e); slow.Wait <= 0 || slow.Wait > 10*time.Second {
				h.Errorf("the guesser waits %v", slow.Wait)
			}
		}
		h.arrive(visiting("ann", 2, phrase)) // from elsewhere
		h.arrive(visiting("cleo", 1, "not asked for"))
		sleep(10 * time.Second)
		rejected(h, visiting("ann", 1, "guess guess"), room.ErrWrongPass)
		turnedAway[*room.GuessError](h, visiting("ann", 1, phrase))
		sleep(10 * time.Second)
		h.arrive(visiting("ann", 1, phrase))
	})
}

// TestGuessesOfOthersDelayTheOwner for some seconds, and never refuse them; whoever
// guessed wrong before is refused.
func TestGuessesOfOthersDelayTheOwner(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.phrased("ann")
		h.phrased("bob")
		took := func(e room.Entry) time.Duration {
			h.Helper()
			start := time.Now()
			h.arrive(e).goes()
			return time.Since(start)
		}
		for i := range 10 {
			rejected(h, visiting("ann", i, "guess guess"), room.ErrWrongPass)
		}
		little := took(visiting("ANN", 100, phrase))
		if little <= 0 || little > time.Second {
			h.Errorf("after ten guesses of others ann waits %v", little)
		}
		for i := range 100 {
			rejected(h, visiting("ann", i, "guess guess"), room.ErrWrongPass)
		}
		if slow := turnedAway[*room.GuessError](h, visiting("ann", 99, phrase)); slow.Wait <= 0 || slow.Wait > 10*time.Second {
			h.Errorf("a guesser waits %v", slow.Wait)
		}
		for _, n := range []int{101, 102, 103} {
			if long := took(visiting("ann", n, phrase)); long < little || long > 4*time.Second {
				h.Errorf("after a hundred she waits %v", long)
			}
		}
		if bobs := took(visiting("bob", 1, phrase)); bobs != 0 {
			h.Errorf("bob waits %v", bobs)
		}
		sleep(time.Hour + 10*time.Minute)
		if calm := took(visiting("ann", 104, phrase)); calm != 0 {
			h.Errorf("an hour later ann waits %v", calm)
		}
	})
}

// TestAJoinThatIsDelayedCanBeCancelled, and was no guess.
func TestAJoinThatIsDelayedCanBeCancelled(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.phrased("ann")
		for i := range 40 {
			rejected(h, visiting("ann", i, "guess guess"), room.ErrWrongPass)
		}
		left := errors.New("left")
		for range 10 {
			ctx, cancel := context.WithTimeoutCause(h.Context(), time.Second, left)
			if _, err := h.room.Join(ctx, visiting("ann", 100, "guess guess")); !errors.Is(err, left) {
				h.Errorf("ann is told %v", err)
			}
			cancel()
		}
		h.arrive(visiting("ann", 100, phrase))
	})
}

// TestOnlySoManyOfOneSourceAreDelayedAtOnce, and none is in the way of another pseudo's.
func TestOnlySoManyOfOneSourceAreDelayedAtOnce(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.phrased("ann")
		h.phrased("bob")
		for i := range 100 {
			rejected(h, visiting("ann", i, "guess guess"), room.ErrWrongPass)
		}
		var refused, wrong atomic.Int32
		var guessing sync.WaitGroup
		for range 20 {
			guessing.Go(func() {
				switch _, err := h.room.Join(h.Context(), visiting("ann", 100, "guess guess")); {
				case errors.Is(err, room.ErrWrongPass):
					wrong.Add(1)
				default:
					refused.Add(1)
				}
			})
		}
		h.settle()
		if n := refused.Load(); n != 18 {
			h.Errorf("%d are refused at once", n)
		}
		start := time.Now()
		h.arrive(visiting("bob", 101, phrase))
		if time.Since(start) != 0 {
			h.Error("bob waits for those who guess at ann's phrase")
		}
		guessing.Wait()
		if wrong.Load() != 2 {
			h.Errorf("%d guesses are checked", wrong.Load())
		}
	})
}

// TestPassPhrasesAreHashedOnceASecond for one member, and for one source after many at
// once: there who registers is refused, who comes waits.
func TestPassPhrasesAreHashedOnceASecond(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.phrased("bob")
		ann := h.arrive(as("ann"))
		start, done := time.Now(), 0
		for time.Since(start) < time.Minute {
			if _, err := ann.Do(h.Context(), "/inscrire "+phrase); err == nil {
				done++
			} else if fast := wantError[*room.TooFastError](h, err); fast.Wait > time.Second {
				h.Errorf("ann waits %v", fast.Wait)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if done < 60 || done > 65 {
			h.Errorf("ann's phrase is hashed %d times in a minute", done)
		}
		start, done = time.Now(), 0
		for ; time.Since(start) < time.Minute; done++ {
			h.arrive(visiting("bob", 1, phrase)).goes()
		}
		if done < 120 || done > 125 {
			h.Errorf("bob comes %d times in a minute", done)
		}
	})
}

func TestASourceIsAddressOrNetworkAndLoopbackIsOne(t *testing.T) {
	for name, addrs := range map[string][]string{
		"a /64":    {"2001:db8::1", "2001:db8::2", "2001:db8::ffff:1", "2001:db8::3", "2001:db8::4", "2001:db8::5"},
		"mapped":   {"192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"},
		"loopback": {"127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			inRoom(t, func(h *testRoom) {
				h.phrased("ann")
				for i, addr := range addrs {
					e := from("ann", addr)
					e.Pass = "guess guess"
					if i < 5 {
						rejected(h, e, room.ErrWrongPass)
					} else {
						turnedAway[*room.GuessError](h, e)
					}
				}
			})
		})
	}
}

// TestRightGuessesAreNotCounted: a classroom behind one address joins at once.
func TestRightGuessesAreNotCounted(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.room.SetAccess(room.Access{Password: "open sesame"})
		for i := range 40 {
			e := as(text.Pseudo(fmt.Sprint("p", i, "x")))
			e.Password = "open sesame"
			h.arrive(e)
		}
		h.room.SetAccess(room.Access{})
		h.phrased("ann")
		var arriving sync.WaitGroup
		for range 4 { // at once, too
			arriving.Go(func() {
				for range 20 {
					if s, err := h.room.Join(h.Context(), visiting("ann", 1, phrase)); err != nil {
						h.Errorf("ann is told %v", err)
					} else {
						s.Close(state.Ending{Cause: state.Quit})
					}
				}
			})
		}
		arriving.Wait()
	})
}

func TestAJoinThatWaitsForAHashCanBeCancelled(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		h.phrased("ann")
		ctx, cancel := context.WithCancel(h.Context())
		cancel()
		if s, err := h.room.Join(ctx, visiting("ann", 1, phrase)); err == nil {
			s.Close(state.Ending{Cause: state.Quit})
		}
		h.arrive(visiting("ann", 1, phrase))
	})
}

// TestAPassPhraseIsStoredNowhere that anybody, an operator included, could read it.
func TestAPassPhraseIsStoredNowhere(t *testing.T) {
	var acts []room.Act
	cfg := room.DefaultConfig()
	cfg.Audit = func(a room.Act) { acts = append(acts, a) }
	inRoomLike(t, cfg, func(h *testRoom) {
		bob := h.join("bob")[0]
		op := h.operator("op")
		ann := h.arrive(as("ann"))
		h.settle()
		var told []any
		for _, line := range []string{"/inscrire " + phrase, "/INSCRIRE  " + phrase, "//register " + phrase, "/register " + phrase} {
			told = append(told, ann.asks(line))
			if !room.Secret(line) {
				h.Errorf("%q is no secret", line)
			}
		}
		op.told(room.NowPassSet, "/inscrire "+phrase)
		for _, p := range []*person{bob, op, ann, h.console()} {
			for _, it := range p.items() {
				told = append(told, it, it.Event)
			}
			past, _ := p.Do(h.Context(), "/historique")
			info, _ := p.Do(h.Context(), "/info ann")
			told = append(told, past, info)
		}
		told = append(told, acts)
		for _, word := range []string{"battery", "argon2"} {
			if text := fmt.Sprintf("%+v", told); strings.Contains(text, word) {
				h.Errorf("it can be read: %s", text)
			}
		}
	})
	for _, line := range []string{"inscrire " + phrase, "/inscrire", "/info ann", "hello /inscrire x", "", "/"} {
		if room.Secret(line) {
			t.Errorf("%q is a secret", line)
		}
	}
}

func TestWhatCanBeTheRoomsPassword(t *testing.T) {
	const hashed = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$c3Vtc3Vtc3Vtc3Vtc3Vtcw"
	for password, ok := range map[string]bool{
		"ouvre toi": true, "$": true, "$2y$10$x": true, hashed: true, strings.Repeat("x", 1024): true,
		"": false, "\x00": false, " ": false, strings.Repeat("x", 1025): false, "$argon2id$garbage": false, "$argon2id$": false, hashed + "!": false, hashed + " ": false,
		strings.Replace(hashed, "2id", "2i", 1): false, strings.Replace(hashed, "m=8", "m=99999999", 1): false,
	} {
		if err := room.CheckPassword(password); (err == nil) != ok {
			t.Errorf("%.60q: %v", password, err)
		}
	}
	if err := room.CheckPassword("$argon2id$garbage"); !errors.Is(err, room.ErrNotAPassword) || strings.Contains(err.Error(), "garbage") {
		t.Errorf("%v", err)
	}
}
