package room_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// roster is what a person is shown of who is here, in a few characters.
func (p *person) roster() string {
	r := p.Roster()
	words := []string{fmt.Sprint(r.Present)}
	for _, a := range r.People {
		name := string(a.Pseudo)
		if a.Away {
			name += "-"
		}
		if a.Operator {
			name += "+"
		}
		words = append(words, name)
	}
	return strings.Join(words, " ")
}

func TestARosterSaysWhoIsHere(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		bob, op := h.arrive(withKey("bob", "K")), h.operator("op")
		quiet := as("bot")
		quiet.Quiet = true
		h.arrive(quiet)
		h.arrive(as("Ann"))
		if got, want := bob.roster(), "3 Ann bob op+"; got != want {
			h.Errorf("the roster is %s, want %s", got, want)
		}
		h.console().does("sujet les vacances", "slow 5")
		bob.asks("/absent")
		op.asks("/shutdown 60 maj")
		if got, want := bob.roster(), "3 Ann bob- op+"; got != want {
			h.Errorf("the roster is %s, want %s", got, want)
		}
		if r := bob.Roster(); r.Topic.Text != "les vacances" || r.Slow != 5*time.Second || r.Shutdown == nil || r.Shutdown.Reason != "maj" {
			h.Errorf("the roster is %+v", r)
		}
	})
}

// TestEverybodySeesOneHue: in the roster, with what is said and with what is private.
func TestEverybodySeesOneHue(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		hues := map[text.Pseudo]state.Hue{}
		for _, who := range ann.Roster().People {
			hues[who.Pseudo] = who.Hue
		}
		if hues["ann"] == 0 || hues["bob"] == 0 || hues["ann"] == hues["bob"] {
			t.Errorf("the roster has the hues %v", hues)
		}
		var seen []state.Hue
		ann.does("salut", "@bob psst")
		for _, it := range bob.items() {
			if it.Event == nil {
				continue
			}
			switch b := it.Event.Body.(type) {
			case state.Said:
				seen = append(seen, b.Hue)
			case state.Whispered:
				seen = append(seen, b.Hue)
			}
		}
		if want := []state.Hue{hues["ann"], hues["ann"]}; !slices.Equal(seen, want) {
			t.Errorf("bob sees the hues %v, want %v", seen, want)
		}
	})
}

// TestARosterIsANewPointerOnlyWhenItDiffers: a screen compares pointers to
// know whether to draw.
func TestARosterIsANewPointerOnlyWhenItDiffers(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, op, console := h.arrive(withKey("ann", "K")), h.operator("op"), h.console()
		bob := h.join("bob")[0]
		again := func() {}
		for _, step := range []struct {
			what    string
			do      func()
			another bool
		}{
			{"a message", func() { ann.does("hello") }, false},
			{"a private message", func() { ann.does("@bob hello") }, false},
			{"an announcement", func() { console.does("wall hello") }, false},
			{"a mute", func() { op.asks("/mute bob") }, false},
			{"ignoring", func() { ann.asks("/ignorer bob") }, false},
			{"another session of the same member", func() { h.arrive(withKey("ann", "K")).Close(state.Ending{Cause: state.Quit}) }, false},
			{"a one-shot command", func() {
				e := as("bot")
				e.Quiet = true
				h.arrive(e).asks("/liste")
			}, false},
			{"a refused pseudo", func() { ann.tries("/pseudo bob") }, false},
			{"a pseudo", func() { ann.does("/pseudo anna") }, true},
			{"another spelling", func() { ann.does("/pseudo Anna") }, true},
			{"away", func() { ann.asks("/absent") }, true},
			{"away again", func() { ann.asks("/absent à table") }, false},
			{"back", func() { ann.asks("/retour") }, true},
			{"back again", func() { ann.asks("/retour") }, false},
			{"away and back", func() { ann.asks("/absent"); ann.asks("/retour") }, false},
			{"the topic", func() { console.does("sujet les vacances") }, true},
			{"slow mode", func() { console.does("slow 5") }, true},
			{"the same slow mode", func() { console.does("slow 5") }, false},
			{"no slow mode", func() { console.does("slow 0") }, true},
			{"a shutdown", func() { console.does("shutdown 60") }, true},
			{"the countdown", func() { sleep(45 * time.Second) }, false},
			{"no shutdown", func() { console.does("shutdown annuler") }, true},
			{"an arrival", func() { again = h.join("cleo")[0].leaves() }, true},
			{"a departure", func() { again() }, true},
			{"an arrival and a departure", func() { h.join("cleo")[0].leaves()() }, false},
			{"a ban of nobody", func() { console.does("ban spammer") }, false},
			{"a ban", func() { console.does("ban bob") }, true},
			{"a kick", func() { console.does("kick op") }, true},
		} {
			before := ann.Roster()
			text := ann.roster()
			step.do()
			h.settle()
			after := ann.Roster()
			if (before != after) != step.another {
				h.Errorf("after %s the roster is another: %v; %s, then %s", step.what, before != after, text, ann.roster())
			}
			if console.Roster() != after || bob.Roster() != after {
				h.Errorf("after %s not all have the same roster", step.what)
			}
		}
	})
}

