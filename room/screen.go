package room

import (
	"slices"

	"salon/room/state"
	"salon/room/text"
)

// screens are for a terminal that can show a screen: how it looks, and what its
// keys do, for those who cannot type them.
var screens = []*Command{
	{Name: "theme", FR: []string{"theme"}, EN: []string{"theme"}, Args: []Arg{ArgTheme, ArgText}, Need: Screens, Flood: true, run: doTheme},
	{Name: "bell", FR: []string{"cloche"}, EN: []string{"bell"}, Args: []Arg{ArgBell, ArgText}, Need: Screens, Flood: true, run: doBell},
	{Name: "mouse", FR: []string{"souris"}, EN: []string{"mouse"}, Args: []Arg{ArgSwitch, ArgText}, Need: Screens, Flood: true, run: doMouse},
	{Name: "plain", FR: []string{"texte"}, EN: []string{"plain"}, Args: []Arg{ArgSwitch, ArgText}, Need: Screens, run: doPlain},
	{Name: "go", FR: []string{"aller"}, EN: []string{"go"}, Args: []Arg{ArgWhere, ArgText}, Need: Screens, run: doGo},
	{Name: "bare", FR: []string{"nu"}, EN: []string{"bare"}, Args: []Arg{ArgText}, Need: Screens, run: turning(TurnBare)},
	{Name: "redraw", FR: []string{"redessiner"}, EN: []string{"redraw"}, Args: []Arg{ArgText}, Need: Screens, run: turning(TurnRedraw)},
	{Name: "keys", FR: []string{"touches"}, EN: []string{"keys"}, Args: []Arg{ArgText}, Need: Screens, run: turning(TurnKeys)},
}

// choice is how one value of an argument is typed: a word for each language, by
// [state.Lang], then others that are understood. All are folded.
type choice []string

func (c choice) is(typed string) bool { return slices.Contains(c, text.Fold(typed)) }

// pick returns the place of what somebody chose, in whatever language.
func pick(among []choice, typed string) (i int, ok bool) {
	i = slices.IndexFunc(among, func(c choice) bool { return c.is(typed) })
	return i, i >= 0
}

// yes and no turn something on and off.
var (
	yes = choice{"oui", "on", "yes"}
	no  = choice{"non", "off", "no"}
)

// What arguments may be: themes and bells by their Theme and Bell, wheres in the
// order of Where, from TurnUp.
var (
	themes   = []choice{{"auto", "auto"}, {"clair", "light"}, {"sombre", "dark"}, {"mono", "mono"}}
	bells    = []choice{{"mention", "mention", "mentions"}, {"non", "off", "no"}, {"tout", "all", "tous"}}
	switches = []choice{yes, no}
	wheres   = []choice{
		{"haut", "up"}, {"bas", "down"}, {"debut", "top"}, {"fin", "bottom"}, {"nonlu", "unread", "non-lu"},
		{"precedente", "previous"}, {"suivante", "next"},
	}
	choices = map[Arg][]choice{ArgTheme: themes, ArgBell: bells, ArgSwitch: switches, ArgWhere: wheres}
)

func doTheme(c *call) (Reply, error) {
	i, ok := pick(themes, c.rest)
	if !ok {
		return c.usage()
	}
	theme := state.Theme(i)
	c.setPrefs(func(p *Prefs) { p.Theme = theme })
	c.keep(state.Kept{Theme: &theme})
	return Notice{What: NowTheme, Text: theme.String()}, nil
}

func doBell(c *call) (Reply, error) {
	i, ok := pick(bells, c.rest)
	if !ok {
		return c.usage()
	}
	bell := state.Bell(i)
	c.setPrefs(func(p *Prefs) { p.Bell = bell })
	c.keep(state.Kept{Bell: &bell})
	return Notice{What: NowBell, Text: bell.String()}, nil
}

func doMouse(c *call) (Reply, error) {
	reply, err := c.turnOver(func(p *Prefs) *bool { return &p.Mouse }, NowMouse, NowNoMouse)
	if err == nil {
		mouse := c.Prefs().Mouse
		c.keep(state.Kept{Mouse: &mouse})
	}
	return reply, err
}

func doPlain(c *call) (Reply, error) {
	return c.turnOver(func(p *Prefs) *bool { return &p.Plain }, NowText, NowScreen)
}

// turnOver changes a preference to what was typed, or to what it is not.
func (c *call) turnOver(of func(*Prefs) *bool, on, off What) (Reply, error) {
	if c.rest != "" && !yes.is(c.rest) && !no.is(c.rest) {
		return c.usage()
	}
	said := Notice{What: off}
	c.setPrefs(func(p *Prefs) {
		now := of(p)
		*now = yes.is(c.rest) || c.rest == "" && !*now
		if *now {
			said.What = on
		}
	})
	return said, nil
}

func doGo(c *call) (Reply, error) {
	i, ok := pick(wheres, c.rest)
	if !ok {
		return c.usage()
	}
	return c.turn(TurnUp + Where(i))
}

func turning(to Where) func(*call) (Reply, error) {
	return func(c *call) (Reply, error) { return c.turn(to) }
}

// turn is refused in text mode: there is nothing to turn.
func (c *call) turn(to Where) (Reply, error) {
	if c.Prefs().Plain {
		return nil, ErrNoScreen
	}
	return Turn{to}, nil
}
