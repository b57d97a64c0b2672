// Package statetest has an example of every kind of event, all its fields set: what
// tests of logs, of formats, of languages and of screens go through, so that none of
// them can forget a kind.
package statetest

import (
	"net/netip"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// At is when the examples happen.
var At = time.Date(2026, 11, 22, 14, 5, 6, 789_000, time.UTC)

// Examples returns the examples: for each kind at least one, of which the first has
// all its fields set. Those of kinds that are Logged come as a proposer would write
// them and with all that Apply fills in.
func Examples() []state.Event {
	var events []state.Event
	for i, b := range bodies() {
		e := state.Event{ID: state.ID{Origin: 0xfedcba9876543210, N: uint64(i + 1)}, Time: At, Body: b}
		if k := state.KindOf(b); k != nil && k.Logged {
			e.Seq, e.Stamp = state.Seq(i+1), time.Duration(i+1)*time.Second
		}
		events = append(events, e)
	}
	return events
}

// Logged returns the bodies of those examples that have a place in a log.
func Logged() []state.Body {
	var list []state.Body
	for _, e := range Examples() {
		if state.KindOf(e.Body).Logged {
			list = append(list, e.Body)
		}
	}
	return list
}

func bodies() []state.Body {
	session, member := state.ID{Origin: 1<<64 - 1, N: 1<<64 - 1}, state.ID{Origin: 7, N: 3}
	eleonore, gone := text.Pseudo("Éléonore"), []text.Pseudo{"bob", "cléo"}
	joined := state.Joined{
		Pseudo: eleonore, Forms: eleonore.Forms(), KeyID: "SHA256:abc+/", Passed: 17, Addr: netip.MustParseAddr("2001:db8::1"),
		Front: "ssh", Client: "OpenSSH_9.9", Role: state.Operator, Quiet: true,
	}
	someone := state.Someone{Pseudo: "bob", Proof: "account 17", Member: member}
	return []state.Body{
		state.NodeUp{Node: "paris", Alone: true, Version: 2, Program: "salon", Wait: time.Minute, Gone: gone},
		state.NodeUp{Node: "paris", Version: 2},
		state.NodeDown{Node: "paris", Epoch: 1<<64 - 1, Wait: time.Minute, Gone: gone},
		joined,
		state.Joined{Pseudo: "bob", Forms: text.Pseudo("bob").Forms(), Addr: netip.MustParseAddr("192.0.2.1"), Front: "tcp"},
		state.Resumed{Cut: session, Held: true, Joined: joined},
		state.Resumed{Cut: session, Joined: joined},
		state.Cut{Session: session, Wait: time.Minute},
		state.Left{Session: session, Pseudo: "ann", Cause: state.Quit, Text: "à demain"},
		state.RoomMade{Session: session, Room: 40, Most: 200, Name: "#Dev", Forms: text.RoomName("#Dev").Forms(), Private: true, By: "ann"},
		state.RoomClosed{Room: 40, In: "#Dev", By: "ann", Unused: true},
		state.RoomJoined{Session: session, Room: 40, In: "#Dev", Pseudo: "ann"},
		state.RoomLeft{Session: session, Room: 40, In: "#Dev", Pseudo: "ann"},
		state.RoomRead{Session: session, Room: 40, Read: 412},
		state.Invited{Room: 40, In: "#Dev", Who: someone, By: "ann", Off: true},
		state.ModeratorSet{Room: 40, In: "#Dev", Who: someone, By: "ann", Off: true},
		state.PrivateSet{Room: 40, In: "#Dev", Private: true, By: "ann"},
		state.Said{Room: 40, In: "#Dev", Mentions: []state.ID{member}, Session: session, From: "bob", Member: member, Account: 17, Hue: 3, Text: "deux\nlignes <&> \u2028 👩‍👧 \uFFFD שלום", Action: true, Removed: &state.Removal{By: "ann", Own: true}},
		state.Said{Session: session, From: "bob", Member: member, Text: "salut"},
		state.Deleted{Session: session, Room: 40, In: "#Dev", Message: 412, Author: "bob", Own: true, By: "ann"},
		state.Deleted{Message: 412, Author: "bob"},
		state.Forgotten{Session: session, Pseudo: "ann", Member: member, Account: 17},
		state.Renamed{Session: session, Member: member, From: "ann", To: "Ελένη", Forms: text.Pseudo("Ελένη").Forms()},
		state.WentAway{Session: session, Text: "à table"},
		state.CameBack{Session: session},
		state.TopicSet{Room: 40, In: "#Dev", By: "ann", Text: "le sujet"},
		state.Walled{By: "ann", Text: "attention"},
		state.Kicked{Room: 40, In: "#Dev", Member: member, Pseudo: "bob", By: "ann", Reason: "trop", Flood: true},
		state.Banned{Member: member, Ban: ban(state.PseudoTarget("bob")), Gone: gone},
		state.Banned{Ban: ban(state.Target{Kind: state.ByKey, KeyID: "SHA256:abc+/"})},
		state.Banned{Ban: ban(state.Target{Kind: state.ByNetwork, Network: netip.MustParsePrefix("2001:db8::/32")})},
		state.Unbanned{By: "ann", Target: state.Target{Kind: state.ByNetwork, Network: netip.MustParsePrefix("192.0.2.1/32")}},
		state.Muted{Room: 40, In: "#Dev", Member: member, Pseudo: "bob", Forms: text.Pseudo("bob").Forms(), KeyID: "SHA256:abc+/", By: "ann", For: 90 * time.Second},
		state.Unmuted{Room: 40, In: "#Dev", Pseudo: "bob", Key: "bob", By: "ann"},
		state.SlowSet{Room: 40, In: "#Dev", By: "ann", Every: 10 * time.Second},
		state.ShutdownPlanned{Node: 1<<64 - 1, By: "ann", In: 30 * time.Second, Reason: "mise à jour"},
		state.ShutdownPlanned{In: 30 * time.Second},
		state.ShutdownCountdown{Plan: 17, Node: 1<<64 - 1, Left: 10 * time.Second},
		state.ShutdownCountdown{Plan: 17, Left: 10 * time.Second},
		state.ShutdownCancelled{Node: 1<<64 - 1, By: "ann"},
		state.ShutdownCancelled{},
		state.RoleSet{Session: session, Pseudo: "ann", Role: state.Operator},
		state.Registered{Session: session, Pseudo: eleonore, Forms: eleonore.Forms(), Account: 17, KeyID: "SHA256:abc+/", Pass: "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$c3Vt"},
		state.Unregistered{Session: session, Pseudo: eleonore, Account: 17, KeyID: "SHA256:abc+/", By: "ann"},
		state.PrefsKept{Account: 17, Prefs: Prefs()},
		state.IgnoreSet{Account: 17, Who: state.Ignored{Pseudo: "bob", Account: 18, Member: member}, Off: true},
		state.Seen{Account: 17, Upto: 1<<63 + 1},
		state.Whispered{From: "ann", Member: member, Account: 17, Hue: 3, To: gone, Text: "entre nous"},
		state.Gap{From: At.Add(-time.Hour), To: At, Count: 3, Upto: 9},
		state.Gathered{In: 12, Out: 9, Present: 431},
		state.LogLost{},
		state.LogFound{},
	}
}

func ban(t state.Target) state.Ban {
	return state.Ban{Target: t, By: "root-ann", Reason: "« non »\n", For: time.Hour, Since: At, Ends: 2 * time.Hour}
}

// Prefs are all preferences, none of them what a preference is unchosen.
func Prefs() state.Kept {
	lang, zone, yes, theme, bell := state.English, "Europe/Paris", true, state.ThemeDark, state.BellAll
	return state.Kept{Lang: &lang, Zone: &zone, Hour12: &yes, Theme: &theme, Bell: &bell, Mouse: &yes}
}
