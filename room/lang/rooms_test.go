package lang_test

import (
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// rooms is a list with a room that is looked at, one with something unread, one that is
// followed and one that is not.
var rooms = room.RoomList{Rooms: []room.RoomInfo{
	{Name: "#salon", Present: 3, Follows: true, Here: true},
	{ID: 9, Name: "#dev", Topic: state.Topic{Text: "today"}, Private: true, Follows: true, Unread: 2, Named: true, Owner: "bob"},
}}

func inDev(body state.Said) *state.Event {
	body.Room, body.In = 9, "#dev"
	return &state.Event{Seq: 7, Time: at, Body: body}
}

func TestRoomsAreListed(t *testing.T) {
	more := rooms
	more.Rooms = append(more.Rooms, room.RoomInfo{ID: 10, Name: "#tp", Present: 1, Follows: true, Unread: 4}, room.RoomInfo{ID: 11, Name: "#été", Follows: true}, room.RoomInfo{ID: 12, Name: "#x", Present: 1})
	wantReply(t, french(), more, "Salons : 5",
		"  #salon  3 en ligne  vous y êtes",
		"  #dev    0 en ligne  non lus : 2, dont une mention  privé  Sujet : today",
		"  #tp     1 en ligne  non lus : 4",
		"  #été    0 en ligne  suivi",
		"  #x      1 en ligne")
	wantReply(t, english(), rooms, "Rooms: 2",
		"  #salon  3 online  you are here",
		"  #dev    0 online  unread: 2, one of them a mention  private  Topic: today")
}

func TestWhoeverGoesToARoomIsShownIt(t *testing.T) {
	w := room.Entered{
		Room: 9, Name: "#dev", Topic: state.Topic{Text: "x", By: "bob", Set: at}, Names: []text.Pseudo{"ann", "bob"}, Present: 2, Missed: 2, Again: true,
		Last: []state.Event{*inDev(state.Said{From: "bob", Text: "old"}), *inDev(state.Said{From: "bob", Text: "new"}), {Time: at, Body: state.TopicSet{Room: 9, In: "#dev", By: "bob", Text: "x"}}, *inDev(state.Said{From: "bob", Text: "newer"})},
	}
	wantReply(t, french(), w, "Vous êtes dans #dev.", "Sujet : x (par bob, 14:05)", "2 en ligne : ann, bob", "Derniers messages :\n14:05 bob: old",
		"--- 2 nouveaux messages ---\n14:05 bob: new\n14:05 * Nouveau sujet, par bob : x\n14:05 bob: newer")
	w.Missed, w.Last = 0, nil
	wantReply(t, english(), w, "You are in #dev.", "Topic: x (by bob, 14:05)", "2 online: ann, bob")
	wantReply(t, english(), room.Entered{Room: 9, Name: "#dev", Made: true, Present: 1},
		`This is #dev, your new room. "/private on" keeps it for those invited, "/invite nickname" invites somebody.`)
}

func TestWhyOneIsBackInTheFirstRoom(t *testing.T) {
	for why, want := range map[room.Why][2]string{
		room.Asked:      {"Vous revoilà dans #salon.", "You are back in #salon."},
		room.RoomGone:   {"Ce salon vient de fermer : vous revoilà dans #salon.", "That room was closed: you are back in #salon."},
		room.PutOut:     {"Vous n'avez plus accès à ce salon : vous revoilà dans #salon.", "You may no longer enter that room: you are back in #salon."},
		room.RoomKicked: {"On vous a fait sortir de ce salon : vous revoilà dans #salon.", "You were removed from that room: you are back in #salon."},
	} {
		w := room.Entered{Name: "#salon", Present: 1, Why: why}
		wantReply(t, french(), w, want[0], "Pas de sujet pour l'instant.", "Il n'y a que vous ici pour l'instant.")
		wantReply(t, english(), w, want[1], "No topic for now.", "You are the only one here for now.")
	}
}

// TestWhatIsElsewhereBeginsWithItsRoom, on each of its lines; what happens where one is does
// not, and what concerns the whole server never does.
func TestWhatIsElsewhereBeginsWithItsRoom(t *testing.T) {
	said, first := inDev(state.Said{From: "bob", Text: "ann ?\nhello"}), message("bob", "ann ?")
	wall, private := &state.Event{Time: at, Body: state.Walled{Text: "x"}}, &state.Event{Time: at, Body: state.Whispered{From: "bob", To: []text.Pseudo{"ann"}, Text: "x"}}
	salon, dev := english(), english()
	dev.Room = 9
	for _, test := range []struct {
		view lang.View
		e    *state.Event
		want string
	}{
		{salon, said, "#dev 14:05 bob: ann ?|#dev 14:05 bob: hello"}, {dev, said, "14:05 bob: ann ?|14:05 bob: hello"},
		{salon, &first, "14:05 bob: ann ?"}, {dev, &first, "#salon 14:05 bob: ann ?"},
		{salon, &state.Event{Time: at, Body: state.RoomLeft{Room: 9, In: "#dev", Pseudo: "bob"}}, "#dev 14:05 * bob left #dev"},
		{dev, wall, "14:05 *** Announcement: x"}, {dev, private, "14:05 [private] bob -> me: x"},
		{dev, &state.Event{Time: at, Body: state.Joined{Pseudo: "bob"}}, "14:05 * bob joined"},
	} {
		if got, want := test.view.Event(test.e), strings.ReplaceAll(test.want, "|", "\n"); got != want {
			t.Errorf("%+v is %q, want %q", test.e, got, want)
		}
	}
	for _, v := range []lang.View{salon, dev} { // who looks there by now is told where it was, too
		for _, r := range []room.Reply{room.Elsewhere{Event: said}, room.Done{Event: said}} {
			if got, want := v.Reply(r, now), "#dev 14:05 bob: ann ?\n#dev 14:05 bob: hello"; got != want {
				t.Errorf("%T is %q, want %q", r, got, want)
			}
		}
		if got, want := v.Reply(room.Done{Event: &first}, now), "#salon 14:05 bob: ann ?"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestOnlyTheConsolePrintsTheRoomOfWhatHappens: whoever looks at a room knows where they are,
// and all who do share the bytes.
func TestOnlyTheConsolePrintsTheRoomOfWhatHappens(t *testing.T) {
	op := reader("op", state.English)
	op.Role = state.Operator
	s := joined(t, reader("ann", state.English), op)
	console := openSinks(t).readers[0]
	p := lang.NewPrinter("\n")
	it := room.Item{Place: 1, Event: inDev(state.Said{From: "bob", Text: "x"})}
	for range 2 {
		for _, reader := range s {
			if got := string(p.Append(nil, it, reader)); got != "14:05 bob: x\n" {
				t.Errorf("%s is printed %q", reader.Pseudo(), got)
			}
		}
		if got := string(p.Append(nil, it, console)); got != "#dev 14:05 bob: x\n" {
			t.Errorf("the console is printed %q", got)
		}
	}
}

// TestWhoModeratesIsSaidOfARoom: in the first one that is for operators.
func TestWhoModeratesIsSaidOfARoom(t *testing.T) {
	v := french()
	for name, want := range map[string]string{"kick": "/kick", "topic": "/sujet", "close": "/fermer"} {
		if got := v.Error(&room.DeniedError{Command: command(name), Room: true}); got != want+" est réservé à qui modère ce salon, et aux opérateurs." {
			t.Errorf("%q", got)
		}
	}
	if got := v.Error(&room.DeniedError{Command: command("wall")}); got != "/wall est réservé aux opérateurs." {
		t.Errorf("%q", got)
	}
	if got, want := v.Error(&state.MutedError{Room: true, Until: time.Now().Add(72 * time.Hour)}), "Le silence vous est imposé dans ce salon jusqu'à "; !strings.HasPrefix(got, want) {
		t.Errorf("%q", got)
	}
	v.Console = true
	if got, want := v.Error(state.ErrNoRoom), "Il n'y a pas de salon de ce nom. « salons » donne la liste."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
