package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// childDir makes the test's program a room that talks to itself in that
// directory until it is killed.
const childDir = "SALON_HISTORY_CHILD"

func childMain() {
	if dir := os.Getenv(childDir); dir != "" {
		if err := talk(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}

// talk says things through many proposers, each of which writes a line about
// what was acknowledged: its sequence number, its kind, its word.
func talk(dir string) error {
	h, err := Open(context.Background(), Options{Dir: dir, Keep: time.Hour})
	if err != nil {
		return err
	}
	snap, err := h.Load(context.Background())
	if err != nil {
		return err
	}
	st := state.NewState()
	if snap.State != nil {
		if st, err = state.DecodeState(snap.State); err != nil {
			return err
		}
	}
	p := &talker{h: h, origin: rand.Uint64()}
	go h.Follow(context.Background(), snap.Seq, keeping(h, st))
	if err := p.enter(); err != nil {
		return err
	}
	ended := make(chan error)
	for start := range uint64(8) {
		go func() {
			for n := start; ; n += 8 {
				if err := p.sayOne(n); err != nil {
					ended <- err
					return
				}
			}
		}()
	}
	return <-ended
}

// keeping applies what is followed as a room does, and writes a snapshot of it again
// and again, beside the talk.
func keeping(h *History, st *state.State) func([]state.Event) error {
	var busy atomic.Bool
	return func(events []state.Event) error {
		var spoken []state.Event
		for _, e := range events {
			if out := st.Apply(e); out.Shown && state.KindOf(e.Body).Spoken {
				spoken = append(spoken, out.Event)
			}
		}
		h.Apply(st.Applied(), spoken)
		if busy.CompareAndSwap(false, true) {
			snap := state.Snapshot{Seq: st.Applied(), State: st.Encode()}
			go func() {
				h.Snapshot(context.Background(), snap)
				busy.Store(false)
			}()
		}
		return nil
	}
}

// talker is a member who talks.
type talker struct {
	h       *History
	origin  uint64
	n       atomic.Uint64
	session state.ID
}

func (p *talker) propose(b state.Body) (state.ID, state.Seq, error) {
	id := state.ID{Origin: p.origin, N: p.n.Add(1)}
	seq, err := p.h.Propose(context.Background(), state.Event{ID: id, Body: b})
	return id, seq, err
}

// enter has the node come up and pat join, whom the first run registers as event 1
// of the talk.
func (p *talker) enter() (err error) {
	pat := text.Pseudo("pat")
	for _, b := range []state.Body{
		state.NodeUp{Node: "child", Version: state.Version},
		state.Registered{Pseudo: pat, Forms: pat.Forms(), KeyID: "SHA256:A"},
		state.Joined{Pseudo: pat, Forms: pat.Forms(), KeyID: "SHA256:A"},
	} {
		if p.session, _, err = p.propose(b); err != nil {
			return err
		}
	}
	return nil
}

func (p *talker) sayOne(n uint64) error {
	word := fmt.Sprintf("m%xn%dz", p.origin, n)
	kind, body := "said", state.Body(state.Said{Session: p.session, Text: "this is " + word + " of many"})
	switch n % 50 {
	case 7, 8:
		kind, body = "left", state.Left{Session: state.ID{Origin: 1}}
	case 9, 10, 11, 12:
		kind, body = "refused", state.Said{Session: state.ID{Origin: 1}, Text: "this is refused" + word}
	case 13:
		kind, body = "topic", state.TopicSet{By: "pat", Text: word}
	case 14, 15, 16:
		kind, body = "seen", state.Seen{Account: account, Upto: 1 << 40}
	}
	_, seq, err := p.propose(body)
	if err == nil {
		_, err = os.Stdout.WriteString(fmt.Sprintln(seq, kind, word))
	}
	return err
}
