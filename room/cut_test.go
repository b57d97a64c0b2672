package room_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// inCuttingRoom runs a test in a room where those who lose their connection have a minute.
func inCuttingRoom(t *testing.T, test func(*testRoom)) {
	t.Helper()
	inRoomLike(t, room.Config{Limits: room.Limits{Replay: 20}, CutWait: time.Minute}, test)
}

// loses has a person's connection break.
func (p *person) loses(cause state.Cause) {
	p.Close(state.Ending{Cause: cause})
	synctest.Wait()
}

// notified wants a person to be told something on doing a line.
func (p *person) notified(line string, want room.What, about text.Pseudo) {
	p.h.Helper()
	if n := replied[room.Notice](p, line); n.What != want || n.Name != about {
		p.h.Errorf("%q: %s is told %+v, want %d about %s", line, p.Pseudo(), n, want, about)
	}
}

// goesOn wants a person to be told that their session goes on, and then to see this.
func (p *person) goesOn(want ...string) {
	p.h.Helper()
	p.sees(append([]string{fmt.Sprintf("%#v", room.Notice{What: room.NowResumed, Name: p.Pseudo()})}, want...)...)
}

// TestWhoComesBackWithTheirKeyHasMissedNothing: neither what was said nor what was said to
// them alone, and nobody has noticed.
func TestWhoComesBackWithTheirKeyHasMissedNothing(t *testing.T) {
	for _, cause := range []state.Cause{state.Lost, state.Slow} {
		inCuttingRoom(t, func(h *testRoom) {
			bob, ann := h.join("bob")[0], h.arrive(withKey("ann", "SHA256:ann"))
			ann.asks("/lang en")
			ann.Keep("what the front keeps", 5) // of lines
			sleep(room.UnsureFor + time.Second)
			h.settle()
			ann.loses(cause)
			bob.does("où est ann ?")
			bob.notified("@ann perdue ?", room.RecipientCut, "ann")
			sleep(59 * time.Second)
			back := h.arrive(withKey("ann", "SHA256:ann"))
			bob.sees("bob: où est ann ?", "bob -> [ann]: perdue ?")
			back.goesOn("bob: où est ann ?", "bob -> [ann]: perdue ?")
			if kept := back.Resumed(); kept != "what the front keeps" || back.Resumed() != nil {
				h.Errorf("the front gets %v", kept)
			}
			if back.Prefs().Lang != state.English {
				h.Error("the language is another")
			}
			back.does("/r ici")
			bob.sees("ann -> [bob]: ici")
			sleep(2 * time.Minute)
			back.stays()
			h.present("ann", "bob")
		})
	}
}

// TestWhoComesBackIsToldWhomTheirLinesGoTo, where no screen shows it: those that they went
// to before, or everyone again.
func TestWhoComesBackIsToldWhomTheirLinesGoTo(t *testing.T) {
	for name, want := range map[string]room.Notice{
		"in text mode": {What: room.NowTo, Name: "bob"}, "elsewhere": {What: room.NowToEveryone},
	} {
		t.Run(name, func(t *testing.T) {
			inCuttingRoom(t, func(h *testRoom) {
				ann := h.arrive(atScreen("ann", "SHA256:ann"))
				h.join("bob")
				ann.asks("/texte")
				ann.asks("@bob")
				ann.Keep("what the front keeps", 5)
				sleep(room.UnsureFor + time.Second)
				h.settle()
				ann.loses(state.Lost)
				entry := atScreen("ann", "SHA256:ann")
				entry.Screen = name == "in text mode"
				h.arrive(entry).goesOn(fmt.Sprintf("%#v", want))
			})
		})
	}
}

