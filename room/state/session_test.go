package state_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/room/state"
	"salon/room/text"
)

// sessionModel is what presence.go says of sessions, written down once more in the
// plainest way: ann has an account (key A, and a pass phrase), bob and cleo have none.
type sessionModel struct {
	st      *state.State
	at      time.Time
	tick    time.Duration
	seq     state.Seq
	n       map[string]uint64 // of each node's last proposal
	epochs  map[string]uint64 // of each node
	down    map[string]bool
	next    uint64
	account state.Seq
	members []*modelMember
	ended   []state.ID
}

type modelMember struct {
	id       state.ID
	pseudo   text.Pseudo
	key      string // of the session that made them
	sessions []*modelSession
}

type modelSession struct {
	id    state.ID
	proof proof
	quiet bool
	since time.Time
	cut   time.Duration // until when; 0: open
}

// proof is what a newcomer shows of who they are.
type proof struct {
	key    string
	passed bool
	addr   netip.Addr
}

var modelNodes = []string{"paris", "lyon"}

func newSessionModel(t *rapid.T) *sessionModel {
	m := &sessionModel{
		st: state.NewState(), at: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC), tick: time.Hour,
		n: map[string]uint64{}, epochs: map[string]uint64{}, down: map[string]bool{},
	}
	for _, node := range modelNodes {
		m.start(t, node, 0)
	}
	out := m.propose("paris", state.Registered{Pseudo: "ann", Forms: forms["ann"], KeyID: "A", Pass: "hash"})
	if out.Err != nil {
		t.Fatal(out.Err)
	}
	m.account = out.Event.Seq
	return m
}

// propose has the next event come from a node, a microsecond after the last.
func (m *sessionModel) propose(node string, b state.Body) state.Outcome {
	m.seq++
	m.tick += time.Microsecond
	m.at = m.at.Add(time.Second)
	m.n[node]++
	return m.st.Apply(state.Event{Seq: m.seq, ID: state.ID{Origin: m.epochs[node], N: m.n[node]}, Time: m.at, Stamp: m.tick, Body: b})
}

func (m *sessionModel) now() time.Duration { return m.st.Tick() }

func (m *sessionModel) find(p text.Pseudo) *modelMember {
	i := slices.IndexFunc(m.members, func(o *modelMember) bool { return o.pseudo == p })
	if i < 0 {
		return nil
	}
	return m.members[i]
}

func (m *sessionModel) owner(id state.ID) (*modelMember, *modelSession) {
	for _, o := range m.members {
		for _, s := range o.sessions {
			if s.id == id {
				return o, s
			}
		}
	}
	return nil, nil
}

// present reports whether others see them: by any session that is not quiet.
func (o *modelMember) present() bool {
	return o != nil && slices.ContainsFunc(o.sessions, func(s *modelSession) bool { return !s.quiet })
}

func (o *modelMember) isCut() bool {
	return o.present() && !slices.ContainsFunc(o.sessions, func(s *modelSession) bool { return !s.quiet && s.cut == 0 })
}

func (p proof) owner() bool { return p.key == "A" || p.passed }

// same reports whether a newcomer may take a session that was cut: by the same account,
// the same key, or where neither has either the same address.
func (o *modelMember) same(s *modelSession, p proof) bool {
	switch {
	case o.pseudo == "ann":
		return p.owner()
	case s.proof.key != "" || p.key != "" || p.passed:
		return s.proof.key != "" && s.proof.key == p.key
	}
	return s.proof.addr == p.addr
}

// end takes a session away, and its member with the last. It reports whether the others
// saw them leave.
func (m *sessionModel) end(id state.ID) (seen bool) {
	o, _ := m.owner(id)
	before := o.present()
	o.sessions = slices.DeleteFunc(o.sessions, func(s *modelSession) bool { return s.id == id })
	m.ended = append(m.ended, id)
	if len(o.sessions) == 0 {
		m.members = slices.DeleteFunc(m.members, func(other *modelMember) bool { return other == o })
	}
	return before && !o.present()
}

// sessions are all that are open or cut.
func (m *sessionModel) sessions(which func(*modelSession) bool) (ids []state.ID) {
	for _, o := range m.members {
		for _, s := range o.sessions {
			if which(s) {
				ids = append(ids, s.id)
			}
		}
	}
	return ids
}

// any draws a session: mostly one of those, else one that ended or never was.
func (m *sessionModel) any(t *rapid.T, which func(*modelSession) bool) state.ID {
	if ids := m.sessions(which); len(ids) > 0 && !chance(t, 8, "another") {
		return pick(t, ids, "session")
	}
	return pick(t, slices.Concat(m.ended, m.sessions(isThere), []state.ID{{Origin: 5, N: 5}}), "any")
}

func isOpen(s *modelSession) bool { return s.cut == 0 }
func wasCut(s *modelSession) bool { return s.cut != 0 }
func isThere(*modelSession) bool  { return true }
func (m *sessionModel) node(t *rapid.T) string {
	var up []string
	for _, n := range modelNodes {
		if !m.down[n] {
			up = append(up, n)
		}
	}
	return pick(t, up, "node")
}

