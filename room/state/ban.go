package state

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"salon/room/text"
)

// Role is what somebody may do.
type Role uint8

// The roles, each able to do what those before it can.
const (
	Guest    Role = iota // talks
	Operator             // moderates
	Console              // the server's own standard input: not a member
)

// TargetKind is what a ban looks at.
type TargetKind uint8

// The kinds of target.
const (
	ByPseudo  TargetKind = iota // and every pseudo that looks like it
	ByKey                       // a key's fingerprint
	ByNetwork                   // an address or a CIDR
)

// Target is whom a ban keeps out.
type Target struct {
	Kind    TargetKind   `json:"kind,omitempty"`
	Pseudo  text.Pseudo  `json:"pseudo,omitempty"`
	Forms   text.Forms   `json:"forms,omitzero"` // of Pseudo
	KeyID   string       `json:"key,omitempty"`
	Network netip.Prefix `json:"network,omitzero"` // a single address is a prefix of its full length
}

// KeyPrefix is how the fingerprint of a key begins.
const KeyPrefix = "SHA256:"

// ParseTarget reads a CIDR, an address, a key fingerprint or a pseudo, in that
// order. An IPv4-mapped IPv6 address is its IPv4 address.
func ParseTarget(s string) (Target, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return Target{Kind: ByNetwork, Network: unmapPrefix(p)}, nil
	}
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.Unmap().WithZone("")
		return Target{Kind: ByNetwork, Network: netip.PrefixFrom(a, a.BitLen())}, nil
	}
	if strings.HasPrefix(s, KeyPrefix) {
		return Target{Kind: ByKey, KeyID: text.Clean(s, false)}, nil
	}
	p, err := text.ParsePseudo(strings.TrimPrefix(s, "@"))
	if err != nil {
		return Target{}, err
	}
	return PseudoTarget(p), nil
}

// PseudoTarget returns the target that is a pseudo.
func PseudoTarget(p text.Pseudo) Target { return Target{Kind: ByPseudo, Pseudo: p, Forms: p.Forms()} }

func unmapPrefix(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked()
}

// String writes the target as ParseTarget reads it.
func (t Target) String() string {
	switch t.Kind {
	case ByKey:
		return t.KeyID
	case ByNetwork:
		if t.Network.IsSingleIP() {
			return t.Network.Addr().String()
		}
		return t.Network.String()
	}
	if _, err := netip.ParseAddr(string(t.Pseudo)); err == nil {
		return "@" + string(t.Pseudo) // 192.0.2.1 may be a pseudo too
	}
	return string(t.Pseudo)
}

// name is what bans are filed under: two spellings of one pseudo are one target. A
// pseudo begins with @, so that it is never the name of an address.
func (t Target) name() string {
	if t.Kind == ByPseudo {
		return "@" + string(t.Forms.Key)
	}
	return t.String()
}

// Ban is a target kept out, for how long and why.
type Ban struct {
	Target Target        `json:"target"`
	By     text.Pseudo   `json:"by,omitempty"` // "" for the console
	Reason string        `json:"reason,omitempty"`
	For    time.Duration `json:"for,omitempty"` // 0: for ever
	Since  time.Time     `json:"since,omitzero"`
	Ends   time.Duration `json:"ends,omitempty"` // on the State's tick, unless it is for ever
}

// Until returns the ban's end as people are shown it; the zero time when it has
// none.
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
	return b.Target.name() < other.Target.name()
}

// maxBans is how many bans there may be, and how many mutes; one more is refused
// with [ErrTooManyBans] until some are lifted or have ended.
const maxBans = 10_000

// Mute is a member kept from speaking.
type Mute struct {
	Pseudo text.Pseudo   `json:"pseudo"`
	Forms  text.Forms    `json:"forms"`
	KeyID  string        `json:"key,omitempty"` // the member's when muted: it holds under any pseudo
	By     text.Pseudo   `json:"by,omitempty"`
	For    time.Duration `json:"for,omitempty"` // 0: until unmuted
	Since  time.Time     `json:"since"`
	Ends   time.Duration `json:"ends,omitempty"` // on the State's tick, unless it is until unmuted
}

// Until returns the mute's end as people are shown it; the zero time when it has
// none.
func (m Mute) Until() time.Time { return until(m.Since, m.For) }

// Over reports whether the mute has ended at a tick of the State.
func (m Mute) Over(tick time.Duration) bool { return m.For > 0 && tick >= m.Ends }

func until(since time.Time, d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return since.Add(d)
}

