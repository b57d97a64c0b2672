package sshui

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// bubble is a room with one session at a terminal, without a network and in a time
// of its own (package synctest): hours pass at once, and what is sent is known to
// the moment.
type bubble struct {
	t        *testing.T
	room     *room.Room
	server   *Server
	ch       *channel
	emulator *emulator // guarded by mu
	typing   *io.PipeWriter
	ended    chan struct{}

	mu     sync.Mutex
	writes []written
	text   []byte
	code   int // -1 before the end
	left   time.Time
	joined map[string]*room.Session
}

// written is one write to the terminal.
type written struct {
	when time.Time
	size int
	head bool // it begins a frame, which may take several writes
}

// inBubble runs a test with ann at a terminal of 80x24, once she is in.
func inBubble(t *testing.T, cfg room.Config, change func(*channel), test func(b *bubble)) {
	t.Helper()
	inBubbleOn(t, cfg, room.NewMemoryStore(), change, test)
}

// inBubbleOn is inBubble in a room on that store.
func inBubbleOn(t *testing.T, cfg room.Config, store room.Store, change func(*channel), test func(b *bubble)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bubble{t: t, emulator: newEmulator(80, 24), code: -1, ended: make(chan struct{}), joined: map[string]*room.Session{}}
		var err error
		if b.room, err = room.New(t.Context(), cfg, room.NewMemoryLog(), store); err != nil {
			t.Fatal(err)
		}
		if b.server, err = newServer(Config{Version: "salon", HostKeys: []gossh.Signer{newKey(t)}}, b.room, defaultTimeouts(), unlimited(maxUnread)); err != nil {
			t.Fatal(err)
		}
		b.openSession(change)
		test(b)
		b.close()
	})
}

// openSession opens ann's session.
func (b *bubble) openSession(change func(*channel)) {
	reading, typing := io.Pipe()
	b.typing = typing
	b.ch = b.server.newChannel(&cable{b, reading}, &gossh.ServerConn{Conn: caller{}})
	b.ch.lost = &atomic.Bool{}
	b.ch.started, b.ch.term, b.ch.pty, b.ch.errs = true, "xterm-256color", true, b.ch.out
	if change != nil {
		change(b.ch)
	}
	go b.emulator.answering(typing)
	go func() {
		defer close(b.ended)
		b.ch.serve()
		b.ch.end(&state.Ending{Cause: state.Lost})
	}()
	b.calm()
}

// calm lets all that is under way come to rest.
func (b *bubble) calm() {
	time.Sleep(maxGap)
	synctest.Wait()
}

func (b *bubble) close() {
	for _, s := range b.joined {
		s.Close(state.Ending{Cause: state.Quit})
	}
	b.typing.Close()
	<-b.ended
	b.emulator.breaks()
	b.room.Stop("")
	b.server.Shutdown(context.Background())
	b.room.Close()
}

// send types, and does not wait for what becomes of it.
func (b *bubble) send(text string) {
	if _, err := io.WriteString(b.typing, text); err != nil {
		b.t.Errorf("nobody reads %q: %v", text, err)
	}
}

// says has somebody who is not at a terminal of the test say something.
func (b *bubble) says(who, line string) {
	b.t.Helper()
	s := b.joined[who]
	if s == nil {
		var err error
		if s, err = b.room.Join(b.t.Context(), room.Entry{Pseudo: text.Pseudo(who), Front: "tcp"}); err != nil {
			b.t.Fatal(err)
		}
		b.joined[who] = s
	}
	if _, err := s.Do(b.t.Context(), line); err != nil {
		b.t.Errorf("%s: %s: %v", who, line, err)
	}
}

// since returns the writes to the terminal after the first n.
func (b *bubble) since(n int) []written {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.writes[n:])
}

func (b *bubble) count() int { return len(b.since(0)) }

// shown is all that was sent to the terminal.
func (b *bubble) shown() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}

func (b *bubble) rows() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.emulator.look()
}

func (b *bubble) picture() string { return strings.Join(b.rows(), "\n") }

func (b *bubble) bottom() string {
	rows := b.rows()
	return rows[len(rows)-1]
}

// want checks that something is to be seen.
func (b *bubble) want(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if !strings.Contains(b.picture(), text) {
			b.t.Errorf("%q is not to be seen in\n%s", text, b.picture())
		}
	}
}

// said is what ann has said, as the room knows it.
func (b *bubble) said() (list []string) {
	b.t.Helper()
	for _, s := range b.messages() {
		list = append(list, s.Text)
	}
	return list
}

// messages are what ann has said, in whichever room.
func (b *bubble) messages() (list []state.Said) {
	b.t.Helper()
	console := b.room.Watch(room.Prefs{})
	defer console.Close(state.Ending{Cause: state.Quit})
	first, next := console.Held()
	for place := first; place < next; place++ {
		if e := console.At(place); e != nil {
			if s, ok := e.Body.(state.Said); ok && s.From == "ann" {
				list = append(list, s)
			}
		}
	}
	return list
}

// cable is the channel to ann.
type cable struct {
	b *bubble
	*io.PipeReader
}

func (c *cable) Write(p []byte) (int, error) {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	c.b.writes = append(c.b.writes, written{time.Now(), len(p), bytes.Contains(p, []byte("\x1b[?25l"))})
	c.b.text = append(c.b.text, p...)
	return c.b.emulator.Write(p)
}

