package logtest

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"sync"
	"testing"
	"time"

	"salon/room/state"
)

func testPlaces(t *testing.T, b *bench) {
	for i := range 300 {
		if seq := b.take(said(1, uint64(i+1))); seq != state.Seq(i+1) {
			t.Fatalf("proposal %d has the place %d", i+1, seq)
		}
	}
}

// Bodies returns one of everything that a log orders, all its fields set.
func Bodies() []state.Body {
	session := state.ID{Origin: 1<<64 - 1, N: 1<<64 - 1}
	ban := func(target state.Target) state.Body {
		return state.Banned{Ban: state.Ban{Target: target, By: "root-ann", Reason: "« non »\n", For: time.Hour}}
	}
	return []state.Body{
		state.Joined{Pseudo: "Éléonore", KeyID: "SHA256:abc+/", Addr: netip.MustParseAddr("2001:db8::1"), Front: "ssh", Client: "OpenSSH_9.9", Role: state.Operator, Quiet: true},
		state.Joined{Pseudo: "cleo", Passed: 17, Addr: netip.MustParseAddr("192.0.2.1"), Front: "tcp"},
		state.Joined{Pseudo: "bob", Addr: netip.MustParseAddr("192.0.2.1"), Front: "tcp"},
		state.Said{Session: session, From: "bob", Text: "deux\nlignes <&> \u2028 👩‍👧 \uFFFD שלום", Action: true},
		state.Renamed{Session: session, To: "Ελένη"},
		state.WentAway{Session: session, Text: "à table"},
		state.CameBack{Session: session},
		state.TopicSet{By: "ann", Text: "le sujet"},
		state.Walled{By: "ann", Text: "attention"},
		state.Kicked{Pseudo: "bob", By: "ann", Reason: "trop", Flood: true},
		ban(state.Target{Kind: state.ByPseudo, Pseudo: "bob"}),
		ban(state.Target{Kind: state.ByKey, KeyID: "SHA256:abc+/"}),
		ban(state.Target{Kind: state.ByNetwork, Network: netip.MustParsePrefix("2001:db8::/32")}),
		state.Unbanned{By: "ann", Target: state.Target{Kind: state.ByNetwork, Network: netip.MustParsePrefix("192.0.2.1/32")}},
		state.Muted{Pseudo: "bob", KeyID: "SHA256:abc+/", By: "ann", For: 90 * time.Second},
		state.Unmuted{Pseudo: "bob", By: "ann"},
		state.SlowSet{By: "ann", Every: 10 * time.Second},
		state.ShutdownPlanned{By: "ann", In: 30 * time.Second, Reason: "mise à jour"},
		state.ShutdownCountdown{Plan: 17, Left: 10 * time.Second},
		state.ShutdownCancelled{By: "ann"},
		state.RoleSet{Session: session, Pseudo: "ann", Role: state.Operator},
		state.Registered{Session: session, Pseudo: "Éléonore", Account: 17, KeyID: "SHA256:abc+/", Pass: "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$c3Vt"},
		state.Unregistered{Session: session, Pseudo: "Éléonore", Account: 17, KeyID: "SHA256:abc+/", By: "ann"},
		state.PrefsKept{Pseudo: "Éléonore", Account: 17, Prefs: keptPrefs()},
		state.Seen{Pseudo: "Éléonore", Account: 17, Upto: 1<<63 + 1},
		state.Left{Session: session, Cause: state.Quit, Text: "à demain"},
	}
}

// keptPrefs are all preferences, none of them what a preference is unchosen.
func keptPrefs() state.Kept {
	lang, zone, yes, theme, bell := state.English, "Europe/Paris", true, state.ThemeDark, state.BellAll
	return state.Kept{Lang: &lang, Zone: &zone, Hour12: &yes, Theme: &theme, Bell: &bell, Mouse: &yes}
}

// testBodies also holds a log that writes events down to lose nothing of them.
func testBodies(t *testing.T, b *bench) {
	f := b.follow(0)
	for i, body := range Bodies() {
		b.take(state.Event{ID: state.ID{Origin: 7, N: uint64(i)}, Body: body})
	}
	for i, e := range f.events(len(Bodies())) {
		if want := Bodies()[i]; e.Seq != state.Seq(i+1) || !reflect.DeepEqual(e.Body, want) {
			t.Errorf("place %d follows as %d %#v, want %#v", i+1, e.Seq, e.Body, want)
		}
	}
}

func testFollowers(t *testing.T, b *bench) {
	want := b.takeMany(1, 100)
	var followers []*follower
	for _, after := range []state.Seq{0, 0, 1, 42, 99, 100} {
		followers = append(followers, b.follow(after))
	}
	want = append(want, b.takeMany(2, 100)...)
	for _, f := range followers {
		wantEvents(t, f.after, f.events(200-int(f.after)), want[f.after:])
	}
}

