package state_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/room/state"
	"salon/room/text"
)

// enter has a member follow a room.
func enter(session state.ID, room state.Seq) state.RoomJoined {
	return state.RoomJoined{Session: session, Room: room}
}

func TestARoomIsItsMakers(t *testing.T) {
	s := newStory(t)
	ann, bob := s.comes("ann"), s.comes("bob")
	dev := s.happens(roomMade(ann, "#dev", false)).Seq
	s.fails(roomMade(bob, "#DEV", false), state.ErrRoomTaken)
	s.fails(roomMade(bob, "#salon", false), state.ErrRoomTaken)
	s.fails(roomMade(bob, "#saIon", false), state.ErrRoomTaken) // a capital i
	if r := s.st.Room(dev); r == nil || !s.st.Moderates(s.st.Member(ann), r) || s.st.Moderates(s.st.Member(bob), r) {
		t.Errorf("the room is %+v", r)
	}
	s.happens(state.ModeratorSet{Room: dev, Who: s.st.Someone(s.st.Member(bob))})
	if !s.st.Moderates(s.st.Member(bob), s.st.Room(dev)) {
		t.Error("bob is no moderator")
	}
	s.happens(state.RoomClosed{Room: dev})
	s.fails(enter(bob, dev), state.ErrNoRoom)
	s.fails(state.Said{Room: dev, Session: ann, Text: "encore ?"}, state.ErrNoRoom)
	s.fails(state.RoomClosed{}, state.ErrNoRoom) // the first stays
	again := s.happens(roomMade(bob, "#dev", false)).Seq
	if s.st.Member(ann).Follows(again) {
		t.Error("who followed the room before follows the one that has its name now")
	}
}

func TestAPrivateRoomIsThereForThoseInvited(t *testing.T) {
	s := newStory(t)
	ann, bob, eve := s.comes("ann"), s.happens(join("bob", "B", "")).ID, s.comes("eve")
	dev := s.happens(roomMade(ann, "#dev", true)).Seq
	for _, room := range []state.Seq{dev, 999} { // one that is private and one that is not there answer alike
		s.fails(enter(bob, room), state.ErrNoRoom)
		s.fails(state.Said{Room: room, Session: bob, Text: "ouvrez"}, state.ErrNoRoom)
		s.fails(state.RoomLeft{Session: bob, Room: room}, state.ErrNoRoom)
	}
	s.happens(state.Invited{Room: dev, Who: state.Someone{Member: bob}})
	s.happens(enter(bob, dev))
	s.happens(state.Said{Room: dev, Session: bob, Text: "merci"})
	s.fails(enter(eve, dev), state.ErrNoRoom)

	s.happens(state.Left{Session: bob, Cause: state.Quit})
	bob = s.happens(join("robert", "B", "")).ID // by the same key
	s.happens(enter(bob, dev))
	s.happens(state.Invited{Room: dev, Who: s.st.Someone(s.st.Member(bob)), Off: true})
	if s.st.Member(bob).Follows(dev) {
		t.Error("an invitation was taken back, and they are in still")
	}
	s.fails(enter(bob, dev), state.ErrNoRoom)
	s.happens(state.PrivateSet{Room: dev})
	s.happens(enter(bob, dev))
	s.happens(state.Kicked{Room: dev, Member: bob})
	if m := s.st.Member(bob); m == nil || m.Follows(dev) {
		t.Errorf("kicked out of the room, they are %+v", m)
	}
}

// TestWhatIsUnreadIsTheRoomsCountLessTheMark, also after they come back to their account.
func TestWhatIsUnreadIsTheRoomsCountLessTheMark(t *testing.T) {
	s := newStory(t)
	ann, bob := s.happens(join("ann", "A", "")).ID, s.comes("bob")
	dev := s.happens(roomMade(bob, "#dev", false)).Seq
	says := func(room state.Seq, text string) { s.happens(state.Said{Room: room, Session: bob, Text: text}) }
	says(dev, "avant")
	s.happens(enter(ann, dev))
	s.happens(state.Registered{Session: ann, Pseudo: "ann", Forms: text.Pseudo("ann").Forms(), KeyID: "A"})
	unread := func(want ...uint64) {
		t.Helper()
		m := s.st.Member(ann)
		for i, room := range []state.Seq{0, dev} {
			if got := s.st.Room(room).Messages - m.Read(room); got != want[i] {
				t.Errorf("%d unread in %d, want %d", got, room, want[i])
			}
		}
	}
	unread(0, 0)
	says(dev, "un")
	says(0, "deux")
	says(dev, "trois")
	unread(1, 2)
	s.happens(state.RoomRead{Session: ann, Room: dev, Read: 2})
	s.happens(state.RoomRead{Session: ann, Room: dev, Read: 1}) // late
	s.happens(state.RoomRead{Session: ann, Read: 99})           // more than there is
	unread(0, 1)
	s.happens(state.Left{Session: ann, Cause: state.Quit})
	says(dev, "quatre")
	ann = s.happens(join("ann", "A", "")).ID
	unread(0, 2)
	s.happens(state.RoomLeft{Session: ann, Room: dev})
	s.fails(state.RoomRead{Session: ann, Room: dev, Read: 3}, state.ErrGone)
}

