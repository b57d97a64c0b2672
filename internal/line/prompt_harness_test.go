package line_test

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"

	"salon/internal/line"
)

// tty is a terminal with somebody in front of it: an emulated screen, and keys that type hands over.
type tty struct {
	mu      sync.Mutex
	changed *sync.Cond
	screen  *vt.Emulator
	typed   []byte
	reading bool // the prompt has worked off all keys and waits for more
	closed  bool
	perRead int // bytes per Read, 0: as many as fit
	writes  []string
}

func newTTY(w, h int) *tty {
	t := &tty{screen: vt.NewEmulator(w, h)}
	t.changed = sync.NewCond(&t.mu)
	return t
}

func (t *tty) Read(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.typed) == 0 && !t.closed {
		t.reading = true
		t.changed.Broadcast()
		t.changed.Wait()
	}
	t.reading = false
	if len(t.typed) == 0 {
		return 0, io.EOF
	}
	if t.perRead > 0 {
		b = b[:min(t.perRead, len(b))]
	}
	n := copy(b, t.typed)
	t.typed = t.typed[n:]
	return n, nil
}

func (t *tty) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writes = append(t.writes, string(b))
	return t.screen.Write(b)
}

// press types keys and returns when the prompt has shown what they do.
func (t *tty) press(keys string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.typed = append(t.typed, keys...)
	t.changed.Broadcast()
	for !t.closed && !(t.reading && len(t.typed) == 0) {
		t.changed.Wait()
	}
}

func (t *tty) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.changed.Broadcast()
}

// rows returns all that is to be seen, what has scrolled away first, without the empty rows at the end.
func (t *tty) rows() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var rows []string
	for y := range t.screen.ScrollbackLen() {
		rows = append(rows, t.row(func(x int) *uv.Cell { return t.screen.ScrollbackCellAt(x, y) }))
	}
	for y := range t.screen.Height() {
		rows = append(rows, t.row(func(x int) *uv.Cell { return t.screen.CellAt(x, y) }))
	}
	for len(rows) > 0 && rows[len(rows)-1] == "" {
		rows = rows[:len(rows)-1]
	}
	return rows
}

func (t *tty) row(cell func(x int) *uv.Cell) string {
	var row strings.Builder
	for x := range t.screen.Width() {
		if c := cell(x); c != nil { // rows that scrolled away keep the width they had
			row.WriteString(c.Content)
		}
	}
	return strings.TrimRight(row.String(), " ")
}

func (t *tty) text() string { return strings.Join(t.rows(), "\n") }

// cursor returns the cursor's row, counted like those of rows, and its column.
func (t *tty) cursor() (row, column int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.screen.CursorPosition()
	return t.screen.ScrollbackLen() + at.Y, at.X
}

func (t *tty) writeCount() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.writes)
}

// testPrompt is a prompt on a tty and the loop of its owner, which keeps the lines that ReadLine returns.
type testPrompt struct {
	*tty
	*line.Prompt
	done  chan struct{}
	mu    sync.Mutex
	lines []string
	err   error // the one that ended the loop
}

// start starts the owner's loop and ends it with the test.
func start(t testing.TB, w, h int, o line.Options) *testPrompt {
	s := newSeat(newTTY(w, h), o)
	t.Cleanup(s.leave)
	return s
}

func newSeat(screen *tty, o line.Options) *testPrompt {
	o.Width, o.Height = screen.screen.Width(), screen.screen.Height()
	o.Keys = screen
	s := &testPrompt{tty: screen, Prompt: line.New(screen, o), done: make(chan struct{})}
	go s.loop()
	s.press("")
	return s
}

func (s *testPrompt) leave() {
	s.tty.close()
	<-s.done
}

func (s *testPrompt) loop() {
	defer close(s.done)
	for {
		line, err := s.ReadLine()
		s.mu.Lock()
		if err != nil {
			s.err = err
			s.mu.Unlock()
			s.tty.close()
			return
		}
		s.lines = append(s.lines, line)
		s.mu.Unlock()
	}
}

// ended waits for the loop's end and returns the error that caused it.
func (s *testPrompt) ended(t *testing.T) error {
	t.Helper()
	<-s.done
	return s.err
}

func (s *testPrompt) entered() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.lines...)
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func (s *testPrompt) say(t fataler, text string) {
	t.Helper()
	if n, err := s.Prompt.Write([]byte(text)); err != nil || n != len(text) {
		t.Fatalf("Write(%q) = %d, %v", text, n, err)
	}
}

func (s *testPrompt) wantScreen(t *testing.T, rows ...string) {
	t.Helper()
	if got, want := s.text(), strings.Join(rows, "\n"); got != want {
		t.Errorf("the screen shows\n%s\n\nwant\n%s", got, want)
	}
}

func (s *testPrompt) wantEntered(t *testing.T, lines ...string) {
	t.Helper()
	if got, want := strings.Join(s.entered(), "\n"), strings.Join(lines, "\n"); got != want {
		t.Errorf("entered %q, want %q", got, want)
	}
}

var errBroken = errors.New("broken")

// brokenTTY takes nothing.
type brokenTTY struct{}

func (brokenTTY) Read([]byte) (int, error)  { return 0, errBroken }
func (brokenTTY) Write([]byte) (int, error) { return 0, errBroken }
