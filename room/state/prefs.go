package state

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