func (st *State) ban(e Event, b Banned) Outcome {
	if err := st.follow(&b); err != nil {
		return refused(e, err)
	}
	b.Ban.Since, b.Ban.Ends = e.Time, st.tick+b.Ban.For
	st.bans.forget(st.tick)
	if !st.bans.add(b.Ban) {
		return refused(e, ErrTooManyBans)
	}
	why := Ending{Cause: Barred, By: b.Ban.By, Reason: b.Ban.Reason, Until: b.Ban.Until()}
	hit := st.hitBy(b.Ban.Target)
	b.Gone = gonePseudos(hit)
	out := shown(e, b)
	for _, m := range hit {
		out.Ended = append(out.Ended, st.expel(m, why)...)
	}
	return out
}

// follow has a ban of a pseudo mean who had it when it was typed.
func (st *State) follow(b *Banned) error {
	if b.Member == (ID{}) || b.Ban.Target.Kind != ByPseudo {
		return nil
	}
	if m := st.members.byID(b.Member); m != nil {
		b.Ban.Target.Pseudo, b.Ban.Target.Forms = m.Pseudo, m.Forms
		return nil
	}
	if _, another := st.conflict(b.Ban.Target.Forms, nil); another {
		return &UnknownMemberError{Name: string(b.Ban.Target.Pseudo)}
	}
	return nil
}

// hitBy returns the members whom a ban of a target lets out, by their keys. A network
// is looked for among all.
func (st *State) hitBy(t Target) []*Member {
	found := map[*Member]bool{}
	add := func(p *entry) {
		if p != nil {
			found[p.member] = true
		}
	}
	switch t.Kind {
	case ByNetwork:
		st.members.byKey.Scan(func(_ text.Key, m *Member) bool {
			if slices.ContainsFunc(m.Sessions, func(at Attendance) bool { return contains(t.Network, at.Addr) }) {
				found[m] = true
			}
			return true
		})
	case ByKey:
		for _, p := range st.members.proofs[t.KeyID] {
			add(p)
		}
		st.eachOf(st.accounts.byKeyID(t.KeyID), add)
	default:
		for i, look := range t.Forms.Looks {
			add(st.members.looks[i][look])
			if k, ok := st.accounts.alikes[i][look]; ok {
				st.eachOf(st.accounts.get(k), add)
			}
		}
	}
	var list []*Member
	for m := range found {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *Member) int { return strings.Compare(string(a.Forms.Key), string(b.Forms.Key)) })
	return list
}

// eachOf finds the members who go by an account: under its pseudo, by one of its keys
// or by its pass phrase.
func (st *State) eachOf(a *Account, do func(*entry)) {
	if a == nil {
		return
	}
	if m, ok := st.members.byKey.Get(a.Forms.Key); ok {
		do(st.members.places[m.ID])
	}
	for _, proof := range append(slices.Clone(a.Keys), a.Proof()) {
		for _, p := range st.members.proofs[proof] {
			do(p)
		}
	}
}

func contains(network netip.Prefix, addr netip.Addr) bool {
	return addr.IsValid() && network.Contains(addr.Unmap().WithZone(""))
}

func (st *State) unban(e Event, b Unbanned) Outcome {
	ban, ok := st.bans.byName.Get(b.Target.name())
	if !ok || ban.Over(st.tick) {
		return refused(e, &NotInForceError{NotBanned, b.Target.String()})
	}
	st.bans.remove(ban)
	b.Target = ban.Target
	return shown(e, b)
}

func (st *State) mute(e Event, b Muted) Outcome {
	if m := st.members.byID(b.Member); m != nil {
		b.Pseudo, b.Forms, b.KeyID = m.Pseudo, m.Forms, m.KeyID
	} else if _, another := st.conflict(b.Forms, nil); another || b.Forms.Key == "" {
		return refused(e, &UnknownMemberError{Name: string(b.Pseudo)})
	}
	st.mutes.forget(st.tick)
	if !st.mutes.add(Mute{Pseudo: b.Pseudo, Forms: b.Forms, KeyID: b.KeyID, By: b.By, For: b.For, Since: e.Time, Ends: st.tick + b.For}) {
		return refused(e, ErrTooManyBans)
	}
	return shown(e, b)
}

func (st *State) unmute(e Event, b Unmuted) Outcome {
	mute, ok := st.mutes.byKey.Get(b.Key)
	if !ok || mute.Over(st.tick) {
		return refused(e, &NotInForceError{NotMuted, string(b.Pseudo)})
	}
	st.mutes.remove(mute)
	b.Pseudo = mute.Pseudo
	return shown(e, b)
}
