package state

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"salon/room/text"
)

// Version is the format of events and states that this program writes. It reads all
// formats up to it from 2 on; format 1, which had no number, is read by the migration
// of databases only. A change of what is written, of any kind of event or of the
// State, needs a new number: golden files hold the bytes.
//
// What needs nothing newer is written in an older format, down to [SharedFormat], so that
// programs of both can be nodes of one room: see [FormatOf].
const Version = 5

// SharedFormat is the format of all that is as it was before any later one: every program that
// is a node of several reads it.
const SharedFormat = 4

// Program is how this program calls itself in what it writes down.
const Program = "salon"

// Signature is the author of a message.
type Signature struct {
	Pseudo  text.Pseudo
	Member  ID
	Account Seq // that they own; 0: none
}

// NodeUp says that a node starts. Its event's ID opens an epoch: all that the node
// proposes has that Origin. The epoch that the node had before ends, and the members it
// held are cut: see Cut. Apply fills in Gone.
type NodeUp struct {
	Node    string        `json:"node"`
	Alone   bool          `json:"alone,omitempty"` // there is no other: whatever epochs have not ended do so
	Version int           `json:"version"`         // the newest format that it reads
	Program string        `json:"program"`         // what it runs, for people
	Wait    time.Duration `json:"wait,omitempty"`
	Gone    []text.Pseudo `json:"gone,omitempty"` // members who left at once
}

// NodeDown says that a node's epoch has ended: it stops, or others found that it died.
// The members it held are cut. Apply fills in Gone.
type NodeDown struct {
	Node  string        `json:"node"`
	Epoch uint64        `json:"epoch"`
	Wait  time.Duration `json:"wait,omitempty"`
	Gone  []text.Pseudo `json:"gone,omitempty"` // members who left at once
}

// Joined opens a session. A pseudo that is free becomes a member; the same proved
// key opens another session of the member it belongs to; a registered pseudo is for its
// owner only, who is the same member whichever proof they give. Anything else is
// refused, so that the first Joined in the log wins on every node.
type Joined struct {
	Pseudo text.Pseudo `json:"pseudo"`
	Forms  text.Forms  `json:"forms"`
	KeyID  string      `json:"key,omitempty"`    // fingerprint of the key that signed (SHA256:...), "" without one
	Passed Seq         `json:"passed,omitempty"` // the account whose pass phrase was given, by its ID; 0 without one
	Addr   netip.Addr  `json:"addr,omitzero"`    // where from; shown to operators only
	Front  string      `json:"front,omitempty"`  // "ssh" or "tcp"
	Client string      `json:"client,omitempty"` // what the client says it is, cleaned
	Role   Role        `json:"role,omitempty"`
	Quiet  bool        `json:"quiet,omitempty"` // a one-shot command: neither announced nor listed
}

// Resumed opens a session in the place of one that was cut, for a client that proves to be
// the same: by its key or account or, where neither ever was, by coming from the
// same address. It is not shown: the others never saw them leave. Apply fills in
// Pseudo with what the member is called now.
type Resumed struct {
	Cut ID `json:"cut"` // the session that was cut
	// Held says that the connection was never lost, but its node's epoch ended: whatever was
	// proved holds on, and of Joined only the Role counts.
	Held bool `json:"held,omitempty"`
	Joined
}

// Cut says that a session's connection was lost. For Wait its member stays, marked
// as away, and may be Resumed; then somebody proposes Left. With no Wait, and for a
// Quiet session, it is a Left at once, as which Apply then shows it.
type Cut struct {
	Session ID            `json:"session"`
	Wait    time.Duration `json:"wait,omitempty"`
}

// Left closes a session. Apply fills in Pseudo.
type Left struct {
	Session ID          `json:"session"`
	Pseudo  text.Pseudo `json:"pseudo,omitempty"`
	Cause   Cause       `json:"cause"`
	Text    string      `json:"text,omitempty"` // the parting word, if any
}

