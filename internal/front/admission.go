package front

import (
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"

	"salon/room"
)

// Limits are what strangers may ask of the server before they have logged in. A source
// is an IPv4 address or an IPv6 /64. The zero value limits nothing.
type Limits struct {
	// PerSource is how many connections one source may have open, LoginsPerSource how
	// many of them that have not logged in. One more is refused. 0: no limit.
	PerSource, LoginsPerSource int
	// ConnectBurst is how many new connections one source may make at once, and then
	// one a second; those above are refused. 0: no limit.
	ConnectBurst int
	// MaxLogins is how many connections from everywhere may not have logged in: one
	// more closes the oldest of the source that has most of them. 0: no limit.
	MaxLogins int
	// MaxPenalty is the longest time that failures may keep a source out; 0: never.
	MaxPenalty time.Duration
	// Exempt are networks that only MaxLogins and Memory apply to. 127.0.0.1 and ::1
	// always are.
	Exempt []netip.Prefix
	// Proxies are networks whose connections begin with a header of the PROXY protocol,
	// and count as from the address that it names.
	Proxies []netip.Prefix
	// Memory is the process's memory limit in bytes: nobody else is let in when
	// memoryShare of it is in use. 0: no limit.
	Memory int64
}

// maxSources is how many sources are remembered. When there are more, one that has no
// connection open is forgotten with its failures: whoever has so many addresses would
// come from the next one anyway.
const maxSources = 16384

// Admission decides by their address which connections are let in, counts them until
// they end, and logs what is refused and what fails. One serves all fronts. Its methods
// may be called from any goroutine.
type Admission struct {
	log    *slog.Logger
	memory memory

	mu       sync.Mutex // guards all below, and every source
	limits   Limits
	sources  map[netip.Prefix]*source
	busy     map[*source]struct{} // those with logins
	logins   int                  // of all sources
	swept    time.Time            // when sources that need not be remembered were last removed
	unlogged unlogged
	tally    tally
}

// NewAdmission returns an admission that logs to log. The caller must call Close in the
// end, when no front uses it any more.
func NewAdmission(l Limits, log *slog.Logger) *Admission {
	return &Admission{log: log, limits: l, sources: map[netip.Prefix]*source{}, busy: map[*source]struct{}{}}
}

// SetLimits changes the limits for what comes from now on. Nobody is disconnected.
func (a *Admission) SetLimits(l Limits) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.limits = l
}

// trusts reports whether an address is that of a proxy.
func (a *Admission) trusts(addr netip.Addr) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return contains(a.limits.Proxies, addr)
}

func contains(networks []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// admit lets a connection in, or returns [room.ErrTooMany], [room.ErrTooManyNew],
// [room.ErrNoMemory] or a [*room.PenaltyError]. With keys, one connection a second is let
// in from a source that is kept out: see [Login.Penalty].
func (a *Admission) admit(l *Login, keys bool) error {
	left := a.bytesLeft()
	a.mu.Lock()
	now := time.Now()
	s := a.sourceLocked(l.Addr, now)
	l.exempt = l.quiet || a.spares(l.Addr)
	var err error
	if !l.exempt {
		err = s.check(now, &a.limits, keys)
	}
	if err == nil && left < loginMemory {
		err = room.ErrNoMemory
	}
	var oldest *Login
	if err == nil {
		oldest, err = a.makeRoomLocked(s, left)
	}
	if err == nil {
		if oldest != nil {
			a.doneLocked(oldest)
		}
		l.penalized = !l.exempt && s.penalty(now) > 0
		a.enterLocked(s, l, now)
		a.tally.accepted++
	}
	a.mu.Unlock()
	if oldest != nil {
		oldest.displace()
	}
	return err
}

// sourceLocked returns the source of an address, and makes one if need be.
func (a *Admission) sourceLocked(addr netip.Addr, now time.Time) *source {
	from := room.Source(addr)
	s := a.sources[from]
	if s == nil {
		a.sweepLocked(now)
		s = &source{prefix: from}
		a.sources[from] = s
	}
	return s
}

// spares reports whether the limits of a source do not count for an address. One that is
// not known has nobody to hold them against.
func (a *Admission) spares(addr netip.Addr) bool {
	return !addr.IsValid() || addr == loopback4 || addr == loopback6 || contains(a.limits.Exempt, addr)
}

var loopback4, loopback6 = netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()

// sweepEvery is how often sources are looked through for those that can be forgotten, and
// sweepTries how many are looked at for one that has no connection open when none can.
const sweepEvery, sweepTries = time.Second, 64

// sweepLocked makes room for one more source.
func (a *Admission) sweepLocked(now time.Time) {
	if len(a.sources) < maxSources {
		return
	}
	if now.Sub(a.swept) >= sweepEvery {
		a.swept = now
		for from, s := range a.sources {
			if s.isDone(now) {
				delete(a.sources, from)
			}
		}
	}
	tries := 0
	for from, s := range a.sources { // in no order
		if len(a.sources) < maxSources || tries == sweepTries {
			return // in use, all of them: each costs its owner an open connection
		}
		if tries++; s.open == 0 {
			delete(a.sources, from)
		}
	}
}

// bytesLeft returns how much memory there is for more logins, math.MaxInt64 when it has
// no limit.
func (a *Admission) bytesLeft() int64 {
	a.mu.Lock()
	limit, need := a.limits.Memory, int64(a.logins+1)*loginMemory
	a.mu.Unlock()
	return a.memory.left(limit, need)
}

// makeRoomLocked returns the login that one more of s displaces, nil when there is room
// for all. When memory is what they would exceed, s must not be the source with most.
func (a *Admission) makeRoomLocked(s *source, left int64) (*Login, error) {
	crowded := a.limits.MaxLogins > 0 && a.logins >= a.limits.MaxLogins
	short := int64(a.logins+1)*loginMemory > left
	if !crowded && !short {
		return nil, nil
	}
	var most *source
	for other := range a.busy {
		if most == nil || len(other.logins) > len(most.logins) || len(other.logins) == len(most.logins) && other.logins[0].since.Before(most.logins[0].since) {
			most = other
		}
	}
	switch {
	case most == nil:
		return nil, nil
	case short && !crowded && len(s.logins) >= len(most.logins):
		return nil, room.ErrNoMemory
	}
	return most.logins[0], nil
}

// enterLocked counts a login.
func (a *Admission) enterLocked(s *source, l *Login, now time.Time) {
	s.enter(now, a.limits.ConnectBurst)
	l.source, l.since = s, now
	s.logins = append(s.logins, l)
	a.busy[s] = struct{}{}
	a.logins++
}

// doneLocked counts a login no more, which has succeeded or failed.
func (a *Admission) doneLocked(l *Login) {
	s := l.source
	i := slices.Index(s.logins, l)
	if i < 0 {
		return
	}
	a.logins--
	if s.logins = slices.Delete(s.logins, i, i+1); len(s.logins) == 0 {
		s.logins = nil
		delete(a.busy, s)
	}
}
