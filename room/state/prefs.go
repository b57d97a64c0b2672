package state

import (
	"cmp"
	"reflect"
)

// Kept are the preferences that an account keeps; a nil field was never set.
type Kept struct {
	Lang   *Lang   `json:"lang,omitempty"`
	Zone   *string `json:"zone,omitempty"` // its IANA name
	Hour12 *bool   `json:"hour12,omitempty"`
	Theme  *Theme  `json:"theme,omitempty"`
	Bell   *Bell   `json:"bell,omitempty"`
	Mouse  *bool   `json:"mouse,omitempty"`
}

// merge sets what newer sets.
func (k *Kept) merge(newer Kept) {
	k.Lang = cmp.Or(newer.Lang, k.Lang)
	k.Zone = cmp.Or(newer.Zone, k.Zone)
	k.Hour12 = cmp.Or(newer.Hour12, k.Hour12)
	k.Theme = cmp.Or(newer.Theme, k.Theme)
	k.Bell = cmp.Or(newer.Bell, k.Bell)
	k.Mouse = cmp.Or(newer.Mouse, k.Mouse)
}

// Has reports whether merging chosen would change nothing.
func (k Kept) Has(chosen Kept) bool {
	merged := k
	merged.merge(chosen)
	return reflect.DeepEqual(merged, k)
}

// Lang is one of the room's languages.
type Lang uint8

// The languages. The zero value is the default.
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
