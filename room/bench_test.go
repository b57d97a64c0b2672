package room_test

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// fullRoom is a room without limits and its members, each of whom has read all.
func fullRoom(b *testing.B, members int) (*room.Room, []*room.Session) {
	r, err := room.New(context.Background(), room.Config{}, room.NewMemoryLog(), room.NewMemoryStore())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { r.Close() })
	var sessions []*room.Session
	for i := range members {
		s, err := r.Join(b.Context(), room.Entry{Pseudo: text.Pseudo(fmt.Sprintf("p%dx", i)), Addr: netip.MustParseAddr("192.0.2.1")})
		if err != nil {
			b.Fatal(err)
		}
		sessions = append(sessions, s)
	}
	for _, s := range sessions {
		takeAll(s, make([]room.Item, 0, 64))
	}
	return r, sessions
}

func takeAll(s *room.Session, items []room.Item) (n int) {
	for {
		got := len(s.Take(items))
		if n += got; got == 0 {
			return n
		}
	}
}

// BenchmarkSaidToAThousand is one message from its line to the item that each of
// a thousand members takes, without a front.
func BenchmarkSaidToAThousand(b *testing.B) {
	_, sessions := fullRoom(b, 1000)
	items := make([]room.Item, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sessions[0].Do(b.Context(), "bonjour à tous"); err != nil {
			b.Fatal(err)
		}
		for _, s := range sessions {
			if n := takeAll(s, items); n != 1 {
				b.Fatalf("%d items", n)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(sessions)), "ns/delivery")
}

// BenchmarkTakeNothing is what being woken for nothing costs a session.
func BenchmarkTakeNothing(b *testing.B) {
	_, sessions := fullRoom(b, 1)
	items := make([]room.Item, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		if len(sessions[0].Take(items)) != 0 {
			b.Fatal("something is new")
		}
	}
}

func BenchmarkListOfAThousand(b *testing.B) {
	_, sessions := fullRoom(b, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sessions[0].Do(b.Context(), "/liste"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJoinAThousand(b *testing.B) {
	r, _ := fullRoom(b, 1000)
	b.ReportAllocs()
	for b.Loop() {
		s, err := r.Join(b.Context(), room.Entry{Pseudo: "newcomer"})
		if err != nil {
			b.Fatal(err)
		}
		s.Close(state.Ending{Cause: state.Quit})
	}
}

// BenchmarkApply is what each event costs the state, on every node.
func BenchmarkApply(b *testing.B) {
	at := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	st := state.NewState()
	seq := state.Seq(0)
	do := func(id state.ID, body state.Body) {
		seq++
		if out := st.Apply(state.Event{Seq: seq, ID: id, Time: at, Body: body}); out.Err != nil {
			b.Fatal(out.Err)
		}
	}
	for i := range uint64(1000) {
		do(state.ID{N: i}, state.Joined{Pseudo: text.Pseudo(fmt.Sprintf("p%dx", i))})
	}
	b.Run("said", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			do(state.ID{}, state.Said{Session: state.ID{N: 7}, Text: "bonjour"})
		}
	})
	b.Run("joined and left", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			do(state.ID{N: 5000}, state.Joined{Pseudo: "newcomer"})
			do(state.ID{}, state.Left{Session: state.ID{N: 5000}})
		}
	})
}

// BenchmarkRoster is what looking whether anything changed costs each screen at
// each event, and what a change costs the first that looks.
func BenchmarkRoster(b *testing.B) {
	_, sessions := fullRoom(b, 1000)
	b.Run("unchanged", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sessions[0].Roster()
		}
	})
	b.Run("changed", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := sessions[0].Do(b.Context(), []string{"/absent", "/retour"}[i%2]); err != nil {
				b.Fatal(err)
			}
			sessions[0].Roster()
		}
	})
}
