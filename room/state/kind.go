package state

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"

	"salon/room/text"
)

// Kind describes one type of [Body] to the rest of the program: how it is encoded, who
// sees it, what is stored of it. Every type is declared in the table of kind.go, the
// only list of kinds.
type Kind struct {
	Name   string // on the wire, in tables and in JSON
	Logged bool   // has a place in the log; the others reach readers on this node only
	Shown  bool   // everybody sees it, if it is not refused
	Spoken bool   // what people said, or a Gap in it: kept for reading, replayed to newcomers, searched
	Signed bool   // has an author, and is hidden from those who ignore them
	Roster bool   // may change what a roster shows
	// Passing kinds only say who is here, which a power cut changes anyway: a log need
	// not wait for the disk.
	Passing bool
	// Since is the first format that has the kind as it is written now; 0 for SharedFormat.
	Since int

	// Split takes the Speech out of a body and returns what is left of it; Join puts
	// it back.
	Split func(Body) (Speech, Body)
	Join  func(Body, Speech) Body
	// Decode reads a body of this kind from the JSON that encoding/json made of it.
	Decode func([]byte) (Body, error)

	body reflect.Type
	size func(Body) int
}

// Type returns the name of the body's Go type.
func (k *Kind) Type() string { return k.body.Name() }

// Speech is who said what in a spoken event: what it is searched and listed by. A store
// keeps it in columns of its own.
type Speech struct {
	Room    Seq         // where it was said; 0: in the first, or to all
	Author  text.Pseudo // "" for nobody, or the console
	Account Seq         // that the author owns; 0: none
	Member  ID          // who the author was in the room, where that is known
	Session ID          // that the author spoke through, where that is known
	Text    string
}

// parts are where a body has what its Speech says; nil where it has none.
type parts struct {
	room    *Seq
	author  *text.Pseudo
	account *Seq
	member  *ID
	session *ID
	text    *string
}

// kinds is the table. The order does not matter; names and formats never change.
var kinds = []*Kind{
	declare[NodeUp](Kind{Name: "up", Logged: true, Shown: true, Roster: true}, nil, nil),
	declare[NodeDown](Kind{Name: "down", Logged: true, Shown: true, Roster: true}, nil, nil),
	declare(Kind{Name: "joined", Logged: true, Passing: true, Shown: true, Roster: true}, func(b Joined) string { return b.Client }, nil),
	declare(Kind{Name: "resumed", Logged: true, Passing: true, Roster: true}, func(b Resumed) string { return b.Client }, nil),
	declare[Cut](Kind{Name: "cut", Logged: true, Passing: true, Roster: true}, nil, nil),
	declare(Kind{Name: "left", Logged: true, Passing: true, Shown: true, Roster: true}, func(b Left) string { return b.Text }, nil),
	declare[RoomMade](Kind{Name: "room", Logged: true, Shown: true, Roster: true}, nil, nil),
	declare[RoomClosed](Kind{Name: "room closed", Logged: true, Shown: true, Roster: true}, nil, nil),
	declare[RoomJoined](Kind{Name: "room joined", Logged: true, Shown: true, Roster: true}, nil, nil),
	declare[RoomLeft](Kind{Name: "room left", Logged: true, Shown: true, Roster: true}, nil, nil),
	declare[RoomRead](Kind{Name: "read", Logged: true, Passing: true}, nil, nil),
	declare[Invited](Kind{Name: "invited", Logged: true, Shown: true}, nil, nil),
	declare[ModeratorSet](Kind{Name: "moderator", Logged: true, Shown: true, Roster: true}, nil, nil),
	declare[PrivateSet](Kind{Name: "private", Logged: true, Shown: true, Roster: true}, nil, nil),
	declare(Kind{Name: "said", Logged: true, Shown: true, Spoken: true}, func(b Said) string { return b.Text },
		func(b *Said) parts { return parts{&b.Room, &b.From, &b.Account, &b.Member, &b.Session, &b.Text} }),
	declare[Deleted](Kind{Name: "deleted", Logged: true, Shown: true}, nil, nil),
	declare[Forgotten](Kind{Name: "forgotten", Logged: true, Shown: true, Roster: true}, nil, nil),
	declare[Renamed](Kind{Name: "renamed", Logged: true, Shown: true, Roster: true}, nil, nil),
	declare(Kind{Name: "away", Logged: true, Passing: true, Roster: true}, func(b WentAway) string { return b.Text }, nil),
	declare[CameBack](Kind{Name: "back", Logged: true, Passing: true, Roster: true}, nil, nil),
	declare(Kind{Name: "topic", Logged: true, Shown: true, Spoken: true, Roster: true}, func(b TopicSet) string { return b.Text },
		func(b *TopicSet) parts { return parts{room: &b.Room, author: &b.By, text: &b.Text} }),
	declare(Kind{Name: "walled", Logged: true, Shown: true, Spoken: true}, func(b Walled) string { return b.Text },
		func(b *Walled) parts { return parts{author: &b.By, text: &b.Text} }),
	declare(Kind{Name: "kicked", Logged: true, Shown: true, Roster: true}, func(b Kicked) string { return b.Reason }, nil),
	declare(Kind{Name: "banned", Logged: true, Shown: true, Roster: true}, func(b Banned) string { return b.Ban.Reason }, nil),
	declare[Unbanned](Kind{Name: "unbanned", Logged: true, Shown: true}, nil, nil),
	declare[Muted](Kind{Name: "muted", Logged: true, Shown: true}, nil, nil),
	declare[Unmuted](Kind{Name: "unmuted", Logged: true, Shown: true}, nil, nil),
	declare[SlowSet](Kind{Name: "slow", Logged: true, Shown: true, Roster: true}, nil, nil),
	declare(Kind{Name: "shutdown", Logged: true, Shown: true, Roster: true}, func(b ShutdownPlanned) string { return b.Reason }, nil),
	declare[ShutdownCountdown](Kind{Name: "countdown", Logged: true, Passing: true, Shown: true}, nil, nil),
	declare[ShutdownCancelled](Kind{Name: "cancelled", Logged: true, Shown: true, Roster: true}, nil, nil),
	declare[RoleSet](Kind{Name: "role", Logged: true, Passing: true, Roster: true}, nil, nil),
	declare(Kind{Name: "registered", Logged: true}, func(b Registered) string { return b.Pass }, nil),
	declare[Unregistered](Kind{Name: "unregistered", Logged: true, Roster: true}, nil, nil),
	declare[PrefsKept](Kind{Name: "prefs", Logged: true}, nil, nil),
	declare[IgnoreSet](Kind{Name: "ignore", Logged: true}, nil, nil),
	declare[Seen](Kind{Name: "seen", Logged: true}, nil, nil),
	declare(Kind{Name: "whispered"}, func(b Whispered) string { return b.Text },
		func(b *Whispered) parts { return parts{nil, &b.From, &b.Account, &b.Member, nil, &b.Text} }),
	declare[Gap](Kind{Name: "gap", Spoken: true}, nil, nil),
	declare[Gathered](Kind{Name: "gathered", Shown: true}, nil, nil),
	declare[LogLost](Kind{Name: "log lost", Shown: true}, nil, nil),
	declare[LogFound](Kind{Name: "log found", Shown: true}, nil, nil),
}

