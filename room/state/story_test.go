package state_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// story applies events one after the other, a second apart.
type story struct {
	*testing.T
	*plot
	node string // that proposes
}

// plot is what all nodes of a story share.
type plot struct {
	st     *state.State
	seq    state.Seq
	at     time.Time
	stamp  time.Duration
	epochs map[string]uint64
	n      map[uint64]uint64
}

// newStory begins with one node that is up, paris.
func newStory(t *testing.T) *story {
	t.Helper()
	p := &plot{
		st: state.NewState(), at: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC), stamp: time.Hour,
		epochs: map[string]uint64{}, n: map[uint64]uint64{},
	}
	s := &story{t, p, "paris"}
	s.up("paris", 0)
	return s
}

// from is the story with another node proposing.
func (s *story) from(node string) *story { return &story{s.T, s.plot, node} }

func (s *story) epoch(node string) uint64 { return s.epochs[node] }

func (s *story) up(node string, wait time.Duration) state.Outcome {
	s.Helper()
	return s.from(node).apply(state.NodeUp{Node: node, Version: state.Version, Program: "salon", Wait: wait})
}

// pass has time go by, on both clocks.
func (s *story) pass(d time.Duration) {
	s.at, s.stamp = s.at.Add(d), s.stamp+d
}

// event is the next one.
func (s *story) event(b state.Body) state.Event {
	s.seq++
	s.pass(time.Second)
	node := s.node
	if up, ok := b.(state.NodeUp); ok {
		node = up.Node
		s.epochs[node] = 0xe0 + uint64(s.seq)
	}
	epoch := s.epochs[node]
	s.n[epoch]++
	return state.Event{Seq: s.seq, ID: state.ID{Origin: epoch, N: s.n[epoch]}, Time: s.at, Stamp: s.stamp, Body: b}
}

func (s *story) apply(b state.Body) state.Outcome { return s.st.Apply(s.event(b)) }

// happens wants an event taken and returns it as completed.
func (s *story) happens(b state.Body) state.Event {
	s.Helper()
	out := s.apply(b)
	if out.Err != nil || out.Again {
		s.Errorf("%#v is refused: %v", b, out.Err)
	}
	return out.Event
}

// fails wants an event refused with an error of the kind of want, or that very one.
func (s *story) fails(b state.Body, want error) {
	s.Helper()
	if out := s.apply(b); !is(out.Err, want) {
		s.Errorf("%#v: %v, want %v", b, out.Err, want)
	}
}

func is(err, want error) bool {
	return err != nil && (errors.Is(err, want) || fmt.Sprintf("%T", err) == fmt.Sprintf("%T", want) && fmt.Sprintf("%T", err) != "*errors.errorString")
}

// here wants exactly those present.
func (s *story) here(want ...text.Pseudo) {
	s.Helper()
	var got []text.Pseudo
	for m := range s.st.Present() {
		got = append(got, m.Pseudo)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || s.st.Count() != len(want) {
		s.Errorf("%q are here (%d), want %q", got, s.st.Count(), want)
	}
}

// again has the State decoded from what it encodes.
func (s *story) again() { s.st = decoded(s.T, s.st) }

func join(p text.Pseudo, key, addr string) state.Joined {
	b := state.Joined{Pseudo: p, Forms: p.Forms(), KeyID: key, Front: "ssh"}
	if addr != "" {
		b.Addr = netip.MustParseAddr(addr)
	}
	return b
}

// joined is join with something else about it.
func joined(p text.Pseudo, key, addr string, with func(*state.Joined)) state.Joined {
	b := join(p, key, addr)
	with(&b)
	return b
}

// comes is a guest who joins; the ID is the session's and the member's.
func (s *story) comes(p text.Pseudo) state.ID {
	s.Helper()
	return s.happens(join(p, "", "")).ID
}

func register(p text.Pseudo, key, pass string) state.Registered {
	return state.Registered{Pseudo: p, Forms: p.Forms(), KeyID: key, Pass: pass}
}

// adds is a register for an account that there is.
func adds(account state.Seq, b state.Registered) state.Registered {
	b.Account = account
	return b
}

func roomMade(session state.ID, name text.RoomName, private bool) state.RoomMade {
	return state.RoomMade{Session: session, Name: name, Forms: name.Forms(), Private: private}
}

func rename(session state.ID, to text.Pseudo) state.Renamed {
	return state.Renamed{Session: session, To: to, Forms: to.Forms()}
}

// ban is a ban of a pseudo that means a member.
func ban(member state.ID, p text.Pseudo) state.Banned {
	return state.Banned{Member: member, Ban: state.Ban{Target: state.PseudoTarget(p)}}
}

// banOf is a ban as typed, for a while.
func banOf(target string, d time.Duration) state.Banned {
	return state.Banned{Ban: state.Ban{Target: parsed(target)[0], For: d}}
}

func mute(member state.ID, p text.Pseudo) state.Muted {
	return state.Muted{Member: member, Pseudo: p, Forms: p.Forms()}
}
