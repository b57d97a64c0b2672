package state_test

import (
	"net/netip"
	"slices"
	"time"

	"pgregory.net/rapid"

	"salon/room/state"
	"salon/room/text"
)

// What the actor's people go by: little, so that they get into each other's way.
var (
	pseudos   = []text.Pseudo{"xi", "Xl", "XI", "ann", "Ann", "аnn", "bob", "b0b"} // xi and Xl are not alike, XI and either are
	keys      = []string{"", "", "SHA256:a", "SHA256:b", "SHA256:c"}
	addrs     = addresses("192.0.2.1", "192.0.2.9", "2001:db8::1", "::ffff:192.0.2.1")
	targets   = parsed("ann", "BOB", "XI", "SHA256:a", "SHA256:b", "192.0.2.1", "192.0.2.0/28", "2001:db8::/32")
	durations = []time.Duration{0, 0, time.Second, time.Minute, 24 * time.Hour}
	waits     = []time.Duration{0, time.Minute, time.Minute, time.Hour}
	reasons   = []string{"", "assez"}
	zones     = []*time.Location{time.UTC, time.FixedZone("west", -9*3600), time.FixedZone("east", 5*3600+1800)}
	forms     = formsOf(append(pseudos, "cleo"))
)

func addresses(list ...string) (addrs []netip.Addr) {
	for _, s := range list {
		addrs = append(addrs, netip.MustParseAddr(s))
	}
	return addrs
}

func parsed(list ...string) (targets []state.Target) {
	for _, s := range list {
		t, err := state.ParseTarget(s)
		if err != nil {
			panic(err)
		}
		targets = append(targets, t)
	}
	return targets
}

func formsOf(list []text.Pseudo) map[text.Pseudo]text.Forms {
	all := map[text.Pseudo]text.Forms{}
	for _, p := range list {
		all[p] = p.Forms()
	}
	return all
}

// origin is a node as proposers see it.
type origin struct {
	name  string
	epoch uint64
	n     uint64 // of its last proposal
}

// actor makes the events of a log that several nodes propose to, each a little late:
// some of what they mean has gone or changed when it is ordered.
type actor struct {
	seq      state.Seq
	now      time.Time
	stamp    time.Duration
	epochs   uint64   // how many have begun
	up       []origin // that have not proposed, or been told, that they ended
	down     []uint64
	sessions []state.ID // whose Joined or Resumed was proposed
	accounts map[text.Key][]state.Seq
	plans    []state.Seq
	proposed []state.Event
	last     state.Event
	repeated bool // the last event repeats one
}

func newActor() *actor {
	return &actor{now: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC), accounts: map[text.Key][]state.Seq{}, plans: []state.Seq{0}}
}

// pick draws one of a list.
func pick[T any](t *rapid.T, list []T, label string) T { return rapid.SampledFrom(list).Draw(t, label) }

// chance is true once in so many times.
func chance(t *rapid.T, in int, label string) bool { return rapid.IntRange(1, in).Draw(t, label) == in }

// event returns the next event of the log. st is what the events before it made: most
// proposals mean somebody who is there.
func (a *actor) event(t *rapid.T, st *state.State) state.Event {
	a.seq++
	if chance(t, 50, "gap in the places") {
		a.seq += 3
	}
	a.now = a.now.Add(pick(t, []time.Duration{0, 1234567 * time.Nanosecond, time.Second, time.Minute, 24 * time.Hour, -time.Hour}, "time"))
	a.stamp += pick(t, []time.Duration{0, time.Microsecond, 1500 * time.Nanosecond, time.Second, time.Minute, time.Hour, -10 * time.Minute}, "stamp")
	e := state.Event{Seq: a.seq, Time: a.now, Stamp: max(a.stamp, 0)}
	a.repeated = len(a.proposed) > 0 && chance(t, 8, "repeat")
	switch {
	case a.repeated:
		was := pick(t, a.proposed[max(0, len(a.proposed)-20):], "repeated")
		e.ID, e.Body = was.ID, was.Body
	case len(a.up) == 0 || chance(t, 20, "a node starts"):
		e.ID, e.Body = a.nodeUp(t)
	default:
		e.Body = bodies[pick(t, weighted, "kind")](a, t, st)
		e.ID = a.id(t)
		a.remember(e)
	}
	a.proposed = append(a.proposed, e)
	a.last = e
	return e
}

