package state

import (
	"net/netip"
	"strings"
	"time"

	"salon/room/text"
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

// contains reports whether an address is in a network; one that is not valid never is.
func contains(network netip.Prefix, addr netip.Addr) bool {
	return addr.IsValid() && network.Contains(addr.Unmap().WithZone(""))
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
	return b.name() < other.name()
}

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

// maxBans is how many bans there may be, and how many mutes; one more is refused
// with [ErrTooManyBans] until some are lifted or have ended.
const maxBans = 10_000

func until(since time.Time, d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return since.Add(d)
}
