package state

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"strings"

	"salon/room/text"
)

// TargetKind is what a ban goes by.
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

const (
	// KeyPrefix is how the fingerprint of a key begins.
	KeyPrefix = "SHA256:"
	// SiteBits is how long the IPv6 prefix is that one customer is given at least: an
	// address of it says nothing about who comes from the next one.
	SiteBits = 64
)

// ParseTarget reads a CIDR, an address, a key fingerprint or a pseudo. An IPv6 address
// stands for its /64, unless its length is typed; an IPv4-mapped one is its IPv4 address.
// What looks like an address and is none is a [*TargetError], never a pseudo: that is
// typed with an @ before it.
func ParseTarget(s string) (Target, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return Target{Kind: ByNetwork, Network: unmapPrefix(p)}, nil
	}
	if a, err := netip.ParseAddr(s); err == nil && !strings.Contains(a.Zone(), "/") {
		a = a.Unmap().WithZone("")
		network, err := a.Prefix(banBits(a))
		return Target{Kind: ByNetwork, Network: network}, err
	}
	if strings.HasPrefix(s, KeyPrefix) {
		return Target{Kind: ByKey, KeyID: text.Clean(s, false)}, nil
	}
	if looksLikeAddress(s) {
		return Target{}, refuseTarget(s, TargetBroken)
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

// banBits returns the length of the prefix that an address stands for. Only where nobody
// is given a whole network, on a link and on the machine itself, does an IPv6 address
// stand for itself.
func banBits(a netip.Addr) int {
	if a.Is6() && !a.IsLoopback() && !a.IsLinkLocalUnicast() && !a.IsUnspecified() {
		return SiteBits
	}
	return a.BitLen()
}

// looksLikeAddress reports whether somebody who typed s meant an address or a network: no
// pseudo has a colon or a slash in it, and none that is digits and dots is taken for one
// without its @.
func looksLikeAddress(s string) bool {
	return strings.ContainsAny(s, ":/") || strings.Contains(s, ".") && strings.Trim(s, ".0123456789") == ""
}

// String writes the target as ParseTarget reads it.
func (t Target) String() string {
	switch t.Kind {
	case ByKey:
		return t.KeyID
	case ByNetwork:
		if a := t.Network.Addr(); t.Network.IsSingleIP() && banBits(a) == a.BitLen() {
			return a.String()
		}
		return t.Network.String()
	}
	if looksLikeAddress(string(t.Pseudo)) {
		return "@" + string(t.Pseudo) // 192.0.2.1 may be a pseudo too
	}
	return string(t.Pseudo)
}

// Check returns a [*TargetError] for a target that nobody ever matches, and for one that
// everybody does: whoever bans that could not come back to lift it.
func (t Target) Check() error {
	reason := TargetReason(0)
	switch a := t.Network.Addr(); {
	case t.Kind == ByKey && !isFingerprint(t.KeyID):
		reason = TargetKey
	case t.Kind != ByNetwork:
	case t.Network.Bits() == 0:
		reason = TargetEverybody
	case t.Network.IsSingleIP() && a.IsUnspecified(), a.IsMulticast():
		reason = TargetNobody
	}
	if reason == 0 {
		return nil
	}
	return refuseTarget(t.String(), reason)
}

// isFingerprint reports whether s is how OpenSSH writes the SHA-256 of a key.
func isFingerprint(s string) bool {
	sum, err := base64.RawStdEncoding.Strict().DecodeString(strings.TrimPrefix(s, KeyPrefix))
	return err == nil && len(sum) == 32
}

// A TargetReason says why somebody cannot be banned, for fronts to explain in the reader's
// language.
type TargetReason int

// The reasons; zero is none of them.
const (
	TargetBroken    TargetReason = iota + 1 // no address and no network, though it looks like one
	TargetKey                               // no fingerprint
	TargetNobody                            // no connection comes from there
	TargetEverybody                         // every address
)

// TargetError refuses the target of a ban. Target is what was typed, cleaned and cut, so
// that it can be shown.
type TargetError struct {
	Target string
	Reason TargetReason
}

func (e *TargetError) Error() string {
	return fmt.Sprintf("room: %q cannot be banned (%d)", e.Target, e.Reason)
}

func refuseTarget(typed string, reason TargetReason) error {
	const most = 4 * text.MaxQuoted // bytes; more would not be shown
	typed = text.Clean(typed[:min(len(typed), most)], false)
	return &TargetError{Target: text.Clean(text.FirstRunes(typed, text.MaxQuoted), false), Reason: reason}
}
