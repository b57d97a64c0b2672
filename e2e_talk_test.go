//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"time"
)

// talk is what one member said and saw in one life of the server.
type talk struct {
	name  string
	life  int
	sent  int      // numbers below it were sent
	acked int      // numbers below it came back
	seen  []string // what everybody said, as it came
	wrong string   // what should not have happened
}

// said is a line of the room with a message of this test; its text is a word that
// stands in no other message, not even as the beginning of another.
var said = regexp.MustCompile(`^\d\d:\d\d (\pL+): (v\d{3}n\d{6}\pL+)\r?\n$`)

func (k *talk) text(n int) string { return fmt.Sprintf("v%03dn%06d%s", k.life, n, k.name) }

// converse speaks and listens until the connection ends. heard is told of each own
// message that came back.
func (k *talk) converse(in io.Writer, out io.Reader, heard func()) {
	lines := bufio.NewReader(out)
	for welcomed := false; ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return // the line was not whole, so it was not seen
		}
		switch message := said.FindStringSubmatch(line); {
		case !welcomed && strings.Contains(line, "Bienvenue, "+k.name):
			welcomed = true
			for range atOnce {
				k.say(in)
			}
		case strings.Contains(line, "messages sautés"), strings.Contains(line, " x "):
			k.wrong = line
			return
		case message != nil:
			k.seen = append(k.seen, message[2])
			if message[2] == k.text(k.acked) { // the replay shows other lives' too
				k.acked++
				heard()
				k.say(in)
			}
		}
	}
}

func (k *talk) say(in io.Writer) {
	k.sent++ // even if it fails: some of it may have got there
	io.WriteString(in, k.text(k.sent-1)+"\n")
}

// voice is somebody on raw TCP.
type voice struct {
	*play
	net.Conn
	in *bufio.Reader
}

// voice lets somebody in.
func (p *play) voice(name string) *voice {
	p.Helper()
	conn, err := net.Dial("tcp", p.tcp)
	p.ok(err)
	p.Cleanup(func() { conn.Close() })
	conn.SetReadDeadline(time.Now().Add(10 * patience))
	v := &voice{p, conn, bufio.NewReader(conn)}
	fmt.Fprintln(conn, name)
	v.hears("Bienvenue, " + name)
	return v
}

// say says something and waits until the room has heard it.
func (v *voice) say(text string) {
	v.Helper()
	fmt.Fprintln(v.Conn, text)
	v.hears(strings.TrimPrefix(strings.TrimPrefix(text, "@ann "), "/me "))
}

// hears reads until a line that holds a text.
func (v *voice) hears(text string) {
	v.Helper()
	for {
		line, err := v.in.ReadString('\n')
		if strings.Contains(line, text) {
			return
		}
		if err != nil {
			v.Fatalf("nobody says %q: %v", text, err)
		}
	}
}