// id names the next proposal of a node that is up, or now and then of one that is not.
func (a *actor) id(t *rapid.T) state.ID {
	switch rapid.IntRange(0, 19).Draw(t, "origin") {
	case 18:
		return state.ID{Origin: 0xdead, N: 1}
	case 19:
		if len(a.down) > 0 {
			return state.ID{Origin: pick(t, a.down, "ended"), N: rapid.Uint64Range(1, 20).Draw(t, "n")}
		}
	}
	o := &a.up[rapid.IntRange(0, len(a.up)-1).Draw(t, "node")]
	switch rapid.IntRange(0, 24).Draw(t, "n") {
	case 23:
		o.n += state.Window // so many were never ordered
	case 24:
		if o.n > 3 { // one that is late, or again
			return state.ID{Origin: o.epoch, N: o.n - rapid.Uint64Range(1, min(o.n-1, state.Window+2)).Draw(t, "late")}
		}
	}
	o.n += 1 + rapid.Uint64Range(0, 1).Draw(t, "lost")
	return state.ID{Origin: o.epoch, N: o.n}
}

// remember keeps what later proposals may mean.
func (a *actor) remember(e state.Event) {
	switch b := e.Body.(type) {
	case state.Joined, state.Resumed:
		a.sessions = append(a.sessions, e.ID)
	case state.Registered:
		a.accounts[b.Forms.Key] = append(a.accounts[b.Forms.Key], e.Seq)
	case state.ShutdownPlanned:
		a.plans = append(a.plans, e.Seq)
	case state.NodeDown:
		a.up = slices.DeleteFunc(a.up, func(o origin) bool { return o.epoch == b.Epoch })
		a.down = append(a.down, b.Epoch)
	}
}

// session is one that is open, or one that somebody asked for once.
func (a *actor) session(t *rapid.T, st *state.State) state.ID {
	var open []state.ID
	for _, m := range state.AllMembers(st) {
		for _, at := range m.Sessions {
			open = append(open, at.ID)
		}
	}
	if len(open) > 0 && !chance(t, 8, "stale session") {
		return pick(t, open, "session")
	}
	return pick(t, append(a.sessions, state.ID{Origin: 9, N: 9}), "stale")
}

// member is one that is here, or was.
func (a *actor) member(t *rapid.T, st *state.State) state.ID {
	if here := state.AllMembers(st); len(here) > 0 && !chance(t, 6, "stale member") {
		return pick(t, here, "member").ID
	}
	return pick(t, append(a.sessions, state.ID{}, state.ID{Origin: 9, N: 9}), "gone member")
}

// account is one that there is, or was, or none.
func (a *actor) account(t *rapid.T, st *state.State) state.Seq {
	if all := state.AllAccounts(st); len(all) > 0 && !chance(t, 5, "stale account") {
		return pick(t, all, "account").ID
	}
	return rapid.SampledFrom([]state.Seq{0, 1, 2, 5}).Draw(t, "gone account")
}

func (a *actor) joined(t *rapid.T, p text.Pseudo) state.Joined {
	passed := state.Seq(0)
	if made := a.accounts[forms[p].Key]; len(made) > 0 && chance(t, 3, "passed") {
		passed = pick(t, made, "account")
	}
	return state.Joined{
		Pseudo: p, Forms: forms[p], KeyID: pick(t, keys, "key"), Passed: passed, Addr: pick(t, addrs, "addr"), Front: "ssh", Client: "OpenSSH",
		Role: state.Role(rapid.IntRange(0, 1).Draw(t, "role")), Quiet: chance(t, 5, "quiet"),
	}
}

func pseudo(t *rapid.T) text.Pseudo { return pick(t, pseudos, "pseudo") }
func by(t *rapid.T) text.Pseudo     { return pick(t, []text.Pseudo{"", "op"}, "by") }

// weighted are the kinds that the actor draws from, those more often that people come
// and go by.
var weighted = weights(map[string]int{"joined": 10, "resumed": 3, "cut": 4, "renamed": 5, "registered": 4, "said": 3, "room": 3, "room joined": 4, "room left": 2, "invited": 2, "up": 0, "banned": 2, "muted": 2})

func weights(more map[string]int) (names []string) {
	for _, k := range state.Kinds() {
		if n, listed := more[k.Name]; listed {
			names = append(names, slices.Repeat([]string{k.Name}, n)...)
		} else if k.Logged && bodies[k.Name] != nil {
			names = append(names, k.Name)
		}
	}
	return names
}

