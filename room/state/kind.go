package state

import (
	"encoding/json"
	"fmt"
	"reflect"

	"salon/room/text"
)

// Kind is one sort of event, and all that the rest of the program asks about it: how
// it is written, who sees it, what is kept of it. Every type of [Body] is declared
// in the one table of this file. Nothing else lists kinds.
type Kind struct {
	Name   string // on the wire, in tables and in JSON
	Logged bool   // has a place in the log; the others only ever reach this node's readers
	Shown  bool   // everybody sees it, if it is not refused
	Spoken bool   // what people said, or a Gap in it: kept for reading, replayed to whoever arrives, searched
	Signed bool   // has an author, who may be ignored: it is hidden from those who do
	Roster bool   // may change what a roster shows
	// Passing reports that it only says who is here and how, which no power cut leaves
	// true: a log need not wait for the disk.
	Passing bool
	Since   int // the first format (see Version) that has it

	body   reflect.Type
	size   func(Body) int
	split  func(Body) (Speech, Body)
	join   func(Body, Speech) Body
	apply  func(*State, Event) Outcome
	decode func([]byte) (Body, error)
}

// Speech is what a spoken event is read, searched and listed by. It is kept in
// columns of its own.
type Speech struct {
	Author  text.Pseudo // "" for nobody, or the console
	Account Seq         // that the author owns; 0: none
	Member  ID          // who the author was in the room, where that is known
	Session ID          // that the author spoke through, where that is known
	Text    string
}

// Split takes the Speech out of a body and returns what is left of it; Join puts it
// back.
func (k *Kind) Split(b Body) (Speech, Body) { return k.split(b) }

// Join undoes Split.
func (k *Kind) Join(b Body, s Speech) Body { return k.join(b, s) }

// Decode reads a body of this kind from the JSON that encoding/json made of it.
func (k *Kind) Decode(data []byte) (Body, error) { return k.decode(data) }

// Type returns the name of the body's Go type.
func (k *Kind) Type() string { return k.body.Name() }

// declaration is a row of the table, for bodies of type B.
type declaration[B Body] struct {
	name    string
	logged  bool
	shown   bool
	spoken  bool
	roster  bool
	passing bool
	// size returns how many bytes of text from people a body carries; nil: none
	// that counts. Bounds in bytes count it.
	size func(B) int
	// speech returns where a body has its author and so on; nil: nowhere.
	speech func(*B) parts
	// apply makes it true; nil for what is not logged.
	apply func(*State, Event, B) Outcome
}

// parts are where a body has what its Speech says; nil where it has none.
type parts struct {
	author  *text.Pseudo
	account *Seq
	member  *ID
	session *ID
	text    *string
}

// The table. The order does not matter; names and formats are for good.
var kinds = []*Kind{
	declaration[NodeUp]{name: "up", logged: true, shown: true, roster: true, apply: (*State).nodeUp}.kind(),
	declaration[NodeDown]{name: "down", logged: true, shown: true, roster: true, apply: (*State).nodeDown}.kind(),
	declaration[Joined]{name: "joined", logged: true, passing: true, shown: true, roster: true, size: sizeJoined, apply: (*State).join}.kind(),
	declaration[Resumed]{name: "resumed", logged: true, passing: true, roster: true, size: sizeResumed, apply: (*State).resume}.kind(),
	declaration[Cut]{name: "cut", logged: true, passing: true, roster: true, apply: (*State).cut}.kind(),
	declaration[Left]{name: "left", logged: true, passing: true, shown: true, roster: true, size: func(b Left) int { return len(b.Text) }, apply: (*State).leave}.kind(),
	declaration[Said]{name: "said", logged: true, shown: true, spoken: true, size: func(b Said) int { return len(b.Text) },
		speech: func(b *Said) parts { return parts{&b.From, &b.Account, &b.Member, &b.Session, &b.Text} }, apply: (*State).say}.kind(),
	declaration[Renamed]{name: "renamed", logged: true, shown: true, roster: true, apply: (*State).rename}.kind(),
	declaration[WentAway]{name: "away", logged: true, passing: true, roster: true, size: func(b WentAway) int { return len(b.Text) }, apply: (*State).wentAway}.kind(),
	declaration[CameBack]{name: "back", logged: true, passing: true, roster: true, apply: (*State).cameBack}.kind(),
	declaration[TopicSet]{name: "topic", logged: true, shown: true, spoken: true, roster: true, size: func(b TopicSet) int { return len(b.Text) },
		speech: func(b *TopicSet) parts { return parts{author: &b.By, text: &b.Text} }, apply: (*State).setTopic}.kind(),
	declaration[Walled]{name: "walled", logged: true, shown: true, spoken: true, size: func(b Walled) int { return len(b.Text) },
		speech: func(b *Walled) parts { return parts{author: &b.By, text: &b.Text} }, apply: (*State).wall}.kind(),
	declaration[Kicked]{name: "kicked", logged: true, shown: true, roster: true, size: func(b Kicked) int { return len(b.Reason) }, apply: (*State).kick}.kind(),
	declaration[Banned]{name: "banned", logged: true, shown: true, roster: true, size: func(b Banned) int { return len(b.Ban.Reason) }, apply: (*State).ban}.kind(),
	declaration[Unbanned]{name: "unbanned", logged: true, shown: true, apply: (*State).unban}.kind(),
	declaration[Muted]{name: "muted", logged: true, shown: true, apply: (*State).mute}.kind(),
	declaration[Unmuted]{name: "unmuted", logged: true, shown: true, apply: (*State).unmute}.kind(),
	declaration[SlowSet]{name: "slow", logged: true, shown: true, roster: true, apply: (*State).setSlow}.kind(),
	declaration[ShutdownPlanned]{name: "shutdown", logged: true, shown: true, roster: true, size: func(b ShutdownPlanned) int { return len(b.Reason) }, apply: (*State).planShutdown}.kind(),
	declaration[ShutdownCountdown]{name: "countdown", logged: true, passing: true, shown: true, apply: (*State).countDown}.kind(),
	declaration[ShutdownCancelled]{name: "cancelled", logged: true, shown: true, roster: true, apply: (*State).cancelShutdown}.kind(),
	declaration[RoleSet]{name: "role", logged: true, passing: true, roster: true, apply: (*State).setRole}.kind(),
	declaration[Registered]{name: "registered", logged: true, size: func(b Registered) int { return len(b.Pass) }, apply: (*State).register}.kind(),
	declaration[Unregistered]{name: "unregistered", logged: true, roster: true, apply: (*State).unregister}.kind(),
	declaration[PrefsKept]{name: "prefs", logged: true, apply: (*State).keepPrefs}.kind(),
	declaration[IgnoreSet]{name: "ignore", logged: true, apply: (*State).ignore}.kind(),
	declaration[Seen]{name: "seen", logged: true, apply: (*State).see}.kind(),
	declaration[Whispered]{name: "whispered", size: func(b Whispered) int { return len(b.Text) },
		speech: func(b *Whispered) parts {
			return parts{author: &b.From, account: &b.Account, member: &b.Member, text: &b.Text}
		}}.kind(),
	declaration[Gap]{name: "gap", spoken: true}.kind(),
	declaration[Gathered]{name: "gathered", shown: true}.kind(),
	declaration[LogLost]{name: "log lost", shown: true}.kind(),
	declaration[LogFound]{name: "log found", shown: true}.kind(),
}

