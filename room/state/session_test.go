package state_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/room/state"
	"salon/room/text"
)

func (m *sessionModel) join(t *rapid.T) {
	b, p := m.newcomer(t)
	o := m.find(b.Pseudo)
	out := m.propose(m.node(t), b)
	switch {
	case b.Pseudo == "ann" && !p.owner():
		want(t, out, &state.RegisteredError{}, false)
		return
	case o != nil && b.Pseudo != "ann" && (p.key == "" || p.key != o.key):
		want(t, out, &state.TakenError{}, false)
		if taken, _ := errors.AsType[*state.TakenError](out.Err); taken.Lost != o.isCut() {
			t.Fatalf("%q is taken by somebody cut: %t, want %t", b.Pseudo, taken.Lost, o.isCut())
		} else if left := max(0, o.lapses()-m.now()); taken.Lost && taken.Left != left {
			t.Fatalf("%q is free after %v, want %v", b.Pseudo, taken.Left, left)
		}
		return
	case o == nil:
		o = &modelMember{id: out.Event.ID, pseudo: b.Pseudo, key: p.key}
		m.members = append(m.members, o)
	}
	var replaced []state.ID
	if len(o.sessions) == state.MaxSessions {
		replaced = []state.ID{o.leastMissed()}
		m.end(replaced[0])
	}
	seen := !o.present() && !b.Quiet
	o.sessions = append(o.sessions, &modelSession{id: out.Event.ID, proof: p, quiet: b.Quiet, since: m.at})
	want(t, out, nil, seen, replaced...)
}

// leastMissed is the oldest of the quiet sessions, or of those that were cut, or of all.
func (o *modelMember) leastMissed() state.ID {
	for _, which := range []func(*modelSession) bool{func(s *modelSession) bool { return s.quiet }, wasCut, isThere} {
		if i := slices.IndexFunc(o.sessions, which); i >= 0 {
			return o.sessions[i].id
		}
	}
	panic("a member without a session")
}

func (m *sessionModel) resume(t *rapid.T) {
	id := m.any(t, wasCut)
	b, p := m.newcomer(t)
	o, s := m.owner(id)
	if o != nil && !chance(t, 4, "as another") {
		p = s.proof
		b = m.joined(o.pseudo, p, s.quiet)
	}
	held := chance(t, 3, "held")
	out := m.propose(m.node(t), state.Resumed{Cut: id, Held: held, Joined: b})
	if s == nil || s.cut == 0 || !held && (b.Quiet || !o.same(s, p)) {
		want(t, out, state.ErrGone, false)
		return
	}
	if held {
		p, b.Quiet = s.proof, s.quiet
	}
	want(t, out, nil, false) // the others never saw them leave
	if called := out.Event.Body.(state.Resumed).Pseudo; called != o.pseudo {
		t.Fatalf("%q comes back as %q", o.pseudo, called)
	}
	m.ended = append(m.ended, s.id)
	s.id, s.proof, s.quiet, s.cut = out.Event.ID, p, b.Quiet, 0
}

func (m *sessionModel) cut(t *rapid.T) {
	id, wait := m.any(t, isOpen), pick(t, waits, "wait")
	out := m.propose(m.node(t), state.Cut{Session: id, Wait: wait})
	if _, s := m.owner(id); s == nil || s.cut != 0 {
		want(t, out, state.ErrGone, false)
		return
	}
	seen, _ := m.lose(id, wait)
	want(t, out, nil, seen, id)
	if _, left := out.Event.Body.(state.Left); left != (wait == 0 || slices.Contains(m.ended, id)) {
		t.Fatalf("a cut of %v is shown as %T", wait, out.Event.Body)
	}
}

// lose cuts a session for a while, or ends it: one-shot commands and what does not wait.
func (m *sessionModel) lose(id state.ID, wait time.Duration) (seen bool, who text.Pseudo) {
	o, s := m.owner(id)
	if wait == 0 || s.quiet {
		return m.end(id), o.pseudo
	}
	s.cut = m.now() + wait
	return false, o.pseudo
}

func (m *sessionModel) leave(t *rapid.T) {
	id := m.any(t, isThere)
	m.left(t, id, state.Left{Session: id, Cause: state.Quit})
}

func (m *sessionModel) left(t *rapid.T, id state.ID, b state.Left) {
	out := m.propose(m.node(t), b)
	if o, _ := m.owner(id); o == nil {
		want(t, out, state.ErrGone, false)
		return
	}
	want(t, out, nil, m.end(id), id)
}

// meant draws a member, mostly one who is here.
func (m *sessionModel) meant(t *rapid.T) (*modelMember, state.ID) {
	if len(m.members) > 0 && !chance(t, 6, "gone") {
		o := pick(t, m.members, "member")
		return o, o.id
	}
	return nil, state.ID{Origin: 5, N: 5}
}

func (m *sessionModel) kick(t *rapid.T) {
	o, id := m.meant(t)
	out := m.propose(m.node(t), state.Kicked{Member: id, Pseudo: "bob"})
	if o == nil {
		want(t, out, &state.UnknownMemberError{}, false)
		return
	}
	want(t, out, nil, true, m.expel(o)...)
}

