package state

import (
	"net/netip"
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
	Kind    TargetKind
	Pseudo  text.Pseudo  `json:",omitempty"`
	KeyID   string       `json:",omitempty"`
	Network netip.Prefix `json:",omitzero"` // a single address is a prefix of its full length
}

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
	if strings.HasPrefix(s, Fingerprint) {
		return Target{Kind: ByKey, KeyID: text.Clean(s, false)}, nil
	}
	p, err := text.ParsePseudo(strings.TrimPrefix(s, "@"))
	return Target{Kind: ByPseudo, Pseudo: p}, err
}

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
	return string(t.Pseudo)
}

// name is what bans are filed under: two spellings of one pseudo are one target.
func (t Target) Name() string {
	if t.Kind == ByPseudo {
		return string(t.Pseudo.Key())
	}
	return t.String()
}

// Hits reports whether the target is the one described; KeyID and addr may be
// unset.
func (t Target) Hits(p text.Pseudo, keyID string, addr netip.Addr) bool {
	switch t.Kind {
	case ByKey:
		return keyID != "" && keyID == t.KeyID
	case ByNetwork:
		return addr.IsValid() && t.Network.Contains(addr.Unmap().WithZone(""))
	}
	return p != "" && text.Alike(p, t.Pseudo)
}

// Ban is a target kept out, for how long and why.
type Ban struct {
	Target Target
	By     text.Pseudo   `json:",omitempty"` // "" for the console
	Reason string        `json:",omitempty"`
	For    time.Duration `json:",omitempty"` // 0: for ever
	Since  time.Time
}

// Until returns the ban's end; the zero time when it has none.
func (b Ban) Until() time.Time {
	if b.For == 0 {
		return time.Time{}
	}
	return b.Since.Add(b.For)
}

// Over reports whether the ban has ended at t.
func (b Ban) Over(t time.Time) bool { return b.For > 0 && !t.Before(b.Until()) }

// outlasts reports whether a ban ends after another. Of two that end together it is
// the same one on every node.
func (b Ban) outlasts(other Ban) bool {
	ends, theirs := b.Until(), other.Until()
	switch {
	case ends.Equal(theirs):
		return b.Target.Name() < other.Target.Name()
	case ends.IsZero() || theirs.IsZero():
		return ends.IsZero()
	}
	return ends.After(theirs)
}

// maxBans is how many bans there may be, and how many mutes; one more is refused
// with [ErrTooManyBans] until some are lifted or have ended.
const maxBans = 10_000

// Mute is a voice taken away.
type Mute struct {
	Pseudo text.Pseudo
	KeyID  string        `json:",omitempty"` // the member's when muted: it holds under any pseudo
	By     text.Pseudo   `json:",omitempty"`
	For    time.Duration `json:",omitempty"` // 0: until unmuted
	Since  time.Time
}

// Until returns the mute's end; the zero time when it has none.
func (m Mute) Until() time.Time { return Ban{For: m.For, Since: m.Since}.Until() }

// Over reports whether the mute has ended at t.
func (m Mute) Over(t time.Time) bool { return Ban{For: m.For, Since: m.Since}.Over(t) }

// fingerprint is how a key's begins.
const Fingerprint = "SHA256:"
