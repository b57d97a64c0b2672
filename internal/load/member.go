package load

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// arrival is how long a member waits to be let in.
const arrival = 30 * time.Second

// member is one of those who joined.
type member struct {
	name    string
	screen  bool // what it reads is a screen: the same message may come again
	stalled bool
	tally   *tally
	seen    bitset

	conn    io.Closer
	in      io.Writer
	reading sync.WaitGroup
}

// joinTCP joins over raw TCP.
func (m *member) joinTCP(ctx context.Context, addr string) error {
	conn, err := dial(ctx, addr)
	if err != nil {
		return err
	}
	m.conn, m.in = conn, conn
	if _, err := fmt.Fprintf(conn, "%s\r\n", m.name); err != nil {
		return err
	}
	return m.welcome(conn, func() { conn.SetReadDeadline(time.Now()) }, func() { conn.SetReadDeadline(time.Time{}) })
}

// joinSSH joins over ssh, without a key, on a terminal unless width is 0.
func (m *member) joinSSH(ctx context.Context, addr string, width, height int) error {
	conn, err := dial(ctx, addr)
	if err != nil {
		return err
	}
	m.conn = conn
	c, channels, requests, err := ssh.NewClientConn(conn, addr, &ssh.ClientConfig{
		User: m.name, HostKeyCallback: ssh.InsecureIgnoreHostKey(), // the load is a guest anywhere
		Auth: []ssh.AuthMethod{ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
			return make([]string, len(questions)), nil
		})},
	})
	if err != nil {
		return err
	}
	session, err := ssh.NewClient(c, channels, requests).NewSession()
	if err != nil {
		return err
	}
	if m.in, err = session.StdinPipe(); err != nil {
		return err
	}
	out, err := session.StdoutPipe()
	if err != nil {
		return err
	}
	if width > 0 {
		if err := session.RequestPty("xterm-256color", height, width, nil); err != nil {
			return err
		}
	}
	if err := session.Shell(); err != nil {
		return err
	}
	return m.welcome(out, func() { conn.Close() }, func() {})
}

func dial(ctx context.Context, addr string) (net.Conn, error) {
	var d net.Dialer
	ctx, cancel := context.WithTimeout(ctx, arrival)
	defer cancel()
	return d.DialContext(ctx, "tcp", addr)
}

// welcome reads until the member's name has come back, then goes on reading in
// the background unless the member is to stall. giveUp interrupts a read.
func (m *member) welcome(out io.Reader, giveUp, carryOn func()) error {
	timer := time.AfterFunc(arrival, giveUp)
	var got []byte
	buf := make([]byte, 4<<10)
	for !bytes.Contains(got, []byte(m.name)) {
		n, err := out.Read(buf)
		got = append(got, buf[:n]...)
		if err != nil {
			return fmt.Errorf("not let in after %q: %w", tail(got, 200), err)
		}
	}
	if timer.Stop() {
		carryOn()
	}
	if !m.stalled {
		m.reading.Go(func() { m.read(out, buf) })
	}
	return nil
}

func tail(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

// read looks for marks in all that comes, until the connection ends.
func (m *member) read(out io.Reader, buf []byte) {
	kept := 0 // of a mark that may go on in the next read
	for {
		n, err := out.Read(buf[kept:])
		end := kept + n
		used := m.marks(buf[:end])
		kept = copy(buf, buf[used:end])
		if err != nil {
			return
		}
	}
}

// marks counts every mark in b, and returns how many bytes will not be needed
// again.
func (m *member) marks(b []byte) int {
	at := 0
	for {
		i := bytes.IndexByte(b[at:], markSign)
		if i < 0 {
			return len(b)
		}
		at += i
		sender, n, sent, size, ok := parseMark(b[at:])
		switch {
		case ok:
			m.tally.delivered(m, sender, n, sent)
			at += size
		case len(b)-at < maxMark:
			return at // perhaps its end is yet to come
		default:
			at++
		}
	}
}

// say sends one message.
func (m *member) say(text []byte) error {
	_, err := m.in.Write(text)
	return err
}

// enter is what ends a line: a terminal's key, or a newline.
func (m *member) enter() byte {
	if m.screen {
		return '\r'
	}
	return '\n'
}

func (m *member) close() {
	if m.conn != nil {
		m.conn.Close()
	}
	m.reading.Wait()
}