func sizeJoined(b Joined) int   { return len(b.Client) }
func sizeResumed(b Resumed) int { return len(b.Client) }

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

// KindNamed returns the kind of that name; nil if there is none.
func KindNamed(name string) *Kind { return byName[name] }

// Size returns how many bytes of text from people a body carries.
func Size(b Body) int { return KindOf(b).size(b) }

// SpeechOf returns who said what; its zero value for what nobody said.
func SpeechOf(b Body) Speech {
	s, _ := KindOf(b).split(b)
	return s
}

func (d declaration[B]) kind() *Kind {
	k := &Kind{Name: d.name, Logged: d.logged, Shown: d.shown, Spoken: d.spoken, Roster: d.roster, Passing: d.passing, Since: Version, body: reflect.TypeFor[B]()}
	var zero B
	_, k.Signed = any(zero).(signed)
	k.size = func(Body) int { return 0 }
	k.split = func(b Body) (Speech, Body) { return Speech{}, b }
	k.join = func(b Body, _ Speech) Body { return b }
	if d.size != nil {
		k.size = func(b Body) int { return d.size(b.(B)) }
	}
	if d.apply != nil {
		k.apply = func(st *State, e Event) Outcome { return d.apply(st, e, e.Body.(B)) }
	}
	k.decode = func(data []byte) (Body, error) {
		var b B
		if err := json.Unmarshal(data, &b); err != nil {
			return nil, fmt.Errorf("decode %s: %w", d.name, err)
		}
		return b, nil
	}
	if d.speech != nil {
		k.split = func(b Body) (Speech, Body) { return split(b.(B), d.speech) }
		k.join = func(b Body, s Speech) Body { return join(b.(B), s, d.speech) }
	}
	return k
}

// split takes the parts out of a body.
func split[B Body](b B, of func(*B) parts) (s Speech, rest B) {
	p := of(&b)
	take(p.author, &s.Author)
	take(p.account, &s.Account)
	take(p.member, &s.Member)
	take(p.session, &s.Session)
	take(p.text, &s.Text)
	return s, b
}

func join[B Body](b B, s Speech, of func(*B) parts) B {
	p := of(&b)
	take(&s.Author, p.author)
	take(&s.Account, p.account)
	take(&s.Member, p.member)
	take(&s.Session, p.session)
	take(&s.Text, p.text)
	return b
}

// take moves a value, where both ends are.
func take[T any](from, to *T) {
	if from == nil || to == nil {
		return
	}
	var zero T
	*to, *from = *from, zero
}

// signed is a body that has an author, who may be ignored.
type signed interface{ signature() Signature }

// Signature is who something is from.
type Signature struct {
	Pseudo  text.Pseudo
	Member  ID
	Account Seq // that they own; 0: none
}

func (b Said) signature() Signature      { return Signature{b.From, b.Member, b.Account} }
func (b Whispered) signature() Signature { return Signature{b.From, b.Member, b.Account} }

// Signature returns who a signed event is from; ok is false for any other.
func (e *Event) Signature() (from Signature, ok bool) {
	if s, ok := e.Body.(signed); ok {
		return s.signature(), true
	}
	return Signature{}, false
}

// Author returns what whoever a signed event is from was called; "" for any other,
// whose author cannot be ignored.
func (e *Event) Author() text.Pseudo {
	from, _ := e.Signature()
	return from.Pseudo
}
