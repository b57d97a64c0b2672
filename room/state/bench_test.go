package state_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Big rooms for the benchmarks, which are of what the room does under its lock.

const (
	manyMembers  = 10_000
	manyBans     = 10_000
	manyAccounts = 100_000
)

// crowd is a State with so many members, and the node that proposes to it.
type crowd struct {
	st   *state.State
	e    state.Event
	last []state.ID
}

func newCrowd(b *testing.B, members, bans int) *crowd {
	c := &crowd{st: state.NewState(), e: state.Event{ID: state.ID{Origin: 1}, Time: time.Unix(0, 0).UTC()}}
	c.apply(state.NodeUp{Node: "paris", Version: state.Version})
	for i := range bans {
		c.apply(state.Banned{Ban: state.Ban{Target: benchTarget(i), For: time.Duration(1+i) * time.Hour}})
	}
	for i := range members {
		c.last = append(c.last, c.apply(benchJoined(i)).Event.ID)
	}
	if c.st.Count() != members || len(state.AllBans(c.st)) != bans {
		b.Fatalf("%d members and %d bans", c.st.Count(), len(state.AllBans(c.st)))
	}
	return c
}

func (c *crowd) apply(body state.Body) state.Outcome {
	c.e.Seq++
	c.e.ID.N++
	c.e.Stamp += time.Millisecond
	c.e.Body = body
	return c.st.Apply(c.e)
}

func benchJoined(i int) state.Joined {
	p := text.Pseudo(fmt.Sprintf("member%d", i))
	addr := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
	return state.Joined{Pseudo: p, Forms: benchForms(p), KeyID: fmt.Sprintf("SHA256:%d", i), Addr: addr, Front: "ssh", Client: "OpenSSH_9.9"}
}

// benchForms are forms as good as those of the pseudo, without the time they take.
func benchForms(p text.Pseudo) text.Forms {
	return text.Forms{Key: text.Key(p), Looks: [2]string{string(p), string(p)}}
}

// benchTarget is a pseudo, a key or a network, of many lengths.
func benchTarget(i int) state.Target {
	switch i % 3 {
	case 0:
		p := text.Pseudo(fmt.Sprintf("banned%d", i))
		return state.Target{Kind: state.ByPseudo, Pseudo: p, Forms: benchForms(p)}
	case 1:
		return state.Target{Kind: state.ByKey, KeyID: fmt.Sprintf("SHA256:banned%d", i)}
	}
	if i%2 == 0 {
		return state.Target{Kind: state.ByNetwork, Network: netip.PrefixFrom(netip.AddrFrom4([4]byte{172, byte(i >> 8), byte(i), 0}), 24+i%9).Masked()}
	}
	return state.Target{Kind: state.ByNetwork, Network: netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, byte(i >> 8), byte(i)}), 48+i%17).Masked()}
}

func BenchmarkApply(b *testing.B) {
	b.Run("Said", func(b *testing.B) {
		c := newCrowd(b, manyMembers, manyBans)
		for i := 0; b.Loop(); i++ {
			c.apply(state.Said{Session: c.last[i%manyMembers], Text: "salut"})
		}
	})
	b.Run("JoinedAndLeft", func(b *testing.B) {
		c := newCrowd(b, manyMembers, manyBans)
		newcomer := benchJoined(manyMembers)
		for b.Loop() {
			out := c.apply(newcomer)
			if out.Err != nil {
				b.Fatal(out.Err)
			}
			c.apply(state.Left{Session: out.Event.ID, Cause: state.Quit})
		}
	})
	b.Run("RefusedAsBanned", func(b *testing.B) {
		c := newCrowd(b, manyMembers, manyBans)
		newcomer := benchJoined(manyMembers)
		newcomer.KeyID = "SHA256:banned1"
		for b.Loop() {
			if c.apply(newcomer).Err == nil {
				b.Fatal("taken")
			}
		}
	})
	b.Run("BannedNetwork", func(b *testing.B) { // walks all members
		c := newCrowd(b, manyMembers, manyBans-1)
		for b.Loop() {
			c.apply(state.Banned{Ban: state.Ban{Target: parsed("198.51.100.0/24")[0]}})
		}
	})
	b.Run("NodeUp", func(b *testing.B) { // cuts everybody
		c := newCrowd(b, manyMembers, 0)
		up := state.Event{Seq: c.e.Seq, ID: state.ID{Origin: 1, N: 1}}
		for b.Loop() {
			b.StopTimer()
			st := decoded(b, c.st)
			b.StartTimer()
			up.Seq++
			up.ID.Origin++
			up.Body = state.NodeUp{Node: "paris", Version: state.Version, Wait: time.Minute}
			if out := st.Apply(up); len(out.Ended) != manyMembers {
				b.Fatalf("%d were cut", len(out.Ended))
			}
		}
	})
}

func BenchmarkBanOn(b *testing.B) {
	c := newCrowd(b, 0, manyBans)
	j := benchJoined(7)
	v := state.Visitor{Pseudo: j.Pseudo, Forms: j.Forms, KeyID: j.KeyID, Addr: j.Addr}
	for b.Loop() {
		if _, banned := c.st.BanOn(v, c.st.Tick()); banned {
			b.Fatal("banned")
		}
	}
}

func BenchmarkMuteOf(b *testing.B) {
	c := newCrowd(b, manyMembers, 0)
	for _, id := range c.last[manyMembers/2:] {
		c.apply(state.Muted{Member: id})
	}
	m := c.st.Member(c.last[0])
	for b.Loop() {
		if _, muted := c.st.MuteOf(m, 0, c.st.Tick()); muted {
			b.Fatal("muted")
		}
	}
}

// town is a State with many accounts.
func town() *state.State {
	var accounts []*state.Account
	for i := range manyAccounts {
		p := text.Pseudo(fmt.Sprintf("member%d", i))
		accounts = append(accounts, &state.Account{
			ID: state.Seq(i + 1), Pseudo: p, Forms: benchForms(p), Keys: []string{fmt.Sprintf("SHA256:%043d", i)}, Since: time.Unix(int64(i), 0).UTC(), Seen: state.Seq(i),
		})
	}
	return state.Import(state.Imported{Applied: manyAccounts, Stamp: time.Hour, Epoch: 1, Accounts: accounts})
}

func BenchmarkFreeze(b *testing.B) {
	c := newCrowd(b, manyMembers, manyBans)
	for b.Loop() {
		c.st.Freeze()
	}
}

func BenchmarkView(b *testing.B) {
	c := newCrowd(b, manyMembers, manyBans)
	for b.Loop() {
		c.st.View()
	}
}

// BenchmarkSaidAfterView is what a snapshot costs whoever speaks next: what is shared
// with it is copied then.
func BenchmarkSaidAfterView(b *testing.B) {
	c := newCrowd(b, manyMembers, manyBans)
	for i := 0; b.Loop(); i++ {
		c.st.View()
		c.apply(state.Said{Session: c.last[i%manyMembers], Text: "salut"})
	}
}

func BenchmarkEncode(b *testing.B) {
	st := town()
	for b.Loop() {
		b.SetBytes(int64(len(st.Encode())))
	}
}

func BenchmarkHash(b *testing.B) {
	st := town()
	for b.Loop() {
		st.Hash()
	}
}

func BenchmarkDecodeState(b *testing.B) {
	data := town().Encode()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := state.DecodeState(data); err != nil {
			b.Fatal(err)
		}
	}
}
