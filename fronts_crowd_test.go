package main_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/hostkeys"
	"salon/rawtcp"
	"salon/room"
	"salon/room/state"
	"salon/sshui"
)

// crowd is a room, both its fronts and all their clients.
type crowd struct {
	t       testing.TB
	room    *room.Room
	ssh     *sshui.Server
	tcp     *rawtcp.Server
	running sync.WaitGroup // of the test: everything that must end with it
	hangUp  []func()

	readers  []*reader
	watchers []*watcher
	speakers []io.Writer
	said     int // by each speaker

	heard  atomic.Int64 // messages, by all readers together
	target atomic.Int64
	whole  chan struct{} // heard has reached target

	mu      sync.Mutex
	order   []string // the console's
	left    []state.Left
	joined  int
	changed chan struct{} // cap 1
}

// gather opens the room and lets everybody in.
func gather(t testing.TB) *crowd {
	t.Helper()
	c := &crowd{t: t, whole: make(chan struct{}, 1), changed: make(chan struct{}, 1)}
	var err error
	if c.room, err = room.New(context.Background(), room.Config{}, room.NewMemoryLog(), room.NewMemoryStore()); err != nil {
		t.Fatal(err)
	}
	key, err := hostkeys.Ephemeral()
	c.ok(err)
	if c.ssh, err = sshui.New(sshui.Config{HostKeys: []gossh.Signer{key}, Version: "salon"}, c.room); err != nil {
		t.Fatal(err)
	}
	c.tcp = rawtcp.New(rawtcp.Config{}, c.room)
	c.watch()
	sshAddr, tcpAddr := c.serve(c.ssh.Serve), c.serve(c.tcp.Serve)
	for i := range perFront {
		c.enterSSH(sshAddr, i)
		c.enterTCP(tcpAddr, i)
	}
	c.await("everybody is in", func() bool { return c.joined == 2*perFront })
	return c
}

func (c *crowd) ok(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *crowd) serve(serve func(net.Listener) error) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	c.ok(err)
	c.running.Go(func() { serve(narrow{l}) })
	return l.Addr().String()
}

// narrow makes connections whose socket holds little, so that whoever does not
// read is stuck soon.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(128 << 10)
	}
	return c, err
}

// close lets everybody out.
func (c *crowd) close() {
	c.room.Stop("")
	for _, hangUp := range c.hangUp {
		hangUp()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c.ssh.Shutdown(ctx)
	c.tcp.Shutdown(ctx)
	c.room.Close()
	c.running.Wait()
}

// watch follows the room through its console.
func (c *crowd) watch() {
	console := c.room.Watch(room.Prefs{})
	c.running.Go(func() {
		defer console.Close(state.Ending{Cause: state.Quit})
		console.Follow(nil, func(items []room.Item) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			for _, it := range items {
				c.note(it)
			}
			select {
			case c.changed <- struct{}{}:
			default:
			}
			return nil
		})
	})
}

func (c *crowd) note(it room.Item) {
	if it.Event == nil {
		return
	}
	switch b := it.Event.Body.(type) {
	case state.Joined:
		c.joined++
	case state.Left:
		c.left = append(c.left, b)
	case state.Said:
		id, _, _ := strings.Cut(strings.TrimPrefix(b.Text, "<"), ">")
		c.order = append(c.order, id)
	}
}

// await waits for something that the console will see; ok is called under mu.
func (c *crowd) await(what string, ok func() bool) {
	c.t.Helper()
	late := time.After(crowdWaits)
	for {
		c.mu.Lock()
		done := ok()
		c.mu.Unlock()
		if done {
			return
		}
		select {
		case <-c.changed:
		case <-late:
			c.t.Fatalf("waited in vain until %s: %d joined, %v left", what, c.joined, c.left)
		}
	}
}

// enterTCP lets in a member by raw TCP.
func (c *crowd) enterTCP(addr string, i int) {
	var d net.Dialer
	deaf := i < deafEach
	if deaf {
		d.Control = func(_, _ string, raw syscall.RawConn) error {
			return raw.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
		}
	}
	conn, err := d.Dial("tcp", addr)
	c.ok(err)
	c.hangUp = append(c.hangUp, func() { conn.Close() })
	fmt.Fprintf(conn, "%s\n", name("tcp", i, deaf))
	if deaf {
		return
	}
	c.listen(conn)
	if i < deafEach+speakers/2 {
		c.speakers = append(c.speakers, conn)
	}
}

func name(front string, i int, deaf bool) string {
	if deaf {
		return fmt.Sprintf("sourd-%s-%d", front, i)
	}
	return fmt.Sprintf("%s-%d", front, i)
}

