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
	_, err = c.room.propose(c, state.Kicked{Member: m.ID, Pseudo: m.Pseudo, By: c.Pseudo(), Reason: reason})
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
	b := state.Banned{Ban: state.Ban{Target: target, By: c.Pseudo(), Reason: reason, For: d}}
	var hint Reply
	if target.Kind == state.ByPseudo {
		if m, err := c.find(string(target.Pseudo)); err == nil {
			b.Member, hint = m.ID, c.room.banHint(m, target)
		}
	}
	if _, err := c.room.propose(c, b); err != nil {
		return nil, err
	}
	return hint, nil
}

// banHint tells an operator who bans a pseudo which key its owner came with, or
// which address unless others share it: another pseudo is quickly found, another
// key less so. There is nothing to tell of a key that the ban holds against.
func (r *Room) banHint(m *state.Member, t state.Target) Reply {
	if key := r.unheldKey(m, t); key != "" {
		return Notice{What: BanHint, Name: m.Pseudo, Text: key}
	}
	for _, at := range m.Sessions {
		if at.KeyID == "" && r.alone(at.Addr) {
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
		if at.KeyID != "" && !r.state.BansHold(t, at.KeyID) {
			return at.KeyID
		}
	}
	return ""
}

// alone reports whether only one member is here from an address.
func (r *Room) alone(addr netip.Addr) bool {
	view, _ := r.view()
	n := 0
	for m := range view.Present() {
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
	view, now := c.room.view()
	list := Bans{Bans: slices.Collect(view.Bans(now)), Mutes: slices.Collect(view.Mutes(now))}
	slices.SortFunc(list.Bans, func(a, b state.Ban) int { return strings.Compare(a.Target.String(), b.Target.String()) })
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
	_, err = c.room.propose(c, state.Muted{Member: m.ID, Pseudo: m.Pseudo, Forms: m.Forms, KeyID: m.KeyID, By: c.Pseudo(), For: d})
	return nil, err
}

func doUnmute(c *call) (Reply, error) {
	p := text.Pseudo(strings.TrimLeft(text.FirstRunes(c.rest, text.MaxQuoted), "@"))
	if p == "" {
		return c.usage()
	}
	_, err := c.room.propose(c, c.room.unmuting(p, c.Pseudo()))
	return nil, err
}

// unmuting returns what ends the mute on whoever has a pseudo, under whatever pseudo it
// was given.
func (r *Room) unmuting(p, by text.Pseudo) state.Unmuted {
	b := state.Unmuted{Pseudo: p, Key: p.Key(), By: by}
	now, forms := r.log.Now().Stamp, p.Forms()
	r.mu.Lock()
	defer r.mu.Unlock()
	if mute, ok := r.state.MuteBy(p, forms, r.state.TickAt(now)); ok {
		b.Pseudo, b.Key = mute.Pseudo, mute.Forms.Key
	}
	return b
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
	c.room.mu.Lock()
	now, sessions, messages, nodes := c.room.state.Freeze(), c.room.state.Sessions(), c.room.state.Messages(), c.room.state.Nodes()
	c.room.mu.Unlock()
	return Stats{
		Since: c.room.started, Members: now.Count(), Sessions: sessions, Messages: messages,
		Place: now.Applied(), Hash: now.Hash(), Nodes: nodes, Health: c.room.Health(),
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
