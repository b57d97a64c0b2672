package room

import "time"

// Prefs is how one session wants to be spoken to.
type Prefs struct {
	Lang   Lang
	Zone   *time.Location // nil: the server's
	Hour12 bool
	JSON   bool  // one JSON object a line, for programs
	Theme  Theme // of the screen
	Bell   Bell  // of the terminal
	Mouse  bool  // the wheel scrolls the screen; selecting text then takes Shift
	Plain  bool  // line mode was asked for, where a screen could be shown
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
func (t Theme) String() string { return themes[t][English] }

// Bell is what the terminal's bell rings for.
type Bell uint8

// The bells.
const (
	BellMentions Bell = iota // mentions and private messages
	BellNone                 // nothing
	BellAll                  // every message of somebody else
)

// String returns the bell's name, which is also the English word to type.
func (b Bell) String() string { return bells[b][English] }
