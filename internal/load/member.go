package load

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

// arrival is how long a member waits to be let in.
const arrival = 30 * time.Second

// member is one of those who joined.
type member struct {
	reader
	name    string
	room    string // that it goes to; "" for the first
	stalled bool
	tally   *tally

	conn    *counted  // nil before dial
	in      io.Writer // what the member types
	session *ssh.Session
	said    []byte      // the last message, whose memory the next one takes
	detach  func() bool // lets the connection outlive the context of dial
	reading sync.WaitGroup
}

// counted is a connection that knows how many bytes came over it.
type counted struct {
	net.Conn
	n atomic.Int64
}

// Read implements net.Conn.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// dial connects to the server. The connection ends with ctx, unless detach is called
// first.
func (m *member) dial(ctx context.Context, addr string) error {
	d := net.Dialer{Timeout: arrival}
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	conn.SetDeadline(time.Now().Add(arrival)) // until it is welcome
	m.conn = &counted{Conn: conn}
	m.detach = context.AfterFunc(ctx, func() { conn.Close() })
	return nil
}

// joinTCP joins over raw TCP.
func (m *member) joinTCP(ctx context.Context, addr string) error {
	if err := m.dial(ctx, addr); err != nil {
		return err
	}
	m.in = m.conn
	if _, err := fmt.Fprintf(m.conn, "%s\r\n", m.name); err != nil {
		return err
	}
	return m.welcome(m.conn)
}

// joinSSH joins over ssh, without a key, on a terminal unless width is 0.
func (m *member) joinSSH(ctx context.Context, addr string, width, height int) error {
	if err := m.dial(ctx, addr); err != nil {
		return err
	}
	c, channels, requests, err := ssh.NewClientConn(m.conn, addr, &ssh.ClientConfig{
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
	m.session = session
	return m.welcome(out)
}

// otherScreen is what turns to a terminal's other screen (xterm's mode 1049): who
// is let in is painted one, on which a busy room may have passed over their name.
const otherScreen = "\x1b[?1049h"

// welcome reads until the member's name has come back, or a screen, then goes on
// reading in the background unless the member is to stall.
func (m *member) welcome(out io.Reader) error {
	var got []byte
	buf := make([]byte, 4<<10)
	for !bytes.Contains(got, []byte(m.name)) && !(m.screen && bytes.Contains(got, []byte(otherScreen))) {
		n, err := out.Read(buf)
		got = append(got, buf[:n]...)
		if err != nil {
			return fmt.Errorf("not let in after %q: %w", got[max(0, len(got)-200):], err)
		}
	}
	if err := m.goToRoom(out, buf); err != nil {
		return err
	}
	m.conn.SetDeadline(time.Time{})
	if !m.stalled {
		m.reading.Go(func() { m.read(out, buf) })
	}
	return nil
}

// goToRoom has the member look at its room, and reads until it is said to.
func (m *member) goToRoom(out io.Reader, buf []byte) error {
	if m.room == "" {
		return nil
	}
	if _, err := fmt.Fprintf(m.in, "/join %s\n", m.room); err != nil {
		return err
	}
	var got []byte
	for !bytes.Contains(got, []byte(m.room)) {
		n, err := out.Read(buf)
		got = append(got, buf[:n]...)
		if err != nil {
			return fmt.Errorf("not in %s after %q: %w", m.room, got[max(0, len(got)-200):], err)
		}
	}
	return nil
}

// read looks for marks in all that comes, until the connection ends.
func (m *member) read(out io.Reader, buf []byte) {
	kept := 0 // of a mark that may go on in the next read
	for {
		n, err := out.Read(buf[kept:])
		end := kept + n
		used := m.countMarks(buf[:end])
		kept = copy(buf, buf[used:end])
		if err != nil {
			return
		}
	}
}

// countMarks counts every mark in b, and returns how many bytes will not be needed
// again.
func (m *member) countMarks(b []byte) int {
	at := 0
	for now := m.tally.now(); ; {
		i := bytes.IndexByte(b[at:], markSign)
		if i < 0 {
			return len(b)
		}
		at += i
		k, size, ok := parseMark(b[at:])
		switch {
		case ok:
			m.tally.delivered(&m.reader, k, now)
			at += size
		case len(b)-at < maxMark:
			return at // perhaps its end is yet to come
		default:
			at++
		}
	}
}

// say sends one message of so many bytes, or as long as its mark.
func (m *member) say(k mark, size int) error {
	b := appendMark(m.said[:0], k)
	if left := size - len(b) - 1; left > 0 {
		b = append(append(b, ' '), bytes.Repeat([]byte("x"), left)...)
	}
	end := byte('\n')
	if m.screen {
		end = '\r' // a terminal's key
	}
	m.said = append(b, end)
	_, err := m.in.Write(m.said)
	return err
}

func (m *member) close() {
	if m.conn != nil {
		m.conn.Close()
	}
	m.reading.Wait()
}
