package state_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"salon/room/state"
)

// replicas are one log applied in several ways.
type replicas struct {
	straight *state.State
	restored *state.State // encoded and decoded at random moments
	zoned    *state.State // is given times in other zones
	twice    *state.State // is given each event twice
	remote   *replica
	kept     []kept
}

// kept is what a State was at a moment.
type kept struct {
	frozen *state.Frozen
	hash   [32]byte
	view   *state.View
	shown  string
}

// TestOneLogMakesOneState: whatever happens, on every node, in every process, after
// every restart.
func TestOneLogMakesOneState(t *testing.T) {
	remote := startReplica(t)
	rapid.Check(t, func(t *rapid.T) {
		remote.restart()
		r := &replicas{state.NewState(), state.NewState(), state.NewState(), state.NewState(), remote, nil}
		a := newActor()
		t.Repeat(map[string]func(*rapid.T){"event": func(t *rapid.T) {
			e := a.event(t, r.straight)
			if chance(t, 12, "keep") {
				r.keep()
			}
			r.apply(t, a, e)
		}})
		r.wantKept(t)
	})
}

// keep remembers what the State is now.
func (r *replicas) keep() {
	f, v := r.straight.Freeze(), r.straight.View()
	r.kept = append(r.kept, kept{f, f.Hash(), v, written(v)})
}

// written writes down all that a View shows.
func written(v *state.View) string {
	var b strings.Builder
	fmt.Fprintln(&b, v.Applied(), v.Count(), v.Salon())
	lines := json.NewEncoder(&b)
	for m := range v.Present() {
		lines.Encode(m)
	}
	for a := range v.Accounts() {
		lines.Encode(a)
	}
	for ban := range v.Bans(0) {
		lines.Encode(ban)
	}
	for m := range v.Mutes(0) {
		lines.Encode(m)
	}
	return b.String()
}

// wantKept wants what was kept to be what it was.
func (r *replicas) wantKept(t *rapid.T) {
	for _, k := range r.kept {
		if k.frozen.Hash() != k.hash {
			t.Fatalf("the State frozen at %d is another now", k.frozen.Applied())
		}
		if now := written(k.view); now != k.shown {
			t.Fatalf("the view of %d was\n%s\nand is\n%s", k.view.Applied(), k.shown, now)
		}
	}
}

func (r *replicas) apply(t *rapid.T, a *actor, e state.Event) {
	facts, answers, tick := state.Facts(r.straight), state.Answers(r.straight), r.straight.Tick()
	_, first, answered := r.straight.Answer(e.ID)
	there := sessions(r.straight)
	out := r.straight.Apply(e)
	wantEnded(t, r.straight, there, out)
	hash, did := r.straight.Hash(), summary(out)
	if r.straight.Applied() != e.Seq || r.straight.Tick() < tick {
		t.Fatalf("%d at tick %v is followed by %d at %v", e.Seq, tick, r.straight.Applied(), r.straight.Tick())
	}
	if out.Err != nil && state.Facts(r.straight) != facts {
		t.Fatalf("%T is refused with %v, and yet\n%s\nbecame\n%s", e.Body, out.Err, facts, state.Facts(r.straight))
	}
	if out.Again && (out.Shown || len(out.Ended) > 0 || state.Facts(r.straight) != facts || state.Answers(r.straight) != answers) {
		t.Fatalf("%T came again and does %s", e.Body, did)
	}
	if answered && (!out.Again || state.CodeOf(first) != state.CodeOf(out.Err)) {
		t.Fatalf("%T was answered %q before, and now does %s", e.Body, state.CodeOf(first), did)
	}

	if chance(t, 8, "restore") {
		r.restored = decoded(t, r.restored)
	}
	wantAlike(t, "restored", r.restored, r.restored.Apply(e), hash, did)

	zoned := e
	zoned.Time = e.Time.In(pick(t, zones, "zone"))
	wantAlike(t, "in another zone", r.zoned, r.zoned.Apply(zoned), hash, did)

	if got := summary(r.twice.Apply(e)); got != did {
		t.Fatalf("to be told twice, one event does\n%s\nand straight\n%s", got, did)
	}
	wantSecond(t, r.twice, e, out)
	if r.twice.Hash() != hash {
		t.Fatalf("%T, told twice, makes another State:\n%s", e.Body, r.twice.Encode())
	}

	line, err := r.remote.apply(e)
	if want := fmt.Sprintf("%x %s\n", hash, did); err != nil || line != want {
		t.Fatalf("%T in another process: %v\n%s, not\n%s", e.Body, err, line, want)
	}
	if e.Seq == 1 || state.Facts(r.straight) != facts || chance(t, 5, "look") {
		wantSound(t, r.straight)
	}
}