func (m *sessionModel) expel(o *modelMember) (ended []state.ID) {
	for _, s := range slices.Clone(o.sessions) {
		ended = append(ended, s.id)
		m.end(s.id)
	}
	return ended
}

// ban bans for a microsecond, so that everybody may come again: it hits who has the
// pseudo, and for ann whoever goes by her key.
func (m *sessionModel) ban(t *rapid.T) {
	o, id := m.meant(t)
	if o == nil {
		return
	}
	var hit []*modelMember
	for _, other := range m.members {
		byKey := slices.ContainsFunc(other.sessions, func(s *modelSession) bool { return s.proof.key == "A" })
		if other == o || o.pseudo == "ann" && byKey {
			hit = append(hit, other)
		}
	}
	out := m.propose(m.node(t), state.Banned{Member: id, Ban: state.Ban{Target: state.PseudoTarget("somebody"), For: time.Microsecond}})
	var ended []state.ID
	var gone []text.Pseudo
	for _, other := range hit {
		if other.present() {
			gone = append(gone, other.pseudo)
		}
		ended = append(ended, m.expel(other)...)
	}
	slices.Sort(gone)
	want(t, out, nil, true, ended...)
	if b := out.Event.Body.(state.Banned); fmt.Sprint(b.Gone) != fmt.Sprint(gone) || b.Ban.Target.Pseudo != o.pseudo {
		t.Fatalf("a ban of %q is of %q and lets out %q, want %q", o.pseudo, b.Ban.Target.Pseudo, b.Gone, gone)
	}
}

// start has a node begin a new epoch: whoever it held is cut.
func (m *sessionModel) start(t *rapid.T, node string, wait time.Duration) {
	old := m.epochs[node]
	m.next++
	m.epochs[node], m.n[node], m.down[node] = 0xe0+m.next, 0, false
	out := m.propose(node, state.NodeUp{Node: node, Version: state.Version, Program: "salon", Wait: wait})
	m.wantEpochEnds(t, out, old, wait)
}

// stop has a node's epoch end, by its own word or by another's.
func (m *sessionModel) stop(t *rapid.T) {
	node, by, wait := m.node(t), m.node(t), pick(t, waits, "wait")
	if m.down["paris"] || m.down["lyon"] {
		return // somebody has to propose
	}
	epoch := m.epochs[node]
	out := m.propose(by, state.NodeDown{Node: node, Epoch: epoch, Wait: wait})
	m.down[node] = true
	m.wantEpochEnds(t, out, epoch, wait)
	want(t, m.propose(node, state.TopicSet{}), state.ErrStale, false)
}

func (m *sessionModel) wantEpochEnds(t *rapid.T, out state.Outcome, epoch uint64, wait time.Duration) {
	held := m.sessions(func(s *modelSession) bool { return s.id.Origin == epoch && s.cut == 0 })
	var gone []text.Pseudo
	for _, id := range held {
		if seen, who := m.lose(id, wait); seen {
			gone = append(gone, who)
		}
	}
	want(t, out, nil, len(gone) > 0, held...)
	var told []text.Pseudo
	switch b := out.Event.Body.(type) {
	case state.NodeUp:
		told = b.Gone
	case state.NodeDown:
		told = b.Gone
	}
	slices.Sort(told)
	slices.Sort(gone)
	if fmt.Sprint(told) != fmt.Sprint(gone) {
		t.Fatalf("with epoch %x %q leave, want %q", epoch, told, gone)
	}
}

// pass has time go by; who has waited long enough leaves then, each once.
func (m *sessionModel) pass(t *rapid.T) {
	m.tick += pick(t, []time.Duration{time.Second, 30 * time.Second, time.Minute, 2 * time.Hour}, "time")
	now := m.st.TickAt(m.tick)
	due := m.sessions(func(s *modelSession) bool { return s.cut != 0 && s.cut <= now })
	lapsed := m.st.Lapsed(now, 100)
	if fmt.Sprint(inOrder(lapsed)) != fmt.Sprint(inOrder(due)) {
		t.Fatalf("at %v %v have lapsed, want %v", now, lapsed, due)
	}
	if len(due) > 1 && len(m.st.Lapsed(now, 1)) != 1 {
		t.Fatal("more have lapsed than were asked for")
	}
	if chance(t, 4, "nobody says so") {
		return
	}
	for _, id := range lapsed {
		m.left(t, id, state.Left{Session: id, Cause: state.Lost})
		if chance(t, 3, "another node too") {
			m.left(t, id, state.Left{Session: id, Cause: state.Lost})
		}
	}
}

// TestSessionsKeepTheirTable of states and transitions: see session.go.
func TestSessionsKeepTheirTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newSessionModel(t)
		t.Repeat(map[string]func(*rapid.T){
			"join": m.join, "join again": m.join, "resume": m.resume, "cut": m.cut, "leave": m.leave, "kick": m.kick, "ban": m.ban,
			"time passes": m.pass, "a node stops": m.stop,
			"a node starts": func(t *rapid.T) { m.start(t, pick(t, modelNodes, "node"), pick(t, waits, "wait")) },
			"":              m.agree,
		})
	})
}
