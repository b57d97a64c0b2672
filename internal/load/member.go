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
	stalled bool
	tally   *tally

	conn    net.Conn
	in      io.Writer
	got     *counted
	attend  func() bool // keeps the connection when what it was made for is over
	reading sync.WaitGroup
}

// readersOf returns what members were shown.
func readersOf(members []*member) (list []*reader) {
	for _, m := range members {
		list = append(list, &m.reader)
	}
	return list
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

// dial connects to the server. The connection ends with ctx, unless the member
// attends first.
func (m *member) dial(ctx context.Context, addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: arrival}
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(arrival)) // until it is welcome
	m.got = &counted{Conn: conn}
	m.conn = m.got
	m.attend = context.AfterFunc(ctx, func() { conn.Close() })
	return m.got, nil
}

// joinTCP joins over raw TCP.
func (m *member) joinTCP(ctx context.Context, addr string) error {
	conn, err := m.dial(ctx, addr)
	if err != nil {
		return err
	}
	m.in = conn
	if _, err := fmt.Fprintf(conn, "%s\r\n", m.name); err != nil {
		return err
	}
	return m.welcome(conn)
}

// joinSSH joins over ssh, without a key, on a terminal unless width is 0.
func (m *member) joinSSH(ctx context.Context, addr string, width, height int) error {
	conn, err := m.dial(ctx, addr)
	if err != nil {
		return err
	}
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
	m.conn.SetDeadline(time.Time{})
	if !m.stalled {
		m.reading.Go(func() { m.read(out, buf) })
	}
	return nil
}

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
