package screen

import (
	"strings"
	"testing"
	"time"

	"salon/internal/line/keys"
	"salon/room"
	"salon/room/state"
	"salon/room/text"
	"salon/sshui/rows"
)

// TestEachRoomKeepsItsDraftItsPlaceAndItsTarget while another one is shown.
func TestEachRoomKeepsItsDraftItsPlaceAndItsTarget(t *testing.T) {
	st := newStage(t, 80, 24)
	st.shows(many(st.room, 60)...)
	st.room.follows(dev)
	st.types("du salon")
	st.keys("pgup", "pgup")
	before := st.rows()[1:22]
	st.room.target = []text.Pseudo{"bob"}
	st.goes("alt+2")
	st.has("Vous êtes dans #dev")
	st.hasNot("message 30")
	st.has(" @bob ")
	st.types("de dev")
	st.room.target = nil
	st.goes("alt+1")
	st.reads("du salon^")
	st.hasNot("@bob")
	if got := st.rows()[1:22]; strings.Join(got, "\n") != strings.Join(before, "\n") {
		t.Errorf("it was\n%s\n\nand is\n%s", strings.Join(before, "\n"), st.picture())
	}
	st.goes("alt+right")
	st.reads("de dev^")
	if a := st.keys("enter"); a.Line != "de dev" || a.Room != dev {
		t.Errorf("%+v", a)
	}
	st.goes("alt+left")
	if a := st.keys("enter"); a.Line != "du salon" || a.Room != 0 {
		t.Errorf("%+v", a)
	}
}

// TestWhatCameMeanwhileIsBehindTheUnreadMarker, and is read when it is looked at.
func TestWhatCameMeanwhileIsBehindTheUnreadMarker(t *testing.T) {
	st := newStage(t, 80, 24)
	st.joins(dev, room.Entered{})
	st.shows(st.room.said("ann", "lu"))
	st.goes("alt+1")
	st.in(dev, "ann", "un")
	st.in(dev, "eve", "de moi")
	st.in(dev, "ann", "deux")
	if st.title != "salon (3)" {
		t.Errorf("the title is %q", st.title)
	}
	st.has("#dev 3")
	st.goes("alt+2")
	rows := st.rows()
	for i, row := range rows {
		if strings.Contains(row, "2 nouveaux") && (!strings.HasSuffix(rows[i-1], "lu") || !strings.HasSuffix(rows[i+1], "un")) {
			t.Errorf("the marker is not where it was left:\n%s", st.picture())
		}
	}
	st.has("2 nouveaux")
	if st.title != "salon" {
		t.Errorf("the title is %q", st.title)
	}
}

// TestARoomThatWasNotShownHereYetHasItsUnreadMarker: of what the ring holds of it.
func TestARoomThatWasNotShownHereYetHasItsUnreadMarker(t *testing.T) {
	st := newStage(t, 80, 24)
	st.room.follows(dev)
	for _, words := range []string{"a", "b", "c"} {
		st.in(dev, "ann", words)
	}
	st.room.rechecks(func(in *room.RoomInfo) { in.Unread = min(in.Unread, 2) })
	st.goes("alt+2")
	st.has("2 nouveaux")
	st.has("ann │ a")
	st.has("c")
}

// TestNoDraftGoesToAnotherRoom: not that of a room which is gone, and what is typed on, then in
// the first room, is asked about.
func TestNoDraftGoesToAnotherRoom(t *testing.T) {
	for _, why := range []room.Why{room.RoomGone, room.PutOut, room.RoomKicked} {
		st := newStage(t, 80, 24)
		st.joins(dev, room.Entered{})
		st.types("le mot de pas")
		st.room.follows()
		st.shows(st.room.enters(room.Entered{Why: why, Again: true}))
		st.reads("^")
		st.types("se est")
		if a := st.keys("enter"); a.Line != "" {
			t.Errorf("%v: says %+v without asking", why, a)
		}
		st.has("#salon.")
		if a := st.keys("enter"); a.Line != "se est" || a.Room != 0 {
			t.Errorf("%v: %+v", why, a)
		}
		if len(st.others) > 0 {
			t.Errorf("%v: it is kept", why)
		}
	}
}

// TestARefusedLineComesBackInItsRoom only.
func TestARefusedLineComesBackInItsRoom(t *testing.T) {
	st := newStage(t, 80, 24)
	st.joins(dev, room.Entered{})
	st.goes("alt+1")
	st.Restore(dev, "refusé")
	st.frame()
	st.reads("^")
	st.goes("alt+2")
	st.reads("refusé^")
	st.Restore(99, "d'un salon inconnu")
	st.frame()
	st.hasNot("inconnu")
}

