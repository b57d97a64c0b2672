package room_test

import (
	"errors"
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

func operators(keys ...string) room.Access {
	a := room.Access{Operators: map[string]string{}}
	for _, key := range keys {
		a.Operators[key] = "somebody"
	}
	return a
}

func TestAKeyOnTheListMakesAnOperator(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.room.SetAccess(operators("SHA256:op"))
		ann, op := h.join("ann")[0], h.arrive(withKey("modest", "SHA256:op"))
		h.settle()
		if op.Role() != state.Operator || ann.Role() != state.Guest {
			h.Errorf("their roles are %v and %v", op.Role(), ann.Role())
		}
		if list := replied[room.People](ann, "/liste").Members; list[0].Operator || !list[1].Operator {
			h.Errorf("ann reads %+v", list)
		}
		bob := h.join("bob")[0]
		for _, line := range []string{
			"/wall hear", "/mute bob 1m", "/unmute bob", "/sujet news", "/slow 5", "/slow 0", "/shutdown 100", "/shutdown annuler", "/ban 203.0.113.0/24 1h", "/unban 203.0.113.0/24", "/kick bob bye",
		} {
			op.does(line)
		}
		replied[room.Bans](op, "/bans")
		replied[room.Stats](op, "/stats")
		bob.left(state.Expelled)
		for _, line := range []string{"/kick modest", "/ban modest", "/mute modest", "/reload", "/liberer modest"} {
			refused[*room.DeniedError](ann, line)
		}
		op.stays()
	})
}

// TestNobodyTouchesTheConsole: no name means it.
func TestNobodyTouchesTheConsole(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console := h.console()
		one, two := h.operator("xavier"), h.operator("yves")
		for _, line := range []string{"/kick console", "/mute console", "/kick operateur", "/info console"} {
			refused[*state.UnknownMemberError](one, line)
		}
		refused[*text.PseudoError](one, "/ban console")
		one.Do(h.Context(), "/ban 128.0.0.0/1")
		one.left(state.Barred)
		two.left(state.Barred)
		console.stays()
		console.does("unban 128.0.0.0/1")
		one, two = h.operator("xavier"), h.operator("yves")
		two.does("/kick xavier enough")
		one.left(state.Expelled)
	})
}

func TestAccessChangesWhileTheRoomRuns(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.arrive(withKey("ann", "SHA256:A")), h.arrive(withKey("bob", "SHA256:B"))
		h.settle()
		refused[*room.DeniedError](ann, "/wall hello")
		before := bob.Roster()
		h.room.SetAccess(operators("SHA256:A"))
		ann.sees(fmt.Sprintf("%#v", room.Notice{What: room.NowOperator}))
		bob.sees()
		if now := bob.Roster(); now == before || !now.People[0].Operator || now.People[1].Operator {
			h.Errorf("bob sees %+v", now.People)
		}
		ann.does("/wall hello")
		h.settle()
		h.room.SetAccess(operators("SHA256:B"))
		ann.sees(fmt.Sprintf("%#v", room.Notice{What: room.NowGuest}))
		bob.sees(fmt.Sprintf("%#v", room.Notice{What: room.NowOperator}))
		refused[*room.DeniedError](ann, "/wall hello")
		bob.does("/wall hello")
		h.settle()
		h.room.SetAccess(operators("SHA256:B"))
		bob.sees()
	})
}

// TestOneSessionOfAnOperatorMakesTheMemberOne as others see it.
func TestOneSessionOfAnOperatorMakesTheMemberOne(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.room.SetAccess(operators("SHA256:A2"))
		one := h.owner("ann", "SHA256:A1")
		one.told(room.NowPassSet, "/inscrire "+phrase)
		two := h.arrive(passing("ann", "SHA256:A2", phrase))
		operator := func() bool { return replied[room.Profile](one, "/info").Person.Operator }
		if !operator() || one.Role() != state.Guest || two.Role() != state.Operator {
			h.Errorf("ann is an operator: %v; her sessions are %v and %v", operator(), one.Role(), two.Role())
		}
		refused[*room.DeniedError](one, "/wall hello")
		two.goes()
		if operator() {
			h.Error("ann is still an operator")
		}
	})
}

func TestOnlyAllowedKeysJoin(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.phrased("cleo")
		a := operators("SHA256:op")
		a.Allow = map[string]bool{"SHA256:A": true}
		h.room.SetAccess(a)
		a.Allow["SHA256:late"] = true // the room keeps its own
		h.arrive(withKey("ann", "SHA256:A"))
		h.arrive(withKey("op", "SHA256:op"))
		for _, e := range []room.Entry{as("bob"), withKey("bob", "SHA256:B"), withKey("bob", "SHA256:late"), as("cleo"), visiting("bob", 1, phrase)} {
			rejected(h, e, room.ErrNotAllowed)
		}
		rejected(h, visiting("cleo", 1, "guess guess"), room.ErrWrongPass)
		h.arrive(visiting("cleo", 1, phrase))
		h.present("ann", "cleo", "op")
		h.room.SetAccess(room.Access{Allow: map[string]bool{}})
		rejected(h, withKey("dan", "SHA256:A"), room.ErrNotAllowed)
		h.room.SetAccess(room.Access{})
		h.join("dan")
	})
}

