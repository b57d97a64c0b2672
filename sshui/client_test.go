package sshui

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/room/roomtest"
	"salon/room/text"
)

// entering answers a keyboard-interactive login that asks nothing.
func entering() gossh.AuthMethod {
	return gossh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) { return nil, nil })
}

// clientConfig logs in as user, with its key or without one.
func clientConfig(user string, keys ...gossh.Signer) *gossh.ClientConfig {
	auth := entering()
	if len(keys) > 0 {
		auth = gossh.PublicKeys(keys...)
	}
	return &gossh.ClientConfig{User: user, Auth: []gossh.AuthMethod{auth}, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: patience}
}

// dial connects as user, with its key or without one.
func (h *harness) dial(user string, keys ...gossh.Signer) *gossh.Client {
	h.T.Helper()
	return h.dialWith(clientConfig(user, keys...))
}

func (h *harness) dialWith(cfg *gossh.ClientConfig) *gossh.Client {
	h.T.Helper()
	raw := h.Dial()
	raw.SetDeadline(time.Time{}) // it is read all the time
	over, channels, requests, err := gossh.NewClientConn(raw, h.Addr, cfg)
	if err != nil {
		h.T.Fatalf("dial as %s: %v", cfg.User, err)
	}
	c := gossh.NewClient(over, channels, requests)
	h.T.Cleanup(func() { c.Close() })
	return c
}

// transcript keeps all that arrives.
type transcript struct {
	roomtest.Bell
	mu   sync.Mutex
	text []byte
	also io.Writer // shown the same, under mu; may be nil
}

func (tr *transcript) Write(p []byte) (int, error) {
	tr.mu.Lock()
	tr.text = append(tr.text, p...)
	if tr.also != nil {
		tr.also.Write(p)
	}
	tr.mu.Unlock()
	tr.Ring()
	return len(p), nil
}

func (tr *transcript) String() string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return string(tr.text)
}

func (tr *transcript) awaitText(t testing.TB, want string) {
	t.Helper()
	tr.Await(t, func() string { return fmt.Sprintf("never shown %q, but\n%s", want, tr) }, func() bool {
		return strings.Contains(tr.String(), want)
	})
}

// clientChannel is a session channel, as a client holds it.
type clientChannel struct {
	gossh.Channel
	t        testing.TB
	out, err *transcript
	closed   chan struct{}
	status   int // once closed; -1 without one
}

// openChannel opens a session channel. What arrives is read all the time.
func openChannel(t testing.TB, c *gossh.Client) *clientChannel {
	t.Helper()
	return openChannelOn(t, c, nil)
}

func openChannelOn(t testing.TB, c *gossh.Client, screen io.Writer) *clientChannel {
	t.Helper()
	ch, requests, err := c.OpenChannel("session", nil)
	if err != nil {
		t.Fatalf("open a session: %v", err)
	}
	s := &clientChannel{Channel: ch, t: t, out: &transcript{also: screen}, err: &transcript{}, closed: make(chan struct{}), status: -1}
	var reading sync.WaitGroup
	reading.Go(func() { io.Copy(s.out, ch) })
	reading.Go(func() { io.Copy(s.err, ch.Stderr()) })
	go func() {
		defer close(s.closed)
		for r := range requests {
			if r.Type == "exit-status" {
				var v struct{ Code uint32 }
				gossh.Unmarshal(r.Payload, &v)
				s.status = int(v.Code)
			}
			r.Reply(false, nil)
		}
		ch.Close()
		reading.Wait()
	}()
	return s
}

// ask makes a channel request and returns whether it was granted.
func (s *clientChannel) ask(kind string, payload any) bool {
	s.t.Helper()
	data, raw := payload.([]byte)
	if !raw && payload != nil {
		data = gossh.Marshal(payload)
	}
	ok, err := s.SendRequest(kind, true, data)
	if err != nil {
		s.t.Fatalf("%s: %v", kind, err)
	}
	return ok
}

func (s *clientChannel) must(kind string, payload any) {
	s.t.Helper()
	if !s.ask(kind, payload) {
		s.t.Fatalf("%s refused", kind)
	}
}

// The payloads of RFC 4254, section 6.
type (
	ptyRequest struct {
		Term                         string
		Columns, Rows, Width, Height uint32
		Modes                        string
	}
	windowChange struct{ Columns, Rows, Width, Height uint32 }
	envRequest   struct{ Name, Value string }
	execRequest  struct{ Command string }
	signalSent   struct{ Name string }
)

// exit waits for the end of the session and returns its exit code; -1 means that
// none came.
func (s *clientChannel) exit() int {
	s.t.Helper()
	select {
	case <-s.closed:
	case <-time.After(patience):
		s.t.Fatalf("the session never ended; it showed\n%s\nand on stderr\n%s", s.out, s.err)
	}
	return s.status
}

// wantExit checks how the session ends, and what it tells on stderr.
func (s *clientChannel) wantExit(code int, tells ...string) {
	s.t.Helper()
	got := s.exit()
	missing := func(text string) bool { return !strings.Contains(s.err.String(), text) }
	if got != code || slices.ContainsFunc(tells, missing) {
		s.t.Errorf("exit code %d, want %d, with %q; it showed\n%s\nand on stderr\n%s", got, code, tells, s.out, s.err)
	}
}

func (s *clientChannel) send(text string) {
	s.t.Helper()
	if _, err := io.WriteString(s, text); err != nil {
		s.t.Fatalf("send: %v", err)
	}
}

// pipe joins without a terminal, as `ssh -T` does, and waits to be in.
func (h *harness) pipe(user string, keys ...gossh.Signer) *clientChannel {
	h.T.Helper()
	s := openChannel(h.T, h.dial(user, keys...))
	s.must("shell", nil)
	h.AwaitJoined(h.T, text.Pseudo(user))
	return s
}

// run does one command, as `ssh user@host command` does, and returns at its end.
func (h *harness) run(user, command string, keys ...gossh.Signer) *clientChannel {
	h.T.Helper()
	c := h.dial(user, keys...)
	defer c.Close()
	s := openChannel(h.T, c)
	s.must("exec", execRequest{command})
	s.exit()
	return s
}
