package front

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"salon/room"
	"salon/room/roomtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// gate is an admission in a time of its own, and what it has logged.
type gate struct {
	*testing.T
	*Admission
	journal roomtest.Journal
	closed  map[*Login]bool // those that had to make room
}

func withGate(t *testing.T, l Limits, do func(g *gate)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{T: t, closed: map[*Login]bool{}}
		g.Admission = NewAdmission(l, slog.New(slog.NewTextHandler(&g.journal, nil)))
		defer g.Admission.Close()
		do(g)
	})
}

// come has one connection come from an address; keys as in Config.
func (g *gate) come(addr string, keys bool) (*Login, error) {
	l := &Login{Addr: netip.MustParseAddr(addr).Unmap().WithZone(""), admission: g.Admission, front: "test"}
	l.hangUp = func() { g.closed[l] = true }
	return l, g.admit(l, keys)
}

func (g *gate) enter(addr string) *Login {
	g.Helper()
	l, err := g.come(addr, false)
	if err != nil {
		g.Fatalf("%s: %v", addr, err)
	}
	return l
}

func (g *gate) wantRefused(addr string, want error) {
	g.Helper()
	if _, err := g.come(addr, false); !errors.Is(err, want) {
		g.Errorf("%s is told %v, want %v", addr, err, want)
	}
}

func TestOneSourceHasSoManyConnections(t *testing.T) {
	for _, source := range []struct{ name, same, other string }{
		{"an IPv4 address", "192.0.2.7", "192.0.2.1"},
		{"an IPv4 address in IPv6", "::ffff:192.0.2.7", "192.0.2.8"},
		{"the rest of 127/8", "127.0.0.2", "127.0.0.3"},
		{"an IPv6 /64", "2001:db8::%x", "2001:db8:0:1::1"},
		{"a link-local /64", "fe80::%x%%eth0", "2001:db8::1"},
	} {
		t.Run(source.name, func(t *testing.T) {
			withGate(t, Limits{PerSource: 3}, func(g *gate) {
				same := func(i int) string {
					if !strings.Contains(source.same, "%") {
						return source.same
					}
					return fmt.Sprintf(source.same, i)
				}
				first := g.enter(same(1))
				for i := range 2 {
					g.enter(same(i + 2)).Done()
				}
				time.Sleep(time.Hour)
				g.wantRefused(same(4), room.ErrTooMany)
				g.enter(source.other)
				first.close()
				g.enter(same(5))
				g.wantRefused(same(6), room.ErrTooMany)
				g.SetLimits(Limits{PerSource: 4})
				g.enter(same(6))
			})
		})
	}
}

func TestSomeSourcesHaveNoLimit(t *testing.T) {
	limits := Limits{PerSource: 1, LoginsPerSource: 1, ConnectBurst: 1, MaxPenalty: time.Hour, Exempt: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}
	for _, addr := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1", "192.0.2.9"} {
		withGate(t, limits, func(g *gate) {
			for range 200 {
				g.enter(addr).fail(garbage, CodeGarbage, "handshake failed", "x")
			}
		})
	}
	withGate(t, Limits{}, func(g *gate) {
		for range 200 {
			g.enter("192.0.2.9").fail(garbage, CodeGarbage, "handshake failed", "x")
		}
	})
}

func TestOneSourceHasSoManyUnfinishedLoginsAndOneASecondMore(t *testing.T) {
	withGate(t, Limits{LoginsPerSource: 64}, func(g *gate) {
		var logins []*Login
		for range 64 {
			logins = append(logins, g.enter("127.0.0.2"))
		}
		g.wantRefused("127.0.0.2", room.ErrTooManyNew)
		g.enter("127.0.0.3")
		time.Sleep(time.Second)
		g.enter("127.0.0.2")
		g.wantRefused("127.0.0.2", room.ErrTooManyNew)
		logins[0].Done()
		logins[1].Done()
		g.enter("127.0.0.2")
		g.wantRefused("127.0.0.2", room.ErrTooManyNew)
	})
}

func TestABurstOfConnectionsThenOneASecond(t *testing.T) {
	withGate(t, Limits{ConnectBurst: 256}, func(g *gate) {
		flood := func() (let int) {
			for range 1000 {
				if l, err := g.come("192.0.2.1", false); err == nil {
					l.Done()
					l.close()
					let++
				}
			}
			return let
		}
		if n := flood(); n != 256 {
			t.Errorf("%d at once", n)
		}
		for range 20 {
			if time.Sleep(time.Second); flood() != 1 {
				t.Error("not one a second")
			}
		}
		time.Sleep(256 * time.Second)
		if n := flood(); n != 256 {
			t.Errorf("%d at once, later", n)
		}
	})
}

