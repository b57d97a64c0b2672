package state

import (
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/tidwall/btree"

	"salon/room/text"
)

// Ban keeps a target out of the room, for how long and why.
type Ban struct {
	Target Target        `json:"target"`
	By     text.Pseudo   `json:"by,omitempty"` // "" for the console
	Reason string        `json:"reason,omitempty"`
	For    time.Duration `json:"for,omitempty"` // 0: for ever
	Since  time.Time     `json:"since,omitzero"`
	Ends   time.Duration `json:"ends,omitempty"` // on the State's tick, unless it is for ever
}

// Until returns the wall time at which the ban ends; the zero time if it never does.
func (b Ban) Until() time.Time { return until(b.Since, b.For) }

// Over reports whether the ban has ended at a tick of the State.
func (b Ban) Over(tick time.Duration) bool { return b.For > 0 && tick >= b.Ends }

// outlasts reports whether a ban ends after another. Of two that end together it is
// the same one on every node.
func (b Ban) outlasts(other Ban) bool {
	switch forever, theirs := b.For == 0, other.For == 0; {
	case forever != theirs:
		return forever
	case !forever && b.Ends != other.Ends:
		return b.Ends > other.Ends
	}
	return b.name() < other.name()
}

// Mute keeps a member from speaking.
type Mute struct {
	Room   Seq           `json:"room,omitempty"` // where; 0: everywhere
	Pseudo text.Pseudo   `json:"pseudo"`
	Forms  text.Forms    `json:"forms"`
	KeyID  string        `json:"key,omitempty"` // the member's when muted: it holds under any pseudo
	By     text.Pseudo   `json:"by,omitempty"`
	For    time.Duration `json:"for,omitempty"` // 0: until unmuted
	Since  time.Time     `json:"since"`
	Ends   time.Duration `json:"ends,omitempty"` // on the State's tick, unless it is until unmuted
}

// Until returns the wall time at which the mute ends; the zero time if it never does.
func (m Mute) Until() time.Time { return until(m.Since, m.For) }

// Over reports whether the mute has ended at a tick of the State.
func (m Mute) Over(tick time.Duration) bool { return m.For > 0 && tick >= m.Ends }

// maxBans is how many bans there may be, and how many mutes; one more is refused
// with [ErrTooManyBans] until some are lifted or have ended.
const maxBans = 10_000

func until(since time.Time, d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return since.Add(d)
}

// penalty is a Ban or a Mute.
type penalty interface {
	// name is what it is filed under: there is one of each name.
	name() string
	// traits are what else it is found by: the Looks of a banned pseudo, or the key of
	// a muted member; "" for none.
	traits() [2]string
	// network is the one that is banned; the zero Prefix if it is none.
	network() netip.Prefix
	// expiry is when it ends, on the State's tick; ok is false if it never does.
	expiry() (tick time.Duration, ok bool)
}

// muteName files a mute of a pseudo in a room, 0 for one that holds everywhere.
func muteName(room Seq, k text.Key) string {
	if room == 0 {
		return string(k)
	}
	return strconv.FormatUint(uint64(room), 10) + "#" + string(k)
}

// name files two spellings of one pseudo as one target. A pseudo begins with @, so
// that it is never the name of a key or an address, which are filed as they are.
func (b Ban) name() string {
	if b.Target.Kind == ByPseudo {
		return "@" + string(b.Target.Forms.Key)
	}
	return b.Target.String()
}

func (b Ban) traits() [2]string             { return b.Target.Forms.Looks }
func (b Ban) network() netip.Prefix         { return b.Target.Network }
func (b Ban) expiry() (time.Duration, bool) { return b.Ends, b.For > 0 }

func (m Mute) name() string                  { return muteName(m.Room, m.Forms.Key) }
func (m Mute) traits() [2]string             { return [2]string{m.KeyID} }
func (m Mute) network() netip.Prefix         { return netip.Prefix{} }
func (m Mute) expiry() (time.Duration, bool) { return m.Ends, m.For > 0 }

// penalties are all bans or all mutes. byName is the set itself; the indexes, which
// hold names, follow from it.
type penalties[P penalty] struct {
	byName   *btree.Map[string, P]
	byTrait  [2]map[string][]string
	networks map[netip.Prefix]string
	endings  *btree.BTreeG[ending]
}

// ending is when a penalty ends, and its name.
type ending struct {
	at   time.Duration
	name string
}

func newPenalties[P penalty]() penalties[P] {
	first := func(a, b ending) bool { return a.at < b.at || a.at == b.at && a.name < b.name }
	return penalties[P]{
		byName: &btree.Map[string, P]{}, byTrait: [2]map[string][]string{{}, {}}, networks: map[netip.Prefix]string{},
		endings: btree.NewBTreeGOptions(first, btree.Options{NoLocks: true}),
	}
}

// add adds a penalty or replaces the one of its name. It returns false if there are too
// many.
func (ps *penalties[P]) add(p P) bool {
	name := p.name()
	if was, ok := ps.byName.Get(name); ok {
		ps.remove(was)
	} else if ps.byName.Len() >= maxBans {
		return false
	}
	ps.byName.Set(name, p)
	if at, ok := p.expiry(); ok {
		ps.endings.Set(ending{at, name})
	}
	for i, trait := range p.traits() {
		if trait != "" {
			ps.byTrait[i][trait] = append(ps.byTrait[i][trait], name)
		}
	}
	if network := p.network(); network.IsValid() {
		ps.networks[network] = name
	}
	return true
}

func (ps *penalties[P]) remove(p P) {
	name := p.name()
	at, _ := p.expiry()
	ps.byName.Delete(name)
	ps.endings.Delete(ending{at, name})
	for i, trait := range p.traits() {
		removeFrom(ps.byTrait[i], trait, name)
	}
	delete(ps.networks, p.network())
}

// removeFrom removes v from the list with that key, and the list with its last value.
func removeFrom[V comparable](lists map[string][]V, key string, v V) {
	left := slices.DeleteFunc(lists[key], func(other V) bool { return other == v })
	if lists[key] = left; len(left) == 0 {
		delete(lists, key)
	}
}

// forget removes the penalties that have ended at a tick.
func (ps *penalties[P]) forget(tick time.Duration) {
	for first, ok := ps.endings.Min(); ok && first.at <= tick; first, ok = ps.endings.Min() {
		p, _ := ps.byName.Get(first.name)
		ps.remove(p)
	}
}

// on calls do with the name of each penalty on an address.
func (ps *penalties[P]) on(addr netip.Addr, do func(name string)) {
	addr = addr.Unmap().WithZone("")
	for size := range addr.BitLen() + 1 {
		network, _ := addr.Prefix(size)
		if name, ok := ps.networks[network]; ok {
			do(name)
		}
	}
}
