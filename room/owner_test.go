package room_test

import (
	"fmt"
	"slices"
	"testing"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// TestARegisteredPseudoSaysWhatOpensIt: no other keys or phrase than those that do.
func TestARegisteredPseudoSaysWhatOpensIt(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.owner("ann", "SHA256:A1")
		if n := ann.told(room.NowPassSet, "/inscrire "+phrase); n.Text != "SHA256:A1" {
			h.Errorf("ann is told %+v", n)
		}
		two := h.arrive(passing("ann", "SHA256:A2", phrase))
		if n := two.told(room.NowPassSet, "/inscrire "+phrase); n.Text != "" {
			h.Errorf("ann is told of a key that opens nothing: %+v", n)
		}
		if n := two.told(room.NowKeyAdded, "/inscrire"); n.Text != "SHA256:A2" || n.Name != "ann" {
			h.Errorf("ann is told %+v", n)
		}
		two.told(room.NowKeyAdded, "/inscrire") // again
		if n := two.told(room.NowPassSet, "/inscrire "+phrase); n.Text != "SHA256:A2" {
			h.Errorf("ann is told %+v", n)
		}
	})
}

// TestTheOwnerSeesWhatOpensTheirPseudo and nobody else does, operators neither.
func TestTheOwnerSeesWhatOpensTheirPseudo(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.owner("ann", "SHA256:A1")
		op, bob := h.operator("op"), h.join("bob")[0]
		for _, line := range []string{"/info", "/info moi", "/whois ann"} {
			if own := replied[room.Profile](ann, line).Own; own == nil || !slices.Equal(own.Keys, []string{"SHA256:A1"}) || own.Pass {
				h.Errorf("%s: ann reads %+v", line, own)
			}
		}
		ann.told(room.NowPassSet, "/inscrire "+phrase)
		two := h.arrive(passing("ann", "SHA256:A2", phrase))
		two.told(room.NowKeyAdded, "/inscrire")
		if own := replied[room.Profile](two, "/info").Own; own == nil || !slices.Equal(own.Keys, []string{"SHA256:A1", "SHA256:A2"}) || !own.Pass {
			h.Errorf("ann reads %+v", own)
		}
		for _, p := range []*person{op, bob, h.console()} {
			if own := replied[room.Profile](p, "/info ann").Own; own != nil {
				h.Errorf("%q reads %+v", p.Pseudo(), own)
			}
		}
		for _, line := range []string{"/info", "/info ann"} {
			if own := replied[room.Profile](bob, line).Own; own != nil {
				h.Errorf("%s: bob reads %+v", line, own)
			}
		}
	})
}

func TestWhatIsFreedByAnOperatorIsShownOnTheConsole(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.owner("ann", "SHA256:A").goes()
		zoe := h.owner("zoe", "SHA256:Z")
		op, console := h.operator("op"), h.console()
		op.told(room.NowFreed, "/liberer ann")
		console.sees(fmt.Sprintf("%#v", room.Notice{What: room.FreedBy, Name: "ann", Text: "op"}))
		op.sees()
		zoe.told(room.NowUnregistered, "/desinscrire")
		zoe.told(room.NowRegistered, "/inscrire")
		console.told(room.NowFreed, "liberer zoe")
		console.sees()
	})
}

func TestOperatorsListRegisteredPseudos(t *testing.T) {
	var acts int
	inRoomLike(t, room.Config{Audit: func(room.Act) { acts++ }}, func(h *testRoom) {
		console, op := h.console(), h.operator("op")
		if list := replied[room.Accounts](console, "free"); len(list.Pseudos) > 0 || list.More > 0 {
			h.Errorf("registered are %+v", list)
		}
		var want []text.Pseudo
		for i := range 205 {
			p := text.Pseudo(fmt.Sprintf("somebody-%03d", i))
			e := from(p, fmt.Sprint("198.51.100.", i))
			e.KeyID = fmt.Sprint("SHA256:", i)
			one := h.arrive(e)
			one.told(room.NowRegistered, "/inscrire")
			one.goes()
			want = append(want, p)
		}
		for _, p := range []*person{console, op} {
			if list := replied[room.Accounts](p, "/liberer"); !slices.Equal(list.Pseudos, want[:200]) || list.More != 5 {
				h.Errorf("registered are %+v", list)
			}
		}
		if acts > 0 {
			h.Errorf("%d acts are written down of who only reads", acts)
		}
		refused[*room.DeniedError](h.join("bob")[0], "/liberer")
	})
}

// TestAChoiceIsKeptOnce: what changes nothing is not written again, and whoever
// changes their mind fast is held to the limit on messages.
func TestAChoiceIsKeptOnce(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		e := onScreen("ann")
		e.KeyID = "SHA256:A"
		ann, console := h.arrive(e), h.console()
		ann.told(room.NowRegistered, "/inscrire")
		h.settle()
		events := func() state.Seq { return replied[room.Stats](console, "stats").Applied }
		for _, lines := range [][2]string{
			{"/lang fr", "/lang en"}, {"/heure 24", "/heure 12"}, {"/fuseau UTC", "/fuseau Europe/Paris"}, {"/theme auto", "/theme mono"},
			{"/cloche non", "/cloche tout"}, {"/souris non", "/souris oui"},
		} {
			before := events()
			for range 10 {
				ann.asks(lines[0])
			}
			ann.asks(lines[1])
			ann.asks(lines[1])
			if n := events() - before; n != 2 {
				h.Errorf("%q make %d events", lines, n)
			}
		}
	})
	for _, line := range []string{"/lang fr", "/heure 12", "/fuseau UTC", "/theme mono", "/cloche non", "/souris"} {
		inRoom(t, func(h *testRoom) {
			ann := h.arrive(onScreen("ann"))
			for range 5 {
				ann.asks(line)
			}
			refused[*room.TooFastError](ann, line)
		})
	}
}
