package state

import (
	"net/netip"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"salon/room/text"
)

// ending is when something in force ends, and what it is filed under.
type ending struct {
	at   time.Duration
	name string
}

func newEndings() *btree.BTreeG[ending] {
	return btree.NewBTreeGOptions(func(a, b ending) bool { return a.at < b.at || a.at == b.at && a.name < b.name }, btree.Options{NoLocks: true})
}

// bans are all bans, by what visitors are looked up by. byName is the set itself,
// by Target.name; the other indexes follow from it.
type bans struct {
	byName   *btree.Map[string, Ban]
	looks    [2]map[string][]string // of pseudos, by text.Forms.Looks: names of bans
	networks map[netip.Prefix]string
	lengths  map[int]int // how many networks there are of each family and length
	endings  *btree.BTreeG[ending]
}

func newBans() bans {
	return bans{
		byName: &btree.Map[string, Ban]{}, looks: [2]map[string][]string{{}, {}},
		networks: map[netip.Prefix]string{}, lengths: map[int]int{}, endings: newEndings(),
	}
}

// add puts a ban in force, in the place of one of the same target; false if there
// are too many.
func (bs *bans) add(b Ban) bool {
	name := b.Target.name()
	if was, ok := bs.byName.Get(name); ok {
		bs.remove(was)
	} else if bs.byName.Len() >= maxBans {
		return false
	}
	bs.byName.Set(name, b)
	if b.For > 0 {
		bs.endings.Set(ending{b.Ends, name})
	}
	switch b.Target.Kind {
	case ByPseudo:
		for i, look := range b.Target.Forms.Looks {
			bs.looks[i][look] = append(bs.looks[i][look], name)
		}
	case ByNetwork:
		bs.networks[b.Target.Network] = name
		bs.lengths[length(b.Target.Network)]++
	}
	return true
}

func (bs *bans) remove(b Ban) {
	name := b.Target.name()
	bs.byName.Delete(name)
	bs.endings.Delete(ending{b.Ends, name})
	switch b.Target.Kind {
	case ByPseudo:
		for i, look := range b.Target.Forms.Looks {
			without(bs.looks[i], look, name)
		}
	case ByNetwork:
		delete(bs.networks, b.Target.Network)
		if l := length(b.Target.Network); bs.lengths[l] > 1 {
			bs.lengths[l]--
		} else {
			delete(bs.lengths, l)
		}
	}
}

// without takes a name off a list of an index.
func without(index map[string][]string, at, name string) {
	left := slices.DeleteFunc(index[at], func(n string) bool { return n == name })
	if len(left) == 0 {
		delete(index, at)
		return
	}
	index[at] = left
}

// length tells networks apart by family and length: IPv6 ones count from 1000.
func length(p netip.Prefix) int {
	if p.Addr().Is6() {
		return 1000 + p.Bits()
	}
	return p.Bits()
}

// forget drops the bans that are over.
func (bs *bans) forget(tick time.Duration) {
	for first, ok := bs.endings.Min(); ok && first.at <= tick; first, ok = bs.endings.Min() {
		b, _ := bs.byName.Get(first.name)
		bs.remove(b)
	}
}

// on calls do with each ban that holds against an address.
func (bs *bans) on(addr netip.Addr, do func(name string)) {
	addr = addr.Unmap().WithZone("")
	for l := range bs.lengths {
		if v6 := l >= 1000; v6 != addr.Is6() {
			continue
		}
		if p, err := addr.Prefix(l % 1000); err == nil {
			if name, ok := bs.networks[p]; ok {
				do(name)
			}
		}
	}
}

// mutes are all mutes, by what members are looked up by.
type mutes struct {
	byKey   *btree.Map[text.Key, Mute]
	keys    map[string][]string // by KeyID: text.Keys
	endings *btree.BTreeG[ending]
}

func newMutes() mutes {
	return mutes{byKey: &btree.Map[text.Key, Mute]{}, keys: map[string][]string{}, endings: newEndings()}
}

// add puts a mute in force; false if there are too many.
func (ms *mutes) add(m Mute) bool {
	if was, ok := ms.byKey.Get(m.Forms.Key); ok {
		ms.remove(was)
	} else if ms.byKey.Len() >= maxBans {
		return false
	}
	ms.byKey.Set(m.Forms.Key, m)
	if m.For > 0 {
		ms.endings.Set(ending{m.Ends, string(m.Forms.Key)})
	}
	if m.KeyID != "" {
		ms.keys[m.KeyID] = append(ms.keys[m.KeyID], string(m.Forms.Key))
	}
	return true
}

func (ms *mutes) remove(m Mute) {
	ms.byKey.Delete(m.Forms.Key)
	ms.endings.Delete(ending{m.Ends, string(m.Forms.Key)})
	if m.KeyID != "" {
		without(ms.keys, m.KeyID, string(m.Forms.Key))
	}
}

// forget drops the mutes that are over.
func (ms *mutes) forget(tick time.Duration) {
	for first, ok := ms.endings.Min(); ok && first.at <= tick; first, ok = ms.endings.Min() {
		m, _ := ms.byKey.Get(text.Key(first.name))
		ms.remove(m)
	}
}