// TestAfterTheWaitThereIsOneDeparture, and what was kept is gone.
func TestAfterTheWaitThereIsOneDeparture(t *testing.T) {
	inCuttingRoom(t, func(h *testRoom) {
		bob, ann := h.join("bob")[0], h.arrive(withKey("ann", "SHA256:ann"))
		ann.Keep("a draft", 5)
		h.settle()
		ann.loses(state.Lost)
		bob.notified("@ann perdue ?", room.RecipientCut, "ann")
		sleep(time.Minute + time.Second)
		bob.sees("bob -> [ann]: perdue ?", "-ann (lost)")
		back := h.arrive(withKey("ann", "SHA256:ann"))
		back.sees("welcome")
		if kept := back.Resumed(); kept != nil {
			h.Errorf("the front gets %v", kept)
		}
	})
}

// TestWithoutAKeyThePseudoAndThePlaceComeBackAndNothingElse, and from that address only.
func TestWithoutAKeyThePseudoAndThePlaceComeBackAndNothingElse(t *testing.T) {
	inCuttingRoom(t, func(h *testRoom) {
		bob, ann := h.join("bob")[0], h.arrive(from("ann", "192.0.2.7"))
		bob.does("@ann secret")
		ann.asks("/lang en")
		ann.Keep("a draft", 5)
		sleep(room.UnsureFor + time.Second)
		bob.items()
		ann.loses(state.Lost) // it has read nothing
		bob.notified("@ann perdue ?", room.RecipientLost, "ann")
		bob.does("où est ann ?")
		taken := turnedAway[*state.TakenError](h, from("ann", "192.0.2.8"))
		if !taken.Lost || taken.Left > time.Minute || taken.Left < 59*time.Second {
			h.Errorf("who cannot be ann is told %+v", taken)
		}
		turnedAway[*state.TakenError](h, withKey("ann", "SHA256:else"))
		back := h.arrive(from("ann", "192.0.2.7"))
		back.goesOn("bob: où est ann ?")
		if kept := back.Resumed(); kept != nil || back.Prefs().Lang == state.English {
			h.Errorf("the front gets %v", kept)
		}
		if err := back.tries("/r à qui ?"); err != room.ErrNobody {
			h.Errorf("answers %v", err)
		}
		bob.sees("bob -> [ann]: perdue ?", "bob: où est ann ?")
	})
}

// TestThoseWhoGoAreGoneAtOnce, however they go, and so are scripts and those who are put
// out after their connection was lost.
func TestThoseWhoGoAreGoneAtOnce(t *testing.T) {
	script := withKey("ann", "SHA256:ann")
	script.Script = true
	for _, do := range map[string]func(*testRoom) string{
		"quit":    func(h *testRoom) string { h.arrive(as("ann")).loses(state.Quit); return "-ann (quit)" },
		"crashed": func(h *testRoom) string { h.arrive(as("ann")).loses(state.Crashed); return "-ann (crashed)" },
		"script":  func(h *testRoom) string { h.arrive(script).loses(state.Lost); return "-ann (lost)" },
		"kicked": func(h *testRoom) string {
			h.arrive(as("ann")).loses(state.Lost)
			h.console().does("kick ann assez")
			return "ann kicked by console: assez"
		},
	} {
		inCuttingRoom(t, func(h *testRoom) {
			bob := h.join("bob")[0]
			want := do(h)
			bob.sees("+ann", want)
			h.present("bob")
			sleep(2 * time.Minute)
			bob.sees()
			h.arrive(as("ann")).sees("welcome")
		})
	}
}

func TestWhoIsBannedWhileCutDoesNotComeBack(t *testing.T) {
	inCuttingRoom(t, func(h *testRoom) {
		bob, ann := h.join("bob")[0], h.arrive(withKey("ann", fingerprint("ann")))
		h.settle()
		ann.loses(state.Lost)
		h.console().asks("ban " + fingerprint("ann"))
		h.present("bob")
		turnedAway[*state.BannedError](h, withKey("ann", fingerprint("ann")))
		bob.items()
		sleep(2 * time.Minute)
		bob.sees()
	})
}

