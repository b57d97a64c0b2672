package state

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"salon/room/text"
)

// What tests outside the package look at.
const (
	MaxSessions = maxSessions
	MaxAccounts = maxAccounts
	MaxBans     = maxBans
	MaxFollowed = maxFollowed
	MaxEnded    = maxEnded
	Window      = window
)

// CodeOf returns the code of a refusal.
func CodeOf(err error) Code { return codeOf(err) }

// Codes returns all codes but that of what was not refused.
func Codes() []Code {
	var list []Code
	for i := 1; i < len(codes); i++ {
		list = append(list, Code(i))
	}
	return list
}

// Document returns what a State is encoded from.
func Document(st *State) any { return st.Freeze().document() }

// AllMembers returns the members, present or not.
func AllMembers(st *State) []*Member { return st.members.byKey.Values() }

// AllAccounts, AllBans and AllMutes return what is kept, in force or not.
func AllAccounts(st *State) []*Account { return st.accounts.byKey.Values() }
func AllBans(st *State) []Ban          { return st.bans.byName.Values() }
func AllMutes(st *State) []Mute        { return st.mutes.byName.Values() }

// High returns the highest N that a node's epoch has applied.
func High(st *State, origin uint64) uint64 {
	if n := st.nodes[epoch(origin)]; n != nil {
		return n.high
	}
	return 0
}

// Facts writes a State down without its place, its clocks and what it remembers of
// proposals: what a refused event must not change.
func Facts(st *State) string {
	f := Frozen{View: *st.View()}
	doc := f.document()
	doc.Applied, doc.Tick, doc.Stamp = 0, 0, 0
	data, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return fmt.Sprint(string(data), st.Nodes(), st.ended)
}

// Answers writes down what a State remembers of proposals.
func Answers(st *State) string {
	data, err := json.Marshal(st.nodes)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// Indexes writes down all that follows from what is encoded, by name. Two States that
// encode alike have the same.
func Indexes(st *State) map[string]string {
	who := func(p *entry) string { return fmt.Sprint(p.member.ID, p.member.Pseudo, len(p.member.Sessions)) }
	ms, as := &st.members, &st.accounts
	owner := func(a *Account) string { return fmt.Sprint(a.ID, a == as.get(a.Forms.Key)) }
	all := map[string]string{
		"members.entries": index(ms.entries, who), "members.sessions": index(ms.sessions, who),
		"members.looks": index(ms.looks[0], who) + index(ms.looks[1], who),
		"members.proofs": index(ms.proofs, func(list []*entry) string {
			var names []string
			for _, p := range list {
				names = append(names, who(p))
			}
			return sorted(names)
		}),
		"members.lapses": fmt.Sprint(ms.lapses.Items()), "members.present": fmt.Sprint(ms.present, ms.hues),
		"accounts.ids": index(as.ids, owner), "accounts.keys": index(as.keys, owner), "accounts.looks": index(as.looks[0], owner) + index(as.looks[1], owner),
		"members.follow": fmt.Sprint(ms.follow), "rooms": index(st.rooms.keys, roomName) + index(st.rooms.looks[0], roomName) + index(st.rooms.looks[1], roomName),
		"bans": indexed(&st.bans), "mutes": indexed(&st.mutes),
	}
	for p := range maps.Values(ms.entries) {
		if m, ok := ms.byKey.Get(p.member.Forms.Key); !ok || m != p.member {
			all["members.byKey"] += fmt.Sprintf("%q is not the one filed under its key; ", p.member.Pseudo)
		}
	}
	return all
}

func roomName(r *Room) string { return fmt.Sprint(r.ID, r.Name) }

func indexed[P penalty](ps *penalties[P]) string {
	return fmt.Sprint(ps.networks, ps.endings.Items()) + index(ps.byTrait[0], sorted) + index(ps.byTrait[1], sorted)
}

func index[K comparable, V any](m map[K]V, write func(V) string) string {
	var lines []string
	for k, v := range m {
		lines = append(lines, fmt.Sprint(k, "=", write(v)))
	}
	return sorted(lines)
}

func sorted(list []string) string {
	return strings.Join(slices.Sorted(slices.Values(list)), ";") + "\n"
}

// Filed reports under what a pseudo, a key and a network are filed: for tests that two
// targets are not taken for one.
func Filed(t Target) string { return Ban{Target: t}.name() }

// SetFull fills accounts, bans or mutes up to so many, without the cost of applying
// as many events.
func SetFull(st *State, accounts, bans int) {
	for i := st.accounts.byKey.Len(); i < accounts; i++ {
		name := fmt.Sprint("somebody ", i)
		st.accounts.put(&Account{ID: Seq(1_000_000 + i), Forms: text.Forms{Key: text.Key(name), Looks: [2]string{name, name}}})
	}
	for i := st.bans.byName.Len(); i < bans; i++ {
		name := fmt.Sprint("somebody ", i)
		forms := text.Forms{Key: text.Key(name), Looks: [2]string{name, name}}
		st.bans.add(Ban{Target: Target{Forms: forms}})
		st.mutes.add(Mute{Forms: forms})
	}
}
