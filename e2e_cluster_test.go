//go:build unix

package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"salon/room/state"
)

// deadWithin is how long it takes at most until the members of a machine that died, or stands
// still, are cut.
const deadWithin = 12 * time.Second

// TestCluster has members talk on three machines, of which one is killed and another one
// stands still for a while.
func TestCluster(t *testing.T) {
	begun := time.Now()
	h := newHall(t)
	one, two, three := h.machines[0], h.machines[1], h.machines[2]
	ann, bob := h.visit(one, "ann", false), h.log(one, "bob", false)
	cleo, dan := h.visit(two, "cleo", false), h.log(two, "dan", false)
	eve, fred := h.visit(three, "eve", true), h.log(three, "fred", true)
	watcher := h.visit(three, "guet", true)
	for _, g := range []*visitor{ann, bob, cleo, dan, eve, fred} {
		h.talk(g)
	}
	h.await("all are here", func() bool { return watcher.present(7) })
	h.flows("all talk")
	t.Logf("all talk %v after the beginning", time.Since(begun))
	before := watcher.len()
	h.machineDies(one, watcher)
	for _, again := range [][2]*visitor{{ann, h.visit(three, "ann", false)}, {bob, h.log(three, "bob", false)}} {
		again[1].speaker = again[0].speaker
		again[1].speaker.Again()
		h.talk(again[1])
	}
	h.await("ann and bob are back", func() bool { return watcher.away() && watcher.present(7) })
	h.machineStands(two, watcher)
	for _, g := range []*visitor{cleo, dan, eve, fred} {
		if g.ended() {
			t.Errorf("%s is out", g.name)
		}
		t.Logf("%s was refused %d messages", g.name, len(refusals(g)))
	}
	h.flows("all talk again")
	h.settle(one)
	if moved := regexp.MustCompile(`(?m)^.*\b(arrive|s'en va)\b.*$`).FindAllString(watcher.String()[before:], -1); len(moved) > 0 {
		t.Errorf("the others were told %q", moved)
	}
}

// machineDies kills a machine with ann and bob on it.
func (h *hall) machineDies(m *machine, watcher *visitor) {
	h.Helper()
	h.kill(m)
	took := h.await("ann and bob are cut", func() bool { return watcher.away("ann", "bob") })
	h.Logf("a machine was killed: its members were cut after %v", took)
	if took > deadWithin {
		h.Errorf("cut after %v, want %v at most", took, deadWithin)
	}
	if downs := h.downs(m); downs < 1 || downs > 2 {
		h.Errorf("%d events say that %s is down", downs, m.name)
	}
}

// machineStands stops a machine with cleo and dan on it for so long that they are cut, and lets
// it go on.
func (h *hall) machineStands(m *machine, watcher *visitor) {
	h.Helper()
	begun := time.Now()
	h.ok(m.cmd.Process.Signal(syscall.SIGSTOP))
	took := h.await("cleo and dan are cut", func() bool { return watcher.away("cleo", "dan") })
	h.Logf("a machine stood still: its members were cut after %v", took)
	if os.Getenv("SALON_LONG") != "" {
		time.Sleep(30*time.Second - time.Since(begun)) // what is tried is that it lasts
	}
	h.ok(m.cmd.Process.Signal(syscall.SIGCONT))
	took = h.await("cleo and dan are back", func() bool { return watcher.away() && watcher.present(7) })
	h.Logf("it went on: its members were back after %v", took)
}

// flows waits until everybody who talks had a message come back that they said after now.
func (h *hall) flows(what string) {
	h.Helper()
	begun := time.Now()
	h.await(what, func() bool { return h.tally.Slowest().After(begun) })
}

// settle ends the talk, wants nothing lost, doubled or out of order, and all machines but one
// to agree.
func (h *hall) settle(but *machine) {
	h.Helper()
	h.hush()
	h.await("all is read", func() bool { return h.tally.Count().Lost == 0 })
	if c := h.tally.Count(); c.Wrong() {
		h.Error(c)
	} else {
		h.Log(c)
	}
	up := slices.DeleteFunc(slices.Clone(h.machines), func(m *machine) bool { return m == but })
	h.agree(up)
}

// agree waits until machines have the same hash at the same place.
func (h *hall) agree(up []*machine) {
	h.Helper()
	h.await("the machines agree", func() bool {
		return !slices.ContainsFunc(up, func(m *machine) bool { return h.place(m) != h.place(up[0]) })
	})
	h.Logf("they agree: %s", h.place(up[0]))
}

// downs counts the events of the log that say that a machine is down.
func (h *hall) downs(m *machine) (n int) {
	h.Helper()
	conn := h.connect()
	defer conn.Close()
	js, err := jetstream.New(conn)
	h.ok(err)
	stream, err := js.Stream(h.Context(), "ROOM")
	h.ok(err)
	for seq := uint64(1); seq <= stream.CachedInfo().State.LastSeq; seq++ {
		msg, err := stream.GetMsg(h.Context(), seq)
		h.ok(err)
		e, err := state.DecodeEvent(msg.Data)
		h.ok(err)
		if d, ok := e.Body.(state.NodeDown); ok && d.Node == m.name {
			n++
		}
	}
	return n
}

// list returns the lines of /liste, one for each who is here.
func (g *visitor) list() (list []string) {
	from := g.len()
	fmt.Fprint(g.in, "/liste", g.enter)
	g.awaits(func(heard []byte) bool {
		head := listHead.FindSubmatchIndex(heard[from:])
		if head == nil {
			return false
		}
		heard = heard[from:]
		n, _ := strconv.Atoi(string(heard[head[2]:head[3]]))
		lines := strings.SplitAfterN(string(heard[head[1]:]), "\n", n+1)
		if len(lines) <= n {
			return false
		}
		list = lines[:n]
		return true
	})
	return list
}

var listHead = regexp.MustCompile(`\* (\d+) en ligne :\r?\n`)

// away reports whether exactly these members are cut.
func (g *visitor) away(want ...string) bool {
	var got []string
	for _, line := range g.list() {
		if strings.Contains(line, "absence : connexion perdue") {
			got = append(got, strings.Fields(line)[1])
		}
	}
	slices.Sort(got)
	return slices.Equal(got, want)
}

// present reports whether so many members are here.
func (g *visitor) present(want int) bool { return len(g.list()) == want }

// refusals are what somebody was told instead of seeing their message.
func refusals(g *visitor) (list []string) {
	for line := range strings.Lines(g.String()) {
		if refusalLine.MatchString(line) {
			list = append(list, strings.TrimSpace(line))
		}
	}
	return list
}

// ended reports whether somebody's connection has ended.
func (g *visitor) ended() bool {
	select {
	case <-g.gone:
		return true
	default:
		return false
	}
}

// connect connects to NATS as the administrator, who began the cluster.
func (h *hall) connect() *nats.Conn {
	h.Helper()
	key, err := nats.NkeyOptionFromSeed(h.admin)
	h.ok(err)
	conn, err := nats.Connect(h.urls(), key)
	h.ok(err)
	return conn
}