func TestOnlyThoseWhoFollowARoomAreMentionedInIt(t *testing.T) {
	s := newStory(t)
	ann, bob, eve := s.comes("ann"), s.comes("bob"), s.comes("eve")
	dev := s.happens(roomMade(ann, "#dev", false)).Seq
	s.happens(enter(bob, dev))
	who := []state.ID{bob, eve, bob, {N: 7}}
	if got := s.happens(state.Said{Room: dev, Session: ann, Mentions: who, Text: "@bob @eve"}).Body.(state.Said).Mentions; fmt.Sprint(got) != fmt.Sprint([]state.ID{bob}) {
		t.Errorf("mentioned are %v", got)
	}
	many := make([]state.ID, state.MaxMentions)
	if got := s.happens(state.Said{Session: ann, Mentions: append(many, bob), Text: "…"}).Body.(state.Said).Mentions; len(got) != 0 {
		t.Errorf("of too many mentioned are %v", got)
	}
}

func TestAnUnusedRoomGoes(t *testing.T) {
	s := newStory(t)
	ann, bob := s.comes("ann"), s.happens(join("bob", "B", "")).ID
	dev := s.happens(roomMade(ann, "#dev", false)).Seq
	tp2 := s.happens(roomMade(bob, "#tp2", false)).Seq
	s.fails(state.RoomClosed{Room: dev, Unused: true}, state.ErrGone)
	s.happens(state.Left{Session: ann, Cause: state.Quit})
	s.happens(state.RoomLeft{Session: bob, Room: tp2})
	s.happens(state.RoomClosed{Room: dev, Unused: true})
	s.fails(state.RoomClosed{Room: tp2, Unused: true}, state.ErrGone) // bob owns it
}

func TestThereIsAnEndToRooms(t *testing.T) {
	s := newStory(t)
	var last state.ID
	for i := range 200 {
		if i%state.MaxFollowed == 0 {
			last = s.comes(text.Pseudo(fmt.Sprint("ann", i)))
		}
		s.happens(roomMade(last, text.RoomName(fmt.Sprint("#r", i)), false))
	}
	more := roomMade(s.comes("bob"), "#more", false)
	more.Most = 200
	s.fails(more, state.ErrTooManyRooms)
	s.fails(enter(last, s.st.RoomNamed(text.RoomName("#r0").Key()).ID), state.ErrTooManyFollowed)
}

// TestNobodySpeaksWhereTheyAreNot, whatever happened before.
func TestNobodySpeaksWhereTheyAreNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, st := newActor(), state.NewState()
		t.Repeat(map[string]func(*rapid.T){"event": func(t *rapid.T) {
			e := a.event(t, st)
			rooms := map[state.Seq]bool{}
			if b, ok := e.Body.(state.Said); ok {
				if m := st.Member(b.Session); m != nil {
					rooms[b.Room] = m.Follows(b.Room) && st.Room(b.Room) != nil
				}
				if out := st.Apply(e); out.Err == nil && !out.Again && !rooms[b.Room] {
					t.Fatalf("said in %d by somebody who is not there: %+v", b.Room, out.Event)
				}
				return
			}
			out := st.Apply(e)
			if b, ok := e.Body.(state.RoomJoined); ok && out.Err == nil && !out.Again {
				m, r := st.Member(b.Session), st.Room(b.Room)
				if r == nil || !st.MayEnter(m, r) || !m.Follows(r.ID) {
					t.Fatalf("%+v entered %+v", m, r)
				}
			}
		}})
	})
}

// TestWhoResumesWithoutAProofIsInNoPrivateRoom: they may be somebody else at that address.
func TestWhoResumesWithoutAProofIsInNoPrivateRoom(t *testing.T) {
	s := newStory(t)
	ann, bob := s.happens(join("ann", "", "192.0.2.1")).ID, s.happens(join("bob", "", "192.0.2.1")).ID
	dev := s.happens(roomMade(ann, "#dev", true)).Seq
	pub := s.happens(roomMade(ann, "#tp2", false)).Seq
	s.happens(state.Invited{Room: dev, Who: state.Someone{Member: bob}})
	s.happens(enter(bob, dev))
	for _, id := range []state.ID{ann, bob} {
		pseudo := s.st.Member(id).Pseudo
		s.happens(state.Cut{Session: id, Wait: time.Minute})
		back := s.happens(state.Resumed{Cut: id, Joined: join(pseudo, "", "192.0.2.1")}).ID
		m := s.st.Member(back)
		if m.Follows(dev) || s.st.MayEnter(m, s.st.Room(dev)) || id == ann && !m.Follows(pub) {
			t.Errorf("%s follows %v and may enter", pseudo, m.Rooms)
		}
	}
}