// byName and byType find the kinds of the table.
var byName, byType = indexKinds()

func indexKinds() (map[string]*Kind, map[reflect.Type]*Kind) {
	names, types := map[string]*Kind{}, map[reflect.Type]*Kind{}
	for _, k := range kinds {
		names[k.Name], types[k.body] = k, k
	}
	return names, types
}

// Kinds returns the table. It is not to be changed.
func Kinds() []*Kind { return kinds }

// KindOf returns the kind of a body; nil for a type that the table lacks.
func KindOf(b Body) *Kind { return byType[reflect.TypeOf(b)] }

// formatted is a body that may need a later format than others of its kind.
type formatted interface{ format() int }

// FormatOf returns the format that an event with this body is written in: every program that
// reads it does the same about the event as this one.
func FormatOf(b Body) int {
	since := KindOf(b).Since
	if f, ok := b.(formatted); ok {
		since = max(since, f.format())
	}
	return since
}

// nodesFormat is the first format that has what only rooms on several nodes need.
const nodesFormat = 5

func (b NodeUp) format() int            { return nodesFormatIf(b.Alone) }
func (b Resumed) format() int           { return nodesFormatIf(b.Held) }
func (b ShutdownPlanned) format() int   { return nodesFormatIf(b.Node != 0) }
func (b ShutdownCountdown) format() int { return nodesFormatIf(b.Node != 0) }
func (b ShutdownCancelled) format() int { return nodesFormatIf(b.Node != 0) }

func nodesFormatIf(needed bool) int {
	if needed {
		return nodesFormat
	}
	return SharedFormat
}

// KindNamed returns the kind of that name; nil if there is none.
func KindNamed(name string) *Kind { return byName[name] }

// Size returns how many bytes of text from people a body carries.
func Size(b Body) int { return KindOf(b).size(b) }

// SpeechOf returns who said what; its zero value for what nobody said.
func SpeechOf(b Body) Speech {
	s, _ := KindOf(b).Split(b)
	return s
}

// declare makes a row of the table, for bodies of type B. typed is the text from people
// that a body carries, nil for none that counts; speech is where it has what its Speech
// says, nil for nowhere.
func declare[B Body](k Kind, typed func(B) string, speech func(*B) parts) *Kind {
	_, k.Signed = any(*new(B)).(signed)
	k.Since = cmp.Or(k.Since, SharedFormat)
	k.body = reflect.TypeFor[B]()
	k.Decode = func(data []byte) (Body, error) {
		var b B
		if err := json.Unmarshal(data, &b); err != nil {
			return nil, fmt.Errorf("decode %s: %w", k.Name, err)
		}
		return b, nil
	}
	k.size = func(Body) int { return 0 }
	if typed != nil {
		k.size = func(b Body) int { return len(typed(b.(B))) }
	}
	k.Split = func(b Body) (Speech, Body) { return Speech{}, b }
	k.Join = func(b Body, _ Speech) Body { return b }
	if speech != nil {
		k.Split = func(body Body) (s Speech, rest Body) {
			b := body.(B)
			move(speech(&b), s.parts())
			return s, b
		}
		k.Join = func(body Body, s Speech) Body {
			b := body.(B)
			move(s.parts(), speech(&b))
			return b
		}
	}
	return &k
}

func (s *Speech) parts() parts {
	return parts{&s.Room, &s.Author, &s.Account, &s.Member, &s.Session, &s.Text}
}

// move moves each part that both have, and leaves zero values behind.
func move(from, to parts) {
	take(from.room, to.room)
	take(from.author, to.author)
	take(from.account, to.account)
	take(from.member, to.member)
	take(from.session, to.session)
	take(from.text, to.text)
}

func take[T any](from, to *T) {
	if from == nil || to == nil {
		return
	}
	var zero T
	*to, *from = *from, zero
}