func (c *cable) SendRequest(kind string, _ bool, payload []byte) (bool, error) {
	if kind == "exit-status" {
		c.b.mu.Lock()
		defer c.b.mu.Unlock()
		c.b.code, c.b.left = int(payload[3]), time.Now()
	}
	return false, nil
}

func (c *cable) CloseWrite() error     { return nil }
func (c *cable) Stderr() io.ReadWriter { return nil }
func (c *cable) Close() error          { return c.PipeReader.Close() }

// caller is ann's connection.
type caller struct{ gossh.Conn }

func (caller) User() string          { return "ann" }
func (caller) ClientVersion() []byte { return []byte("SSH-2.0-test") }
func (caller) RemoteAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 4242} }
func (caller) Close() error          { return nil }

// wantEnd waits until ann's session has ended, and checks that it took no time, and
// that her terminal is as it was.
func (b *bubble) wantEnd(within time.Duration, code int) {
	b.t.Helper()
	start := time.Now()
	<-b.ended
	b.mu.Lock()
	defer b.mu.Unlock()
	if took := b.left.Sub(start); took > within {
		b.t.Errorf("leaving took %v", took)
	}
	if b.code != code || !b.emulator.sane() {
		b.t.Errorf("exit code %d, want %d; alternate screen %v, modes %v", b.code, code, b.emulator.alt, b.emulator.modes)
	}
}

func TestAnIdleScreenIsSentNothing(t *testing.T) {
	inBubble(t, room.Config{}, nil, func(b *bubble) {
		b.says("bob", "bonjour")
		b.says("cléo", "salut")
		b.calm()
		b.want("bob │ bonjour", "cléo │ salut")
		before := b.count()
		time.Sleep(48 * time.Hour) // midnight too
		b.says("bob", "@cléo rien pour ann")
		b.calm()
		if got := b.since(before); len(got) != 0 {
			t.Errorf("sent %v", got)
		}
		b.says("bob", "debout")
		b.calm()
		if b.want("bob │ debout"); len(b.since(before)) != 1 {
			t.Errorf("one message sends %v", b.since(before))
		}
	})
}

func TestFramesAreApartHoweverMuchIsSaid(t *testing.T) {
	inBubble(t, room.Config{}, nil, func(b *bubble) {
		b.says("bob", "début")
		b.calm()
		before := b.count()
		for i := range 500 { // all in one moment
			b.says("bob", fmt.Sprint("rafale ", i))
		}
		b.calm()
		if b.want("│ rafale 499"); len(b.since(before)) > 2 {
			t.Errorf("500 messages at once send %v", b.since(before))
		}
		before = b.count()
		for i := range 1000 { // a second of them, and of typing
			b.says("bob", fmt.Sprint("averse ", i))
			b.send("x")
			time.Sleep(time.Millisecond)
		}
		b.calm()
		b.want("│ averse 999")
		b.wantApart(before, int(time.Second/frameGap)+2)
		before = b.count()
		start := time.Now()
		b.says("bob", "après le calme")
		b.calm()
		if got := b.since(before); len(got) != 1 || got[0].when != start {
			t.Errorf("the first message after a while, of %v, sends %v", start, got)
		}
	})
}

// wantApart checks that the frames after the first n are at most so many, and none
// too soon after another.
func (b *bubble) wantApart(n, most int) {
	b.t.Helper()
	frames := slices.DeleteFunc(b.since(n), func(w written) bool { return !w.head })
	if len(frames) > most {
		b.t.Errorf("%d frames, want at most %d", len(frames), most)
	}
	for i := 1; i < len(frames); i++ {
		if gap := frames[i].when.Sub(frames[i-1].when); gap < frameGap {
			b.t.Errorf("two frames are %v apart", gap)
		}
	}
}

func TestAStormOfResizesIsPaintedAFewTimesAndTheLastSizeWins(t *testing.T) {
	inBubble(t, room.Config{}, nil, func(b *bubble) {
		b.send("gardé")
		b.calm()
		before := b.count()
		for i := range uint32(1000) {
			b.ch.setWindow(gossh.Marshal(windowChange{20 + i%480, 5 + i%195, 0, 0}))
		}
		b.mu.Lock()
		b.emulator.Resize(80, 24)
		b.mu.Unlock()
		b.ch.setWindow(gossh.Marshal(windowChange{80, 24, 0, 0}))
		b.calm()
		b.wantApart(before, 2)
		if rows := b.rows(); len(rows) != 24 || b.bottom() != nothingTyped+" gardé" || !strings.Contains(rows[0], "salon") {
			t.Errorf("after the storm:\n%s", b.picture())
		}
	})
}

// A terminal that went to another size and back between two frames has lost what it
// showed.
func TestATerminalBackAtItsSizeIsPaintedAnew(t *testing.T) {
	inBubble(t, room.Config{}, nil, func(b *bubble) {
		want := b.picture()
		b.mu.Lock()
		b.emulator.Resize(20, 5)
		b.emulator.Resize(80, 24)
		b.mu.Unlock()
		b.ch.setWindow(gossh.Marshal(windowChange{20, 5, 0, 0}))
		b.ch.setWindow(gossh.Marshal(windowChange{80, 24, 0, 0}))
		b.calm()
		if got := b.picture(); got != want {
			t.Errorf("it shows\n%s\nnot\n%s", got, want)
		}
	})
}
