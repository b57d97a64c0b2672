package rawtcp

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"salon/internal/front"
	"salon/room"
	"salon/room/lang"
	"salon/room/roomtest"
	"salon/room/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = roomtest.Patience

var french = lang.Of(state.French)

// harness is a room with a raw TCP front on a port of its own, and its operator's
// console.
type harness struct {
	*roomtest.Harness
	server *Server
}

// build changes what a harness is made from, before it opens.
type build struct {
	room   room.Config
	waits  timeouts
	pace   front.Pace
	store  room.Store
	listen func(net.Listener) net.Listener
	wired  bool // see [roomtest.Harness.Wire]
	log    *slog.Logger
	limits front.Limits
}

// wired is a harness that stands in a time of its own.
func wired(b *build) { b.wired = true }

// open opens a harness for the length of a test: no limits of rate or pace, French, and
// default timeouts, unless change says otherwise.
func open(t testing.TB, change ...func(*build)) *harness {
	t.Helper()
	b := build{waits: defaultTimeouts(), store: room.NewMemoryStore()}
	b.room.PassMemory, b.room.PassTime = 64, 1
	for _, c := range change {
		c(&b)
	}
	h := &harness{Harness: roomtest.Open(t, b.room, b.store)}
	if b.wired {
		h.Wire()
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	admission := front.NewAdmission(b.limits, b.log)
	t.Cleanup(admission.Close)
	h.server = newServer(Config{Log: b.log, Admission: admission}, h.Room, b.waits, b.pace)
	h.Serve(h.server, b.listen)
	return h
}

// caller is a client; what arrives is read all the time.
type caller struct {
	net.Conn
	roomtest.Bell
	t      testing.TB
	ended  chan struct{} // closed at the end of what arrives
	mu     sync.Mutex
	text   []byte
	broken error // at the end: nil, or how the connection broke
}

// call connects.
func (h *harness) call() *caller {
	h.T.Helper()
	c := &caller{Conn: h.Dial(), t: h.T, ended: make(chan struct{})}
	go c.listen()
	h.T.Cleanup(func() { c.Close(); <-c.ended })
	return c
}

func (c *caller) listen() {
	defer close(c.ended)
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		c.mu.Lock()
		c.text = append(c.text, buf[:n]...)
		if !errors.Is(err, io.EOF) {
			c.broken = err
		}
		c.mu.Unlock()
		c.Ring()
		if err != nil {
			return
		}
	}
}

// join connects and takes a pseudo.
func (h *harness) enter(pseudo string) *caller {
	h.T.Helper()
	c := h.call()
	c.send(pseudo + "\r\n")
	c.awaitText("Bienvenue, " + pseudo)
	return c
}

func (c *caller) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

func (c *caller) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.text)
}

func (c *caller) awaitText(want string) {
	c.t.Helper()
	c.Await(c.t, func() string { return fmt.Sprintf("never shown %q, but\n%s", want, c) }, func() bool {
		return strings.Contains(c.String(), want)
	})
}

// closeWrite says that nothing more comes.
func (c *caller) closeWrite() { c.Conn.(*net.TCPConn).CloseWrite() }

// wantEnd waits until the server hangs up, which it must do without breaking the
// connection, after these words.
func (c *caller) wantEnd(last string) {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(patience):
		c.t.Fatalf("never hung up after\n%s", c)
	}
	if c.broken != nil {
		c.t.Errorf("the connection broke: %v", c.broken)
	}
	if !strings.HasSuffix(c.String(), last) {
		c.t.Errorf("the end is not %q but\n%q", last, c)
	}
}

// wantTalking checks that somebody sends and receives.
func (c *caller) wantTalking(h *harness, text string) {
	c.t.Helper()
	c.send(text + "\r\n")
	h.AwaitSaid(c.t, text)
	c.awaitText(": " + text)
}

const hello = "Pseudo : "

func goodbye(pseudo string) string { return fmt.Sprintf(french.Goodbye, pseudo) + "\r\n" }