func testAgain(t *testing.T, b *bench) {
	f := b.follow(0)
	first := b.takeMany(1, 3)
	for range 3 {
		for _, e := range first {
			if seq := b.take(e); seq != e.Seq {
				t.Errorf("%v had the place %d and has %d when proposed again", e.ID, e.Seq, seq)
			}
		}
	}
	b.wantOnly(f, first)
}

// wantOnly holds a follower from the beginning to get these events and the next.
func (b *bench) wantOnly(f *follower, want []state.Event) {
	b.Helper()
	last := said(999, 1)
	last.Seq = b.take(last)
	want = append(want, last)
	wantEvents(b, f.after, f.events(len(want)), want)
}

func testAgainAtOnce(t *testing.T, b *bench) {
	f := b.follow(0)
	ctx := limited(t)
	places := make([]state.Seq, 100)
	var asking sync.WaitGroup
	for i := range places {
		asking.Go(func() {
			seq, err := propose(ctx, b.log, said(uint64(i%4), 1))
			if err != nil {
				t.Errorf("Propose: %v", err)
			}
			places[i] = seq
		})
	}
	asking.Wait()
	want := make([]state.Event, 4)
	for i, seq := range places {
		if seq != places[i%4] {
			t.Errorf("one ID has the places %d and %d", seq, places[i%4])
		}
		want[i%4] = said(uint64(i%4), 1)
		want[i%4].Seq = places[i%4]
	}
	b.wantOnly(f, bySeq(want))
}

func testAgainLater(t *testing.T, b *bench) {
	f := b.follow(0)
	first := said(1, 1)
	first.Seq = b.take(first)
	want := append([]state.Event{first}, b.crowd(50, 80)...)
	if seq := b.take(first); seq != first.Seq {
		t.Errorf("it had the place %d and has %d after 4000 others", first.Seq, seq)
	}
	b.wantOnly(f, want)
}

// crowd lets many propose at once, each n messages one after the other, and
// returns them in the log's order.
func (b *bench) crowd(proposers, n int) []state.Event {
	b.Helper()
	ctx := limited(b)
	events := make([]state.Event, proposers*n)
	var talking sync.WaitGroup
	for p := range proposers {
		talking.Go(func() {
			for i := range n {
				e := said(uint64(1000+p), uint64(i+1))
				seq, err := propose(ctx, b.log, e)
				if err != nil {
					b.Errorf("Propose %v: %v", e.ID, err)
					return
				}
				e.Seq = seq
				events[p*n+i] = e
			}
		})
	}
	talking.Wait()
	if b.Failed() {
		b.FailNow()
	}
	return bySeq(events)
}

func testTime(t *testing.T, b *bench) {
	f := b.follow(0)
	b.crowd(20, 25)
	var last time.Time
	for _, e := range f.events(500) {
		if e.Time.IsZero() || e.Time.Before(last) {
			t.Fatalf("place %d is at %v, the place before at %v", e.Seq, e.Time, last)
		}
		last = e.Time
	}
}

func testCrowd(t *testing.T, b *bench) {
	f := b.follow(0)
	want := b.crowd(2000, 3)
	for i, e := range want {
		if e.Seq != state.Seq(i+1) {
			t.Fatalf("place %d is missing or given twice", i+1)
		}
	}
	got := f.events(len(want))
	wantEvents(t, 0, got, want)
	heard := map[uint64]uint64{}
	for _, e := range got {
		if n := heard[e.ID.Origin]; e.ID.N != n+1 {
			t.Fatalf("proposer %d is heard saying %d after %d", e.ID.Origin, e.ID.N, n)
		}
		heard[e.ID.Origin] = e.ID.N
	}
}

func testFollowCrowd(t *testing.T, b *bench) {
	started := make(chan []*follower)
	go func() {
		var followers []*follower
		for range 20 {
			_, last := b.log.Bounds()
			followers = append(followers, b.follow(last))
		}
		started <- followers
	}()
	want := b.crowd(40, 25)
	for _, f := range <-started {
		wantEvents(t, f.after, f.events(len(want)-int(f.after)), want[f.after:])
	}
}

func testApplyError(t *testing.T, b *bench) {
	b.takeMany(1, 3)
	enough := fmt.Errorf("enough")
	calls := 0
	err := b.log.Follow(limited(t), 0, func([]state.Event) error { calls++; return enough })
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("Follow returned %v after %d calls, want %v after one", err, calls, enough)
	}
}
