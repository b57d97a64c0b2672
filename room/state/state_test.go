package state

import (
	"fmt"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/room/text"
)

// actor makes events that a log could hold: few people and names, so that they
// get into each other's way, names alike among them.
type actor struct {
	seq  Seq
	n    uint64
	now  time.Time
	open []ID  // sessions that some Joined asked for, most of which exist
	made []Seq // places of Registered, most of which made accounts
}

var (
	testPseudos = []text.Pseudo{"xi", "Xl", "XI", "ann", "Ann", "аnn", "bob", "b0b"} // xi and Xl are not alike, XI and either are
	testKeys    = []string{"", "", "SHA256:a", "SHA256:b"}
	testAddrs   = []string{"192.0.2.1", "192.0.2.9", "2001:db8::1", "::ffff:192.0.2.1"}
	testTargets = []string{"ann", "BOB", "XI", "SHA256:a", "192.0.2.1", "192.0.2.0/28", "2001:db8::/32", "0.0.0.0/0"}
	testTimes   = []time.Duration{0, 0, time.Second, time.Minute, 24 * time.Hour}
)

func newActor() *actor { return &actor{now: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)} }

func (a *actor) event(t *rapid.T) Event {
	a.seq++
	a.n++
	a.now = a.now.Add(rapid.SampledFrom(testTimes).Draw(t, "time"))
	id := ID{Origin: 1, N: a.n}
	body := a.body(t)
	switch body.(type) {
	case Joined:
		a.open = append(a.open, id)
	case Registered:
		a.made = append(a.made, a.seq)
	}
	return Event{Seq: a.seq, ID: id, Time: a.now, Body: body}
}

func (a *actor) body(t *rapid.T) Body {
	pseudo := rapid.SampledFrom(testPseudos).Draw(t, "pseudo")
	by := rapid.SampledFrom([]text.Pseudo{"", "op"}).Draw(t, "by")
	d := rapid.SampledFrom(testTimes).Draw(t, "duration")
	session := ID{Origin: 9, N: 9}
	if len(a.open) > 0 && rapid.IntRange(0, 9).Draw(t, "stale") > 0 {
		session = rapid.SampledFrom(a.open).Draw(t, "session")
	}
	account := a.account(t)
	key := rapid.SampledFrom(testKeys).Draw(t, "key")
	switch rapid.IntRange(0, 25).Draw(t, "kind") {
	case 20, 21:
		return Registered{Session: session, Pseudo: pseudo, Account: account, KeyID: key, Pass: rapid.SampledFrom([]string{"", "hash"}).Draw(t, "pass")}
	case 22:
		return Unregistered{Session: session, Pseudo: pseudo, Account: account, KeyID: key, By: by}
	case 23:
		mouse := true
		return PrefsKept{Pseudo: pseudo, Account: account, Prefs: Kept{Mouse: &mouse}}
	case 24:
		return Seen{Pseudo: pseudo, Account: account, Upto: rapid.SampledFrom([]Seq{1, a.seq - 1, a.seq + 7}).Draw(t, "upto")}
	case 25:
		return RoleSet{Session: session, Role: Role(rapid.IntRange(0, 1).Draw(t, "role"))}
	case 0, 1, 2, 3, 4:
		return Joined{
			Pseudo: pseudo, KeyID: key, Passed: account,
			Addr: netip.MustParseAddr(rapid.SampledFrom(testAddrs).Draw(t, "addr")), Front: "ssh",
			Quiet: rapid.IntRange(0, 3).Draw(t, "quiet") == 0, Role: Role(rapid.IntRange(0, 1).Draw(t, "role")),
		}
	case 5:
		return Left{Session: session, Cause: Lost}
	case 6:
		return Said{Session: session, Text: "hello"}
	case 7, 8, 9:
		return Renamed{Session: session, To: pseudo}
	case 10:
		return WentAway{Session: session, Text: "lunch"}
	case 11:
		return CameBack{Session: session}
	case 12:
		return TopicSet{By: by, Text: "topic"}
	case 13:
		return Kicked{Pseudo: pseudo, By: by}
	case 14:
		target, _ := ParseTarget(rapid.SampledFrom(testTargets).Draw(t, "target"))
		return Banned{Ban: Ban{Target: target, By: by, For: d}}
	case 15:
		target, _ := ParseTarget(rapid.SampledFrom(testTargets).Draw(t, "target"))
		return Unbanned{By: by, Target: target}
	case 16:
		return Muted{Pseudo: pseudo, By: by, For: d}
	case 17:
		return Unmuted{Pseudo: pseudo, By: by}
	case 18:
		return SlowSet{By: by, Every: d}
	}
	return a.shutdown(t, by, d)
}

// account is none or one that some Registered asked for.
func (a *actor) account(t *rapid.T) Seq {
	if len(a.made) == 0 || rapid.Bool().Draw(t, "none") {
		return 0
	}
	return rapid.SampledFrom(a.made).Draw(t, "account")
}