// TestTheOwnerOfAnAccountComesBackByPassPhrase, from anywhere, and nobody without it.
func TestTheOwnerOfAnAccountComesBackByPassPhrase(t *testing.T) {
	inCuttingRoom(t, func(h *testRoom) {
		bob, ann := h.join("bob")[0], h.arrive(from("ann", "192.0.2.7"))
		ann.asks("/register secret phrase")
		ann.Keep("a draft", 5)
		h.settle()
		ann.loses(state.Lost)
		bob.notified("@ann perdue ?", room.RecipientCut, "ann")
		turnedAway[*state.RegisteredError](h, from("ann", "192.0.2.7"))
		e := from("ann", "192.0.2.8")
		e.Pass = "secret phrase"
		back := h.arrive(e)
		if kept := back.Resumed(); kept != "a draft" {
			h.Errorf("the front gets %v", kept)
		}
		bob.sees("bob -> [ann]: perdue ?")
	})
}

// TestARenamedMemberComesBackAsWhoTheyWere: ssh asks for the pseudo that they came with.
func TestARenamedMemberComesBackAsWhoTheyWere(t *testing.T) {
	inCuttingRoom(t, func(h *testRoom) {
		bob, ann := h.join("bob")[0], h.arrive(withKey("ann", "SHA256:ann"))
		ann.does("/nick anna")
		ann.asks("/ignore bob")
		sleep(room.UnsureFor + time.Second)
		h.settle()
		ann.loses(state.Lost)
		other := h.arrive(withKey("cleo", "SHA256:ann")) // of the same key, but another person
		other.sees("welcome")
		back := h.arrive(withKey("ann", "SHA256:ann"))
		if back.Pseudo() != "anna" {
			h.Errorf("comes back as %s", back.Pseudo())
		}
		bob.does("salut")
		back.goesOn("+cleo") // and still ignores bob
		h.room.SetLimits(room.Limits{})
		h.present("anna", "bob", "cleo")
	})
}

// TestAnotherSessionKeepsAMemberHere: they are not away, and nothing is said of the one
// that was cut, whatever becomes of it.
func TestAnotherSessionKeepsAMemberHere(t *testing.T) {
	inCuttingRoom(t, func(h *testRoom) {
		bob := h.join("bob")[0]
		phone, desk := h.arrive(withKey("ann", "SHA256:ann")), h.arrive(withKey("ann", "SHA256:ann"))
		h.settle()
		phone.loses(state.Lost)
		h.away()
		bob.does("@ann salut") // it is read on the other
		desk.sees("bob -> [ann]: salut")
		desk.loses(state.Lost)
		h.away("ann")
		bob.items()
		back := h.arrive(withKey("ann", "SHA256:ann"))
		back.goesOn("bob -> [ann]: salut")
		h.away()
		sleep(2 * time.Minute)
		bob.sees()
		back.stays()
	})
}

// TestWhoAsksForThePseudoOfSomebodyCutTakesNothingFromThem: not whom they ignore, nor
// whom they answer.
func TestWhoAsksForThePseudoOfSomebodyCutTakesNothingFromThem(t *testing.T) {
	inCuttingRoom(t, func(h *testRoom) {
		bob, ann := h.join("bob")[0], h.arrive(withKey("ann", "SHA256:ann"))
		h.join("cleo")
		ann.asks("/ignore cleo")
		ann.does("@bob salut")
		ann.loses(state.Lost)
		turnedAway[*state.TakenError](h, withKey("ann", "SHA256:else"))
		turnedAway[*state.TakenError](h, as("ann"))
		back := h.arrive(withKey("ann", "SHA256:ann"))
		h.settle()
		back.does("/r encore")
		if got := replied[room.Ignoring](back, "/ignore"); len(got.Names) != 1 {
			h.Errorf("ignores %v", got)
		}
		bob.sees("ann -> [bob]: encore")
		back.loses(state.Lost)
		sleep(2 * time.Minute)
		if err := h.arrive(withKey("ann", "SHA256:else")).tries("/r qui ?"); err != room.ErrNobody {
			h.Errorf("the next ann answers %v", err)
		}
	})
}

