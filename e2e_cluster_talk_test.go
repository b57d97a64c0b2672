//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// says sends a line.
func (g *visitor) says(line string) { fmt.Fprint(g.in, line, g.enter) }

// TestOneSalonOnThreeMachines has members on each of three machines, over TCP and ssh, who are
// in one room and in another, while operators on each do what they do.
func TestOneSalonOnThreeMachines(t *testing.T) {
	h := newHall(t)
	un, deux, trois := h.machines[0], h.machines[1], h.machines[2]
	ann, bob := h.visit(un, "ann", false), h.log(un, "bob", false)
	cleo, dan := h.visit(deux, "cleo", false), h.log(deux, "dan", false)
	eve, fred := h.visit(trois, "eve", false), h.log(trois, "fred", false)
	all := []*visitor{ann, bob, cleo, dan, eve, fred}
	h.await("all are here", func() bool { return ann.present(6) && cleo.present(6) && eve.present(6) })
	for i, g := range all {
		g.says(fmt.Sprint("bonjour ", i))
		h.heard(fmt.Sprintf("%s: bonjour %d", g.name, i), all...)
	}
	h.privately(cleo, []*visitor{ann, fred}, all)
	h.oneIs("zoe")
	h.inDev(dan, []*visitor{bob, eve}, all)
	h.operated(all)
	h.wordsTakenBack(cleo, all)
	h.samePast(ann, dan, eve)
	h.closeOne(trois, []*visitor{ann, bob, cleo, dan})
	fmt.Fprintln(un.stdin, "shutdown 0 tous")
	h.exited(un)
	h.exited(deux)
}

// heard waits until all of some people have been shown a text.
func (h *hall) heard(text string, who ...*visitor) {
	h.Helper()
	for _, g := range who {
		if !g.hears(text, 0) {
			h.Fatalf("%s does not hear %q but\n%s", g.name, text, g)
		}
	}
}

// unheard wants none of some people to have been shown a text, once a later one of from came.
func (h *hall) unheard(text string, from *visitor, who ...*visitor) {
	h.Helper()
	mark := fmt.Sprint("marque ", time.Now().UnixNano())
	from.says("@tous " + mark)
	h.heard(mark, who...)
	for _, g := range who {
		if strings.Contains(g.String(), text) {
			h.Errorf("%s hears %q", g.name, text)
		}
	}
}

// but returns all but some.
func but(all []*visitor, some ...*visitor) (rest []*visitor) {
	for _, g := range all {
		keep := true
		for _, other := range some {
			keep = keep && g != other
		}
		if keep {
			rest = append(rest, g)
		}
	}
	return rest
}

// privately has somebody say something to some on other machines, who answer.
func (h *hall) privately(from *visitor, to, all []*visitor) {
	h.Helper()
	from.says(fmt.Sprintf("@%s,%s sous le manteau", to[0].name, to[1].name))
	h.heard("sous le manteau", to...)
	to[1].says("/r bien compris")
	h.heard("bien compris", from, to[0])
	rest := but(all, append(to, from)...)
	h.unheard("sous le manteau", from, rest...)
	h.unheard("bien compris", from, rest...)
}

// oneIs has somebody ask for a pseudo on all machines at once: one gets it.
func (h *hall) oneIs(pseudo string) {
	h.Helper()
	var mu sync.Mutex
	welcomed, refused := 0, 0
	var asking sync.WaitGroup
	for _, m := range h.machines {
		c, err := net.Dial("tcp", "127.0.0.1:"+m.tcp)
		h.ok(err)
		h.Cleanup(func() { c.Close() })
		asking.Go(func() {
			fmt.Fprintln(c, pseudo)
			var said bytes.Buffer
			c.SetReadDeadline(time.Now().Add(patience))
			for buf := make([]byte, 4096); ; {
				n, err := c.Read(buf)
				said.Write(buf[:n])
				mu.Lock()
				switch {
				case strings.Contains(said.String(), "Bienvenue, "+pseudo):
					welcomed++
				case strings.Contains(said.String(), "déjà") || strings.Contains(said.String(), "pris"):
					refused++
				case err == nil:
					mu.Unlock()
					continue
				}
				mu.Unlock()
				return
			}
		})
	}
	asking.Wait()
	if welcomed != 1 || refused != 2 {
		h.Errorf("of three who asked for %q at once %d got it, %d were refused", pseudo, welcomed, refused)
	}
}