// leaves returns what has a person leave.
func (p *person) leaves() func() {
	return func() { p.Close(state.Ending{Cause: state.Quit}) }
}

func TestWhoReadsAnEventFindsTheRosterItMade(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		var reading sync.WaitGroup
		reading.Go(func() {
			ann.Follow(nil, func(items []room.Item) error {
				for _, it := range items {
					if it.Event == nil {
						continue
					}
					b, ok := it.Event.Body.(state.Joined)
					if ok && !slices.ContainsFunc(ann.Roster().People, func(a room.Attendee) bool { return a.Pseudo == b.Pseudo }) {
						h.Errorf("%s has come and is not in the roster", b.Pseudo)
					}
				}
				return nil
			})
		})
		for i := range 100 {
			h.arrive(as(text.Pseudo(fmt.Sprintf("p%dx", i))))
		}
		ann.End(state.Ending{Cause: state.Quit})
		reading.Wait()
	})
}

// TestAGatheredCrowdChangesTheRosterOnce: a thousand arrivals must not have a
// thousand screens drawn a thousand times.
func TestAGatheredCrowdChangesTheRosterOnce(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		people := h.crowd(100)
		ann := people[0]
		before := ann.Roster()
		if before.Present != 100 || len(before.People) != 100 {
			h.Fatalf("%d are present, %d named", before.Present, len(before.People))
		}
		late := h.arrive(as("zoe"))
		people[1].Close(state.Ending{Cause: state.Quit})
		ann.does("hello")
		h.settle()
		if ann.Roster() != before || late.Roster() != before {
			h.Errorf("the roster is another before arrivals are shown: %s", ann.roster())
		}
		sleep(5 * time.Second)
		ann.sees("+1 -1 =100")
		after := ann.Roster()
		if after == before || after.Present != 100 || after.People[99].Pseudo != "zoe" {
			h.Errorf("the roster is %s", ann.roster())
		}
		h.arrive(as("yves"))
		h.arrive(as("xena"))
		h.console().does("sujet les vacances") // what else changes brings them along
		if r := ann.Roster(); r == after || r.Present != 102 || r.Topic.Text != "les vacances" {
			h.Errorf("the roster is %s", ann.roster())
		}
		kept := ann.Roster()
		sleep(5 * time.Second)
		if ann.Roster() != kept {
			h.Error("what was known already makes another roster")
		}
		people[2].Close(state.Ending{Cause: state.Quit})
		sleep(5 * time.Second)
		people[3].Close(state.Ending{Cause: state.Quit})
		sleep(5 * time.Second)
		people[4].Close(state.Ending{Cause: state.Quit}) // ninety-nine: named one by one again
		if r := ann.Roster(); r.Present != 99 {
			h.Errorf("the roster counts %d", r.Present)
		}
	})
}

func TestARosterNamesTwoHundredAndCountsTheOthers(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		var last *person
		for i := range 300 {
			p := h.arrive(as(text.Pseudo(fmt.Sprintf("p%03dx", (i*7)%300))))
			if p.Pseudo() == "p299x" {
				last = p
			}
		}
		r := last.Roster()
		if r.Present != 300 || len(r.People) != room.MaxRoster || r.People[0].Pseudo != "p000x" || r.People[199].Pseudo != "p199x" {
			h.Fatalf("%d are present, %d named: %s", r.Present, len(r.People), last.roster())
		}
		last.asks("/absent")
		last.does("/pseudo zoe")
		if last.Roster() != r {
			h.Error("somebody who is not named made another roster")
		}
	})
}

