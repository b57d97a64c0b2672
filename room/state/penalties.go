package state

import (
	"iter"
	"net/netip"
	"slices"
	"time"

	"github.com/tidwall/btree"
)

// penalty is a Ban or a Mute.
type penalty interface {
	// name is what it is filed under: there is one of each name.
	name() string
	// traits are what else it is found by: the Looks of a banned pseudo, or the key of
	// a muted member; "" for none.
	traits() [2]string
	// network is the one that is banned, if it is one.
	network() (network netip.Prefix, ok bool)
	// expiry is when it ends, on the State's tick; ok is false if it never does.
	expiry() (tick time.Duration, ok bool)
	Over(tick time.Duration) bool
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
func (b Ban) network() (netip.Prefix, bool) { return b.Target.Network, b.Target.Kind == ByNetwork }
func (b Ban) expiry() (time.Duration, bool) { return b.Ends, b.For > 0 }

func (m Mute) name() string                  { return string(m.Forms.Key) }
func (m Mute) traits() [2]string             { return [2]string{m.KeyID} }
func (m Mute) network() (netip.Prefix, bool) { return netip.Prefix{}, false }
func (m Mute) expiry() (time.Duration, bool) { return m.Ends, m.For > 0 }

// penalties are all bans or all mutes. byName is the set itself; the indexes, which
// hold names, follow from it.
type penalties[P penalty] struct {
	byName   *btree.Map[string, P]
	byTrait  [2]map[string][]string
	networks map[netip.Prefix]string
	sizes    map[prefixSize]int // how many networks there are of each
	endings  *btree.BTreeG[ending]
}

// prefixSize is what two networks have in common that may be looked up as one.
type prefixSize struct {
	v6   bool
	bits int
}

// ending is when a penalty ends, and its name.
type ending struct {
	at   time.Duration
	name string
}

func newPenalties[P penalty]() penalties[P] {
	first := func(a, b ending) bool { return a.at < b.at || a.at == b.at && a.name < b.name }
	return penalties[P]{
		byName: &btree.Map[string, P]{}, byTrait: [2]map[string][]string{{}, {}}, networks: map[netip.Prefix]string{}, sizes: map[prefixSize]int{},
		endings: btree.NewBTreeGOptions(first, btree.Options{NoLocks: true}),
	}
}

// add puts a penalty in force, in the place of the one of its name; false if there are
// too many.
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
	if network, ok := p.network(); ok {
		ps.networks[network] = name
		ps.sizes[sizeOf(network)]++
	}
	return true
}

func (ps *penalties[P]) remove(p P) {
	name := p.name()
	at, _ := p.expiry()
	ps.byName.Delete(name)
	ps.endings.Delete(ending{at, name})
	for i, trait := range p.traits() {
		ps.byTrait[i][trait] = slices.DeleteFunc(ps.byTrait[i][trait], func(other string) bool { return other == name })
		if len(ps.byTrait[i][trait]) == 0 {
			delete(ps.byTrait[i], trait)
		}
	}
	if network, ok := p.network(); ok {
		delete(ps.networks, network)
		size := sizeOf(network)
		if ps.sizes[size]--; ps.sizes[size] == 0 {
			delete(ps.sizes, size)
		}
	}
}

func sizeOf(network netip.Prefix) prefixSize {
	return prefixSize{network.Addr().Is6(), network.Bits()}
}

// forget drops the penalties that are over.
func (ps *penalties[P]) forget(tick time.Duration) {
	for first, ok := ps.endings.Min(); ok && first.at <= tick; first, ok = ps.endings.Min() {
		p, _ := ps.byName.Get(first.name)
		ps.remove(p)
	}
}

// on calls do with the name of each penalty on an address.
func (ps *penalties[P]) on(addr netip.Addr, do func(name string)) {
	addr = addr.Unmap().WithZone("")
	for size := range ps.sizes {
		if size.v6 != addr.Is6() {
			continue
		}
		network, err := addr.Prefix(size.bits)
		if name, ok := ps.networks[network]; ok && err == nil {
			do(name)
		}
	}
}

// inForce yields those that are not over at a tick, by their names.
func inForce[P penalty](byName *btree.Map[string, P], tick time.Duration) iter.Seq[P] {
	return func(yield func(P) bool) {
		byName.Scan(func(_ string, p P) bool { return p.Over(tick) || yield(p) })
	}
}
