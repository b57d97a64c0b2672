package state_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"pgregory.net/rapid"

	"salon/room/state"
	"salon/room/text"
)

// sessionModel is what session.go says of sessions, written down once more in the
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
	for _, o := range m.members {
		if o.pseudo == p {
			return o
		}
	}
	return nil
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

// lapses is when the last of the sessions that were cut lapses.
func (o *modelMember) lapses() (at time.Duration) {
	for _, s := range o.sessions {
		at = max(at, s.cut)
	}
	return at
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