// sessions are those that are open or cut.
func sessions(st *state.State) (ids []state.ID) {
	for _, m := range state.AllMembers(st) {
		for _, at := range m.Sessions {
			ids = append(ids, at.ID)
		}
	}
	return ids
}

// wantEnded wants an event to say of each session that it took away, and of no other but
// those whose connection was lost, that it ended.
func wantEnded(t *rapid.T, st *state.State, there []state.ID, out state.Outcome) {
	ended := map[state.ID]bool{}
	for _, e := range out.Ended {
		if m := st.Member(e.Session); ended[e.Session] || m != nil && (m.Attendance(e.Session).Cut == 0 || e.Why.Cause != state.Lost) {
			t.Fatalf("%T ends %v (%v), which is there: %+v", out.Event.Body, e.Session, e.Why.Cause, m)
		}
		ended[e.Session] = true
	}
	resumed, _ := out.Event.Body.(state.Resumed)
	for _, id := range there {
		if st.Member(id) == nil && !ended[id] && id != resumed.Cut {
			t.Fatalf("%T ends %v and does not say so", out.Event.Body, id)
		}
	}
}

func decoded(t rapid.TB, st *state.State) *state.State {
	again, err := state.DecodeState(st.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func wantAlike(t *rapid.T, which string, st *state.State, out state.Outcome, hash [32]byte, did string) {
	if got := summary(out); got != did {
		t.Fatalf("%s, one event does\n%s\nand straight\n%s", which, got, did)
	}
	if st.Hash() != hash {
		t.Fatalf("%s, %T makes another State:\n%s", which, out.Event.Body, st.Encode())
	}
}

// wantSecond applies an event that was applied already: it has its first answer, or
// ErrStale if that is not remembered.
func wantSecond(t *rapid.T, st *state.State, e state.Event, first state.Outcome) {
	out := st.Apply(e)
	want := state.CodeOf(first.Err)
	if _, _, ok := st.Answer(e.ID); !ok {
		want = state.CodeOf(state.ErrStale)
	}
	if got := state.CodeOf(out.Err); !out.Again || out.Shown || len(out.Ended) > 0 || got != want {
		t.Fatalf("%T, told twice, does %s; it had %q", e.Body, summary(out), want)
	}
}

// wantSound holds a State to what must always be true of it.
func wantSound(t *rapid.T, st *state.State) {
	wantIndexed(t, st)
	wantPeople(t, st)
	wantAccounts(t, st)
	wantBans(t, st)
	wantMutes(t, st)
}

// wantIndexed wants each index as it is built from what is encoded.
func wantIndexed(t *rapid.T, st *state.State) {
	got, want := state.Indexes(st), state.Indexes(decoded(t, st))
	for name := range want {
		if got[name] != want[name] {
			t.Fatalf("%s is\n%s\nand after a restart\n%s", name, got[name], want[name])
		}
	}
	if wrong := got["members.byKey"]; wrong != "" {
		t.Fatal(wrong)
	}
}

func wantPeople(t *rapid.T, st *state.State) {
	present, sessions, all := 0, 0, state.AllMembers(st)
	for i, m := range all {
		if n := len(m.Sessions); n < 1 || n > state.MaxSessions {
			t.Fatalf("%q has %d sessions", m.Pseudo, n)
		}
		if m.Present() {
			present++
		}
		sessions += len(m.Sessions)
		for _, at := range m.Sessions {
			if st.Member(at.ID) != m {
				t.Fatalf("session %v of %q is not found", at.ID, m.Pseudo)
			}
		}
		for _, other := range all[i+1:] {
			if m.Forms.Alike(other.Forms) || m.Forms.Key == other.Forms.Key || m.ID == other.ID {
				t.Fatalf("%q and %q are both here", m.Pseudo, other.Pseudo)
			}
		}
	}
	if st.Count() != present || st.View().Count() != present || st.Sessions() != sessions {
		t.Fatalf("%d are present and %d counted, %d sessions are open and %d counted", present, st.Count(), sessions, st.Sessions())
	}
}

func wantAccounts(t *rapid.T, st *state.State) {
	owners, all := map[string]*state.Account{}, state.AllAccounts(st)
	for i, a := range all {
		if a.ID == 0 || len(a.Keys) == 0 && a.Pass == "" || len(a.Keys) > state.MaxKeys || a.Seen > st.Applied() || len(a.Ignored) > state.MaxIgnored {
			t.Fatalf("an account is %+v", *a)
		}
		if st.Account(a.Forms.Key) != a || st.AccountByID(a.ID) != a {
			t.Fatalf("the account of %q is not found", a.Pseudo)
		}
		for _, key := range a.Keys {
			if owners[key] != nil || st.AccountByKey(key) != a {
				t.Fatalf("the key %s opens %q, and also %v", key, a.Pseudo, owners[key])
			}
			owners[key] = a
		}
		for _, other := range all[i+1:] {
			if a.Forms.Alike(other.Forms) || a.Forms.Key == other.Forms.Key {
				t.Fatalf("%q and %q are both registered", a.Pseudo, other.Pseudo)
			}
		}
	}
}

// wantBans wants nobody here who is banned, and anybody at the door to be told of the
// ban that lasts longest.
func wantBans(t *rapid.T, st *state.State) {
	for _, m := range state.AllMembers(st) {
		if held := resident(st, m).bans(st); len(held) > 0 {
			t.Fatalf("%q is here in spite of %+v", m.Pseudo, held)
		}
	}
	for _, p := range pseudos {
		i := int(st.Applied())
		v := state.Visitor{Pseudo: p, Forms: forms[p], KeyID: keys[i%len(keys)], Addr: addrs[i/2%len(addrs)]}
		got, ok := st.BanOn(v, st.Tick())
		held := newcomer(st, v).bans(st)
		if ok != (len(held) > 0) || ok && got != longest(held) {
			t.Fatalf("%+v is kept out by %+v (%t), of %+v", v, got, ok, held)
		}
	}
}

// longest is the ban that ends last, of several the first in order of their targets.
func longest(list []state.Ban) state.Ban {
	return slices.MinFunc(list, func(a, b state.Ban) int {
		switch {
		case (a.For == 0) != (b.For == 0):
			return map[bool]int{true: -1, false: 1}[a.For == 0]
		case a.For != 0 && a.Ends != b.Ends:
			return int(b.Ends - a.Ends)
		}
		return strings.Compare(state.Filed(a.Target), state.Filed(b.Target))
	})
}

func wantMutes(t *rapid.T, st *state.State) {
	listed := st.View().Muted(st.Tick())
	rooms := []state.Seq{0}
	for r := range st.View().Rooms() {
		rooms = append(rooms, r.ID)
	}
	for _, m := range state.AllMembers(st) {
		for _, room := range rooms {
			got, ok := st.MuteOf(m, room, st.Tick())
			held := resident(st, m).mutes(st, room)
			if ok != (len(held) > 0) || ok && !slices.Contains(held, got) {
				t.Fatalf("%q is muted in %d by %+v (%t), of %+v", m.Pseudo, room, got, ok, held)
			}
			if room == 0 && listed(m) != ok {
				t.Fatalf("%q is shown as muted: %t, and is: %t\n%s", m.Pseudo, listed(m), ok, st.Encode())
			}
			if by, found := st.MuteBy(m.Pseudo, m.Forms, room, st.Tick()); found != ok || by != got {
				t.Fatalf("%q is muted in %d by %+v (%t), and by name by %+v (%t)", m.Pseudo, room, got, ok, by, found)
			}
		}
	}
}