// TestWhatIsTypedBehindAMoveIsForThere, and stays where it was typed if the move is refused.
func TestWhatIsTypedBehindAMoveIsForThere(t *testing.T) {
	st := newStage(t, 80, 24)
	st.types("/join #dev")
	st.keys("enter")
	st.types("bonj")
	st.joins(dev, room.Entered{})
	st.reads("bonj^")
	st.goes("alt+1")
	st.reads("^")

	st.types("#tp2")
	st.keys("enter")
	st.types("secret")
	st.Targeted(false)
	st.frame()
	st.reads("secret^")
	if a := st.keys("enter"); a.Line != "" {
		t.Errorf("says %+v without asking", a)
	}
}

// TestMentionsElsewhereRingAndLeaveALine that Alt-P finds.
func TestMentionsElsewhereRingAndLeaveALine(t *testing.T) {
	st := newStage(t, 80, 24)
	st.joins(dev, room.Entered{})
	st.in(0, "bob", "@eve ?")
	if st.bells != 1 {
		t.Errorf("%d bells", st.bells)
	}
	st.has("┃ #salon @eve ?")
	st.has("#salon !1")
	st.keys("alt+p")
	st.hasNot("Pas d'autre mention")
	st.goes("alt+1")
	st.hasNot("#salon @eve")
	st.room.prefs.Bell = state.BellNone
	st.in(dev, "bob", "@eve ??")
	if st.bells != 1 {
		t.Errorf("%d bells", st.bells)
	}
}

// TestOneRoomHasNoKeysOfRooms: they type and move as ever.
func TestOneRoomHasNoKeysOfRooms(t *testing.T) {
	st := newStage(t, 80, 24)
	st.types("un deux")
	st.keys("alt+left")
	st.reads("un ^deux")
	st.keys("alt+right", "esc", "1")
	st.reads("un deux1^")
	st.room.follows(dev)
	st.frame()
	st.keys("esc")
	if a := st.keys("2"); !a.Look || a.Room != dev {
		t.Errorf("Esc and 2: %+v", a)
	}
	st.keys("ctrl+left")
	st.reads("un ^deux1")
}

// TestScreenComesBackWithAllItsRooms on another terminal.
func TestScreenComesBackWithAllItsRooms(t *testing.T) {
	st := newStage(t, 80, 24)
	st.types("du salon")
	st.joins(dev, room.Entered{})
	st.types("de dev")
	if size := st.Detach(); size < len("du salon")+len("de dev") {
		t.Errorf("it weighs %d", size)
	}
	st.passes(time.Minute)
	st.Attach(st.room, Terminal{Width: 80, Height: 24, Palette: rows.Auto})
	st.write(st.Open(nil))
	st.frame()
	st.reads("de dev^")
	st.goes("alt+1")
	st.reads("du salon^")
}

// TestWhatTheRingHasForgottenIsAskedFor when a room is shown that the member follows, so that
// what is unread there is seen.
func TestWhatTheRingHasForgottenIsAskedFor(t *testing.T) {
	st := newStage(t, 80, 24)
	st.room.seq = 10
	st.room.follows(dev)
	for _, words := range []string{"un", "deux"} {
		st.in(dev, "ann", words)
	}
	st.room.forget(1)
	comes := func(key string, around state.Seq) {
		t.Helper()
		it := st.room.enters(room.Entered{Room: st.input(keys.Key{Name: key}).Room, Again: true})
		asked, ok := st.Show([]room.Item{it}, st.room.now).Request.(room.Around)
		if !ok {
			t.Fatalf("nothing is asked for in\n%s", st.picture())
		}
		if asked.Seq != around {
			t.Errorf("asked around %d, want %d", asked.Seq, around)
		}
		st.shows(replied(st.room.around(asked)))
	}
	comes("alt+2", 12)
	st.has("2 nouveaux")
	if shown := st.picture(); strings.Index(shown, "ancien 2") > strings.Index(shown, "deux") || strings.Index(shown, "Vous êtes") < strings.Index(shown, "ancien 0") {
		t.Errorf("not in order:\n%s", shown)
	}
	st.goes("alt+1")
	st.in(dev, "ann", "trois")
	st.room.forget(3)
	st.said(20)
	st.in(dev, "ann", "quatre")
	st.room.forget(20)
	comes("alt+2", 34)
	st.has("ancien 0")
	st.has("quatre")
}

// said has so much said in the room that is looked at.
func (st *testScreen) said(n int) { st.shows(many(st.room, n)...) }

// TestWhatIsFoundElsewhereNamesItsRoom, and Enter goes there.
func TestWhatIsFoundElsewhereNamesItsRoom(t *testing.T) {
	st := newStage(t, 80, 24)
	st.joins(dev, room.Entered{})
	st.goes("alt+1")
	here := st.room.said("ann", "le lien ici")
	events := []state.Event{*here.Event, {Seq: 90, Time: opening, Body: state.Said{From: "bob", Text: "le lien là", Room: dev, In: "#dev"}}}
	st.shows(here, replied(room.Past{Search: "lien #tous", Events: events}))
	st.has("bob │ #dev le lien là")
	st.hasNot("#salon le lien")
	if a := st.keys("enter"); !a.Look || a.Room != dev {
		t.Errorf("%+v", a)
	}
}