// Said is a message to everyone in a room. Apply fills in In, From, Member, Account and Hue with
// whose session it is at that place in the log, so an author cannot be forged.
type Said struct {
	Room     Seq           `json:"room,omitempty"`
	In       text.RoomName `json:"in,omitempty"`
	Mentions []ID          `json:"mentions,omitempty"` // members whom it names, at most MaxMentions
	Session  ID            `json:"session,omitzero"`
	From     text.Pseudo   `json:"from,omitempty"`
	Member   ID            `json:"member,omitzero"`
	Account  Seq           `json:"account,omitempty"` // that the author owns; 0: none
	Hue      Hue           `json:"hue,omitempty"`     // the author's; 0: said before there were hues
	Text     string        `json:"text,omitempty"`
	Action   bool          `json:"action,omitempty"`  // "/me": From does Text
	Removed  *Removal      `json:"removed,omitempty"` // it was taken back, and nothing is left of Text; nil: it was not
}

// Deleted takes back one message: its words are gone everywhere. Whoever proposes it has made
// sure that they may, which the State cannot: it keeps no messages. Apply fills in In, and By
// with whose session it is.
type Deleted struct {
	Session ID            `json:"session,omitzero"` // zero: the console's
	Room    Seq           `json:"room,omitempty"`   // where it was said
	In      text.RoomName `json:"in,omitempty"`
	Message Seq           `json:"message"`          // its place
	Author  text.Pseudo   `json:"author,omitempty"` // who said it
	Own     bool          `json:"own,omitempty"`    // who took it back had said it
	By      text.Pseudo   `json:"by,omitempty"`     // "" for the console
}

// Forgotten takes back all that a member said before, and gives up the account that they own.
// Apply fills in Pseudo, Member and Account.
type Forgotten struct {
	Session ID          `json:"session"`
	Pseudo  text.Pseudo `json:"pseudo,omitempty"`
	Member  ID          `json:"member,omitzero"`
	Account Seq         `json:"account,omitempty"` // 0: none
}

// MaxMentions is how many members a message may mention; of more, the first are told.
const MaxMentions = 50

// Renamed is a member's change of pseudo. Apply fills in From and Member.
type Renamed struct {
	Session ID          `json:"session"`
	Member  ID          `json:"member,omitzero"`
	From    text.Pseudo `json:"from,omitempty"`
	To      text.Pseudo `json:"to"`
	Forms   text.Forms  `json:"forms"` // of To
}

// WentAway marks a member as away, CameBack ends it. Neither is shown; a member who writes to
// that member learns of it.
type WentAway struct {
	Session ID     `json:"session"`
	Text    string `json:"text,omitempty"`
}

// CameBack ends what WentAway began.
type CameBack struct {
	Session ID `json:"session"`
}

// TopicSet changes the topic of a room; By is "" for the console.
type TopicSet struct {
	Room Seq           `json:"room,omitempty"`
	In   text.RoomName `json:"in,omitempty"`
	By   text.Pseudo   `json:"by,omitempty"`
	Text string        `json:"text,omitempty"`
}

// Walled is an operator's announcement. Nobody can ignore it.
type Walled struct {
	By   text.Pseudo `json:"by,omitempty"`
	Text string      `json:"text,omitempty"`
}

// Kicked disconnects a member, also under a new pseudo; with a Room other than the first it
// has them follow that no more, and takes back an invitation. Apply fills in Pseudo.
type Kicked struct {
	Room   Seq           `json:"room,omitempty"`
	In     text.RoomName `json:"in,omitempty"`
	Member ID            `json:"member"`
	Pseudo text.Pseudo   `json:"pseudo"`       // what they were called when it was proposed
	By     text.Pseudo   `json:"by,omitempty"` // "" for the console
	Reason string        `json:"reason,omitempty"`
	Flood  bool          `json:"flood,omitempty"` // the room itself kicked: too many messages too fast
}

