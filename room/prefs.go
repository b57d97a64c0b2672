package room

import (
	"strings"
	"sync"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Prefs is how one session wants things shown.
type Prefs struct {
	Lang   state.Lang
	Zone   *time.Location // nil: the server's
	Hour12 bool
	JSON   bool        // one JSON object a line, for programs
	Theme  state.Theme // of the screen
	Bell   state.Bell  // of the terminal
	Mouse  bool        // the wheel scrolls the screen; selecting text then takes Shift
	Plain  bool        // line mode was asked for, where a screen could be shown
}

func set[T any](pref, kept *T) {
	if kept != nil {
		*pref = *kept
	}
}

// ParseLang reads a language as people, flags and locales write it: "fr",
// "en_GB.UTF-8", "anglais"; how it begins decides. ok is false for anything else; the
// C and POSIX locales say nothing about a language.
func ParseLang(s string) (l state.Lang, ok bool) {
	switch s = text.Fold(s); {
	case strings.HasPrefix(s, "fr"):
		return state.French, true
	case strings.HasPrefix(s, "en"), strings.HasPrefix(s, "angl"):
		return state.English, true
	}
	return state.French, false
}

// zoneCache finds time zones by their IANA names. The same name gives the same Location.
type zoneCache struct {
	find  func(name string) (*time.Location, error)
	mu    sync.Mutex // held while a zone is looked up
	found map[string]*time.Location
}

// get returns a zone, or ErrNoZone.
func (c *zoneCache) get(name string) (*time.Location, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if zone, ok := c.found[name]; ok {
		return zone, nil
	}
	zone, err := c.find(name)
	if err != nil || name == "" || name == "Local" {
		return nil, ErrNoZone
	}
	c.found[name] = zone
	return zone, nil
}
