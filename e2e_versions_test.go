//go:build unix

package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// TestVersions upgrades three machines, one at a time, while people talk, and has the old
// version come back among the new ones.
func TestVersions(t *testing.T) {
	built := buildNewer(t)
	h := newHall(t)
	next := built()
	un, deux, trois := h.machines[0], h.machines[1], h.machines[2]
	h.upgrade(trois, next, "x")
	h.oneIsNewer(trois, un)
	h.upgrade(deux, next, "y")
	h.says(deux, "sujet encore refusé", "Refusé : le nœud salon-1 fait tourner")
	h.upgrade(un, next, "z")
	h.says(un, "sujet enfin", "enfin")
	h.agree(h.machines)
	h.oldComesBack(trois, un)
}

// upgrade ends a machine while people talk on all of them, and starts it again as another
// version. Who was on it goes on talking elsewhere. The names of all end with a letter.
func (h *hall) upgrade(m *machine, program, letter string) {
	h.Helper()
	h.recount()
	stay := slices.DeleteFunc(slices.Clone(h.machines), func(other *machine) bool { return other == m })
	ann, bob := h.visit(m, "ann"+letter, false), h.log(m, "bob"+letter, false)
	watcher := h.visit(stay[0], "guet"+letter, false)
	cleo, dan := h.visit(stay[0], "cleo"+letter, true), h.log(stay[1], "dan"+letter, true)
	for _, g := range []*visitor{ann, bob, cleo, dan} {
		h.talk(g)
	}
	h.flows("all talk")
	begun := time.Now()
	h.terminate(m)
	for i, g := range []*visitor{ann, bob} {
		<-g.gone
		h.await(g.name+" is out", func() bool { return !watcher.lists(g.name) })
		again := h.visit(stay[i], g.name, false)
		again.speaker = g.speaker // who is away is not heard: that time counts
		h.talk(again)
	}
	back := time.Since(begun)
	h.ends(m, 0)
	m.program = program
	h.start(m)
	h.greeted(m)
	up := time.Since(begun)
	h.talk(h.visit(m, "eve"+letter, false))
	h.flows("all talk again")
	h.settle(nil)
	h.Logf("%s was upgraded in %v, its members were elsewhere after %v", m.name, up, back)
	for _, g := range []*visitor{cleo, dan} {
		if g.ended() {
			h.Errorf("%s is out", g.name)
		}
	}
}

// oneIsNewer tries what a newer machine may do while others are old: all but what these could
// not read.
func (h *hall) oneIsNewer(next, old *machine) {
	h.Helper()
	h.says(next, "sujet refusé", "Refusé : le nœud salon-1 fait tourner "+nameAndVersion()+", qui ne connaît pas encore cela. Mettez-le d'abord à jour.")
	gil, hugo := h.visit(next, "gil", false), h.visit(old, "hugo", false)
	h.await("gil's machine knows that hugo is there", func() bool { return gil.lists("hugo") })
	for _, g := range [][2]*visitor{{gil, hugo}, {hugo, gil}} {
		from := g[1].len()
		fmt.Fprintf(g[0].in, "/msg %s entre nous\n", g[1].name)
		if !g[1].hears("entre nous", from) {
			h.Errorf("%s has no message of %s:\n%s", g[1].name, g[0].name, g[1])
		}
	}
	from := gil.len()
	h.says(old, "sujet comme avant", "comme avant")
	if !gil.hears("comme avant", from) {
		h.Errorf("the newer one does not show the topic of an old one:\n%s", gil)
	}
	h.says(next, "kick hugo", "hugo")
	<-hugo.gone
	h.agree(h.machines)
}

// oldComesBack starts the old version on the data of a machine that leaves, and as a new one:
// each time it ends by itself and says why, while the others go on.
func (h *hall) oldComesBack(leaves, stays *machine) {
	h.Helper()
	h.recount()
	h.talk(h.visit(stays, "fin", true))
	h.terminate(leaves)
	h.ends(leaves, 0)
	next, empty := leaves.program, *leaves
	empty.data = filepath.Join(h.home, "empty")
	leaves.program, empty.program = "", ""
	h.tooOld(leaves)
	h.tooOld(&empty)
	h.says(stays, "sujet toujours", "toujours") // the old ones are no nodes any more
	h.forget(`{"v":%d,"program":%q,"applied":{"another":"shape"},"nodes":[]}`)
	h.tooOld(&empty)
	leaves.program = next
	h.start(leaves)
	h.greeted(leaves)
	h.flows("they talk")
	h.settle(nil)
}

// tooOld starts a machine that cannot read what the newer version wrote.
func (h *hall) tooOld(m *machine) {
	h.Helper()
	h.start(m)
	h.ends(m, 1)
	want := fmt.Sprintf("écrits par %s au format %d, plus récent que ce programme : mettez salon à jour ici", newer, newerFormat)
	if said := m.errs.String(); !strings.Contains(said, want) || strings.Contains(said, "goroutine ") {
		h.Errorf("%s says\n%s, want %q", m.name, said, want)
	}
}

// forget has the stream lose its first event, so that who begins needs the snapshot for all,
// which becomes one of the newer version.
func (h *hall) forget(snapshot string) {
	h.Helper()
	conn := h.connect()
	defer conn.Close()
	js, err := jetstream.New(conn)
	h.ok(err)
	states, err := js.ObjectStore(h.Context(), "salon-snapshots")
	h.ok(err)
	stream, err := js.Stream(h.Context(), "ROOM")
	h.ok(err)
	place := fmt.Sprint(stream.CachedInfo().State.LastSeq)
	_, err = states.Put(h.Context(), jetstream.ObjectMeta{Name: "state", Headers: nats.Header{"Salon-Place": {place}, "Salon-Erased": {place}}},
		strings.NewReader(fmt.Sprintf(snapshot, newerFormat, newer)))
	h.ok(err)
	h.ok(stream.DeleteMsg(h.Context(), 1))
}