// Banned keeps somebody out. A ban of a pseudo that names a member follows the member:
// if they were renamed meanwhile, their new pseudo is banned; if they left and somebody
// else has the pseudo now, it is refused. Apply fills in Gone with the members who were
// removed.
type Banned struct {
	Member ID            `json:"member,omitzero"` // who is meant; zero: those whom the target hits
	Ban    Ban           `json:"ban"`
	Gone   []text.Pseudo `json:"gone,omitempty"`
}

// Unbanned lifts a ban.
type Unbanned struct {
	By     text.Pseudo `json:"by,omitempty"`
	Target Target      `json:"target"`
}

// Muted keeps a member from speaking for a while (For 0: until unmuted), in a room or (0)
// everywhere, also under a new pseudo. Apply fills in Pseudo, Forms and KeyID for a member who is
// here; else they are as proposed.
type Muted struct {
	Room   Seq           `json:"room,omitempty"`
	In     text.RoomName `json:"in,omitempty"`
	Member ID            `json:"member"`
	Pseudo text.Pseudo   `json:"pseudo"`
	Forms  text.Forms    `json:"forms"`
	KeyID  string        `json:"key,omitempty"` // the member's: the mute holds under any pseudo
	By     text.Pseudo   `json:"by,omitempty"`
	For    time.Duration `json:"for,omitempty"`
}

// Unmuted ends the mute of the pseudo with that Key, in a room or (0) the one that holds
// everywhere.
type Unmuted struct {
	Room   Seq           `json:"room,omitempty"`
	In     text.RoomName `json:"in,omitempty"`
	Pseudo text.Pseudo   `json:"pseudo"`
	Key    text.Key      `json:"key"`
	By     text.Pseudo   `json:"by,omitempty"`
}

// SlowSet sets the least time between two messages of one member in a room; 0 ends it.
type SlowSet struct {
	Room  Seq           `json:"room,omitempty"`
	In    text.RoomName `json:"in,omitempty"`
	By    text.Pseudo   `json:"by,omitempty"`
	Every time.Duration `json:"every,omitempty"`
}

// ShutdownPlanned announces a shutdown, In from the event's time, of one node or of all.
type ShutdownPlanned struct {
	Node   uint64        `json:"node,omitempty"` // the epoch of the node that closes; 0: all do
	By     text.Pseudo   `json:"by,omitempty"`
	In     time.Duration `json:"in"`
	Reason string        `json:"reason,omitempty"`
}

// ShutdownCountdown repeats the announcement. Each time left is announced once, however
// many nodes count down. Apply fills in Node.
type ShutdownCountdown struct {
	Plan Seq           `json:"plan"`
	Node uint64        `json:"node,omitempty"`
	Left time.Duration `json:"left"`
}

// ShutdownCancelled cancels the shutdown of one node, or (0) that of all.
type ShutdownCancelled struct {
	Node uint64      `json:"node,omitempty"`
	By   text.Pseudo `json:"by,omitempty"`
}

// RoleSet changes what a session may do. It is not shown. Apply fills in Pseudo.
type RoleSet struct {
	Session ID          `json:"session"`
	Pseudo  text.Pseudo `json:"pseudo,omitempty"`
	Role    Role        `json:"role,omitempty"`
}

// Registered binds a pseudo to proofs of who its owner is: a key, a pass phrase or
// both. It makes an account or adds to one, named by its ID. It is refused once the
// session's member has another pseudo, and once the account was given up.
//
// It is not shown, and neither are Unregistered, PrefsKept, IgnoreSet and Seen.
type Registered struct {
	Session ID          `json:"session,omitzero"` // whose asks: it is the owner's from then on
	Pseudo  text.Pseudo `json:"pseudo"`
	Forms   text.Forms  `json:"forms"`
	Account Seq         `json:"account,omitempty"` // 0 makes one
	KeyID   string      `json:"key,omitempty"`     // "" for none
	Pass    string      `json:"pass,omitempty"`    // argon2id of the pass phrase (PHC string format); "" for none
}

