package room

import (
	"strings"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Bounds on time zones: more than there are names, and longer than any is. A zone
// beyond the first is found anew each time it is asked for.
const (
	maxZones    = 1024
	maxZoneName = 64
)

// comforts change how the room speaks to one.
var comforts = []*Command{
	{Name: "ignore", FR: []string{"ignorer"}, EN: []string{"ignore"}, Args: []Arg{ArgMember}, Need: Members, run: doIgnore},
	{Name: "unignore", FR: []string{"entendre"}, EN: []string{"unignore", "hear"}, Args: []Arg{ArgIgnored}, Need: Members, run: doUnignore},
	{Name: "lang", FR: []string{"lang", "langue"}, EN: []string{"lang", "language"}, Args: []Arg{ArgLang}, Flood: true, run: doLang},
	{Name: "clock", FR: []string{"heure"}, EN: []string{"time"}, Args: []Arg{ArgClock}, Flood: true, run: doClock},
	{Name: "zone", FR: []string{"fuseau"}, EN: []string{"tz"}, Flood: true, run: doZone},
	{Name: "json", FR: []string{"json"}, EN: []string{"json"}, Need: Lines, run: doJSON},
}

func doIgnore(c *call) (Reply, error) {
	if c.rest == "" {
		return Ignoring{c.ignoredNames()}, nil
	}
	m, err := c.find(c.rest)
	if err != nil {
		return nil, err
	}
	if m.Pseudo == c.Pseudo() {
		return nil, ErrSelf
	}
	who := state.Ignored{Pseudo: m.Pseudo, Member: m.ID, Account: c.room.accountOf(m)}
	if err := c.setIgnored(who, false); err != nil {
		return nil, err
	}
	return Notice{What: NowIgnored, Name: m.Pseudo}, nil
}

func doUnignore(c *call) (Reply, error) {
	p := text.Pseudo(strings.TrimLeft(text.FirstRunes(c.rest, text.MaxQuoted), "@"))
	if p == "" {
		return c.usage()
	}
	who, ok := c.ignoredAs(p)
	if !ok {
		return nil, &state.NotInForceError{What: state.NotIgnored, Name: string(p)}
	}
	if err := c.setIgnored(who, true); err != nil {
		return nil, err
	}
	return Notice{What: NowHeard, Name: p}, nil
}

// setIgnored adds somebody to those whom the member ignores, or takes them off: in the
// account, for an owner, or else for as long as they are known here.
func (c *call) setIgnored(who state.Ignored, off bool) error {
	if a := c.room.owned(c.id); a != nil {
		_, err := c.room.propose(c, state.IgnoreSet{Account: a.ID, Who: who, Off: off})
		return err
	}
	c.own.ignored.change(who, off)
	return nil
}

// ignoredAs returns who of those ignored has a pseudo, or had it when they were.
func (c *call) ignoredAs(p text.Pseudo) (state.Ignored, bool) {
	k := p.Key()
	list, names := c.own.ignored.get(), c.ignoredNames()
	for i, q := range list {
		if names[i].Key() == k || q.Pseudo.Key() == k {
			return q, true
		}
	}
	return state.Ignored{}, false
}

// ignoredNames returns what those are called whom the member ignores: now, if they are
// here, or else when they were.
func (s *Session) ignoredNames() []text.Pseudo {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	var names []text.Pseudo
	for _, q := range s.own.ignored.get() {
		if m := s.room.state.ByID(q.Member); m != nil {
			q.Pseudo = m.Pseudo
		}
		names = append(names, q.Pseudo)
	}
	return names
}

// accountOf returns the account that a member owns; 0 for none.
func (r *Room) accountOf(m *state.Member) state.Seq {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.AccountOf(m)
}

func doLang(c *call) (Reply, error) {
	l, ok := ParseLang(c.rest)
	if !ok {
		return c.usage()
	}
	c.setPrefs(func(p *Prefs) { p.Lang = l })
	c.keep(state.Kept{Lang: &l})
	return Notice{What: NowLang}, nil
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

func doClock(c *call) (Reply, error) {
	if c.rest != "24" && c.rest != "12" {
		return c.usage()
	}
	hour12 := c.rest == "12"
	c.setPrefs(func(p *Prefs) { p.Hour12 = hour12 })
	c.keep(state.Kept{Hour12: &hour12})
	return Notice{What: NowClock, Text: c.rest}, nil
}

func doZone(c *call) (Reply, error) {
	if c.rest == "" {
		return c.usage()
	}
	zone, err := c.room.Zone(c.rest)
	if err != nil {
		return nil, ErrNoZone
	}
	c.setPrefs(func(p *Prefs) { p.Zone = zone })
	name := zone.String()
	c.keep(state.Kept{Zone: &name})
	return Notice{What: NowZone, Text: zone.String()}, nil
}

// Zone finds a time zone by its IANA name. The same name gives the same
// Location, so that those who share a zone can be told to. Names longer than any
// are not looked up.
func (r *Room) Zone(name string) (*time.Location, error) {
	if name == "" || len(name) > maxZoneName || name == "Local" {
		return nil, ErrNoZone
	}
	r.zonesMu.Lock()
	defer r.zonesMu.Unlock()
	if zone, ok := r.zones[name]; ok {
		return zone, nil
	}
	zone, err := r.cfg.Zone(name)
	if err == nil && len(r.zones) < maxZones {
		r.zones[name] = zone
	}
	return zone, err
}

func doJSON(c *call) (Reply, error) {
	off := no.is(c.rest)
	if c.rest != "" && !off {
		return c.usage()
	}
	c.setPrefs(func(p *Prefs) { p.JSON = !off })
	if off {
		return Notice{What: NowPlain}, nil
	}
	return Notice{What: NowJSON}, nil
}
