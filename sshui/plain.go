package sshui

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"

	"salon/room"
	"salon/room/text"
)

// plain is the terminal that only appends (TERM=dumb, or none, or /texte): it
// echoes what is typed and never sends an escape sequence. A message that comes
// while somebody types goes on a line of its own, and what was typed is typed
// again below it. Ctrl-U, Ctrl-W, Backspace, Ctrl-C and Ctrl-D edit and leave as
// they do in a shell. Secrets are not shown: neither what is asked for as such, nor
// what a command has of one, of which stars stand for the characters.
type plain struct {
	warned  bool     // Ctrl-C was the last key, on an empty line; feed's goroutine only, as all up to mu
	escape  sequence // how far into one
	partial []byte   // of a character

	mu     sync.Mutex
	out    io.Writer
	typed  []rune
	hidden bool // the line being typed was asked for as a secret
	quiet  bool // after end: what is typed is shown no more
}

// sequence is how far into an escape sequence the input is.
type sequence uint8

const (
	outside sequence = iota
	begun            // after ESC
	inside           // until a final byte
)

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

// entered is what somebody did.
type entered uint8

const (
	nothing  entered = iota
	aLine            // was entered
	aWarning         // Ctrl-C once: twice leaves
	goodbye          // Ctrl-D, or Ctrl-C twice, on an empty line
)

func newPlain(out io.Writer) *plain { return &plain{out: out} }

// feed takes what is typed up to the first thing entered, and returns how much
// that was. Only one goroutine may feed.
func (p *plain) feed(b []byte) (n int, what entered, line string) {
	for n < len(b) {
		r, size := p.rune(b[n:])
		n += size
		if r < 0 {
			continue
		}
		if what, line := p.key(r); what != nothing {
			return n, what, line
		}
	}
	return n, nothing, ""
}

// rune decodes the next character, which may have begun in what was fed before; r
// is -1 while it has not ended, or in an escape sequence.
func (p *plain) rune(b []byte) (r rune, size int) {
	if p.skips(b[0]) {
		return -1, 1
	}
	if len(p.partial) == 0 && b[0] < utf8.RuneSelf {
		return rune(b[0]), 1
	}
	for size < len(b) && !utf8.FullRune(p.partial) {
		p.partial = append(p.partial, b[size])
		size++
	}
	if !utf8.FullRune(p.partial) {
		return -1, size
	}
	r, used := utf8.DecodeRune(p.partial)
	size -= len(p.partial) - used // what did not belong to it is decoded again
	p.partial = nil
	return r, size
}

// skips takes one byte of an arrow or function key, and reports whether it was one.
func (p *plain) skips(b byte) bool {
	switch p.escape {
	case begun:
		p.escape = outside
		if b == '[' || b == 'O' {
			p.escape = inside
			return true
		}
	case inside:
		if b >= 0x40 && b <= 0x7e || b < ' ' {
			p.escape = outside
		}
		return b >= ' '
	}
	if b == keyEscape {
		p.escape = begun
		return true
	}
	return false
}

// key does a key.
func (p *plain) key(r rune) (entered, string) {
	again := p.warned
	p.warned = false
	switch {
	case r == '\r' || r == '\n':
		return aLine, p.enter()
	case r == keyCtrlC && p.erase(len(p.typed)) == 0:
		if again {
			return goodbye, ""
		}
		p.warned = true
		return aWarning, ""
	case r == keyCtrlD && len(p.typed) == 0:
		return goodbye, ""
	case r == keyBackspace || r == keyDelete:
		p.erase(lastCluster(p.typed))
	case r == keyCtrlU:
		p.erase(len(p.typed))
	case r == keyCtrlW:
		p.erase(len(p.typed) - len([]rune(withoutLastWord(string(p.typed)))))
	case (unicode.IsPrint(r) || p.hidden && !unicode.IsControl(r)) && len(p.typed) < text.MaxText:
		p.append(r)
	}
	return nothing, ""
}

func (p *plain) append(r rune) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.typed = append(p.typed, r)
	switch {
	case p.hidden:
	case secretAt(p.typed) < len(p.typed):
		p.print(star(r))
	default:
		p.print(string(r))
	}
}

// maxWord is how far into a line the word is looked for that says that it holds a
// secret.
const maxWord = 64

// secretAt returns from where on a line is not to be shown: its length when all is.
func secretAt(typed []rune) int {
	head := typed[:min(len(typed), maxWord)]
	if !room.Secret(string(head)) {
		return len(typed)
	}
	word := slices.IndexFunc(head, func(r rune) bool { return !unicode.IsSpace(r) })
	return word + slices.IndexFunc(head[word:], unicode.IsSpace)
}

// star stands for a character of a secret, but for a space.
func star(r rune) string {
	if r == ' ' {
		return " "
	}
	return "*"
}

// shown is what a line that is being typed looks like; mu is held.
func (p *plain) shown(typed []rune) string {
	if p.hidden {
		return ""
	}
	from := secretAt(typed)
	var text strings.Builder
	text.WriteString(string(typed[:from]))
	for _, r := range typed[from:] {
		text.WriteString(star(r))
	}
	return text.String()
}

// hide asks for a line that is not shown while it is typed. Only feed's goroutine
// may call it.
func (p *plain) hide(question string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hidden = true
	p.print(question)
}

func withoutLastWord(s string) string {
	s = strings.TrimRight(s, " ")
	return s[:strings.LastIndexByte(s, ' ')+1]
}

// lastCluster is how many of the runes make what one sees as the last character.
func lastCluster(typed []rune) int {
	n := 0
	for g := uniseg.NewGraphemes(string(typed)); g.Next(); {
		n = len(g.Runes())
	}
	return n
}

// erase takes the last n runes back, and returns how many there were.
func (p *plain) erase(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n = min(n, len(p.typed))
	rest := p.typed[:len(p.typed)-n]
	p.print(strings.Repeat("\b \b", ansi.StringWidth(p.shown(p.typed))-ansi.StringWidth(p.shown(rest))))
	p.typed = rest
	return n
}

func (p *plain) enter() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := string(p.typed)
	if line != "" || p.hidden {
		p.print("\r\n")
	}
	clear(p.typed)
	p.typed, p.hidden = p.typed[:0], false
	return line
}

// print echoes; mu is held. A terminal that fails is noticed by the next Write.
func (p *plain) print(s string) {
	if s != "" && !p.quiet {
		io.WriteString(p.out, s)
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
		out.WriteString(p.shown(p.typed))
	}
	if _, err := p.out.Write(out.Bytes()); err != nil {
		return 0, err
	}
	return len(b), nil
}

// say shows one line.
func (p *plain) say(text string) error {
	_, err := p.Write([]byte(text + "\n"))
	return err
}

// end ends the line being typed, and returns what it was; nothing is echoed any
// more.
func (p *plain) end() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.typed) > 0 || p.hidden {
		p.print("\r\n")
	}
	p.quiet = true
	return string(p.typed)
}
