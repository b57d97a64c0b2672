package room

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Config is the settings of a room. The zero value works: no limits on rate,
// every join announced.
type Config struct {
	Limits
	// GatherAbove is the number of members above which joins and leaves are no
	// longer announced one by one but summed up every GatherEvery; 0: never.
	GatherAbove int
	GatherEvery time.Duration
	// Node is this node's name in the log: a node that starts under the name of another
	// ends that one's sessions. "": a name that nobody else has.
	Node string
	// Alone says that there is no other node: those that the log says are up have ended, and
	// their members are cut.
	Alone bool
	// Program is the name and version that other nodes, and those who administer them, know this
	// one's program by; "": [state.Program].
	Program string
	// CutWait is how long a member stays, marked as away, whose connection was lost or
	// stalled, so that they may come back without anybody noticing; 0: not at all. Those
	// who left, and scripts, are gone at once.
	CutWait time.Duration
	// Mail carries private messages to members on other nodes; nil: there are none.
	Mail Mail
	// Presence says which other nodes are dead, so that their members are cut; nil: there
	// are none.
	Presence Presence
	// PassMemory (KiB) and PassTime are the cost of hashing a pass phrase with argon2id
	// from now on; 0: 19456 and 2.
	PassMemory, PassTime uint32
	// Audit is called for everything that an operator does to others, and for what
	// they tried and were refused. The room's lock is not held; the operator's
	// session waits for it. nil: nothing is recorded.
	Audit func(Act)
	// Reload reads the operator's files again, and returns how many sessions [Room.SetAccess]
	// ended for it; its error, in words for an operator, says that nothing has changed. nil:
	// there are none.
	Reload func() (putOut int, err error)
	// Meter measures what the room does; nil: nothing is measured.
	Meter *Meter
	// Zone finds a time zone by its IANA name; nil: time.LoadLocation.
	Zone func(name string) (*time.Location, error)

	mu sync.Locker // the room's; nil: a sync.Mutex. A benchmark sets it, to measure how long it is held
}

// DefaultConfig returns the settings of a room that is told no others. Its Limits are the
// defaults of the server's flags.
func DefaultConfig() Config {
	return Config{Limits: Limits{Rate: 2, Burst: 5, Replay: 20, Makers: RegisteredMake, MaxRooms: 200}, GatherAbove: 100, GatherEvery: 5 * time.Second}
}

// Act is something that an operator, or who governs a room, did or tried to do.
type Act struct {
	Time    time.Time
	By      text.Pseudo   // "" for the console
	KeyID   string        // the key that they came with, "" without one
	Addr    netip.Addr    // where from; the zero Addr for the console
	Front   string        // "ssh" or "tcp"; "" for the console
	Room    text.RoomName // where it was done; "" for the first room, and everywhere
	Of      text.Pseudo   // whose message was taken back; "" for their own, and for any other command
	Command string        // the line, cleaned. No command of operators takes a secret
	Err     error         // why it was refused; nil when it was done
}

// Room is one chat room on this node: the State that its log makes, the ring of
// recent events, the sessions that read it. All methods may be called from any
// goroutine; none waits for a reader.
type Room struct {
	cfg         Config
	*proposer   // holds the log
	store       Store
	ring        *ring
	table       *table
	authLimiter *authLimiter
	hasher      *hasher
	searches    searches
	audience    audience // the sessions that look at the first room
	watching    audience // those that are shown what happens in all rooms
	zones       zoneCache
	started     time.Time

	run     context.Context // ends what the room runs
	cancel  context.CancelFunc
	running sync.WaitGroup

	limits atomic.Pointer[Limits] // never nil; what it points to is never changed

	applying sync.Mutex // held while events are applied and given to the store

	mu           sync.Locker // guards all below; held for memory work only
	state        *state.State
	live         bool    // this node's NodeUp was applied: later events are news
	access       *Access // never nil; what it points to is never changed
	sessions     map[state.ID]*Session
	memberStates memberStates
	kept         map[state.ID]*keptSession  // of sessions that were cut
	rejoining    map[*Session]*rejoin       // whose epoch ended while they were connected, until they are back
	returning    map[state.ID]*Session      // by what is proposed for them
	comesBack    bool                       // comeBack runs
	out          chan struct{}              // closed once this node's new epoch has begun; nil while the last one lasts
	replaced     bool                       // another process is this node now: the room is about to stop
	hide         func()                     // has other nodes see this one no more; nil when they do not
	roster       rosterCache                // of the first room
	rosters      map[state.Seq]*rosterCache // of the others, once somebody looked at them
	several      map[*Session]struct{}      // whose members follow more than the first room
	counts       counts
	audiences    map[state.Seq]*audience // of the other rooms, once somebody looked at them
	apart        bool                    // there are others, or were: the ring keeps them apart
	gathered     state.Gathered
	gathering    *time.Timer
	lapsing      *time.Timer        // fires when the first session that was cut lapses; nil without one
	countdown    context.CancelFunc // of the planned shutdown; nil without one
	counted      *state.Plan        // that shutdown
	turns        chan struct{}      // closed when slow mode, a mute or a role has changed; nil while nobody waits for their turn
	closing      *state.Ending      // set once: nobody joins any more
	failed       error              // why the log could not be followed to its end; set before the room stops for it
	readOnly     bool               // the log cannot be reached
	snapshots    snapshots
	tally        tally
}

// view returns what may be shown of the room now, and the current tick.
func (r *Room) view() (v *state.View, tick time.Duration) {
	now := r.log.Now().Stamp
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.View(), r.state.TickAt(now)
}

// owned returns the account of a session's member, if it is the owner's session; nil
// if it is not.
func (r *Room) owned(session state.ID) *state.Account {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.Owned(session)
}

// Health returns the log's health.
func (r *Room) Health() state.Health {
	h, _ := r.log.Health()
	return h
}

// Zone finds a time zone by its IANA name, or returns ErrNoZone. The same name gives the
// same Location, so that pointers tell whether two sessions share a zone.
func (r *Room) Zone(name string) (*time.Location, error) { return r.zones.get(name) }
