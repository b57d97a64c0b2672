package room

import (
	"salon/room/state"
	"salon/room/text"
)

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
	return c.setIgnored(c.room.ignoredOf(m), false, Notice{What: NowIgnored, Name: m.Pseudo})
}

func doUnignore(c *call) (Reply, error) {
	p := c.pseudo()
	if p == "" {
		return c.usage()
	}
	who, ok := c.ignoredAs(p)
	if !ok {
		return nil, &state.NotInForceError{What: state.NotIgnored, Name: string(p)}
	}
	return c.setIgnored(who, true, Notice{What: NowUnignored, Name: p})
}

// setIgnored adds somebody to those whom the member ignores, or removes them: in the
// account, for an owner, or else for as long as this node remembers the member.
func (c *call) setIgnored(who state.Ignored, off bool, n Notice) (Reply, error) {
	if a := c.room.owned(c.ID()); a != nil {
		return c.propose(state.IgnoreSet{Account: a.ID, Who: who, Off: off}, n)
	}
	c.room.changeIgnored(c.own, who, off)
	return n, nil
}

// changeIgnored changes whom a member ignores, on this node.
func (r *Room) changeIgnored(ms *memberState, who state.Ignored, off bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ms.ignored.set(state.Ignoring(ms.ignored.get(), who, off))
}

// ignoredOf returns what identifies a member on a list of ignored people.
func (r *Room) ignoredOf(m *state.Member) state.Ignored {
	r.mu.Lock()
	defer r.mu.Unlock()
	return state.Ignored{Pseudo: m.Pseudo, Member: m.ID, Account: r.state.AccountOf(m)}
}

// ignoredAs returns who of those ignored has a pseudo, or had it when they were ignored.
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

// ignoredNames returns the pseudos of those whom the member ignores: today's of members
// who are here, and the pseudo when they were ignored of others.
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

// prefer sets a preference of the session, and of the account if the session is its
// owner's and the preference is another than before. If the log cannot take it, the
// session has it all the same.
func (c *call) prefer(kept state.Kept, n Notice) (Reply, error) {
	c.override(kept)
	if a := c.room.owned(c.ID()); a != nil && !a.Kept.Has(kept) {
		c.room.propose(c, state.PrefsKept{Account: a.ID, Prefs: kept})
	}
	return n, nil
}

// override replaces the session's preferences by those that are kept, but for a zone that
// is not found.
func (s *Session) override(k state.Kept) {
	s.setPrefs(func(p *Prefs) {
		set(&p.Lang, k.Lang)
		set(&p.Hour12, k.Hour12)
		set(&p.Theme, k.Theme)
		set(&p.Bell, k.Bell)
		set(&p.Mouse, k.Mouse)
	})
	if k.Zone == nil {
		return
	}
	if zone, err := s.room.Zone(*k.Zone); err == nil {
		s.setPrefs(func(p *Prefs) { p.Zone = zone })
	}
}

// setting returns what is set, for a command that was given nothing to set.
func (c *call) setting(n Notice) (Reply, error) {
	n.Choices = c.command
	return n, nil
}

func doLang(c *call) (Reply, error) {
	if c.rest == "" {
		return c.setting(Notice{What: NowLang})
	}
	l, ok := ParseLang(c.rest)
	if !ok {
		return c.misused(c.rest)
	}
	return c.prefer(state.Kept{Lang: &l}, Notice{What: NowLang})
}

func doClock(c *call) (Reply, error) {
	if c.rest == "" {
		now := 0
		if c.Prefs().Hour12 {
			now = 1
		}
		return c.setting(Notice{What: NowClock, Text: clocks[now][0]})
	}
	i, ok := pick(clocks, c.rest)
	if !ok {
		return c.misused(c.rest)
	}
	hour12 := i == 1
	return c.prefer(state.Kept{Hour12: &hour12}, Notice{What: NowClock, Text: clocks[i][0]})
}

func doZone(c *call) (Reply, error) {
	if c.rest == "" {
		n := Notice{What: NowZone}
		if zone := c.Prefs().Zone; zone != nil {
			n.Text = zone.String()
		}
		return c.setting(n)
	}
	zone, err := c.room.Zone(canonicalZone(c.rest))
	if err != nil {
		return nil, err
	}
	name := zone.String()
	return c.prefer(state.Kept{Zone: &name}, Notice{What: NowZone, Text: name})
}

func doTheme(c *call) (Reply, error) {
	if c.rest == "" {
		return c.setting(Notice{What: NowTheme, Text: c.Prefs().Theme.String()})
	}
	i, ok := pick(themes, c.rest)
	if !ok {
		return c.misused(c.rest)
	}
	theme := state.Theme(i)
	return c.prefer(state.Kept{Theme: &theme}, Notice{What: NowTheme, Text: theme.String()})
}

func doBell(c *call) (Reply, error) {
	if c.rest == "" {
		return c.setting(Notice{What: NowBell, Text: c.Prefs().Bell.String()})
	}
	i, ok := pick(bells, c.rest)
	if !ok {
		return c.misused(c.rest)
	}
	bell := state.Bell(i)
	return c.prefer(state.Kept{Bell: &bell}, Notice{What: NowBell, Text: bell.String()})
}

func doMouse(c *call) (Reply, error) {
	if c.rest == "" {
		n := Notice{What: NowNoMouse}
		if c.Prefs().Mouse {
			n.What = NowMouse
		}
		return c.setting(n)
	}
	mouse, n, err := c.switched(c.Prefs().Mouse, NowMouse, NowNoMouse)
	if err != nil {
		return nil, err
	}
	return c.prefer(state.Kept{Mouse: &mouse}, n)
}

func doPlain(c *call) (Reply, error) {
	plain, n, err := c.switched(c.Prefs().Plain, NowText, NowScreen)
	if err != nil {
		return nil, err
	}
	c.setPrefs(func(p *Prefs) { p.Plain = plain })
	if plain && c.target() != nil {
		c.post(Item{Reply: n})
		return c.TargetNotice(), nil
	}
	return n, nil
}

// switched returns whether the argument switches something on or off, and the Notice of
// that; without an argument it is switched over from what it was.
func (c *call) switched(was bool, whenOn, whenOff What) (on bool, n Notice, err error) {
	i, ok := pick(switches, c.rest)
	switch on = i == 0; {
	case c.rest == "":
		on = !was
	case !ok:
		return false, Notice{}, &UsageError{Command: c.command, Arg: text.FirstRunes(c.rest, text.MaxQuoted)}
	}
	if on {
		return true, Notice{What: whenOn}, nil
	}
	return false, Notice{What: whenOff}, nil
}

func doGo(c *call) (Reply, error) {
	i, ok := pick(wheres, c.rest)
	switch {
	case c.rest == "":
		return c.usage()
	case !ok:
		return c.misused(c.rest)
	}
	return c.turn(TurnUp + Where(i))
}

// doTurn returns the handler of a command that turns the screen to one thing.
func doTurn(to Where) func(*call) (Reply, error) {
	return func(c *call) (Reply, error) { return c.turn(to) }
}

// turn is refused in line mode, which has no screen to turn.
func (c *call) turn(to Where) (Reply, error) {
	if c.Prefs().Plain {
		return nil, ErrNoScreen
	}
	return Turn{to}, nil
}
