package logtest

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/state/statetest"
	"salon/room/text"
)

// Run is a log and the store beside it, from opening to closing.
type Run struct {
	Log   room.Log
	Store room.Store
	End   func() error // closes both, after Log.Close
}

// runs are one run after another in one directory.
type runs struct {
	*testing.T
	open  func(*testing.T, string) Run
	dir   string
	count uint64
	last  *run // nil: ended
}

// run does with its log and store what a room does: it applies events to a State, and gives
// the store what is shown.
type run struct {
	*logTest
	Run
	epoch, n uint64
	follower *follower

	// Guarded by follower.mu.
	withheld bool // the store gets nothing
	st       *state.State
	outcomes map[state.ID]state.Outcome
}

// next ends the run before and starts another, whose State has all that happened.
func (r *runs) next() *run {
	r.Helper()
	r.end()
	now := r.open(r.T, r.dir)
	r.count++
	p := &run{logTest: &logTest{T: r.T, log: now.Log}, Run: now, epoch: 1000 + r.count, st: state.NewState(), outcomes: map[state.ID]state.Outcome{}}
	r.last = p
	p.load()
	p.follower = p.followWith(p.st.Applied(), p.apply)
	_, last := now.Log.Bounds()
	p.awaitApplied(last)
	return p
}

// up is next for a run in which something happens.
func (r *runs) up() *run {
	r.Helper()
	p := r.next()
	p.does(state.NodeUp{Node: "here", Version: state.Version, Wait: time.Minute})
	return p
}

func (r *runs) end() {
	r.Helper()
	p := r.last
	if p == nil {
		return
	}
	r.last = nil
	p.follower.cancel()
	if err := <-p.follower.ended; !errors.Is(err, context.Canceled) && !errors.Is(err, state.ErrClosed) {
		r.Errorf("Follow: %v", err)
	}
	p.close()
	if err := p.End(); err != nil {
		r.Errorf("the end of a run: %v", err)
	}
}

// load starts from the store's snapshot.
func (p *run) load() {
	p.Helper()
	s, err := p.Store.Load(limited(p.T))
	if err != nil {
		p.Fatalf("Load: %v", err)
	}
	if s.State == nil {
		return
	}
	if p.st, err = state.DecodeState(s.State); err != nil {
		p.Fatal(err)
	}
	if p.st.Applied() != s.Seq {
		p.Errorf("the snapshot of event %d is of event %d", s.Seq, p.st.Applied())
	}
}

func (p *run) apply(events []state.Event) {
	var spoken []state.Event
	for _, e := range events {
		if last := p.st.Stamp(); e.Stamp < last {
			p.Errorf("event %d has the stamp %v after %v", e.Seq, e.Stamp, last)
		}
		out := p.st.Apply(e)
		p.outcomes[out.Event.ID] = out
		if out.Shown && state.KindOf(out.Event.Body).Spoken {
			spoken = append(spoken, out.Event)
		}
	}
	if !p.withheld {
		p.Store.Apply(p.st.Applied(), spoken)
	}
}

func (p *run) awaitApplied(last state.Seq) {
	p.Helper()
	p.follower.await(fmt.Sprint("apply ", last), func() bool { return p.st.Applied() >= last })
}

// does proposes a body and waits until it is applied.
func (p *run) does(b state.Body) (out state.Outcome) {
	p.Helper()
	p.n++
	id := state.ID{Origin: p.epoch, N: p.n}
	seq := p.take(state.Event{ID: id, Body: b})
	p.follower.await(fmt.Sprintf("apply %T", b), func() (ok bool) {
		out, ok = p.outcomes[id]
		return ok
	})
	if out.Event.Seq != seq {
		p.Errorf("%T, event %d, is applied as event %d", b, seq, out.Event.Seq)
	}
	return out
}

// joins opens a session.
func (p *run) joins(who text.Pseudo, keyID string) state.ID {
	p.Helper()
	out := p.does(state.Joined{Pseudo: who, Forms: who.Forms(), KeyID: keyID, Addr: netip.MustParseAddr("192.0.2.1"), Front: "tcp"})
	if out.Err != nil {
		p.Fatalf("%s joins: %v", who, out.Err)
	}
	return out.Event.ID
}

// says makes a session say something that is shown.
func (p *run) says(session state.ID, words string) state.Event {
	p.Helper()
	out := p.does(state.Said{Session: session, Text: words})
	if !out.Shown {
		p.Fatalf("%q: %v", words, out.Err)
	}
	return out.Event
}

// much makes all sorts of things happen.
func (p *run) much() {
	p.Helper()
	ann := p.joins(p.pseudo("ann"), "SHA256:"+fmt.Sprint(p.epoch))
	p.joins(p.pseudo("bob"), "") // those of the runs before are cut, and may come back
	p.says(ann, "hello")
	p.does(state.TopicSet{By: "ann", Text: "le sujet"})
	p.does(state.SlowSet{By: "ann", Every: time.Millisecond})
	name := p.pseudo("dan")
	account := p.does(state.Registered{Pseudo: name, Forms: name.Forms(), KeyID: "SHA256:dan" + fmt.Sprint(p.epoch), Pass: "$argon2id$"}).Event.Seq
	p.does(state.Registered{Pseudo: name, Forms: name.Forms(), KeyID: "SHA256:other"}) // refused: it is another's by now
	p.does(state.PrefsKept{Account: account, Prefs: statetest.Prefs()})
	p.does(state.Seen{Account: account, Upto: account})
	p.does(state.Banned{Ban: state.Ban{Target: state.PseudoTarget("cleo"), By: "ann", Reason: "« non »", For: time.Hour}})
	p.does(state.Muted{Pseudo: "eve", Forms: text.Pseudo("eve").Forms(), For: time.Hour})
	p.does(state.Said{Session: state.ID{Origin: 1}, Text: "refused"})
	p.does(state.ShutdownPlanned{By: "ann", In: time.Hour})
}

// pseudo returns a pseudo that only this run has.
func (p *run) pseudo(begins string) text.Pseudo { return text.Pseudo(fmt.Sprint(begins, p.epoch)) }

// snapshot returns the State as it is now.
func (p *run) snapshot() state.Snapshot {
	p.follower.mu.Lock()
	defer p.follower.mu.Unlock()
	return state.Snapshot{Seq: p.st.Applied(), State: p.st.Encode()}
}

func (p *run) keep(s state.Snapshot) {
	p.Helper()
	if err := p.Store.Snapshot(limited(p.T), s); err != nil {
		p.Fatalf("Snapshot: %v", err)
	}
}

// wantNext checks that the next run starts with the State that this one ends with.
func (r *runs) wantNext(what string) *run {
	r.Helper()
	was := r.last.st
	p := r.next()
	if was.Hash() != p.st.Hash() {
		r.Errorf("%s: the state is\n%s\nwant\n%s", what, p.st.Encode(), was.Encode())
	}
	return p
}
