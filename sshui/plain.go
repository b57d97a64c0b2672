package sshui

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"unicode"

	"salon/room"
)

// plain is the editor for terminals that only append (TERM=dumb, or none): it
// echoes what is typed and never sends an escape sequence. A message that comes
// while somebody types goes on a line of its own, and what was typed is typed
// again below it. Ctrl-U, Ctrl-W, Backspace, Ctrl-C and Ctrl-D edit and leave as
// they do in a shell.
type plain struct {
	in          *bufio.Reader
	interrupted func()
	warned      bool // Ctrl-C was the last key, on an empty line; ReadLine's goroutine only

	mu    sync.Mutex
	out   io.Writer
	typed []rune
	quiet bool // after Clear: what is typed is shown no more
}

// The keys that plain knows, besides letters.
const (
	keyCtrlC     = 0x03
	keyCtrlD     = 0x04
	keyBackspace = 0x08
	keyEscape    = 0x1b
	keyDelete    = 0x7f
	keyCtrlU     = 0x15
	keyCtrlW     = 0x17
)

var errLeft = errors.New("left by Ctrl-C")

func newPlain(rw io.ReadWriter, interrupted func()) *plain {
	return &plain{in: bufio.NewReaderSize(rw, 256), out: rw, interrupted: interrupted}
}

// ReadLine returns the next line entered; io.EOF on Ctrl-D on an empty line.
func (p *plain) ReadLine() (string, error) {
	for {
		r, _, err := p.in.ReadRune()
		if err != nil {
			return "", err
		}
		again := p.warned
		p.warned = false
		switch {
		case r == '\r' || r == '\n':
			return p.enter(), nil
		case r == keyCtrlC && p.erase(len(p.typed)) == 0:
			if again {
				return "", errLeft
			}
			p.warned = true
			p.interrupted()
		case r == keyCtrlD && len(p.typed) == 0:
			return "", io.EOF
		case r == keyEscape:
			p.skipSequence()
		default:
			p.key(r)
		}
	}
}

// key does a key that edits. Only this goroutine changes what is typed.
func (p *plain) key(r rune) {
	switch {
	case r == keyBackspace || r == keyDelete:
		p.erase(1)
	case r == keyCtrlU:
		p.erase(len(p.typed))
	case r == keyCtrlW:
		p.erase(len(p.typed) - len([]rune(withoutLastWord(string(p.typed)))))
	case unicode.IsPrint(r) && len(p.typed) < room.MaxText:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.typed = append(p.typed, r)
		p.print(string(r))
	}
}

func withoutLastWord(s string) string {
	s = strings.TrimRight(s, " ")
	return s[:strings.LastIndexByte(s, ' ')+1]
}

// erase takes the last n characters back, and returns how many there were.
func (p *plain) erase(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n = min(n, len(p.typed))
	p.typed = p.typed[:len(p.typed)-n]
	p.print(strings.Repeat("\b \b", n))
	return n
}

func (p *plain) enter() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := string(p.typed)
	p.typed = p.typed[:0]
	if line != "" {
		p.print("\r\n")
	}
	return line
}

// print echoes; mu is held. A terminal that fails is noticed by the next Write.
func (p *plain) print(s string) {
	if s != "" && !p.quiet {
		io.WriteString(p.out, s)
	}
}

// skipSequence drops the rest of an arrow or function key.
func (p *plain) skipSequence() {
	if b, err := p.in.Peek(1); err != nil || b[0] != '[' && b[0] != 'O' {
		return
	}
	p.in.Discard(1)
	for range 16 {
		if b, err := p.in.ReadByte(); err != nil || b >= 0x40 && b <= 0x7e {
			return
		}
	}
}

// Write shows lines.
func (p *plain) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out bytes.Buffer
	if len(p.typed) > 0 && !p.quiet {
		out.WriteString("\r\n")
	}
	out.Write(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")))
	if !p.quiet {
		out.WriteString(string(p.typed))
	}
	if _, err := p.out.Write(out.Bytes()); err != nil {
		return 0, err
	}
	return len(b), nil
}

// SetPrompt shows a question, if it is one: this editor has no prompt.
func (p *plain) SetPrompt(s string) {
	if strings.HasSuffix(s, ": ") {
		p.Write([]byte(strings.TrimRight(s, " ") + "\n"))
	}
}

// SetSize does nothing: lines are the terminal's to wrap.
func (p *plain) SetSize(int, int) {}

// Clear ends the line being typed.
func (p *plain) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.typed) > 0 {
		p.print("\r\n")
	}
	p.quiet = true
}