// bodies make a body of each kind that is Logged. A kind that it lacks fails
// TestEveryKindIsTriedAtRandom.
var bodies = map[string]func(*actor, *rapid.T, *state.State) state.Body{
	"up": func(a *actor, t *rapid.T, _ *state.State) state.Body {
		_, b := a.nodeUp(t)
		return b
	},
	"down": func(a *actor, t *rapid.T, _ *state.State) state.Body {
		b := state.NodeDown{Node: pick(t, []string{"paris", "lyon"}, "node"), Epoch: 0xabc1, Wait: pick(t, waits, "wait"), Gone: []text.Pseudo{"forged"}}
		if !chance(t, 4, "stale node") {
			o := pick(t, a.up, "dead node")
			b.Node, b.Epoch = o.name, o.epoch
		}
		if len(a.up) == 1 && a.up[0].epoch == b.Epoch {
			return state.CameBack{} // somebody has to propose
		}
		return b
	},
	"joined":  func(a *actor, t *rapid.T, _ *state.State) state.Body { return a.joined(t, pseudo(t)) },
	"resumed": resumed,
	"cut": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.Cut{Session: a.session(t, st), Wait: pick(t, waits, "wait")}
	},
	"left": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.Left{Session: a.session(t, st), Cause: pick(t, []state.Cause{state.Quit, state.Lost}, "cause"), Text: pick(t, reasons, "text"), Pseudo: "forged"}
	},
	"said": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.Said{Room: a.room(t, st), Mentions: []state.ID{a.member(t, st), a.member(t, st)}, Session: a.session(t, st), From: "forged", Member: state.ID{N: 1}, Account: 1, Text: "salut"}
	},
	"deleted": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.Deleted{Session: a.session(t, st), Room: a.room(t, st), In: "#forged", Message: 7, Author: "ann", By: "forged"}
	},
	"forgotten": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.Forgotten{Session: a.session(t, st), Pseudo: "forged", Member: state.ID{N: 1}, Account: 1}
	},
	"renamed": func(a *actor, t *rapid.T, st *state.State) state.Body {
		p := pseudo(t)
		return state.Renamed{Session: a.session(t, st), From: "forged", To: p, Forms: forms[p]}
	},
	"away": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.WentAway{Session: a.session(t, st), Text: pick(t, reasons, "text")}
	},
	"back": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.CameBack{Session: a.session(t, st)}
	},
	"topic": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.TopicSet{Room: a.room(t, st), By: by(t), Text: "le sujet"}
	},
	"walled": func(_ *actor, t *rapid.T, _ *state.State) state.Body {
		return state.Walled{By: by(t), Text: "attention"}
	},
	"kicked": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.Kicked{Room: a.room(t, st), Member: a.member(t, st), Pseudo: pseudo(t), By: by(t), Reason: pick(t, reasons, "reason"), Flood: chance(t, 4, "flood")}
	},
	"banned": func(a *actor, t *rapid.T, st *state.State) state.Body {
		b := state.Banned{Ban: state.Ban{Target: pick(t, targets, "target"), By: by(t), Reason: pick(t, reasons, "reason"), For: pick(t, durations, "for")}, Gone: []text.Pseudo{"forged"}}
		if chance(t, 3, "of a member") {
			b.Member = a.member(t, st)
		}
		return b
	},
	"unbanned": func(_ *actor, t *rapid.T, st *state.State) state.Body {
		if bans := state.AllBans(st); len(bans) > 0 && !chance(t, 4, "stale ban") {
			return state.Unbanned{By: by(t), Target: pick(t, bans, "ban").Target}
		}
		return state.Unbanned{By: by(t), Target: pick(t, targets, "target")}
	},
	"muted": func(a *actor, t *rapid.T, st *state.State) state.Body {
		p := pseudo(t)
		return state.Muted{Room: a.room(t, st), Member: a.member(t, st), Pseudo: p, Forms: forms[p], KeyID: pick(t, keys, "key"), By: by(t), For: pick(t, durations, "for")}
	},
	"unmuted": func(_ *actor, t *rapid.T, st *state.State) state.Body {
		if mutes := state.AllMutes(st); len(mutes) > 0 && !chance(t, 4, "stale mute") {
			mute := pick(t, mutes, "mute")
			return state.Unmuted{Room: mute.Room, Pseudo: "forged", Key: mute.Forms.Key, By: by(t)}
		}
		p := pseudo(t)
		return state.Unmuted{Pseudo: p, Key: forms[p].Key, By: by(t)}
	},
	"slow": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.SlowSet{Room: a.room(t, st), By: by(t), Every: pick(t, durations, "every")}
	},

	"shutdown": func(a *actor, t *rapid.T, _ *state.State) state.Body {
		return state.ShutdownPlanned{Node: a.closing(t), By: by(t), In: pick(t, durations, "in"), Reason: pick(t, reasons, "reason")}
	},
	"countdown": func(a *actor, t *rapid.T, _ *state.State) state.Body {
		return state.ShutdownCountdown{Plan: a.plans[len(a.plans)-1], Left: pick(t, durations[2:], "left")}
	},
	"cancelled": func(a *actor, t *rapid.T, _ *state.State) state.Body {
		return state.ShutdownCancelled{Node: a.closing(t), By: by(t)}
	},
	"role": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.RoleSet{Session: a.session(t, st), Pseudo: "forged", Role: state.Role(rapid.IntRange(0, 1).Draw(t, "role"))}
	},
	"registered": registered,
	"unregistered": func(a *actor, t *rapid.T, st *state.State) state.Body {
		b := state.Unregistered{Session: a.session(t, st), Pseudo: "forged", Account: a.account(t, st), By: by(t)}
		if !chance(t, 4, "the account") {
			b.KeyID = pick(t, keys, "key")
		}
		return b
	},
	"prefs": func(a *actor, t *rapid.T, st *state.State) state.Body {
		lang, mouse := pick(t, []state.Lang{state.French, state.English}, "lang"), rapid.Bool().Draw(t, "mouse")
		return state.PrefsKept{Account: a.account(t, st), Prefs: pick(t, []state.Kept{{Lang: &lang}, {Mouse: &mouse}}, "prefs")}
	},
	"ignore": func(a *actor, t *rapid.T, st *state.State) state.Body {
		who := state.Ignored{Pseudo: pseudo(t), Account: a.account(t, st), Member: a.member(t, st)}
		return state.IgnoreSet{Account: a.account(t, st), Who: who, Off: chance(t, 3, "off")}
	},
	"seen": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.Seen{Account: a.account(t, st), Upto: pick(t, []state.Seq{1, a.seq - 1, a.seq + 7}, "upto")}
	},
}