func TestBeyondAllLoginsTheOldestOfTheBusiestSourceGoes(t *testing.T) {
	withGate(t, Limits{MaxLogins: 1000}, func(g *gate) {
		var busy []*Login
		for i := range 1000 {
			busy = append(busy, g.enter(fmt.Sprintf("192.0.2.%d", 1+i%10))) // 100 each
		}
		for range 10 {
			busy = append(busy, g.enter("192.0.2.7"))
		}
		for i := range 50 {
			g.enter(fmt.Sprintf("198.51.100.%d", i))
		}
		if g.logins != 1000 || len(g.closed) != 60 {
			t.Errorf("%d logins under way, %d closed", g.logins, len(g.closed))
		}
		if !g.closed[busy[0]] || g.closed[busy[1009]] {
			t.Error("not the oldest")
		}
		for l := range g.closed {
			if strings.HasPrefix(l.Addr.String(), "198") {
				t.Errorf("%s was closed, which had only one", l.Addr)
			}
			l.close()
		}
	})
}

func TestFailuresAddUpAndAreForgiven(t *testing.T) {
	withGate(t, Limits{MaxPenalty: 10 * time.Minute}, func(g *gate) {
		addr := "127.0.0.2"
		fail := func(o offence, n int) {
			for range n {
				time.Sleep(time.Second)
				l, err := g.come(addr, true)
				if err != nil {
					t.Fatal(err)
				}
				l.penalized = false
				l.fail(o, CodeGarbage, "handshake failed", "x")
				l.close()
			}
		}
		for range 10 { // a wrong one now and then
			fail(wrongSecret, 2)
			time.Sleep(time.Minute)
		}
		g.enter(addr).Done()
		fail(garbage, 5) // 15, 29, 43, 57, 71 s
		_, err := g.come(addr, false)
		if penalty, ok := errors.AsType[*room.PenaltyError](err); !ok || penalty.Wait != 71*time.Second {
			t.Errorf("told %v", err)
		}
		time.Sleep(70 * time.Second)
		if _, err := g.come(addr, false); err == nil {
			t.Error("let in before it is over")
		}
		time.Sleep(time.Second)
		g.enter(addr).Done()
		fail(garbage, 100)
		_, err = g.come(addr, false)
		if penalty, ok := errors.AsType[*room.PenaltyError](err); !ok || penalty.Wait != 10*time.Minute {
			t.Errorf("at most it is told %v", err)
		}
		g.enter("127.0.0.3").Done()
	})
}

func TestAKeyMayBeProvedOnceASecondWhateverOthersDid(t *testing.T) {
	withGate(t, Limits{MaxPenalty: time.Minute}, func(g *gate) {
		for range 4 {
			g.enter("127.0.0.2").fail(garbage, CodeGarbage, "handshake failed", "x")
		}
		if _, err := g.come("127.0.0.2", true); err == nil {
			t.Error("let in within the second")
		}
		time.Sleep(time.Second)
		l, err := g.come("127.0.0.2", true)
		if err != nil || l.Penalty() != 59*time.Second {
			t.Errorf("%v; others than keys wait %v", err, l.Penalty())
		}
		l.fail(gone, CodeGarbage, "no login", "x") // what it could not do anyway makes nothing longer
		if l.close(); l.Penalty() != 59*time.Second {
			t.Errorf("now they wait %v", l.Penalty())
		}
		if _, err := g.come("127.0.0.2", true); err == nil {
			t.Error("two within one second")
		}
	})
}

func TestSourcesWithoutNumberTakeNoMemoryWithoutNumber(t *testing.T) {
	withGate(t, Limits{MaxPenalty: time.Hour, PerSource: 1}, func(g *gate) {
		g.enter("192.0.2.1")
		for i := range 3 * maxSources {
			l := g.enter(fmt.Sprintf("2001:db8:%x:%x::1", i>>16, i&0xffff))
			l.fail(garbage, CodeGarbage, "handshake failed", "x")
			l.close()
		}
		if n := len(g.sources); n > maxSources {
			t.Errorf("%d are remembered", n)
		}
		g.wantRefused("192.0.2.1", room.ErrTooMany) // it still has its connection
	})
}

func TestOftenTheSameIsLoggedSeldom(t *testing.T) {
	withGate(t, Limits{}, func(g *gate) {
		for i := range 1000 {
			g.enter("127.0.0.2").Foreign(fmt.Sprint("p", i))
		}
		g.enter("127.0.0.3").Foreign("other")
		if n := strings.Count(g.journal.String(), "addr=127.0.0.2 "); n != sourceLines {
			t.Errorf("%d lines", n)
		}
		if !strings.Contains(g.journal.String(), "addr=127.0.0.3 ") {
			t.Error("of another source nothing is said")
		}
		time.Sleep(unloggedEvery)
		synctest.Wait()
		if want := `msg="not logged" events=990 sources=1 most=127.0.0.2/32 of_them=990`; !strings.Contains(g.journal.String(), want) {
			t.Errorf("it ends with %s", g.journal.String()[max(0, len(g.journal.String())-300):])
		}
		for i := range 2000 {
			g.enter(fmt.Sprintf("192.0.%d.%d", i/250, i%250)).Foreign("x")
		}
		if n := strings.Count(g.journal.String(), "addr=192.0."); n != allLines {
			t.Errorf("%d lines of 2000 sources", n)
		}
	})
}