// ears is a connection whose client may stop reading altogether.
type ears struct {
	net.Conn
	deaf atomic.Bool
	gone chan struct{}
	once sync.Once
}

func (e *ears) Read(p []byte) (int, error) {
	if e.deaf.Load() {
		<-e.gone
		return 0, net.ErrClosed
	}
	return e.Conn.Read(p)
}

func (e *ears) Close() error {
	e.once.Do(func() { close(e.gone) })
	return e.Conn.Close()
}

// enterSSH lets in a member by ssh. Of those who never read, some leave their
// channel's window full, others the whole connection.
func (c *crowd) enterSSH(addr string, i int) {
	deaf := i < deafEach
	raw, err := net.Dial("tcp", addr)
	c.ok(err)
	conn := &ears{Conn: raw, gone: make(chan struct{})}
	login := &gossh.ClientConfig{
		User: name("ssh", i, deaf), HostKeyCallback: gossh.InsecureIgnoreHostKey(),
		Auth: []gossh.AuthMethod{gossh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) { return nil, nil })},
	}
	login.KeyExchanges = []string{gossh.KeyExchangeCurve25519} // four hundred handshakes: the quick one
	over, channels, requests, err := gossh.NewClientConn(conn, addr, login)
	c.ok(err)
	client := gossh.NewClient(over, channels, requests)
	c.hangUp = append(c.hangUp, func() { client.Close() })
	ch, replies, err := client.OpenChannel("session", nil)
	c.ok(err)
	c.running.Go(func() { gossh.DiscardRequests(replies) })
	switch {
	case i >= perFront-screens:
		c.terminal(ch, "xterm")
		c.request(ch, "shell", nil)
		c.look(ch)
		return
	case i >= perFront-screens-terminals:
		c.terminal(ch, "dumb")
	}
	c.request(ch, "shell", nil)
	switch {
	case deaf:
		conn.deaf.Store(i%2 == 0)
		return
	case i < deafEach+speakers/2:
		c.speakers = append(c.speakers, ch)
	}
	c.listen(ch)
}

// terminal asks for one on which the beginning of a long message is to be seen.
func (c *crowd) terminal(ch gossh.Channel, term string) {
	c.t.Helper()
	c.request(ch, "pty-req", gossh.Marshal(struct {
		Term                         string
		Columns, Rows, Width, Height uint32
		Modes                        string
	}{Term: term, Columns: 200, Rows: 60}))
}

func (c *crowd) request(ch gossh.Channel, kind string, payload []byte) {
	c.t.Helper()
	if ok, err := ch.SendRequest(kind, true, payload); !ok || err != nil {
		c.t.Fatalf("%s: %v, %v", kind, ok, err)
	}
}

// reader is somebody who reads. What it has heard is its own until it has ended.
type reader struct {
	mu    sync.Mutex
	heard []string
}

// listen reads all that somebody is sent, and keeps the messages' numbers.
func (c *crowd) listen(from io.Reader) {
	r := &reader{}
	c.readers = append(c.readers, r)
	c.eachNumber(from, func(id string) {
		r.mu.Lock()
		r.heard = append(r.heard, id)
		r.mu.Unlock()
		if c.heard.Add(1) == c.target.Load() {
			c.whole <- struct{}{}
		}
	})
}

// eachNumber reads all that somebody is sent, and takes the messages' numbers.
func (c *crowd) eachNumber(from io.Reader, take func(id string)) {
	c.running.Go(func() {
		in := bufio.NewReaderSize(from, 8<<10)
		for skip(in, '<') == nil {
			id, err := in.ReadString('>')
			if err != nil {
				return
			}
			take(strings.TrimSuffix(id, ">"))
		}
	})
}

// watcher is somebody with a screen: of many messages at once it shows the last.
type watcher struct {
	mu   sync.Mutex
	last string // message's number that was painted
	seen chan struct{}
}

// look reads all that somebody with a screen is sent.
func (c *crowd) look(from io.Reader) {
	w := &watcher{seen: make(chan struct{}, 1)}
	c.watchers = append(c.watchers, w)
	c.eachNumber(from, func(id string) {
		w.mu.Lock()
		w.last = id
		w.mu.Unlock()
		select {
		case w.seen <- struct{}{}:
		default:
		}
	})
}

// checkScreens checks that every screen has come to show the room's last message.
func (c *crowd) checkScreens() {
	c.mu.Lock()
	want := c.order[len(c.order)-1]
	c.mu.Unlock()
	late := time.After(crowdWaits)
	for i, w := range c.watchers {
		for last := ""; last != want; {
			select {
			case <-w.seen:
			case <-late:
				c.t.Fatalf("screen %d shows %s at last, not %s", i, last, want)
			}
			w.mu.Lock()
			last = w.last
			w.mu.Unlock()
		}
	}
}
