package lang

import (
	"encoding/json"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// Object is one event or reply as programs read it: one JSON object a line
// (RFC 8259, UTF-8). Fields that do not apply are left out. Programs should skip
// types and fields that they do not know: more may come.
type Object struct {
	Type    string    `json:"type"`              // see docs/json.md
	Seq     state.Seq `json:"seq,omitempty"`     // place in the room's log; 0 for what is private or local
	Time    time.Time `json:"time"`              // RFC 3339, UTC
	Room    string    `json:"room,omitempty"`    // where; left out for #salon, and for what concerns the whole server
	From    string    `json:"from,omitempty"`    // who said, did or decided it; left out for the console
	To      []string  `json:"to,omitempty"`      // recipients of a private message, the new pseudo, those put out
	Text    string    `json:"text,omitempty"`    // what was said, or the reason
	Code    string    `json:"code,omitempty"`    // what went wrong, the same in every language: see Code
	Away    []string  `json:"away,omitempty"`    // who of those named is away
	Action  bool      `json:"action,omitempty"`  // a message in the manner of /me
	Seconds float64   `json:"seconds,omitempty"` // a duration: slow mode, mute, ban, time before the room closes
	Cause   string    `json:"cause,omitempty"`   // why somebody left: quit, lost, slow, replaced, reclaimed, not-allowed, crashed; in bye also kicked, banned, idle, shutdown
	Count   int       `json:"count,omitempty"`   // how many: present, found, skipped, missing in a gap
	More    bool      `json:"more,omitempty"`    // a page of the past comes before this one
	Since   time.Time `json:"since,omitzero"`    // a search that was cut short has covered the messages since then
	After   state.Seq `json:"after,omitempty"`   // the place after which the events of a past begin, as was asked
	Events  []Object  `json:"events,omitzero"`   // a page of the past, each as it was when it happened
	Unread  int       `json:"unread,omitempty"`  // messages of events that were not read before
	Rooms   []Place   `json:"rooms,omitzero"`    // a list of rooms
	Message state.Seq `json:"message,omitempty"` // the place of the message that was taken back
	Removed bool      `json:"removed,omitempty"` // the message was taken back: it has no text any more

	RemovedBy string   `json:"removed_by,omitempty"` // by whom; left out for the console
	Lines     []string `json:"lines,omitempty"`      // a reply in words
}

// Place is a room as programs read it in a list.
type Place struct {
	Name    string `json:"name"`
	Count   int    `json:"count"` // who are there
	Topic   string `json:"topic,omitempty"`
	Owner   string `json:"owner,omitempty"`
	Private bool   `json:"private,omitempty"`
	Follows bool   `json:"follows,omitempty"` // the reader does
	Here    bool   `json:"here,omitempty"`    // and looks at it
	Unread  int    `json:"unread,omitempty"`
	Mention bool   `json:"mention,omitempty"` // what is unread names the reader
}

// JSON writes an item as one line of JSON, without its end.
func (v View) JSON(it room.Item, now time.Time) []byte {
	return encoded(v.object(it, now))
}

// JSONFarewell writes the end of one's own session as one line of JSON, without
// its end.
func (v View) JSONFarewell(why *state.Ending, now time.Time) []byte {
	return encoded(Object{Type: "bye", Time: now.UTC(), From: string(why.By), Text: why.Reason, Cause: why.Cause.String()})
}

func encoded(o Object) []byte {
	data, err := json.Marshal(o)
	if err != nil {
		panic("lang: object does not encode: " + err.Error()) // a programming error: every field is plain data
	}
	return data
}

func (v View) object(it room.Item, now time.Time) Object {
	if it.Event != nil {
		return eventObject(it.Event)
	}
	o := Object{Type: "reply", Time: now.UTC(), Lines: v.reply(it.Reply, now)}
	switch r := it.Reply.(type) {
	case room.Failure:
		o.Type, o.Text, o.Code, o.Lines = "error", v.Error(r.Err), Code(r.Err), nil
	case room.Notice:
		noticeObject(&o, r)
		o.Lines = []string{v.notice(r)}
	case room.Done:
		return eventObject(r.Event)
	case room.Elsewhere:
		return eventObject(r.Event)
	case room.Entered:
		o.Type, o.Room, o.To, o.Count, o.Text, o.Lines = "entered", string(r.Name), pseudos(r.Names), r.Present, r.Topic.Text, nil
		o.Cause, o.Events, o.Unread = whyCodes[r.Why], eventObjects(r.Last), r.Missed
	case room.RoomList:
		o.Type, o.Rooms, o.Lines = "rooms", places(r), nil
	case room.Skipped:
		o.Type, o.Count, o.Lines = "skipped", int(r.Count), nil
	case room.Welcome:
		o.Type, o.To, o.Count = "welcome", []string{string(r.Pseudo)}, r.Present
		o.Text, o.Lines = r.MOTD, nil
	case room.Past:
		o.Type, o.Text, o.Count, o.More, o.Lines = "past", r.Search, len(r.Events), r.More, v.pastTrouble(r, now)
		o.After = r.Since
		if !r.Searched.IsZero() {
			o.Since = r.Searched.UTC()
		}
		o.Events = eventObjects(r.Events)
	case room.People:
		o.Type, o.Count, o.Lines = "people", len(r.Members), nil
		for _, p := range r.Members {
			o.To = append(o.To, string(p.Pseudo))
			if p.Away != nil || p.Lost {
				o.Away = append(o.Away, string(p.Pseudo))
			}
		}
	}
	return o
}

// whyCodes say why somebody is back in the first room without having asked.
var whyCodes = map[room.Why]string{room.RoomGone: "closed", room.PutOut: "not-allowed", room.RoomKicked: "kicked"}

func eventObjects(events []state.Event) []Object {
	list := make([]Object, len(events)) // none is told by an empty list
	for i := range events {
		list[i] = eventObject(&events[i])
	}
	return list
}

func places(r room.RoomList) []Place {
	list := make([]Place, len(r.Rooms))
	for i, in := range r.Rooms {
		list[i] = Place{
			Name: string(in.Name), Count: in.Present, Topic: in.Topic.Text, Owner: string(in.Owner),
			Private: in.Private, Follows: in.Follows, Here: in.Here, Unread: in.Unread, Mention: in.Named,
		}
	}
	return list
}

// noticeObject describes what became of a private message, and an invitation.
func noticeObject(o *Object, n room.Notice) {
	switch n.What {
	case room.NowLeftRoom:
		o.Room = n.Text
	case room.InvitedTo:
		o.Room, o.From = n.Text, string(n.Name)
	case room.RecipientAway:
		o.To, o.Away, o.Text = []string{string(n.Name)}, []string{string(n.Name)}, n.Text
	case room.RecipientCut:
		o.To, o.Away = []string{string(n.Name)}, []string{string(n.Name)}
	case room.RecipientLost:
		o.To, o.Away, o.Code = []string{string(n.Name)}, []string{string(n.Name)}, notDelivered
	case room.RecipientFull:
		o.To, o.Code = []string{string(n.Name)}, notDelivered
	}
}

// eventObject describes an event. Addresses and keys never appear.
func eventObject(e *state.Event) Object {
	_, in := state.RoomOf(e.Body)
	o := Object{Seq: e.Seq, Time: e.Time.UTC(), Room: string(in)}
	switch b := e.Body.(type) {
	case state.Said:
		o.Type, o.From, o.Text, o.Action = "message", string(b.From), b.Text, b.Action
	case state.Whispered:
		o.Type, o.From, o.To, o.Text = "private", string(b.From), pseudos(b.To), b.Text
	case state.Joined:
		o.Type, o.From = "joined", string(b.Pseudo)
	case state.Left:
		o.Type, o.From, o.Text, o.Cause = "left", string(b.Pseudo), b.Text, b.Cause.String()
	case state.Renamed:
		o.Type, o.From, o.To = "renamed", string(b.From), []string{string(b.To)}
	case state.Gathered:
		o.Type, o.Count = "gathered", b.Present
	case state.Gap:
		o.Type, o.Count, o.Seconds = "gap", b.Count, gapSeconds(b)
	case state.NodeUp:
		o.Type, o.To, o.Cause = "lost", pseudos(b.Gone), state.Lost.String()
	case state.NodeDown:
		o.Type, o.To, o.Cause = "lost", pseudos(b.Gone), state.Lost.String()
	case state.LogLost:
		o.Type = "read-only"
	case state.LogFound:
		o.Type = "read-write"
	default:
		decided(&o, e.Body)
	}
	removedObject(&o, e.Body)
	return o
}

// gapSeconds is how long a gap is, which ends at its event's time; 0 for one that
// has no beginning.
func gapSeconds(b state.Gap) float64 {
	if b.From.IsZero() {
		return 0
	}
	return b.To.Sub(b.From).Seconds()
}

// decided describes what operators do.
func decided(o *Object, body state.Body) {
	switch b := body.(type) {
	case state.TopicSet:
		o.Type, o.From, o.Text = "topic", string(b.By), b.Text
	case state.Walled:
		o.Type, o.From, o.Text = "wall", string(b.By), b.Text
	case state.Kicked:
		o.Type, o.From, o.To, o.Text = "kicked", string(b.By), []string{string(b.Pseudo)}, b.Reason
	case state.Banned:
		o.Type, o.From, o.To, o.Text, o.Seconds = "banned", string(b.Ban.By), pseudos(b.Gone), b.Ban.Reason, b.Ban.For.Seconds()
	case state.Unbanned:
		o.Type, o.From = "unbanned", string(b.By)
	case state.Muted:
		o.Type, o.From, o.To, o.Seconds = "muted", string(b.By), []string{string(b.Pseudo)}, b.For.Seconds()
	case state.Unmuted:
		o.Type, o.From, o.To = "unmuted", string(b.By), []string{string(b.Pseudo)}
	case state.SlowSet:
		o.Type, o.From, o.Seconds = "slow", string(b.By), b.Every.Seconds()
	case state.ShutdownPlanned:
		o.Type, o.From, o.Text, o.Seconds = "closing", string(b.By), b.Reason, b.In.Seconds()
	case state.ShutdownCountdown:
		o.Type, o.Seconds = "closing", b.Left.Seconds()
	case state.ShutdownCancelled:
		o.Type, o.From = "closing-cancelled", string(b.By)
	default:
		inRoom(o, body)
	}
}

// inRoom describes what happens to a room.
func inRoom(o *Object, body state.Body) {
	switch b := body.(type) {
	case state.RoomMade:
		o.Type, o.From = "room-made", string(b.By)
	case state.RoomClosed:
		o.Type, o.From = "room-closed", string(b.By)
	case state.RoomJoined:
		o.Type, o.From = "room-joined", string(b.Pseudo)
	case state.RoomLeft:
		o.Type, o.From = "room-left", string(b.Pseudo)
	case state.Invited:
		o.Type, o.From, o.To = pick(b.Off, "uninvited", "invited"), string(b.By), []string{string(b.Who.Pseudo)}
	case state.ModeratorSet:
		o.Type, o.From, o.To = pick(b.Off, "moderator-removed", "moderator-added"), string(b.By), []string{string(b.Who.Pseudo)}
	case state.PrivateSet:
		o.Type, o.From = pick(b.Private, "room-private", "room-public"), string(b.By)
	}
}

func pseudos(list []text.Pseudo) []string {
	s := make([]string, len(list))
	for i, p := range list {
		s[i] = string(p)
	}
	return s
}