// away wants exactly these people to be shown as away, in the list and on screens.
func (h *testRoom) away(want ...text.Pseudo) {
	h.Helper()
	c := h.console()
	var lost, away []text.Pseudo
	for _, p := range replied[room.People](c, "list").Members {
		if p.Lost {
			lost = append(lost, p.Pseudo)
		}
	}
	for _, a := range c.Roster().People {
		if a.Away {
			away = append(away, a.Pseudo)
		}
	}
	if !slices.Equal(lost, want) || !slices.Equal(away, want) {
		h.Errorf("%q are cut and %q away, want %q", lost, away, want)
	}
}

// TestAScriptTakesNobodysPlace, but for what a killed server has left of one.
func TestAScriptTakesNobodysPlace(t *testing.T) {
	inCuttingRoom(t, func(h *testRoom) {
		bob, ann := h.join("bob")[0], h.arrive(withKey("ann", "SHA256:ann"))
		cleo := h.arrive(from("cleo", "192.0.2.7"))
		ann.Keep("a draft", 5)
		h.settle()
		ann.loses(state.Lost)
		cleo.loses(state.Lost)
		script := withKey("ann", "SHA256:ann")
		script.Script = true
		h.arrive(script).loses(state.Quit)
		quiet := withKey("ann", "SHA256:ann")
		quiet.Script, quiet.Quiet = true, true
		h.arrive(quiet).loses(state.Quit)
		h.present("ann", "bob", "cleo")
		if kept := h.arrive(withKey("ann", "SHA256:ann")).Resumed(); kept != "a draft" {
			h.Errorf("the front gets %v", kept)
		}
		bot := from("cleo", "192.0.2.7")
		bot.Script = true
		h.arrive(bot)
		bob.sees()
	})
}

// TestWhatIsKeptIsBounded: in all, and of each.
func TestWhatIsKeptIsBounded(t *testing.T) {
	inCuttingRoom(t, func(h *testRoom) {
		bob, ann := h.join("bob")[0], h.arrive(withKey("ann", "SHA256:ann"))
		ann.Keep("too much", room.MaxKept+1)
		ann.loses(state.Lost)
		long := "@ann " + strings.Repeat("x", text.MaxText-5)
		told := map[room.What]int{}
		for range 2 * room.MaxKept / text.MaxText {
			told[replied[room.Notice](bob, long).What]++
			bob.items()
		}
		if told[room.RecipientCut] > room.MaxKept/(text.MaxText-5) || told[room.RecipientLost] == 0 {
			h.Errorf("told %v", told)
		}
		if kept := h.arrive(withKey("ann", "SHA256:ann")).Resumed(); kept != nil {
			h.Errorf("the front gets %v", kept)
		}
		for i := range room.MaxCut + 1 {
			h.arrive(withKey(text.Pseudo(fmt.Sprint("u", i)), fmt.Sprint("SHA256:u", i))).Close(state.Ending{Cause: state.Lost})
		}
		last := text.Pseudo(fmt.Sprint("u", room.MaxCut))
		bob.notified("@"+string(last)+" là ?", room.RecipientLost, last)
		bob.items()
		back := h.arrive(withKey(last, "SHA256:"+string(last)))
		if got := back.items(); sketch(got[0]) != "welcome" {
			h.Errorf("sees %v", got)
		}
		bob.sees()
	})
}

// TestLinesThatMayNotHaveArrivedAreShownAgain: what was written shortly before a
// connection was lost may be lost with it.
func TestLinesThatMayNotHaveArrivedAreShownAgain(t *testing.T) {
	inCuttingRoom(t, func(h *testRoom) {
		bob := h.join("bob")[0]
		bob.does("avant ann")
		atScreen := withKey("cleo", "SHA256:cleo")
		atScreen.Screen = true
		ann, screen := h.arrive(withKey("ann", "SHA256:ann")), h.arrive(atScreen)
		bob.does("un")
		sleep(room.UnsureFor + time.Second)
		bob.does("deux")
		h.settle()
		screen.Keep("what it showed", 5)
		ann.loses(state.Lost)
		screen.loses(state.Lost)
		bob.does("trois")
		h.arrive(withKey("ann", "SHA256:ann")).goesOn("bob: deux", "bob: trois")
		h.arrive(atScreen).sees("bob: trois")
	})
}
