//go:build unix

package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A private room, a name that no room has, and what stands in all that is said and set in
// the private one.
const (
	privateRoom = "#caverne"
	noRoom      = "#taverne"
	privateWord = "cavern"
)

// TestNothingOfAPrivateRoomReachesOthers: neither while it is said nor later, by no command and
// on no front, after an invitation was taken back, after a restart and a kill -9; and whoever
// asks for the room is told what they are told of one that does not exist.
func TestNothingOfAPrivateRoomReachesOthers(t *testing.T) {
	v := &secretive{newVictim(t)}
	v.flags = []string{"--rooms", "everyone"}
	v.start()
	others := v.others("eve", "eva")
	ann, bob := v.comes("ann"), v.comes("bob")
	ann.does("/inscrire une phrase de passe", "est à vous")
	ann.does("/join "+privateRoom, privateRoom)
	ann.does("/prive on", "privé")
	ann.does("/sujet cavernsujet", "cavernsujet")
	ann.does("eve, cavernmot de eve-tcp et de bob", "cavernmot de")
	ann.does("/me fait cavernmot", "fait cavernmot")
	ann.does("/inviter bob", "bob")
	bob.does("/join "+privateRoom, "cavernsujet")
	bob.does("cavernmot de bob", "cavernmot de bob")
	ann.does("/inviter bob non", "bob")
	bob.does("/liste", "en ligne")
	ann.does("cavernmot sans bob", "sans bob")
	bob.does("/chercher cavernmot #tous", "cavernmot")
	for _, hidden := range []string{"sans bob", "eve-tcp"} {
		if after := strings.Split(bob.String(), "/liste"); strings.Contains(after[len(after)-1], "cavernmot "+hidden) {
			t.Errorf("bob is no longer invited, and hears\n%s", bob)
		}
	}
	v.check(others)
	ann.conn.Close()
	bob.conn.Close()
	v.closeAll(others)
	for i, end := range []func(){v.stop, v.kill} {
		end()
		v.start()
		others := v.others(fmt.Sprint("eve", i), fmt.Sprint("eva", i))
		v.check(others)
		v.closeAll(others)
		back := v.visits("ann\nune phrase de passe\n/join " + privateRoom + "\n/historique\n/quitter\n")
		if !strings.Contains(back, "cavernmot sans bob") || !strings.Contains(back, "cavernsujet") {
			t.Errorf("ann comes back and hears\n%s", back)
		}
	}
}

// secretive is a server with a private room.
type secretive struct{ *victim }

// confidant is somebody over raw TCP who is heard all the time.
type confidant struct {
	*secretive
	*ear
	conn net.Conn
}

func (v *secretive) comes(name string) *confidant {
	v.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+v.tcp)
	v.ok(err)
	v.Cleanup(func() { conn.Close() })
	g := &confidant{v, newEar(name), conn}
	go io.Copy(g.ear, conn)
	fmt.Fprintln(conn, name)
	if !g.hears("Bienvenue, "+name, 0) {
		v.Fatalf("%s does not come in:\n%s", name, g)
	}
	return g
}

// does types a line and waits until something is heard.
func (g *confidant) does(line, heard string) {
	g.Helper()
	from := g.len()
	fmt.Fprintln(g.conn, line)
	if !g.hears(heard, from) {
		g.Fatalf("%s: %s: %q is not heard:\n%s", g.name, line, heard, g)
	}
}

// visits is one conversation over raw TCP.
func (v *secretive) visits(typed string) string {
	v.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+v.tcp)
	v.ok(err)
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	io.WriteString(conn, typed)
	heard, err := io.ReadAll(conn)
	v.ok(err)
	return string(heard)
}

// others are people who are in no private room: one reads lines, one JSON.
func (v *secretive) others(plain, json string) []*confidant {
	v.Helper()
	a, b := v.comes(plain), v.comes(json)
	b.does("/json", "JSON")
	return []*confidant{a, b}
}

func (v *secretive) closeAll(list []*confidant) {
	for _, g := range list {
		g.conn.Close()
	}
}

// check has strangers ask for all there is, by everything that asks without the room's name,
// and compares what they are told by everything that takes one.
func (v *secretive) check(others []*confidant) {
	v.Helper()
	asks := []string{
		"/salons", "/liste", "/historique 200", "/chercher cavernmo", "/chercher cavernmo #tous", "/chercher @ann", "/suite", "/info ann",
		"/sujet", "/historique aujourd'hui", "/aide", "/rooms",
		"/json since=0", // over ssh it goes on
	}
	heard := v.visits("zoé\n" + strings.Join(asks, "\n") + "\n/quitter\n")
	for _, line := range asks {
		heard = strings.ReplaceAll(heard, strings.TrimPrefix(line, "/chercher "), "")
	}
	for _, line := range asks[:len(asks)-1] {
		heard += v.once(line)
	}
	heard = strings.ReplaceAll(heard, "cavernmo ", "")
	heard = strings.ReplaceAll(heard, "cavernmo\"", "\"")
	for _, g := range others {
		heard += g.String()
	}
	if i := strings.Index(heard, privateWord); i >= 0 {
		v.Errorf("others hear\n%s", heard[max(0, i-300):min(len(heard), i+300)])
	}
	lines := []string{
		"%s salut", "/leave %s", "/liste %s", "/historique %s", "/historique %s 3", "/sujet %s", "/sujet %s le mien", "/kick %s ann",
		"/mute %s ann", "/unmute %s ann", "/slow %s 3", "/inviter %s eve", "/prive %s non", "/moderateur %s eve", "/fermer %s", "/delete %s", "/chercher mot %s",
	}
	told := func(name string) string {
		var all []string
		for _, line := range lines {
			all = append(all, fmt.Sprintf(line, name))
		}
		typed := strings.Join(all, "\n") + "\n/quitter\n"
		var heard strings.Builder
		_, json, _ := strings.Cut(v.visits("zoé\n/json\n"+typed), "Un objet JSON") // the welcome may come before or after
		heard.WriteString(v.visits("zoé\n"+typed) + json)
		for _, line := range all[:4] {
			heard.WriteString(v.once(line))
		}
		return digits.ReplaceAllString(strings.ReplaceAll(heard.String(), name, noRoom), "0")
	}
	if a, b := told(privateRoom), told(noRoom); a != b {
		v.Errorf("about a private room they are told\n%s\nand about one that does not exist\n%s", a, b)
	}
	// Whoever may make rooms makes the one that is not there.
	if a := v.visits("zoé\n/join " + privateRoom + "\n/quitter\n"); strings.Contains(strings.ReplaceAll(a, privateRoom, ""), privateWord) {
		v.Errorf("who goes there is told\n%s", a)
	}
}

// digits are what differs between two answers to the same question.
var digits = regexp.MustCompile(`\d+`)

// once runs a command over ssh, as somebody without a key.
func (v *secretive) once(line string) string {
	v.Helper()
	ssh := exec.Command("ssh", "-F", filepath.Join(v.home, ".ssh", "config"), "-o", "PubkeyAuthentication=no", "-T", "luc@127.0.0.1", "--", line)
	ssh.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	out, _ := ssh.CombinedOutput() // a refusal is an error
	return string(out)
}