// Unregistered frees a pseudo, or takes one key from its account. Apply fills in
// Pseudo.
type Unregistered struct {
	Session ID          `json:"session,omitzero"` // whose asks, if the owner does
	Pseudo  text.Pseudo `json:"pseudo"`
	Account Seq         `json:"account"`
	KeyID   string      `json:"key,omitempty"` // "" frees the pseudo
	By      text.Pseudo `json:"by,omitempty"`  // "" for the console
}

// PrefsKept stores preferences in an account.
type PrefsKept struct {
	Account Seq  `json:"account"`
	Prefs   Kept `json:"prefs"`
}

// IgnoreSet adds somebody to those whom the owner of an account ignores, or removes
// them.
type IgnoreSet struct {
	Account Seq     `json:"account"`
	Who     Ignored `json:"who"`
	Off     bool    `json:"off,omitempty"` // remove
}

// MaxIgnored is how many people one account, or one member without, may ignore; one
// more forgets the first.
const MaxIgnored = 200

// Ignored is somebody whose messages a member hides: by account, by member and by
// pseudo.
type Ignored struct {
	Pseudo  text.Pseudo `json:"pseudo"`
	Account Seq         `json:"account,omitempty"` // that they owned; 0: none
	Member  ID          `json:"member,omitzero"`
}

// Matches reports whether an author is the one ignored. Pseudos are compared without
// regard to case: a member ignored as bob may come back as BOB.
func (q *Ignored) Matches(from Signature) bool {
	return from.Member != (ID{}) && from.Member == q.Member || from.Account != 0 && from.Account == q.Account || strings.EqualFold(string(from.Pseudo), string(q.Pseudo))
}

// Ignoring returns a copy of list with who added, or removed if off is true. Nobody is
// on it twice, and beyond MaxIgnored the first ones are dropped.
func Ignoring(list []Ignored, who Ignored, off bool) []Ignored {
	list = slices.DeleteFunc(slices.Clone(list), func(q Ignored) bool { return q.Matches(Signature{who.Pseudo, who.Member, who.Account}) })
	if !off {
		list = append(list, who)
	}
	return list[max(0, len(list)-MaxIgnored):]
}

// Seen records how far the owner of an account had read when they left.
type Seen struct {
	Account Seq `json:"account"`
	Upto    Seq `json:"upto"` // the last event that they were shown
}

// Whispered is a private message. It is never in the log: the room delivers it to the
// sessions of its sender and its recipients.
type Whispered struct {
	From    text.Pseudo   `json:"from"`
	Member  ID            `json:"member"`            // the sender
	Account Seq           `json:"account,omitempty"` // that the sender owns; 0: none
	Hue     Hue           `json:"hue,omitempty"`     // the sender's
	To      []text.Pseudo `json:"to"`
	Text    string        `json:"text,omitempty"`
}

// Gap is a stretch of the conversation that was not recorded. It is never in the log: a
// store returns it among the messages, at the first place that is missing.
type Gap struct {
	From  time.Time `json:"from,omitzero"` // zero for all that was before To
	To    time.Time `json:"to"`
	Count int       `json:"count,omitempty"` // messages; 0 when nobody knows
	Upto  Seq       `json:"upto,omitempty"`  // the last place that is missing; 0 when nobody knows
}

// Gathered sums up joins and leaves when the server is too full to name each.
type Gathered struct {
	In      int `json:"in"` // since the last one
	Out     int `json:"out"`
	Present int `json:"present"`
}

// LogLost tells this node's readers that the log cannot be reached, so that nothing
// can be said; LogFound that it can again.
type LogLost struct{}

// LogFound ends what LogLost began.
type LogFound struct{}
