package room_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
)

// withRooms is a room in which everybody may make others.
func withRooms() room.Config {
	return room.Config{Limits: room.Limits{Replay: 20, Makers: room.EveryoneMakes, MaxRooms: 200}}
}

// whereabouts returns what a person follows: "#salon *#dev 3!": which they look at, what is
// unread and whether it names them.
func (p *person) whereabouts() string {
	rooms := p.Rooms()
	if rooms == nil {
		return ""
	}
	var list []string
	for _, in := range rooms.List {
		s := string(in.Name)
		if in.Here {
			s = "*" + s
		}
		if in.Unread > 0 {
			s += fmt.Sprint(" ", in.Unread)
		}
		if in.Named {
			s += "!"
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func (p *person) isAt(want string) {
	p.h.Helper()
	if got := p.whereabouts(); got != want {
		p.h.Errorf("%s is at %q, want %q", p.Pseudo(), got, want)
	}
}

func (p *person) isRefused(line string, want error) {
	p.h.Helper()
	if err := p.tries(line); !errors.Is(err, want) {
		p.h.Errorf("%s did %q: %v, want %v", p.Pseudo(), line, err, want)
	}
}

func TestRoomsAreApart(t *testing.T) {
	inRoomLike(t, withRooms(), func(h *testRoom) {
		ann, bob, leo := h.three("ann", "bob", "leo")
		ann.does("/join #dev")
		ann.sees("-> #dev made by: ann")
		bob.sees()
		bob.does("#dev")
		bob.sees("-> #dev by: ann bob")
		ann.sees("bob at #dev")
		bob.does("entre nous")
		leo.does("pour tous")
		ann.sees("bob: entre nous")
		bob.sees("bob: entre nous")
		leo.sees("leo: pour tous")
		bob.does("/join #salon")
		bob.sees("-> #salon by: ann bob leo last: leo: pour tous missed: 1")
		if d := replied[room.Done](bob, "#dev de loin"); sketch(room.Item{Event: d.Event}) != "bob: de loin" { // one's own message comes back
			t.Errorf("bob is told %+v", d.Event)
		}
		ann.sees("bob: de loin")
		bob.sees()
		leo.isRefused("#dev moi aussi", room.ErrNotFollowed)
		leo.does(`\#dev moi aussi`)
		leo.sees("leo: #dev moi aussi")
		ann.does("@tous ici seulement")
		ann.sees("ann: ici seulement")
		leo.sees()
	})
}

// TestWhatIsUnreadElsewhereIsCounted, and told once a second at most.
func TestWhatIsUnreadElsewhereIsCounted(t *testing.T) {
	inRoomLike(t, withRooms(), func(h *testRoom) {
		ann, bob, _ := h.three("ann", "bob", "leo")
		ann.isAt("")
		ann.does("/join #dev")
		bob.does("/join #dev")
		bob.does("un", "deux")
		ann.isAt("#salon *#dev")
		ann.does("/join #salon")
		ann.items()
		ann.isAt("*#salon #dev")
		bob.does("trois", "quatre")
		bob.does("cinq, ann ?")
		ann.sees("#dev bob: cinq, ann ?")
		ann.isAt("*#salon #dev 3!")
		ann.does("#dev")
		ann.sees("-> #dev by: ann bob last: bob: un bob: deux bob: trois bob: quatre bob: cinq, ann ? missed: 3")
		ann.isAt("#salon *#dev")
	})
}

func TestAPrivateRoomIsNotThereForOthers(t *testing.T) {
	inRoomLike(t, withRooms(), func(h *testRoom) {
		ann, bob, leo := h.three("ann", "bob", "leo")
		ann.does("/join #dev", "/private on", "secret de leo")
		h.settle()
		bob.isRefused("#dev coucou", state.ErrNoRoom)
		bob.isRefused("/historique #dev", state.ErrNoRoom)
		bob.isRefused("/liste #dev", state.ErrNoRoom)
		bob.isRefused("/sujet #dev", state.ErrNoRoom)
		bob.isRefused("/leave #dev", state.ErrNoRoom)
		bob.isRefused("/invite #dev leo", state.ErrNoRoom)
		bob.isRefused("/close #dev", state.ErrNoRoom)
		bob.isRefused("/kick #dev ann", state.ErrNoRoom)
		if list := replied[room.RoomList](bob, "/rooms"); len(list.Rooms) != 1 {
			h.Errorf("bob knows of %+v", list.Rooms)
		}
		if past := replied[room.Past](bob, "/chercher secret #tous"); len(past.Events) > 0 {
			h.Errorf("bob found %+v", past.Events)
		}
		ann.does("/invite bob")
		bob.sees("[invited by ann to #dev]")
		bob.does("/join #dev", "merci")
		ann.does("@bob de rien")
		h.settle()
		ann.does("/invite bob off")
		bob.sees("-> #salon by: ann bob leo why: 2")
		bob.isRefused("#dev encore", state.ErrNoRoom)
		bob.isRefused("/historique #dev", state.ErrNoRoom)
		ann.does("sans bob")
		bob.sees()
		bob.isRefused("/join #dev", state.ErrRoomTaken)
		leo.sees()
		bob.isAt("")
	})
}

func TestWhoMadeARoomGovernsIt(t *testing.T) {
	inRoomLike(t, withRooms(), func(h *testRoom) {
		ann, bob, leo := h.three("ann", "bob", "leo")
		ann.does("/join #dev")
		bob.does("/join #dev")
		refused[*room.DeniedError](bob, "/topic à moi")
		refused[*room.DeniedError](bob, "/kick ann")
		ann.does("/topic le code", "/moderator bob")
		bob.does("/topic le jeu", "/mute ann 10m")
		refused[*state.MutedError](ann, "et moi ?")
		replied[room.Done](ann, "#salon on m'entend ici")
		ann.does("/unmute ann", "de nouveau")
		leo.does("/join #dev")
		h.settle()
		ann.does("/kick leo assez")
		leo.stays()
		leo.sees("-> #salon by: ann bob leo why: 3")
		ann.isRefused("/leave #salon", room.ErrFirstRoom)
		refused[*room.DeniedError](ann, "/kick #salon bob")
		h.settle()
		ann.does("/close")
		ann.sees("-> #salon by: ann bob leo why: 1")
		bob.isAt("")
		ann.isRefused("#dev ?", state.ErrNoRoom)
		op := h.operator("op")
		op.does("/join #dev")
		bob.does("/join #dev")
		op.does("/kick #dev bob")
		bob.stays()
		op.does("/kick bob")
		bob.left(state.Expelled)
	})
}

// TestNobodyIsInARoomThatGoes: one in which nothing was said, that nobody owns who could come
// back.
func TestARoomThatNobodyNeedsGoes(t *testing.T) {
	inRoomLike(t, withRooms(), func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		console := h.console()
		rooms := func(want int) {
			h.Helper()
			h.settle()
			if got := len(replied[room.RoomList](console, "rooms").Rooms); got != want {
				h.Errorf("%d rooms, want %d", got, want)
			}
		}
		ann.does("/join #dev", "/join #tp2")
		rooms(3)
		ann.does("un mot", "/leave")
		ann.asks("/leave #dev")
		rooms(2) // something was said in #tp2
		bob.does("/join #tp3")
		bob.Close(state.Ending{Cause: state.Quit})
		rooms(2)
	})
}

// sketchRoom draws the replies about rooms.
func sketchRoom(r room.Reply) (string, bool) {
	switch r := r.(type) {
	case room.Entered:
		var s strings.Builder
		s.WriteString("-> " + string(r.Name))
		if r.Made {
			s.WriteString(" made")
		}
		var names []string
		for _, p := range r.Names {
			names = append(names, string(p))
		}
		s.WriteString(" by: " + strings.Join(names, " "))
		for i, e := range r.Last {
			if i == 0 {
				s.WriteString(" last:")
			}
			s.WriteString(" " + sketch(room.Item{Event: &e}))
		}
		if r.Why != 0 {
			s.WriteString(fmt.Sprint(" why: ", r.Why))
		}
		if r.Missed > 0 {
			s.WriteString(fmt.Sprint(" missed: ", r.Missed))
		}
		return s.String(), true
	case room.Elsewhere:
		_, in := state.RoomOf(r.Event.Body)
		return string(in) + " " + sketch(room.Item{Event: r.Event}), true
	case room.Notice:
		if r.What == room.NowLeftRoom {
			return "[left " + r.Text + "]", true
		}
		if r.What == room.InvitedTo {
			return fmt.Sprintf("[invited by %s to %s]", r.Name, r.Text), true
		}
	}
	return "", false
}

// TestWhoComesBackIsInTheirRoom: with a key; anybody else at that address is in the first.
func TestWhoComesBackIsInTheirRoom(t *testing.T) {
	cfg := withRooms()
	cfg.CutWait = time.Minute
	for key, want := range map[string]string{"": "#salon", fingerprint("ann"): "#dev"} {
		inRoomLike(t, cfg, func(h *testRoom) {
			ann := h.arrive(withKey("ann", key))
			bob := h.join("bob")[0]
			ann.does("/join #dev", "/private on", "/invite bob")
			bob.does("#dev")
			h.settle()
			ann.Close(state.Ending{Cause: state.Lost})
			bob.does("tu es là ?")
			back := h.arrive(withKey("ann", key))
			seen := fmt.Sprint(lines(back.items(), back, map[*person]string{}))
			if key == "" {
				if back.whereabouts() != "" || seen != "[]" {
					h.Errorf("somebody is at %q and sees %s", back.whereabouts(), seen)
				}
				back.isRefused("#dev oui", state.ErrNoRoom)
				return
			}
			if back.isAt("#salon *" + want); seen != "[tu es là ?]" {
				h.Errorf("ann sees %s", seen)
			}
		})
	}
}

func TestRoomsComplete(t *testing.T) {
	inRoomLike(t, withRooms(), func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		completes := func(p *person, line string, want ...string) {
			h.Helper()
			if _, got := p.Complete(line, len(line)); !slices.Equal(got, want) {
				h.Errorf("%s: %q completes to %q, want %q", p.Pseudo(), line, got, want)
			}
		}
		completes(ann, "#")
		bob.does("/join #dev", "/join #caché", "/private on")
		completes(ann, "#", "#salon ", "#dev ")
		completes(ann, "#d", "#dev ")
		completes(ann, "/join ", "#salon ", "#dev ")
		completes(ann, "/join #c")
		completes(ann, "/liste #d", "#dev ")
		completes(bob, "#c", "#caché ")
		completes(bob, "/kick #dev a", "ann ")
	})
}

// TestAnOperatorsProgramReadsAllRooms, as long as it is an operator's.
func TestAnOperatorsProgramReadsAllRooms(t *testing.T) {
	inRoomLike(t, withRooms(), func(h *testRoom) {
		key := fingerprint("bot")
		h.room.SetAccess(room.Access{Operators: map[string]string{key: "bot"}})
		e := withKey("bot", key)
		e.Prefs.JSON = true
		bot, console, ann := h.arrive(e), h.console(), h.join("ann")[0]
		ann.does("/join #dev", "/private on", "un")
		for _, p := range []*person{bot, console} {
			if got := lines(p.items(), p, map[*person]string{}); !slices.Equal(got, []string{"un"}) {
				h.Errorf("%s sees %q", p.Pseudo(), got)
			}
		}
		ann.does("deux")
		h.room.SetAccess(room.Access{})
		ann.does("trois")
		if got := lines(bot.items(), bot, map[*person]string{}); len(got) > 0 {
			h.Errorf("it is no operator's any more, and sees %q", got)
		}
		h.room.SetAccess(room.Access{Operators: map[string]string{key: "bot"}})
		ann.does("quatre")
		if got := lines(bot.items(), bot, map[*person]string{}); !slices.Equal(got, []string{"quatre"}) {
			h.Errorf("an operator's again, it sees %q", got)
		}
	})
}

// TestWhatAnOwnerHasReadIsKept: when they come back, what was said since they left is unread,
// and no more.
func TestWhatAnOwnerHasReadIsKept(t *testing.T) {
	for name, leaves := range map[string]func(*person){
		"quits":  func(p *person) { p.Do(p.h.Context(), "/quit") },
		"closes": func(p *person) { p.Close(state.Ending{Cause: state.Quit}) },
	} {
		inRoomLike(t, withRooms(), func(h *testRoom) {
			ann := h.arrive(withKey("ann", fingerprint("ann")))
			bob := h.join("bob")[0]
			ann.asks("/inscrire")
			ann.does("/join #dev")
			bob.does("#dev", "un", "deux")
			leaves(ann)
			bob.does("trois")
			back := h.arrive(withKey("ann", fingerprint("ann")))
			if got := back.whereabouts(); got != "*#salon #dev 1" {
				h.Errorf("%s: ann is at %q", name, got)
			}
		})
	}
}
