package prompt

import (
	"bytes"
	"io"
	"sync"

	"github.com/charmbracelet/x/ansi"
)

// erase goes to the left edge and clears from there to the end of the screen.
const erase = "\r\x1b[J"

// keptBuffer bounds, in bytes, what a screen keeps allocated between writes.
const keptBuffer = 16 << 10

// screen is the writer that x/term gets. x/term writes in pieces; between collect and what ends it, screen
// gathers them, so that the terminal gets each drawing as one Write and never shows half of it.
type screen struct {
	w io.Writer

	mu         sync.Mutex // guards all below; held while w writes, which keeps the order
	buf        []byte
	collecting bool
	closed     bool
}

// Write shows what x/term draws, or keeps it while collecting, or drops it once closed.
func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return len(b), nil
	}
	s.buf = append(s.buf, b...)
	if s.collecting {
		return len(b), nil
	}
	return len(b), s.flushLocked()
}

func (s *screen) collect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collecting = true
}

// release shows all that was collected.
func (s *screen) release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collecting = false
	return s.flushLocked()
}

// lift takes the prompt and the line that just ended off the screen, the cursor being so many rows below the
// first of them: it ends on that row, at the left edge of an empty screen, and x/term believes just that of the row
// below. What x/term drew for the end of the line was collected and is dropped: it is wrong for wide characters.
func (s *screen) lift(below int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collecting = false
	if s.closed {
		return nil
	}
	s.buf = s.buf[:0]
	if below > 0 {
		s.buf = append(s.buf, ansi.CursorUp(below)...)
	}
	s.buf = append(s.buf, erase...)
	return s.flushLocked()
}

// close shows what was collected up to its last erase, that is without the prompt which x/term draws after it,
// and drops whatever x/term draws from now on.
func (s *screen) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collecting, s.closed = false, true
	if i := bytes.LastIndex(s.buf, []byte(erase)); i >= 0 {
		s.buf = s.buf[:i+len(erase)]
	}
	return s.flushLocked()
}

// print shows b on a closed screen.
func (s *screen) print(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buf = append(s.buf, bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))...)
	return s.flushLocked()
}

func (s *screen) flushLocked() error {
	if len(s.buf) == 0 {
		return nil
	}
	_, err := s.w.Write(s.buf)
	s.buf = s.buf[:0]
	if cap(s.buf) > keptBuffer {
		s.buf = nil
	}
	return err
}