func TestTheRoomsPasswordIsAskedOfAll(t *testing.T) {
	for name, password := range map[string]string{
		"plain":  "sésame ouvre-toi",
		"hashed": "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$t3Vt", // too short to be one: nobody enters
	} {
		t.Run(name, func(t *testing.T) {
			inFreeRoom(t, func(h *testRoom) {
				e := withKey("ann", "SHA256:op")
				if len(h.room.Lacks(&e)) > 0 {
					h.Error("a password is asked for where there is none")
				}
				h.room.SetAccess(room.Access{Password: password, Operators: map[string]string{"SHA256:op": ""}})
				if !slices.Equal(h.room.Lacks(&e), []room.Proof{room.RoomPassword}) {
					h.Error("no password is asked for")
				}
				for range 20 {
					rejected(h, e, room.ErrWrongPassword) // none is no guess
				}
				if name == "hashed" {
					e.Password = "whatever"
					if s, err := h.room.Join(h.Context(), e); err == nil {
						s.Close(state.Ending{Cause: state.Quit})
						h.Error("ann is in")
					}
					return
				}
				e.Password = "se\u0301same ouvre-toi"
				h.arrive(e)
				bob := as("bob")
				bob.Password = "guess"
				for range 5 {
					rejected(h, bob, room.ErrWrongPassword)
				}
				bob.Password = password
				turnedAway[*room.GuessError](h, bob)
				bob.Addr = from("bob", "198.51.100.1").Addr
				h.arrive(bob)
			})
		})
	}
}

func TestTheMessageOfTheDay(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.room.SetAccess(room.Access{MOTD: "\nRègles\x1b[31m\r\n14:05 bob: hi\u202e\n\n"})
		if _, w := h.welcomed(as("ann")); w.MOTD != "Règles\n14:05 bob: hi" {
			h.Errorf("ann is welcomed with %q", w.MOTD)
		}
		h.room.SetAccess(room.Access{MOTD: strings.Repeat("é\n", 100)})
		if _, w := h.welcomed(as("bob")); strings.Count(w.MOTD, "\n") != text.MaxLines-1 {
			h.Errorf("bob is welcomed with %q", w.MOTD)
		}
		h.room.SetAccess(room.Access{MOTD: "x" + strings.Repeat("é", text.MaxText)})
		if _, w := h.welcomed(as("cleo")); len(w.MOTD) != text.MaxText-1 || !strings.HasSuffix(w.MOTD, "é") {
			h.Errorf("cleo is welcomed with %d bytes", len(w.MOTD))
		}
	})
}

func TestReloadIsForOperators(t *testing.T) {
	var r *room.Room
	bad := errors.New("operators:3: no key")
	cfg := room.Config{Reload: func() (int, error) {
		err := bad
		r.SetAccess(operators("SHA256:op"))
		bad = nil
		return 0, err
	}}
	inRoomLike(t, cfg, func(h *testRoom) {
		r = h.room
		console := h.console()
		if err := refused[*room.ReloadError](console, "reload"); err.Err.Error() != "operators:3: no key" {
			h.Errorf("the console is told %v", err)
		}
		console.told(room.NowReloaded, "recharger")
		h.arrive(withKey("op", "SHA256:op")).told(room.NowReloaded, "/reload")
	})
	inRoom(t, func(h *testRoom) {
		if err := h.console().tries("reload"); !errors.Is(err, room.ErrNoReload) {
			h.Errorf("the console is told %v", err)
		}
	})
}

