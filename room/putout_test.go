package room_test

import (
	"testing"
	"testing/synctest"

	"salon/room"
	"salon/room/state"
)

// only is an Access that lets in nobody but these keys.
func only(keys ...string) room.Access {
	a := room.Access{Allow: map[string]bool{}}
	for _, key := range keys {
		a.Allow[key] = true
	}
	return a
}

func TestWhoMayNoLongerEnterIsPutOut(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.phrased("cleo")
		ann, one := h.arrive(withKey("ann", "SHA256:A")), h.owner("dora", "SHA256:D1")
		one.told(room.NowPassSet, "/inscrire "+phrase)
		two := h.arrive(passing("dora", "SHA256:D2", phrase))
		two.told(room.NowKeyAdded, "/inscrire")
		cleo, three := h.arrive(visiting("cleo", 1, phrase)), h.arrive(withKey("dora", "SHA256:D2"))
		op, bob, console := h.arrive(withKey("op", "SHA256:op")), h.arrive(as("bob")), h.console()
		bob.does("/pseudo robert")
		h.settle()
		a := only("SHA256:A", "SHA256:D1")
		a.Operators = map[string]string{"SHA256:op": ""}
		gone := h.room.SetAccess(a)
		if len(gone) != 2 || gone[0].Pseudo != "dora" || gone[0].KeyID != "SHA256:D2" || gone[1].Pseudo != "robert" || gone[1].KeyID != "" || !gone[1].Addr.IsValid() {
			h.Errorf("put out are %+v", gone)
		}
		three.left(state.Disallowed)
		bob.left(state.Disallowed)
		three.goes()
		bob.goes()
		ann.sees("-robert (not-allowed)")
		for _, p := range []*person{ann, one, two, cleo, op, console} {
			p.stays()
		}
		h.present("ann", "cleo", "dora", "op")
		rejected(h, as("bob"), room.ErrNotAllowed)
		if again := h.room.SetAccess(a); len(again) > 0 {
			h.Errorf("the same list puts out %+v", again)
		}
	})
}

func TestAPhraseOfAnAccountThatIsGoneLetsNobodyStay(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		h.phrased("cleo")
		cleo, console := h.arrive(visiting("cleo", 1, phrase)), h.console()
		console.told(room.NowFreed, "free cleo")
		cleo.stays()
		h.room.SetAccess(only("SHA256:A"))
		cleo.left(state.Disallowed)
	})
}

func TestANewPasswordPutsNobodyOut(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		if gone := h.room.SetAccess(room.Access{Password: "sésame"}); len(gone) > 0 {
			h.Errorf("put out are %+v", gone)
		}
		ann.stays()
	})
}

// TestNobodySlipsInWhileTheListChanges: the list is changed when the log is about to take
// the newcomer, who was allowed when they asked.
func TestNobodySlipsInWhileTheListChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &refusingLog{room.NewMemoryLog(), func(state.Body) error { return nil }}
		h := open(t, room.Config{}, log, room.NewMemoryStore())
		ann := h.arrive(withKey("ann", "SHA256:A"))
		h.settle()
		log.refuse = func(b state.Body) error {
			if _, joins := b.(state.Joined); joins {
				if gone := h.room.SetAccess(only("SHA256:A")); len(gone) > 0 {
					t.Errorf("put out before they came: %+v", gone)
				}
			}
			return nil
		}
		rejected(h, as("bob"), room.ErrNotAllowed)
		ann.sees("+bob", "-bob (not-allowed)")
		h.present("ann")
	})
}
