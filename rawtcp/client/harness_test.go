package client

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
	"go.uber.org/goleak"

	"salon/room/roomtest"
	"salon/room/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = roomtest.Patience

// server is the other side of a client, in the test's hands.
type server struct {
	net.Conn
	t  testing.TB
	in *bufio.Reader
}

// connect makes a connection: the client's end, and the server's.
func connect(t testing.TB) (net.Conn, *server) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	here, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	there, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	there.SetDeadline(time.Now().Add(2 * patience))
	t.Cleanup(func() { here.Close(); there.Close() })
	return here, &server{there, t, bufio.NewReader(there)}
}

func (s *server) say(text string) {
	s.t.Helper()
	if _, err := io.WriteString(s, text); err != nil {
		s.t.Fatalf("say: %v", err)
	}
}

// hear reads one line from the client.
func (s *server) hear(want string) {
	s.t.Helper()
	if got, err := s.in.ReadString('\n'); got != want || err != nil {
		s.t.Errorf("heard %q (%v), want %q", got, err, want)
	}
}

// hearEnd checks that nothing more comes.
func (s *server) hearEnd() {
	s.t.Helper()
	if got, err := io.ReadAll(s.in); len(got) != 0 || err != nil {
		s.t.Errorf("heard %q (%v), want the end", got, err)
	}
}

// tty is a terminal with somebody in front of it: an emulated screen, and keys.
type tty struct {
	t       testing.TB
	keys    chan string
	rest    string // of a key that did not fit
	mu      sync.Mutex
	changed *sync.Cond
	screen  *vt.Emulator
	sent    []byte // all that the screen was sent
	late    bool
	pressed int // times
	awaited int // times that keys were read for
}

func newTTY(t testing.TB, w, h int) *tty {
	y := &tty{t: t, keys: make(chan string, 100), screen: vt.NewEmulator(w, h)}
	y.changed = sync.NewCond(&y.mu)
	return y
}

func (y *tty) Read(b []byte) (int, error) {
	if y.rest == "" {
		y.mu.Lock()
		y.awaited++
		y.mu.Unlock()
		y.changed.Broadcast()
		keys, ok := <-y.keys
		if !ok {
			return 0, io.EOF
		}
		y.rest = keys
	}
	n := copy(b, y.rest)
	y.rest = y.rest[n:]
	return n, nil
}

func (y *tty) Write(b []byte) (int, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	defer y.changed.Broadcast()
	y.sent = append(y.sent, b...)
	return y.screen.Write(b)
}

func (y *tty) press(keys string) {
	y.mu.Lock()
	y.pressed++
	y.mu.Unlock()
	y.keys <- keys
}

// awaitTaken waits until all keys pressed are done with: more are read for.
func (y *tty) awaitTaken() {
	y.t.Helper()
	y.awaitThat("was done with what was typed", func() bool { return y.awaited > y.pressed })
}

// rowsLocked returns all that is to be seen, what has scrolled away first,
// without the empty rows at the end.
func (y *tty) rowsLocked() []string {
	var rows []string
	for i := range y.screen.ScrollbackLen() {
		rows = append(rows, y.row(func(x int) *uv.Cell { return y.screen.ScrollbackCellAt(x, i) }))
	}
	for i := range y.screen.Height() {
		rows = append(rows, y.row(func(x int) *uv.Cell { return y.screen.CellAt(x, i) }))
	}
	for len(rows) > 0 && rows[len(rows)-1] == "" {
		rows = rows[:len(rows)-1]
	}
	return rows
}

func (y *tty) row(cell func(x int) *uv.Cell) string {
	var row strings.Builder
	for x := range y.screen.Width() {
		if c := cell(x); c != nil {
			row.WriteString(c.Content)
		}
	}
	return strings.TrimRight(row.String(), " ")
}

// awaitScreen waits until the screen shows these rows and no others.
func (y *tty) awaitScreen(rows ...string) {
	y.t.Helper()
	y.awaitThat(fmt.Sprintf("shows\n%s", strings.Join(rows, "\n")), func() bool {
		return strings.Join(y.rowsLocked(), "\n") == strings.Join(rows, "\n")
	})
}

func (y *tty) awaitThat(what string, ok func() bool) {
	y.t.Helper()
	timer := time.AfterFunc(patience, func() {
		y.mu.Lock()
		defer y.mu.Unlock()
		y.late = true
		y.changed.Broadcast()
	})
	defer timer.Stop()
	y.mu.Lock()
	defer y.mu.Unlock()
	for !ok() {
		if y.late {
			y.t.Fatalf("the screen never %s\nbut\n%s", what, strings.Join(y.rowsLocked(), "\n"))
		}
		y.changed.Wait()
	}
}

func (y *tty) column() int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.screen.CursorPosition().X
}

func (y *tty) String() string {
	y.mu.Lock()
	defer y.mu.Unlock()
	return string(y.sent)
}

// testClient is a client on a terminal, and its server.
type testClient struct {
	*tty
	*server
	client *Client
	done   chan error
}

// unhurried is a connection of a client that waits longer for the last words, so that a
// busy machine costs none.
type unhurried struct{ *net.TCPConn }

func (c unhurried) SetReadDeadline(t time.Time) error {
	return c.TCPConn.SetReadDeadline(t.Add(patience))
}

func play(t testing.TB, w, h int) *testClient {
	t.Helper()
	conn, srv := connect(t)
	return playOver(t, unhurried{conn.(*net.TCPConn)}, srv, w, h)
}

func playOver(t testing.TB, conn net.Conn, srv *server, w, h int) *testClient {
	t.Helper()
	s := &testClient{tty: newTTY(t, w, h), server: srv, done: make(chan error, 1)}
	s.client = New(conn, state.French, s.tty, w, h)
	go func() { s.done <- s.client.Run() }()
	srv.greet()
	t.Cleanup(func() { close(s.keys) })
	return s
}

// ended waits for the end of the client and returns its error.
func (s *testClient) ended() error {
	s.server.t.Helper()
	select {
	case err := <-s.done:
		return err
	case <-time.After(patience):
		s.server.t.Fatal("the client never ends")
		return nil
	}
}