func TestWhatOperatorsDoIsAudited(t *testing.T) {
	var h *testRoom
	var acts []string
	cfg := room.Config{Audit: func(a room.Act) {
		h.room.Lacks(&room.Entry{}) // would deadlock if the lock were held
		why := ""
		if a.Err != nil {
			why = " ! " + a.Err.Error()
		}
		if !a.Time.Equal(time.Now()) || a.By == "" == a.Addr.IsValid() {
			t.Errorf("written down: %+v", a)
		}
		acts = append(acts, strings.TrimSpace(fmt.Sprintf("%s %s %s %s%s", a.By, a.KeyID, a.Front, a.Command, why)))
	}}
	inRoomLike(t, cfg, func(in *testRoom) {
		h = in
		h.room.SetAccess(operators("SHA256:op"))
		op, console, ann := h.arrive(withKey("op", "SHA256:op")), h.console(), h.arrive(as("ann"))
		op.does("/mute ann 1m", "/sujet le\tsujet", "hello", "/me waves", "@ann psst")
		console.does("wall all", "slow 3")
		op.tries("/kick nobody")
		op.tries("/kick")
		op.asks("/sujet")
		op.asks("/bans")
		op.asks("/stats")
		op.asks("/liste")
		ann.tries("/kick op")
		ann.tries("/sujet mine")
		op.does("//unmute ann")
		console.tries("liberer ann")
		want := []string{
			"op SHA256:op ssh /mute ann 1m", "op SHA256:op ssh /sujet le sujet", "wall all", "slow 3",
			`op SHA256:op ssh /kick nobody ! room: nobody is called "nobody"`, "op SHA256:op ssh /kick ! room: usage of kick",
			"op SHA256:op ssh //unmute ann", `liberer ann ! room: nothing to undo for "ann"`,
		}
		if !slices.Equal(acts, want) {
			h.Errorf("written down:\n\t%s\nwant\n\t%s", strings.Join(acts, "\n\t"), strings.Join(want, "\n\t"))
		}
	})
}

func TestABanIsNotEvadedByAnotherKeyOfTheAccount(t *testing.T) {
	for _, target := range []string{"ann", "ANN", fingerprint("A1"), fingerprint("A2")} {
		inFreeRoom(t, func(h *testRoom) {
			one := h.owner("ann", fingerprint("A1"))
			one.told(room.NowPassSet, "/inscrire "+phrase)
			two := h.arrive(passing("ann", fingerprint("A2"), phrase))
			two.told(room.NowKeyAdded, "/inscrire")
			aside := h.arrive(withKey("zoe", fingerprint("A2")))
			three := h.arrive(passing("ann", "", phrase))
			console := h.console()
			console.Do(h.Context(), "ban "+target+" 1h")
			for _, p := range []*person{one, two, three, aside} {
				p.left(state.Barred)
				p.goes()
			}
			for _, e := range []room.Entry{
				withKey("ann", fingerprint("A1")), withKey("ann", fingerprint("A2")), passing("ann", "", phrase), passing("ann", fingerprint("A3"), phrase),
				withKey("other", fingerprint("A1")), withKey("another", fingerprint("A2")),
			} {
				turnedAway[*state.BannedError](h, e)
			}
			h.arrive(withKey("bob", "SHA256:B"))
			sleep(time.Hour)
			h.arrive(withKey("ann", fingerprint("A1")))
		})
	}
}

func TestAMuteIsNotEvadedByAnotherKeyOfTheAccount(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.owner("ann", "SHA256:A1")
		ann.told(room.NowPassSet, "/inscrire "+phrase)
		two := h.arrive(passing("ann", "SHA256:A2", phrase))
		two.told(room.NowKeyAdded, "/inscrire")
		console := h.console()
		console.does("mute ann")
		refused[*state.MutedError](ann, "hello")
		refused[*state.MutedError](two, "hello")
		ann.goes()
		two.goes()
		zoe := h.arrive(withKey("zoe", "SHA256:A2"))
		refused[*state.MutedError](zoe, "hello")
		refused[*state.MutedError](zoe, "@zoe hello")
		refused[*state.MutedError](h.arrive(passing("ann", "SHA256:A3", phrase)), "hello")
		console.does("unmute zoe")
		zoe.does("hello")
	})
}

// TestARestartKeepsAccounts and what came with them.
func TestARestartKeepsAccounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, store := keptLog{room.NewMemoryLog()}, room.NewMemoryStore()
		defer log.MemoryLog.Close()
		before := open(t, room.Config{Limits: room.Limits{Replay: 20}}, log, store)
		ann := before.owner("ann", "SHA256:A")
		ann.asks("/lang en")
		before.phrased("bob")
		if err := before.room.Close(); err != nil {
			t.Fatal(err)
		}
		after := open(t, room.Config{Limits: room.Limits{Replay: 20}}, log, store)
		for _, e := range impostorsOf("ann") {
			turnedAway[*state.RegisteredError](after, e)
		}
		rejected(after, visiting("bob", 1, "guess guess"), room.ErrWrongPass)
		after.arrive(visiting("bob", 2, phrase))
		if back := after.arrive(withKey("ann", "SHA256:A")); back.Prefs().Lang != state.English {
			t.Errorf("ann is spoken to as %+v", back.Prefs())
		}
	})
}

func impostorsOf(pseudo text.Pseudo) []room.Entry {
	return []room.Entry{as(pseudo), as(text.Pseudo(strings.ToUpper(string(pseudo)))), withKey(pseudo, "SHA256:other"), passing(pseudo, "", phrase)}
}