func (a *actor) shutdown(t *rapid.T, by text.Pseudo, d time.Duration) Body {
	switch rapid.IntRange(0, 2).Draw(t, "shutdown") {
	case 0:
		return ShutdownPlanned{By: by, In: d}
	case 1:
		return ShutdownCountdown{Plan: a.seq - 1, Left: d}
	}
	return ShutdownCancelled{By: by}
}

// TestTheSameEventsMakeTheSameState also restarts one of the states now and then
// from what it encodes.
func TestTheSameEventsMakeTheSameState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := newActor()
		one, two := NewState(), NewState()
		for range rapid.IntRange(1, 120).Draw(t, "events") {
			e := a.event(t)
			before := one.Encode()
			out := one.Apply(e)
			wantSameOutcome(t, out, two.Apply(e))
			if one.Hash() != two.Hash() {
				t.Fatalf("%#v makes\n%s\nand\n%s", e.Body, one.Encode(), two.Encode())
			}
			if one.Applied != e.Seq {
				t.Fatalf("place %d is applied, the state says %d", e.Seq, one.Applied)
			}
			if out.Err != nil {
				wantUnchanged(t, one, before, out.Err)
			}
			wantSound(t, one)
			if rapid.IntRange(0, 9).Draw(t, "restart") == 0 {
				two = wantDecoded(t, one)
			}
		}
	})
}

// wantSameOutcome leaves aside which of several bans a refusal names.
func wantSameOutcome(t *rapid.T, one, two Outcome) {
	if (one.Err == nil) != (two.Err == nil) {
		t.Fatalf("%#v is refused with %v and with %v", one.Event.Body, one.Err, two.Err)
	}
	one.Err, two.Err = nil, nil
	if !reflect.DeepEqual(one, two) {
		t.Fatalf("one event does\n%+v\nand\n%+v", one, two)
	}
}

func wantUnchanged(t *rapid.T, st *State, before []byte, refused error) {
	was, err := DecodeState(before)
	if err != nil {
		t.Fatal(err)
	}
	was.Applied = st.Applied
	if was.Hash() != st.Hash() {
		t.Fatalf("refused with %v, and yet\n%s\nbecame\n%s", refused, before, st.Encode())
	}
}

func wantDecoded(t *rapid.T, st *State) *State {
	again, err := DecodeState(st.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if again.Hash() != st.Hash() {
		t.Fatalf("%s decodes to %s", st.Encode(), again.Encode())
	}
	if got, want := derived(again), derived(st); got != want {
		t.Fatalf("the decoded state knows %s, want %s", got, want)
	}
	return again
}

// derived writes the derived fields down, names for members.
func derived(st *State) string {
	sessions := map[ID]text.Pseudo{}
	for id, m := range st.Sessions {
		sessions[id] = m.Pseudo
	}
	var looks [2]map[string]text.Pseudo
	for i := range looks {
		looks[i] = map[string]text.Pseudo{}
		for look, m := range st.looks[i] {
			looks[i][look] = m.Pseudo
		}
	}
	return fmt.Sprint(sessions, looks, st.loud, found(st))
}

// found writes down what accounts are found by.
func found(st *State) string {
	by := map[string]text.Pseudo{}
	for id, a := range st.Register.ByID {
		by[fmt.Sprint(id)] = a.Pseudo
	}
	for key, a := range st.Register.ByKey {
		by[key] = a.Pseudo
	}
	for i, looks := range st.Register.alikes {
		for look, a := range looks {
			by[fmt.Sprint(i, look)] = a.Pseudo
		}
	}
	return fmt.Sprint(by)
}

// wantSound holds a state to what must always be true of it.
func wantSound(t *rapid.T, st *State) {
	present, sessions := 0, 0
	for key, m := range st.Members {
		if m.Pseudo.Key() != key {
			t.Fatalf("%q is filed under %q", m.Pseudo, key)
		}
		if n := len(m.Sessions); n < 1 || n > maxSessions {
			t.Fatalf("%q has %d sessions", m.Pseudo, n)
		}
		if m.Present() {
			present++
		}
		for _, s := range m.Sessions {
			sessions++
			if st.Sessions[s.ID] != m {
				t.Fatalf("session %v of %q is not found", s.ID, m.Pseudo)
			}
		}
		for other, o := range st.Members {
			if other != key && text.Alike(m.Pseudo, o.Pseudo) {
				t.Fatalf("%q and %q are both here", m.Pseudo, o.Pseudo)
			}
		}
	}
	if st.Count() != present || len(st.Sessions) != sessions {
		t.Fatalf("%d are present and %d counted, %d sessions are open and %d known", present, st.Count(), sessions, len(st.Sessions))
	}
	if got, want := len(st.looks[0])+len(st.looks[1]), 2*len(st.Members); got != want {
		t.Fatalf("%d looks are taken by %d members", got, want/2)
	}
	wantSoundAccounts(t, st)
}

func wantSoundAccounts(t *rapid.T, st *State) {
	keys := map[string]text.Pseudo{}
	for key, a := range st.Accounts {
		if a.Pseudo.Key() != key || a.ID == 0 || len(a.Keys) == 0 && a.Pass == "" || len(a.Keys) > MaxKeys || a.Seen > st.Applied {
			t.Fatalf("the account filed under %q is %+v", key, a)
		}
		for _, k := range a.Keys {
			if other, twice := keys[k]; twice {
				t.Fatalf("the key %s opens %q and %q", k, other, a.Pseudo)
			}
			keys[k] = a.Pseudo
		}
		for other, o := range st.Accounts {
			if other != key && text.Alike(a.Pseudo, o.Pseudo) {
				t.Fatalf("%q and %q are both registered", a.Pseudo, o.Pseudo)
			}
		}
	}
	if again, _ := DecodeState(st.Encode()); found(again) != found(st) {
		t.Fatalf("accounts are found by %s, and after a restart by %s", found(st), found(again))
	}
}

// TestNobodyIsWhoHasNotProvedIt: whoever comes in under a registered pseudo, or one
// that looks like one, has its account's key or pass phrase.
func TestNobodyIsWhoHasNotProvedIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, st := newActor(), NewState()
		for range 120 {
			e := a.event(t)
			before, _ := DecodeState(st.Encode())
			out := st.Apply(e)
			if out.Err != nil {
				continue
			}
			name, session := text.Pseudo(""), e.ID
			switch b := out.Event.Body.(type) {
			case Joined:
				if m, ok := before.Members[b.Pseudo.Key()]; ok && m.Pseudo == b.Pseudo {
					continue // one more session of somebody who has the name already
				}
				name = b.Pseudo
			case Renamed:
				name, session = b.To, b.Session
			default:
				continue
			}
			at := st.Sessions[session].attendance(session)
			for _, account := range before.Accounts {
				if text.Alike(account.Pseudo, name) && !account.Opens(at.KeyID, at.Passed) {
					t.Fatalf("%+v is %q, and %+v is registered", at, name, account)
				}
			}
		}
	})
}

