package room

import (
	"cmp"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Bounds on what operators may ask for: more is taken for a typing error.
const (
	maxSlow     = time.Hour
	maxShutdown = 24 * time.Hour
)

func doWall(c *call) (Reply, error) {
	return c.propose(state.Walled{By: c.Pseudo(), Text: c.rest}, nil)
}

func doKick(c *call) (Reply, error) {
	in, err := c.governed()
	if err != nil {
		return nil, err
	}
	name, reason := text.CutSpace(c.rest)
	m, err := c.find(name)
	if err != nil {
		return nil, err
	}
	if reason, err = note(reason); err != nil {
		return nil, err
	}
	return c.propose(state.Kicked{Room: in, Member: m.ID, Pseudo: m.Pseudo, By: c.Pseudo(), Reason: reason}, nil)
}

func doBan(c *call) (Reply, error) {
	name, rest := text.CutSpace(c.rest)
	target, err := state.ParseTarget(name)
	if err = cmp.Or(err, target.Check()); err != nil {
		return nil, err
	}
	d, reason, ok := text.CutDuration(rest)
	if !ok {
		return c.misused(rest)
	}
	if reason, err = note(reason); err != nil {
		return nil, err
	}
	b := state.Banned{Ban: state.Ban{Target: target, By: c.Pseudo(), Reason: reason, For: d}}
	hint := networkHint(name, target)
	if target.Kind == state.ByPseudo {
		if m, err := c.find(string(target.Pseudo)); err == nil {
			b.Member, hint = m.ID, c.room.banHint(m, target)
		}
	}
	return c.propose(b, hint)
}

// networkHint returns a Notice about an address that stands for its network; nil: there
// is nothing to add.
func networkHint(typed string, t state.Target) Reply {
	if addr, err := netip.ParseAddr(typed); err == nil && !t.Network.IsSingleIP() {
		return Notice{What: BanNetwork, Text: addr.WithZone("").String()}
	}
	return nil
}

// banHint returns a Notice about a key of a member that a ban on their pseudo does not
// cover, as it covers all keys of an account, or about an address unless others share it:
// another pseudo is quickly found, another key less so. nil: there is nothing to add.
func (r *Room) banHint(m *state.Member, t state.Target) Reply {
	r.mu.Lock()
	i := slices.IndexFunc(m.Sessions, func(at state.Attendance) bool { return at.KeyID != "" && !r.state.BansHold(t, at.KeyID) })
	r.mu.Unlock()
	if i >= 0 {
		return Notice{What: BanHint, Name: m.Pseudo, Text: m.Sessions[i].KeyID}
	}
	for _, at := range m.Sessions {
		if at.KeyID == "" && r.alone(at.Addr) {
			return Notice{What: BanHint, Name: m.Pseudo, Text: at.Addr.String()}
		}
	}
	return nil
}

// alone reports whether only one member is here from what a ban of an address holds.
func (r *Room) alone(addr netip.Addr) bool {
	view, _ := r.view()
	n := 0
	for m := range view.Present() {
		if slices.ContainsFunc(m.Sessions, func(at state.Attendance) bool { return Source(at.Addr) == Source(addr) }) {
			n++
		}
	}
	return n == 1 && addr.IsValid()
}

func doUnban(c *call) (Reply, error) {
	target, err := state.ParseTarget(c.rest)
	if err != nil {
		return nil, err
	}
	if !c.room.isBanned(target) { // what is refused here is in no log
		return nil, &state.NotInForceError{What: state.NotBanned, Name: target.String()}
	}
	return c.propose(state.Unbanned{By: c.Pseudo(), Target: target}, nil)
}

// isBanned reports whether a ban of that target is in force.
func (r *Room) isBanned(t state.Target) bool {
	now := r.log.Now().Stamp
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.state.BanOf(t, r.state.TickAt(now))
	return ok
}

func doBans(c *call) (Reply, error) {
	view, now := c.room.view()
	list := Bans{Bans: slices.Collect(view.Bans(now)), Mutes: slices.Collect(view.Mutes(now))}
	slices.SortFunc(list.Bans, func(a, b state.Ban) int { return strings.Compare(a.Target.String(), b.Target.String()) })
	return list, nil
}

func doMute(c *call) (Reply, error) {
	in, err := c.governed()
	if err != nil {
		return nil, err
	}
	name, rest := text.CutSpace(c.rest)
	m, err := c.find(name)
	if err != nil {
		return nil, err
	}
	d, junk, ok := text.CutDuration(rest)
	if !ok || junk != "" {
		return c.misused(cmp.Or(junk, rest))
	}
	return c.propose(state.Muted{Room: in, Member: m.ID, Pseudo: m.Pseudo, Forms: m.Forms, KeyID: m.KeyID, By: c.Pseudo(), For: d}, nil)
}

func doUnmute(c *call) (Reply, error) {
	p := c.pseudo()
	if p == "" {
		return c.usage()
	}
	in, err := c.governed()
	if err != nil {
		return nil, err
	}
	b, ok := c.room.unmuted(p, c.Pseudo(), in)
	if !ok { // what is refused here is in no log
		return nil, &state.NotInForceError{What: state.NotMuted, Name: string(p)}
	}
	return c.propose(b, nil)
}

// unmuted returns the event that ends the mute on the member who has a pseudo, also when they
// had another when they were muted; ok is false for nobody who is muted.
func (r *Room) unmuted(p, by text.Pseudo, in state.Seq) (b state.Unmuted, ok bool) {
	now, forms := r.log.Now().Stamp, p.Forms()
	r.mu.Lock()
	defer r.mu.Unlock()
	mute, ok := r.state.MuteBy(p, forms, in, r.state.TickAt(now))
	return state.Unmuted{Room: in, Pseudo: mute.Pseudo, Key: mute.Forms.Key, By: by}, ok
}

// seconds parses a whole number of seconds from 0 to a bound.
func seconds(s string, most time.Duration) (d time.Duration, ok bool) {
	n, err := strconv.Atoi(s)
	return time.Duration(n) * time.Second, err == nil && 0 <= n && n <= int(most/time.Second)
}

func doSlow(c *call) (Reply, error) {
	every, ok := seconds(c.rest, maxSlow)
	if !ok {
		return c.misused(c.rest)
	}
	if err := c.mustModerate(); err != nil {
		return nil, err
	}
	return c.propose(state.SlowSet{Room: c.in, By: c.Pseudo(), Every: every}, nil)
}

func doStats(c *call) (Reply, error) { return c.room.stats(), nil }

// stats returns the room's figures, all of one moment. The hash is computed without the
// lock.
func (r *Room) stats() Stats {
	r.mu.Lock()
	frozen, sessions, messages, nodes := r.state.Freeze(), r.state.Sessions(), r.state.Messages(), r.state.Nodes()
	r.mu.Unlock()
	return Stats{
		Since: r.started, Members: frozen.Count(), Sessions: sessions, Messages: messages,
		Applied: frozen.Applied(), Hash: frozen.Hash(), Nodes: r.nodeStats(nodes, frozen.Applied()), Health: r.Health(),
	}
}

// doShutdown closes the server; on a node of several this one alone, unless a word says all.
func doShutdown(c *call) (Reply, error) {
	word, rest := text.CutSpace(c.rest)
	node, reason := c.room.epoch.Load(), rest
	switch all, behind := text.CutSpace(rest); {
	case c.room.cfg.Presence == nil:
		node = 0
	case everyoneWords.is(all):
		node, reason = 0, behind
	}
	if cancelWords.is(word) {
		return c.cancelShutdown(node)
	}
	in, ok := seconds(word, maxShutdown)
	if !ok {
		return c.misused(word)
	}
	reason, err := note(reason)
	if err != nil {
		return nil, err
	}
	_, err = c.propose(state.ShutdownPlanned{Node: node, By: c.Pseudo(), In: in, Reason: reason}, nil)
	if in == 0 && c.room.isStopped() { // the end may come before the answer
		err = nil
	}
	return nil, err
}

// cancelShutdown cancels the shutdown of a node, or where there is none that of all nodes.
func (c *call) cancelShutdown(node uint64) (Reply, error) {
	reply, err := c.propose(state.ShutdownCancelled{Node: node, By: c.Pseudo()}, nil)
	if node != 0 && errors.Is(err, state.ErrNoShutdown) {
		return c.propose(state.ShutdownCancelled{By: c.Pseudo()}, nil)
	}
	return reply, err
}