// TestARosterIsWhatTheListSays after anything that a few people may do, and
// another if and only if it says something else.
func TestARosterIsWhatTheListSays(t *testing.T) {
	lines := []string{"/absent", "/retour", "/pseudo zoe", "/pseudo yves", "/pseudo Ann", "/kick zoe", "/kick bob", "/topic x", "/topic y", "/slow 1", "/slow 0", "hello", "/shutdown 900", "/shutdown annuler", "/quitter", "/ban bob 1s", "come", "come", "come"}
	rapid.Check(t, func(rt *rapid.T) {
		typed := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [2]int {
			return [2]int{rapid.IntRange(0, 3).Draw(t, "who"), rapid.IntRange(0, len(lines)-1).Draw(t, "line")}
		}), 1, 40).Draw(rt, "typed")
		inFreeRoom(t, func(h *testRoom) {
			console := h.console()
			var people [4]*person
			seen := console.Roster()
			for _, step := range typed {
				who, line := step[0], lines[step[1]]
				if line == "come" || people[who] == nil {
					e := withKey([]text.Pseudo{"ann", "bob", "cleo", "dan"}[who], fmt.Sprint(who))
					e.Role, e.Quiet = state.Operator, step[1]%2 == 0
					if s, err := h.room.Join(h.Context(), e); err == nil {
						people[who] = &person{s, h}
						h.people = append(h.people, people[who])
					}
				} else {
					people[who].Do(h.Context(), line)
				}
				h.settle()
				list := replied[room.People](console, "list").Members
				r := console.Roster()
				if r.Present != len(list) || len(r.People) != len(list) {
					h.Fatalf("after %q the list has %d people, the roster %d of %d", line, len(list), len(r.People), r.Present)
				}
				for i, a := range r.People {
					if want := (room.Attendee{Pseudo: list[i].Pseudo, Away: list[i].Away != nil, Operator: list[i].Operator, Hue: list[i].Hue}); a != want {
						h.Fatalf("after %q the roster has %+v, the list %+v", line, a, want)
					}
				}
				if same := reflect.DeepEqual(r, seen); same != (r == seen) {
					h.Fatalf("after %q the roster is the same: %v, and says the same: %v", line, r == seen, same)
				}
				seen = r
			}
		})
	})
}

func TestARosterKnowsTheRoleOfASecondSession(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.room.SetAccess(room.Access{Operators: map[string]string{"op": ""}})
		ann := h.arrive(withKey("ann", "A"))
		ann.asks("/inscrire une phrase de passe")
		e := withKey("ann", "op")
		e.Pass = "une phrase de passe"
		second := h.arrive(e)
		if got := ann.roster(); got != "1 ann+" {
			h.Errorf("the roster is %s", got)
		}
		second.Close(state.Ending{Cause: state.Quit})
		h.settle()
		if got := ann.roster(); got != "1 ann" {
			h.Errorf("once it has left the roster is %s", got)
		}
	})
}

func TestARosterIsReadWhileItChanges(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		people := h.join("ann", "bob", "cleo")
		var all sync.WaitGroup
		for _, p := range people {
			all.Go(func() {
				for i := range 200 {
					switch i % 4 {
					case 0:
						p.Do(h.Context(), "/absent")
					case 2:
						p.Do(h.Context(), "/retour")
					}
					if r := p.Roster(); r.Present != 3 || len(r.People) != 3 {
						h.Errorf("the roster is %+v", r)
					}
				}
			})
		}
		all.Wait()
		if got := people[0].roster(); got != "3 ann bob cleo" {
			h.Errorf("the roster is %s", got)
		}
	})
}

// TestNamesAreInTheReadersOrder: an accent or a capital changes nothing.
func TestNamesAreInTheReadersOrder(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		me := h.join("zoé", "élève", "Carole", "bob", "Éric")[0]
		want := []text.Pseudo{"bob", "Carole", "élève", "Éric", "zoé"}
		h.present(want...)
		var got []text.Pseudo
		for _, a := range me.Roster().People {
			got = append(got, a.Pseudo)
		}
		if !slices.Equal(got, want) {
			h.Errorf("the roster is %q", got)
		}
		me.completes("/info e", "élève ", "Éric ")
	})
}
