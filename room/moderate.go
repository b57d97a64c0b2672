package room

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Bounds on what operators may ask for: longer is taken for a slip.
const (
	maxSlow     = time.Hour
	maxShutdown = 24 * time.Hour
)

// moderating is what operators and the console do. The words are those of
// ux.md's console; each also works in the other language.
var moderating = []*Command{
	{Name: "wall", FR: []string{"wall", "annonce"}, EN: []string{"wall", "announce"}, Need: Operators, acts: true, run: doWall},
	{Name: "kick", FR: []string{"kick", "expulser"}, EN: []string{"kick"}, Args: []Arg{ArgMember}, Need: Operators, acts: true, run: doKick},
	{Name: "ban", FR: []string{"ban", "bannir"}, EN: []string{"ban"}, Args: []Arg{ArgMember}, Need: Operators, acts: true, run: doBan},
	{Name: "unban", FR: []string{"unban", "debannir", "débannir"}, EN: []string{"unban"}, Args: []Arg{ArgBan}, Need: Operators, acts: true, run: doUnban},
	{Name: "bans", FR: []string{"bans"}, EN: []string{"bans"}, Need: Operators, run: doBans},
	{Name: "mute", FR: []string{"mute", "museler"}, EN: []string{"mute"}, Args: []Arg{ArgMember}, Need: Operators, acts: true, run: doMute},
	{Name: "unmute", FR: []string{"unmute"}, EN: []string{"unmute"}, Args: []Arg{ArgMember}, Need: Operators, acts: true, run: doUnmute},
	{Name: "free", FR: []string{"liberer", "libérer"}, EN: []string{"free"}, Args: []Arg{ArgAccount}, Need: Operators, acts: true, asks: true, run: doFree},
	{Name: "slow", FR: []string{"slow", "lent"}, EN: []string{"slow"}, Need: Operators, acts: true, run: doSlow},
	{Name: "stats", FR: []string{"stats"}, EN: []string{"stats"}, Need: Operators, run: doStats},
	{Name: "reload", FR: []string{"reload", "recharger"}, EN: []string{"reload"}, Need: Operators, acts: true, run: doReload},
	{Name: "shutdown", FR: []string{"shutdown", "arret", "arrêt"}, EN: []string{"shutdown"}, Args: []Arg{ArgShutdown}, Need: Operators, acts: true, run: doShutdown},
}

func doWall(c *call) (Reply, error) {
	if c.rest == "" {
		return c.usage()
	}
	_, err := c.room.propose(c, state.Walled{By: c.Pseudo(), Text: c.rest})
	return nil, err
}

func doKick(c *call) (Reply, error) {
	name, reason := text.CutSpace(c.rest)
	if name == "" {
		return c.usage()
	}
	m, err := c.find(name)
	if err != nil {
		return nil, err
	}
	if reason, err = note(reason); err != nil {
		return nil, err
	}
	_, err = c.room.propose(c, state.Kicked{Pseudo: m.Pseudo, By: c.Pseudo(), Reason: reason})
	return nil, err
}

func doBan(c *call) (Reply, error) {
	name, rest := text.CutSpace(c.rest)
	if name == "" {
		return c.usage()
	}
	target, err := state.ParseTarget(name)
	if err != nil {
		return nil, err
	}
	d, reason, ok := text.CutDuration(rest)
	if !ok {
		return c.usage()
	}
	if reason, err = note(reason); err != nil {
		return nil, err
	}
	hint := c.banHint(target)
	ban := state.Ban{Target: target, By: c.Pseudo(), Reason: reason, For: d}
	if _, err := c.room.propose(c, state.Banned{Ban: ban}); err != nil {
		return nil, err
	}
	return hint, nil
}

// banHint tells an operator who bans a pseudo which key its owner came with, or
// which address unless others share it: another pseudo is quickly found, another
// key less so. There is nothing to tell of a key that the ban holds against.
func (s *Session) banHint(t state.Target) Reply {
	if t.Kind != state.ByPseudo {
		return nil
	}
	m, err := s.find(string(t.Pseudo))
	if err != nil {
		return nil
	}
	if key := s.room.unheldKey(&m, t); key != "" {
		return Notice{What: BanHint, Name: m.Pseudo, Text: key}
	}
	for _, at := range m.Sessions {
		if at.KeyID == "" && s.room.alone(at.Addr) {
			return Notice{What: BanHint, Name: m.Pseudo, Text: at.Addr.String()}
		}
	}
	return nil
}

