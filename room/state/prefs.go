package state

import (
	"reflect"
	"slices"
	"strings"

	"salon/room/text"
)

// Kept is what a registered member chose for good; nil is not chosen.
type Kept struct {
	Lang   *Lang   `json:"lang,omitempty"`
	Zone   *string `json:"zone,omitempty"` // its IANA name
	Hour12 *bool   `json:"hour12,omitempty"`
	Theme  *Theme  `json:"theme,omitempty"`
	Bell   *Bell   `json:"bell,omitempty"`
	Mouse  *bool   `json:"mouse,omitempty"`
}

// merge takes over what has been chosen since.
func (k *Kept) merge(newer Kept) {
	choose(&k.Lang, newer.Lang)
	choose(&k.Zone, newer.Zone)
	choose(&k.Hour12, newer.Hour12)
	choose(&k.Theme, newer.Theme)
	choose(&k.Bell, newer.Bell)
	choose(&k.Mouse, newer.Mouse)
}

// Has reports whether choosing so again would change nothing.
func (k Kept) Has(chosen Kept) bool {
	merged := k
	merged.merge(chosen)
	return reflect.DeepEqual(merged, k)
}

func choose[T any](kept **T, newer *T) {
	if newer != nil {
		*kept = newer
	}
}

// Lang is one of the room's languages.
type Lang uint8

// The languages. The zero value is the default of ux.md.
const (
	French Lang = iota
	English
)

// Theme is the background that a screen's colours are chosen for.
type Theme uint8

// The themes.
const (
	ThemeAuto  Theme = iota // whatever the terminal is known to have
	ThemeLight              // a light background
	ThemeDark               // a dark background
	ThemeMono               // no colours
)

// String returns the theme's name, which is also the English word to type.
func (t Theme) String() string { return [...]string{"auto", "light", "dark", "mono"}[t] }

// Bell is what the terminal's bell rings for.
type Bell uint8

// The bells.
const (
	BellMentions Bell = iota // mentions and private messages
	BellNone                 // nothing
	BellAll                  // every message of somebody else
)

// String returns the bell's name, which is also the English word to type.
func (b Bell) String() string { return [...]string{"mention", "off", "all"}[b] }

// MaxIgnored is how many people one account, or one member without, may ignore; one
// more forgets the first.
const MaxIgnored = 200

// Ignored is somebody whom a member does not want to read: by account, by who they
// were in the room when it was said, and by what they were called.
type Ignored struct {
	Pseudo  text.Pseudo `json:"pseudo"`
	Account Seq         `json:"account,omitempty"` // that they owned; 0: none
	Member  ID          `json:"member,omitzero"`
}

// Matches reports whether the author of something said is meant. Case does not
// count: whoever is ignored as bob may come back as BOB.
func (q *Ignored) Matches(from Signature) bool {
	return from.Member != (ID{}) && from.Member == q.Member || from.Account != 0 && from.Account == q.Account || strings.EqualFold(string(from.Pseudo), string(q.Pseudo))
}

// Ignoring returns a list of those ignored with somebody added to it, or taken off.
// Somebody is on it once. The list given is not changed.
func Ignoring(list []Ignored, who Ignored, off bool) []Ignored {
	list = slices.DeleteFunc(slices.Clone(list), func(q Ignored) bool { return q.Matches(Signature{who.Pseudo, who.Member, who.Account}) })
	if !off {
		list = append(list, who)
	}
	return list[max(0, len(list)-MaxIgnored):]
}