// TestAccountsAreTheSameWithoutAnybodyHere: what a log keeps of accounts gives the
// same ones when nobody is here, as after a restart that lost the sessions.
func TestAccountsAreTheSameWithoutAnybodyHere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, live, again := newActor(), NewState(), NewState()
		for range 120 {
			e := a.event(t)
			out := live.Apply(e)
			switch out.Event.Body.(type) {
			case Registered, Unregistered, PrefsKept, Seen, Banned, Unbanned, TopicSet, SlowSet:
				if other := again.Apply(e); (other.Err == nil) != (out.Err == nil) {
					t.Fatalf("%#v is refused with %v, and later with %v", e.Body, out.Err, other.Err)
				}
			}
		}
		live.Applied = again.Applied
		if one, two := live.WithoutMembers(), again.WithoutMembers(); one.accountsOnly() != two.accountsOnly() {
			t.Fatalf("%s\nis later\n%s", one.accountsOnly(), two.accountsOnly())
		}
	})
}

func (st *State) accountsOnly() string {
	return string((&State{Accounts: st.Accounts, Topic: st.Topic, Slow: st.Slow}).Encode())
}

// TestNobodyBannedIsPresent: whatever happened, nobody present would be refused
// at the door by their name, key or address.
func TestNobodyBannedIsPresent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, st := newActor(), NewState()
		for range 80 {
			e := a.event(t)
			st.Apply(e)
			for _, m := range st.Members {
				for _, s := range m.Sessions {
					if ban, ok := st.BanOn(m.Pseudo, m.KeyID, s.Addr, e.Time); ok {
						t.Fatalf("%q is here in spite of %v", m.Pseudo, ban.Target)
					}
				}
			}
		}
	})
}

// TestARestartForgetsSessionsAndKeepsTheRest is about what a snapshot is for.
func TestARestartForgetsSessionsAndKeepsTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, st := newActor(), NewState()
		for range 60 {
			st.Apply(a.event(t))
		}
		kept := st.WithoutMembers()
		if kept.Count() != 0 || len(kept.Members) != 0 || len(kept.Sessions) != 0 || kept.Shutdown != nil {
			t.Fatalf("after a restart: %s", kept.Encode())
		}
		if fmt.Sprint(kept.Bans, kept.Mutes, kept.Topic, kept.Slow, kept.Applied, found(kept)) != fmt.Sprint(st.Bans, st.Mutes, st.Topic, st.Slow, st.Applied, found(st)) {
			t.Fatalf("%s becomes %s", st.Encode(), kept.Encode())
		}
		wantSound(t, kept)
	})
}

func TestARuinedSnapshotIsNoState(t *testing.T) {
	for _, data := range []string{"", "{", "[]", `{"Members":7}`} {
		if _, err := DecodeState([]byte(data)); err == nil {
			t.Errorf("%q decodes", data)
		}
	}
}
