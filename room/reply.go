package room

import (
	"net/netip"
	"time"

	"salon/room/state"
	"salon/room/text"
)

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
	Missed   int       // what others said after Seen, of Last
	Shutdown *state.Plan
}

// People is who is here, sorted.
type People struct{ Members []Person }

// Person is a member as others may see it; the fields below Details only when it
// is set, for operators.
type Person struct {
	Pseudo   text.Pseudo
	Since    time.Time
	Away     *state.Away
	Fronts   []string // how connected, one for each session: "ssh", "tcp"
	Operator bool
	Muted    bool

	Registered time.Time // when the pseudo was; zero: it is not

	Details bool
	KeyID   string
	Keys    int // that open the account
	Addrs   []netip.Addr
	Clients []string
}

// Profile is one person.
type Profile struct {
	Person Person
	Own    *Own // when the owner of a registered pseudo asks about themselves; else nil
}

// Own is what opens a registered pseudo. It is shown to its owner only.
type Own struct {
	Keys []string // fingerprints, the oldest first
	Pass bool     // a pass phrase too
}

// Accounts lists who is registered, sorted.
type Accounts struct {
	Pseudos []text.Pseudo // maxListed at most
	More    int           // how many others there are
}

// Help lists the commands that whoever asked may use; One is set when help on
// one was asked.
type Help struct {
	Commands []*Command
	One      *Command
	Console  bool // commands are typed without a slash
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
	Day       time.Time // the beginning of the day it is the history of; zero: of the last
	Around    state.Seq // the place that it is the history around; 0: none
	Events    []state.Event
	More      bool // there is a page before it, which the command "more" shows
	Continued bool // it is such a page

	Asked Request // what it answers; nil: a command
	Older Older   // asks for the page before it, if there is More

	Unread     bool      // older messages cannot be read now, whether there are any or not
	Unrecorded time.Time // since when nothing is recorded; zero: all is
}

// Stats is the room's figures.
type Stats struct {
	Since    time.Time
	Members  int
	Sessions int
	Messages uint64
	Place    state.Seq // of the last event applied here
	Hash     [32]byte  // of the State there: equal on every node
	Nodes    []state.Node
	Health   state.Health
}

// Skipped says how many messages were forgotten before this session read them.
type Skipped struct{ Count uint64 }

// Failure is an error shown in its place among the events.
type Failure struct{ Err error }

// Turn has the screen turn to something: its keys, as commands. It is for a screen,
// which does it; line mode shows nothing.
type Turn struct{ To Where }

// Where a screen can turn.
type Where uint8

// The turns.
const (
	TurnUp              Where = iota + 1 // by a page
	TurnDown                             // by a page
	TurnTop                              // the oldest there is
	TurnBottom                           // the newest, and from then on with it
	TurnUnread                           // the first event not read yet
	TurnPreviousMention                  // the nearest one above
	TurnNextMention                      // the nearest one below
	TurnBare                             // text alone, for copying
	TurnRedraw                           // the same, drawn anew
	TurnKeys                             // the help on keys
)

// Notice is a short confirmation.
type Notice struct {
	What  What
	Name  text.Pseudo
	Text  string
	Until time.Time
}

// What a Notice says.
type What uint8

// The notices.
const (
	NowAway         What = iota + 1
	NowBack              // welcome back
	NowIgnored           // Name is hidden from now on
	NowHeard             // Name is shown again
	NowLang              // the language changed
	NowClock             // Text: "24" or "12"
	NowZone              // Text: the time zone
	NowJSON              // one JSON object a line from now on
	NowPlain             // words again, no more JSON
	NowNamed             // the pseudo is, and was, Name
	RecipientAway        // Name is away, Text says why
	RecipientFull        // Name does not read: not delivered
	LineCut              // a line was too long, its end is lost
	StillHere            // the answer to "are you there"
	PressAgain           // Ctrl-C once more to leave
	NoPseudoGiven        // Name was given to somebody who gave none
	BanHint              // Name's key (Text) may be banned too
	NowTheme             // Text: Theme.String
	NowBell              // Text: Bell.String
	NowMouse             // the mouse scrolls, and selects with Shift only
	NowNoMouse           // the mouse selects, as everywhere
	NowText              // line mode from now on
	NowScreen            // the screen again
	NowRegistered        // Name opens with the key Text
	NowPassSet           // Name opens with the pass phrase, and with the key Text if there is one
	NowUnregistered      // Name is free
	NowKeyGone           // the key Text opens Name no more
	NowFreed             // an operator has freed Name
	NowOperator          // commands of operators are allowed from now on
	NowGuest             // and no more
	NowReloaded          // the files were read again
	NothingMore          // no page of the past comes before the one shown last
	NowKeyAdded          // Name opens with the key Text, and with whatever else opened it
	FreedBy              // the operator Text has freed Name: for the console
)

func (Welcome) reply()  {}
func (People) reply()   {}
func (Profile) reply()  {}
func (Accounts) reply() {}
func (Help) reply()     {}
func (TopicIs) reply()  {}
func (Bans) reply()     {}
func (Ignoring) reply() {}
func (Past) reply()     {}
func (Stats) reply()    {}
func (Skipped) reply()  {}
func (Turn) reply()     {}
func (Failure) reply()  {}
func (Notice) reply()   {}