// unheldKey returns a key that a member is here with and that a ban on the member does
// not hold against, as it does against all keys of an account; "" for none.
func (r *Room) unheldKey(m *state.Member, t state.Target) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, at := range m.Sessions {
		if at.KeyID != "" && !r.state.Visitor("", at.KeyID, state.NoAddr).Hit(t) {
			return at.KeyID
		}
	}
	return ""
}

// alone reports whether only one member is here from an address.
func (r *Room) alone(addr netip.Addr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, m := range r.state.Members {
		if slices.ContainsFunc(m.Sessions, func(a state.Attendance) bool { return a.Addr == addr }) {
			n++
		}
	}
	return n == 1 && addr.IsValid()
}

func doUnban(c *call) (Reply, error) {
	if c.rest == "" {
		return c.usage()
	}
	target, err := state.ParseTarget(c.rest)
	if err != nil {
		return nil, err
	}
	_, err = c.room.propose(c, state.Unbanned{By: c.Pseudo(), Target: target})
	return nil, err
}

func doBans(c *call) (Reply, error) {
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	var list Bans
	for _, b := range c.room.state.Bans {
		if !b.Over(time.Now()) {
			list.Bans = append(list.Bans, b)
		}
	}
	for _, m := range c.room.state.Mutes {
		if !m.Over(time.Now()) {
			list.Mutes = append(list.Mutes, m)
		}
	}
	slices.SortFunc(list.Bans, func(a, b state.Ban) int { return strings.Compare(a.Target.Name(), b.Target.Name()) })
	slices.SortFunc(list.Mutes, func(a, b state.Mute) int { return strings.Compare(string(a.Pseudo), string(b.Pseudo)) })
	return list, nil
}

func doMute(c *call) (Reply, error) {
	name, rest := text.CutSpace(c.rest)
	if name == "" {
		return c.usage()
	}
	m, err := c.find(name)
	if err != nil {
		return nil, err
	}
	d, junk, ok := text.CutDuration(rest)
	if !ok || junk != "" {
		return c.usage()
	}
	_, err = c.room.propose(c, state.Muted{Pseudo: m.Pseudo, KeyID: m.KeyID, By: c.Pseudo(), For: d})
	return nil, err
}

func doUnmute(c *call) (Reply, error) {
	p := text.Pseudo(strings.TrimLeft(text.FirstRunes(c.rest, text.MaxQuoted), "@"))
	if p == "" {
		return c.usage()
	}
	c.room.mu.Lock()
	if mute, ok := c.room.state.MuteBy(p, time.Now()); ok {
		p = mute.Pseudo // what the log keeps is to mean the same when nobody is here
	}
	c.room.mu.Unlock()
	_, err := c.room.propose(c, state.Unmuted{Pseudo: p, By: c.Pseudo()})
	return nil, err
}

func doSlow(c *call) (Reply, error) {
	n, err := strconv.Atoi(c.rest)
	every := time.Duration(n) * time.Second
	if err != nil || n < 0 || n > int(maxSlow/time.Second) {
		return c.usage()
	}
	_, err = c.room.propose(c, state.SlowSet{By: c.Pseudo(), Every: every})
	return nil, err
}

func doStats(c *call) (Reply, error) {
	health := c.room.Health()
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	return Stats{
		Since: c.room.started, Members: c.room.state.Count(), Sessions: len(c.room.state.Sessions),
		Messages: c.room.state.Messages, Events: c.room.state.Applied, Health: health,
	}, nil
}

func doShutdown(c *call) (Reply, error) {
	word, reason := text.CutSpace(c.rest)
	if slices.Contains(cancelWords, text.Fold(word)) {
		_, err := c.room.propose(c, state.ShutdownCancelled{By: c.Pseudo()})
		return nil, err
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 || n > int(maxShutdown/time.Second) {
		return c.usage()
	}
	if reason, err = note(reason); err != nil {
		return nil, err
	}
	_, err = c.room.propose(c, state.ShutdownPlanned{By: c.Pseudo(), In: time.Duration(n) * time.Second, Reason: reason})
	if n == 0 && c.room.isStopped() { // the end may come before the answer
		err = nil
	}
	return nil, err
}

// cancelWords take a planned shutdown back.
var cancelWords = []string{"annuler", "cancel"}