// want checks what an event did.
func want(t *rapid.T, out state.Outcome, refused error, shown bool, ended ...state.ID) {
	t.Helper()
	if (refused == nil) != (out.Err == nil) || refused != nil && !errors.Is(out.Err, refused) && fmt.Sprintf("%T", out.Err) != fmt.Sprintf("%T", refused) {
		t.Fatalf("%#v is refused with %v, want %v", out.Event.Body, out.Err, refused)
	}
	if out.Shown != shown {
		t.Fatalf("%#v is shown: %t, want %t", out.Event.Body, out.Shown, shown)
	}
	var got []state.ID
	for _, e := range out.Ended {
		got = append(got, e.Session)
	}
	if fmt.Sprint(inOrder(got)) != fmt.Sprint(inOrder(ended)) {
		t.Fatalf("%#v ends %v, want %v", out.Event.Body, got, ended)
	}
}

func inOrder(ids []state.ID) []string {
	names := []string{}
	for _, id := range ids {
		names = append(names, id.String())
	}
	slices.Sort(names)
	return names
}

// newcomer draws who comes in.
func (m *sessionModel) newcomer(t *rapid.T) (state.Joined, proof) {
	name := pick(t, []text.Pseudo{"ann", "bob", "bob", "cleo"}, "pseudo")
	p := proof{key: pick(t, []string{"", "", "A", "B"}, "key"), addr: pick(t, addrs[:2], "addr")}
	p.passed = name == "ann" && chance(t, 3, "passed")
	return m.joined(name, p, chance(t, 4, "quiet")), p
}

func (m *sessionModel) joined(name text.Pseudo, p proof, quiet bool) state.Joined {
	b := state.Joined{Pseudo: name, Forms: forms[name], KeyID: p.key, Addr: p.addr, Front: "ssh", Quiet: quiet}
	if p.passed {
		b.Passed = m.account
	}
	return b
}

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
	out := m.propose(m.node(t), state.Resumed{Cut: id, Joined: b})
	if s == nil || s.cut == 0 || !o.same(s, p) {
		want(t, out, state.ErrGone, false)
		return
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
	if _, left := out.Event.Body.(state.Left); left != (wait == 0 || m.isEnded(id)) {
		t.Fatalf("a cut of %v is shown as %T", wait, out.Event.Body)
	}
}

func (m *sessionModel) isEnded(id state.ID) bool { return slices.Contains(m.ended, id) }

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

// agree wants the State to hold what the model does.
func (m *sessionModel) agree(t *rapid.T) {
	present, sessions := 0, 0
	for _, o := range m.members {
		got := m.st.ByID(o.id)
		if got == nil || got.Pseudo != o.pseudo || len(got.Sessions) != len(o.sessions) {
			t.Fatalf("%q is %+v, want %d sessions", o.pseudo, got, len(o.sessions))
		}
		for i, s := range o.sessions {
			if at := got.Sessions[i]; at.ID != s.id || at.Cut != s.cut || at.Quiet != s.quiet || !at.Since.Equal(s.since) || m.st.Member(s.id) != got {
				t.Fatalf("a session of %q is %+v, want %+v", o.pseudo, at, *s)
			}
		}
		if got.Present() != o.present() || got.IsCut() != o.isCut() || got.IsAway() != o.isCut() {
			t.Fatalf("%q is present %t, cut %t, away %t, want %t and %t", o.pseudo, got.Present(), got.IsCut(), got.IsAway(), o.present(), o.isCut())
		}
		if _, found := m.st.Find(got.Forms.Key); found != o.present() {
			t.Fatalf("%q is found: %t, want %t", o.pseudo, found, o.present())
		}
		if o.present() {
			present++
		}
		sessions += len(o.sessions)
	}
	if m.st.Count() != present || m.st.Sessions() != sessions {
		t.Fatalf("%d are present with %d sessions, want %d with %d", m.st.Count(), m.st.Sessions(), present, sessions)
	}
	for _, id := range m.ended {
		if m.st.Member(id) != nil {
			t.Fatalf("the session %v, which ended, is there again", id)
		}
	}
	m.agreeOnLapses(t)
	m.agreeOnResumable(t)
}

func (m *sessionModel) agreeOnLapses(t *rapid.T) {
	var first time.Duration
	for _, o := range m.members {
		for _, s := range o.sessions {
			if s.cut != 0 && (first == 0 || s.cut < first) {
				first = s.cut
			}
		}
	}
	if _, at, ok := m.st.NextLapse(); ok != (first != 0) || ok && at != first {
		t.Fatalf("the next lapse is at %v (%t), want %v", at, ok, first)
	}
}

func (m *sessionModel) agreeOnResumable(t *rapid.T) {
	for _, name := range []text.Pseudo{"ann", "bob", "cleo"} {
		for _, p := range []proof{{addr: addrs[0]}, {addr: addrs[1]}, {key: "A", addr: addrs[1]}, {key: "B", addr: addrs[0]}, {passed: name == "ann", addr: addrs[0]}} {
			var theirs state.ID
			if o := m.find(name); o != nil {
				if i := slices.IndexFunc(o.sessions, func(s *modelSession) bool { return s.cut != 0 && o.same(s, p) }); i >= 0 {
					theirs = o.sessions[i].id
				}
			}
			if got, ok := m.st.Resumable(m.joined(name, p, false)); got != theirs || ok != (theirs != state.ID{}) {
				t.Fatalf("%q with %+v may resume %v (%t), want %v", name, p, got, ok, theirs)
			}
		}
	}
}

// TestSessionsKeepTheirTable of states and transitions: see presence.go.
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