// inDev has some meet in another room.
func (h *hall) inDev(maker *visitor, others, all []*visitor) {
	h.Helper()
	maker.says("/inscrire une phrase de passe")
	h.heard("est à vous", maker)
	for _, g := range append([]*visitor{maker}, others...) {
		g.says("/rejoindre #dev")
		h.await(g.name+" is in #dev", func() bool {
			from := g.len()
			g.says("/salons")
			return g.hears("#salon ", from) && g.hears("#dev ", from) && herePlace.MatchString(g.String()[from:])
		})
	}
	maker.says("entre nous")
	h.heard("entre nous", others...)
	maker.says("/sujet La prochaine version")
	h.heard("La prochaine version", others...)
	for _, g := range append([]*visitor{maker}, others...) {
		g.says("/rejoindre #salon")
	}
	rest := but(all, append(others, maker)...)
	h.unheard("entre nous", rest[0], rest...)
}

// herePlace is the line of the list of rooms that says which one somebody is in.
var herePlace = regexp.MustCompile(`#dev .*vous y êtes`)

// operated has an operator on each machine do something to all, and to members on others.
func (h *hall) operated(all []*visitor) {
	h.Helper()
	un, deux, trois := h.machines[0], h.machines[1], h.machines[2]
	fmt.Fprintln(un.stdin, "sujet La réunion de dix heures")
	h.heard("La réunion de dix heures", all...)
	fmt.Fprintln(deux.stdin, "wall Attention à la marche")
	h.heard("Attention à la marche", all...)
	guest, other := h.visit(trois, "gaston", false), h.visit(un, "hugo", false)
	fmt.Fprintln(un.stdin, "kick gaston assez")
	h.heard("expulsion", guest)
	h.out(guest)
	fmt.Fprintln(trois.stdin, "ban hugo 10m")
	h.out(other)
	for _, m := range h.machines {
		c, err := net.Dial("tcp", "127.0.0.1:"+m.tcp)
		h.ok(err)
		fmt.Fprintln(c, "hugo")
		c.SetReadDeadline(time.Now().Add(patience))
		said, _ := io.ReadAll(c)
		c.Close()
		if strings.Contains(string(said), "Bienvenue") {
			h.Errorf("%s lets in who is banned:\n%s", m.name, said)
		}
	}
}

// wordsTakenBack has somebody delete what they said: it is in nobody's past any more.
func (h *hall) wordsTakenBack(from *visitor, all []*visitor) {
	h.Helper()
	from.says("mon motdepasse est lapin")
	h.heard("motdepasse", all...)
	from.says("/supprimer")
	h.heard("Message de "+from.name+" supprimé", but(all, from)...)
	for _, g := range all {
		at := g.len()
		g.says("/historique 30")
		g.says("@tous après " + g.name)
		if !g.hears("après "+g.name, at) || strings.Contains(g.String()[at:], "motdepasse") {
			h.Errorf("%s reads again\n%s", g.name, g.String()[at:])
		}
		h.heard("après "+g.name, all...)
	}
}

// samePast wants some to read and to find the same on different machines.
func (h *hall) samePast(who ...*visitor) {
	h.Helper()
	for i, line := range []string{"/historique 12", "/chercher bonjour"} {
		var first string
		for _, g := range who {
			at, end := g.len(), fmt.Sprint("introuvable", i)
			g.says(line)
			g.says("/chercher " + end)
			if !g.hears("Aucun résultat pour « "+end, at) {
				h.Fatalf("%s is not answered:\n%s", g.name, g)
			}
			lines := messagesIn(g.String()[at:])
			if first == "" {
				first = lines
			}
			if lines != first || strings.Count(lines, "\n") < 5 {
				h.Errorf("%s: %s reads\n%s\nand %s\n%s", line, who[0].name, first, g.name, lines)
			}
		}
	}
}

// messagesIn returns those of some lines that are messages of this test.
func messagesIn(text string) string {
	var list []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, ": bonjour ") || strings.Contains(line, ": après ") {
			list = append(list, strings.TrimSpace(line))
		}
	}
	return strings.Join(list, "\n")
}

// closeOne closes one machine: its members are let out, and the others are not told to leave.
func (h *hall) closeOne(m *machine, stay []*visitor) {
	h.Helper()
	fmt.Fprintln(m.stdin, "shutdown 0")
	h.exited(m)
	for _, g := range stay {
		g.says("toujours là " + g.name)
		h.heard("toujours là "+g.name, stay...)
		if strings.Contains(g.String(), "Le salon ferme") {
			h.Errorf("%s is told that the room closes", g.name)
		}
	}
}
