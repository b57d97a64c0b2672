package room

import (
	"net/netip"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Item is one thing to show on a session: an event, or a reply to what that
// session asked. Either Event or Reply is nil.
type Item struct {
	Place uint64       // in the room's ring; 0 for what only this session is shown
	Event *state.Event // shared by every session: never to be changed
	Reply Reply
}

// Reply answers the one who asked. It is data: package lang gives it words.
type Reply interface{ reply() }

// Welcome is what a newcomer is shown first: the commands, then the topic, who
// is here and the last messages.
type Welcome struct {
	MOTD     string // shown before all else; "" for none
	Pseudo   text.Pseudo
	Topic    state.Topic
	Names    []text.Pseudo // sorted; some of them when there are many
	Present  int
	Last     []state.Event
	Seen     state.Seq // how far the owner of a registered pseudo had read; 0 for all others
	Missed   int       // how many of Last are by others and after Seen
	Shutdown *state.Plan
	Rooms    bool // there are others, public or that they follow
}

// Entered is what somebody is shown first who goes to a room: from here on they are shown what
// happens there.
type Entered struct {
	Room    state.Seq
	Name    text.RoomName
	Topic   state.Topic
	Names   []text.Pseudo // sorted; some of them when there are many
	Present int
	Last    []state.Event
	Missed  int    // how many were not read before: of Last, where that is not empty
	Place   uint64 // in the ring, of what is shown next
	Made    bool   // they have just made it
	Again   bool   // they follow it already
	Why     Why    // they are here again
}

// Why is why somebody is back in the first room without having asked.
type Why uint8

// The reasons.
const (
	Asked      Why = iota // they asked
	RoomGone              // the room they looked at was closed
	PutOut                // they may not be there any more
	RoomKicked            // somebody put them out
)

// Elsewhere is a message that names somebody, in a room that they follow and do not look at;
// or, for a screen, an event that takes such a message back.
type Elsewhere struct{ Event *state.Event }

// Done is what the session did in a room that it does not look at, where the event is shown.
type Done struct{ Event *state.Event }

// RoomList is the rooms that the asker may see, the first room first.
type RoomList struct{ Rooms []RoomInfo }

// RoomInfo is a room as somebody may see it.
type RoomInfo struct {
	ID      state.Seq
	Name    text.RoomName
	Topic   state.Topic
	Present int // followers who are here
	Private bool
	Follows bool // the asker does
	Here    bool // and looks at it
	Unread  int  // messages that they have not read
	Named   bool // one of these names them
	Owner   text.Pseudo
}

// People is who is here, sorted.
type People struct{ Members []Person }

// Person is a member as others may see it; the fields below Details only when it
// is set, for operators.
type Person struct {
	Pseudo   text.Pseudo
	Hue      state.Hue
	Since    time.Time
	Away     *state.Away
	Lost     bool     // all their connections were: they are away until they come back
	Fronts   []string // how connected, one for each session: "ssh", "tcp"
	Operator bool
	Muted    bool

	MutedUntil time.Time // zero: until an operator ends it

	Registered time.Time // when the pseudo was; zero: it is not

	Details bool
	KeyID   string
	Keys    int      // that open the account
	Nodes   []string // where they are connected, each once; none where there is one node
	Addrs   []netip.Addr
	Clients []string
}

// Profile is one person.
type Profile struct {
	Person Person
	Own    *Own // when the owner of a registered pseudo asks about themselves; else nil
}

// Own is what opens a registered pseudo. Only its owner is shown it.
type Own struct {
	Keys []string // fingerprints, the oldest first
	Pass bool     // a pass phrase too
}

// Accounts lists who is registered, sorted.
type Accounts struct {
	Pseudos []text.Pseudo // maxListed at most
	More    int           // how many others there are
}

// TopicIs is the topic; its text is empty when there is none.
type TopicIs struct{ Topic state.Topic }

// Bans lists bans and mutes in force.
type Bans struct {
	Bans  []state.Ban
	Mutes []state.Mute
}

// Ignoring lists whom one ignores.
type Ignoring struct{ Names []text.Pseudo }

// Past is a page of what was said: of the history, or of what a search found.
type Past struct {
	Search    string    // "" for history
	Day       time.Time // the beginning of the day whose history it is; zero: of no day
	Around    state.Seq // the event whose surroundings it is; 0: none
	Events    []state.Event
	More      bool // there is a page before it, which the command "more" shows
	Continued bool // it is such a page
	Resumed   bool // it is what a program that comes back missed, after Since
	Since     state.Seq

	Asked Request // what it answers; nil: a command
	Older Older   // asks for the page before it, if there is More

	Searched   time.Time // a search took too long: it looked at what was said from then on, and More goes on; zero: at all
	Unread     bool      // older messages cannot be read now, whether there are any or not
	Unrecorded time.Time // since when nothing is recorded; zero: all is
}

// Request is what a key asks [Session.Ask] for: a [Search], a page [Around] an event,
// or one [Older] than another. It is data, as a [Reply] is: == tells whether two ask
// for the same.
type Request interface{ request() }

// Search asks for the newest messages that Text looks for. It is understood as the
// argument of the command "search" is: words, "@ann" for an author, a day.
type Search struct{ Text string }

// Around asks for the messages before, at and after an event: pastDefault of them, of
// which at most pastAround come after it or are it.
type Around struct{ Seq state.Seq }

// Older asks for the page before one that was shown: take it from its [Past.Older]. What is said
// meanwhile moves no page. The zero Older asks for nothing and finds nothing.
type Older struct{ of page }

// page is a page of the past: what is looked for, and how much of it at a time.
type page struct {
	search     string    // as typed; "" for history
	day        time.Time // zero: not of one
	around     state.Seq // 0: none
	in         state.Seq // the room; with everywhere, all that the asker follows
	everywhere bool
	query      state.Query // Before is the end of the page; 0: now
	n          int
}

func (Search) request() {}
func (Around) request() {}
func (Older) request()  {}

// Stats is the room's figures.
type Stats struct {
	Since    time.Time
	Members  int
	Sessions int
	Messages uint64
	Applied  state.Seq // the last event applied here
	Hash     [32]byte  // of the State after it: equal on every node
	Nodes    []NodeStats
	Health   state.Health
}

// NodeStats is a node that is up.
type NodeStats struct {
	state.Node
	Here  bool      // this one
	Place state.Seq // how far it has applied the log, as it last announced; 0: it does not
	Lag   uint64    // how many events that is behind the node that is furthest
}

// Skipped says how many events left the ring before this session read them.
type Skipped struct{ Count uint64 }

// Failure is an error shown in its place among the events.
type Failure struct{ Err error }

// Turn tells the screen to scroll or to change what it shows, as its keys do. Line mode
// shows nothing for it.
type Turn struct{ To Where }

// Where is what a screen can turn to.
type Where uint8

// The values of Where.
const (
	TurnUp              Where = iota + 1 // by a page
	TurnDown                             // by a page
	TurnTop                              // the oldest there is
	TurnBottom                           // the newest, and from then on with it
	TurnUnread                           // the first event not read yet
	TurnPreviousMention                  // the nearest one above
	TurnNextMention                      // the nearest one below
	TurnBare                             // text alone, for copying
	TurnRedraw                           // the same, drawn again
	TurnKeys                             // the help on keys
)

// Notice is a short confirmation.
type Notice struct {
	What    What
	Name    text.Pseudo
	Text    string
	Count   int
	Choices *Command // nothing has changed: it is so, and this command changes it; else nil
}

// What is the message of a Notice.
type What uint8

// The notices.
const (
	NowAway         What = iota + 1
	NowBack              // welcome back
	NowIgnored           // Name is hidden from now on
	NowUnignored         // Name is shown again
	NowLang              // the language changed
	NowClock             // Text: "24" or "12"
	NowZone              // Text: the time zone; "" for the server's
	NowLeftRoom          // Text: the room that is followed no longer
	InvitedTo            // Name: by whom, "" for the console; Text: the room
	NowJSON              // one JSON object a line from now on
	NowPlain             // sentences again, no JSON
	NowTo                // lines go to Name alone, and to those in Text
	NowToEveryone        // lines go to everyone again
	NowNamed             // the pseudo is Name, as before
	RecipientAway        // Name is away, Text says why
	RecipientFull        // Name reads too slowly: not delivered
	RecipientCut         // Name's connection was lost: delivered when they come back
	RecipientLost        // Name's connection was lost: not delivered
	NowResumed           // Name's session goes on, whose connection was lost
	LineCut              // a line was too long, its end is lost
	StillHere            // the answer to "are you there"
	PressAgain           // Ctrl-C once more to leave
	LineKept             // the refused line comes back by Up
	NoPseudoGiven        // a visitor without a pseudo is called Name
	BanHint              // Name's key (Text) may be banned too
	BanNetwork           // the address Text was banned with its network
	NowTheme             // Text: Theme.String
	NowBell              // Text: Bell.String
	NowMouse             // the mouse scrolls, and selects with Shift only
	NowNoMouse           // the mouse selects, as everywhere
	NowText              // line mode from now on
	NowScreen            // the screen again
	NowRegistered        // Name opens with the key Text
	NowPassSet           // Name opens with the pass phrase, and with the key Text if there is one
	NowUnregistered      // Name is free
	NowKeyGone           // the key Text no longer opens Name
	NowFreed             // an operator has freed Name
	NowOperator          // commands of operators are allowed from now on
	NowGuest             // they are no longer allowed
	NowReloaded          // the files were read again, and Count sessions ended that may no longer enter
	NothingMore          // no page comes before the one shown last
	NowKeyAdded          // Name opens with the key Text too
	FreedBy              // the operator Text has freed Name: for the console
	NowDeleted           // Name's message was taken back
	ConfirmForget        // type so and so to take back all that Name, who asks, has said
	NowForgotten         // all that Name, who asked, had said was taken back
)

func (Welcome) reply()   {}
func (Entered) reply()   {}
func (Elsewhere) reply() {}
func (Done) reply()      {}
func (RoomList) reply()  {}
func (People) reply()    {}
func (Profile) reply()   {}
func (Accounts) reply()  {}
func (TopicIs) reply()   {}
func (Bans) reply()      {}
func (Ignoring) reply()  {}
func (Past) reply()      {}
func (Stats) reply()     {}
func (Skipped) reply()   {}
func (Turn) reply()      {}
func (Failure) reply()   {}
func (Notice) reply()    {}
