package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// loginTimeout is how long somebody waits to be let in; then they have not been.
const loginTimeout = 10 * time.Second

// loginRaw joins over raw TCP, waits until the room is shown, and leaves. phrase is for
// a registered pseudo.
func loginRaw(c net.Conn, name, phrase string) error {
	defer c.Close()
	c.SetDeadline(time.Now().Add(loginTimeout))
	lines := name + "\n"
	if phrase != "" {
		lines += phrase + "\n"
	}
	if _, err := io.WriteString(c, lines); err != nil {
		return err
	}
	_, err := awaitText(c, "/quit") // the welcome names the commands
	return err
}

// loginSSH joins over ssh without a terminal, waits until the room is shown, and leaves.
func loginSSH(c net.Conn, name, answer string) (*wire, error) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(loginTimeout))
	w, err := dialSSH(c)
	if err != nil {
		return nil, err
	}
	if err := w.enter(name, answer, false, wideWindow); err != nil {
		return nil, err
	}
	_, err = awaitText(packets{w}, "/quit")
	return w, err
}

// packets reads what the packets of a wire hold.
type packets struct{ *wire }

// Read implements io.Reader for a buffer that is larger than any packet of salon's.
func (p packets) Read(b []byte) (int, error) {
	packet, err := p.ReadPacket()
	if err == nil && packet[0] == msgChannelClose {
		err = io.EOF
	}
	return copy(b, packet), err
}

// awaitText reads until a text has come, and returns all that came.
func awaitText(r io.Reader, text string) ([]byte, error) {
	var got []byte
	buf := make([]byte, 32<<10)
	for !bytes.Contains(got, []byte(text)) {
		n, err := r.Read(buf)
		got = append(got, buf[:n]...)
		if err != nil {
			return got, fmt.Errorf("not let in after %.200q: %w", got[max(0, len(got)-200):], err)
		}
	}
	return got, nil
}

// register registers a pseudo over raw TCP, and leaves.
func register(c net.Conn, name, phrase string) error {
	defer c.Close()
	c.SetDeadline(time.Now().Add(loginTimeout))
	if _, err := fmt.Fprintf(c, "%s\n/register %s\n/whois\n/quit\n", name, phrase); err != nil {
		return err
	}
	_, err := awaitText(c, "/unregister\"")
	return err
}

// probe logs in again and again, each time from an address of its own, and keeps how
// long that took.
type probe struct {
	mu      sync.Mutex
	worst   time.Duration
	logins  int
	refused error // of the last that was not let in
	failed  int
}

// probeEvery is how long somebody who logs in waits after the last time.
const probeEvery = 250 * time.Millisecond

// run logs in until ctx ends, and returns when the last login is over.
func (p *probe) run(ctx context.Context, addr string, front byte, login func(c net.Conn, name string) error) {
	for i := int64(0); ctx.Err() == nil; i++ {
		began := time.Now()
		err := func() error {
			d := net.Dialer{LocalAddr: &net.TCPAddr{IP: address(netInnocents, 2*i+int64(front&1))}, Timeout: loginTimeout}
			c, err := d.Dial("tcp", addr)
			if err != nil {
				return err
			}
			return login(c, fmt.Sprintf("v%c%d", front, i))
		}()
		p.count(time.Since(began), err)
		sleep(ctx, probeEvery)
	}
}

func (p *probe) count(d time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.logins++
	p.worst = max(p.worst, d)
	if err != nil {
		p.failed++
		p.refused = err
	}
}

// errNobody is of a probe that never logged in.
var errNobody = errors.New("nobody logged in")

// result is the longest login, and why somebody was not let in.
func (p *probe) result() (time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.logins == 0:
		return 0, errNobody
	case p.failed > 0:
		return p.worst, fmt.Errorf("%d of %d logins failed: %w", p.failed, p.logins, p.refused)
	}
	return p.worst, nil
}