// names are those of rooms: two of them look alike.
var names = []text.RoomName{"#dev", "#DEV", "#tp2", "#Xl", "#XI"}

// room returns a room that there is, or now and then one that there is not.
func (a *actor) room(t *rapid.T, st *state.State) state.Seq {
	ids := []state.Seq{0, 0}
	for r := range st.View().Rooms() {
		ids = append(ids, r.ID, r.ID, r.ID)
	}
	return pick(t, append(ids, a.seq), "room")
}

// someone returns who a member is, or was, or the owner of an account.
func (a *actor) someone(t *rapid.T, st *state.State) state.Someone {
	id := a.member(t, st)
	if m := st.ByID(id); m != nil && chance(t, 2, "as they are") {
		return st.Someone(m)
	}
	if acc := st.AccountByID(a.account(t, st)); acc != nil && chance(t, 2, "the owner of an account") {
		return state.Someone{Pseudo: acc.Pseudo, Proof: acc.Proof()}
	}
	return state.Someone{Pseudo: "forged", Member: id}
}

// resumed comes back to a session, cut or not, often as who had it.
func resumed(a *actor, t *rapid.T, st *state.State) state.Body {
	b := state.Resumed{Cut: a.session(t, st), Held: chance(t, 4, "held")}
	for _, m := range state.AllMembers(st) {
		for _, at := range m.Sessions {
			if at.Cut != 0 && !chance(t, 3, "another") {
				b.Cut = at.ID
			}
		}
	}
	p := pseudo(t)
	if m := st.Member(b.Cut); m != nil && !chance(t, 4, "by another pseudo") {
		p = m.Pseudo
	}
	b.Joined = a.joined(t, p)
	if m := st.Member(b.Cut); m != nil && !chance(t, 4, "as another") {
		at := m.Attendance(b.Cut)
		b.KeyID, b.Passed, b.Addr = at.KeyID, at.Passed, at.Addr
	}
	return b
}

// registered makes an account or adds to one, often for who is here by that pseudo.
func registered(a *actor, t *rapid.T, st *state.State) state.Body {
	p := pseudo(t)
	b := state.Registered{Session: a.session(t, st), KeyID: pick(t, keys, "key"), Pass: pick(t, []string{"", "hash"}, "pass")}
	if m := st.Member(b.Session); m != nil && !chance(t, 5, "another pseudo") {
		p = m.Pseudo
	}
	b.Pseudo, b.Forms = p, forms[p]
	if chance(t, 3, "by nobody here") {
		b.Session = state.ID{}
	}
	if acc := st.Account(b.Forms.Key); acc != nil && !chance(t, 4, "makes one") {
		b.Account = acc.ID
	} else if chance(t, 6, "former") {
		b.Account = a.account(t, st)
	}
	return b
}
