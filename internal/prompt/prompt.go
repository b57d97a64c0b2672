// Package prompt owns the bottom line of a terminal: the prompt, what is being typed, its history and its
// completion, while text that arrives scrolls above and never mixes with it. It leaves to its owner the terminal's
// raw mode, what a line means, and the text above. The editing itself is golang.org/x/term's; around it stand a
// reader of keys (keys) and a writer (screen), because x/term ends on Ctrl-C and leaves an entered line behind,
// which the room then shows a second time.
//
// Known limits, x/term's own: every character counts as one column, so that moving back over emoji or Chinese
// looks wrong until the next message redraws the line (what is entered is right nevertheless); a message that comes
// while wide characters take several rows, or emoji that terminals disagree about, may leave a row above; and a
// resize while the typed line takes several rows may leave or take one.
package prompt

import (
	"errors"
	"io"
	"slices"
	"sync"
	"unicode/utf8"

	"golang.org/x/term"
)

// ErrInterrupted is what ReadLine returns when Ctrl-C was pressed on an empty line and at once again.
var ErrInterrupted = errors.New("interrupted")

const defaultPrompt = "> "

// Options fit a Prompt to its owner. The zero value works.
type Options struct {
	// Prompt stands before what is typed, "> " when empty. It may hold colours and should be short.
	Prompt string
	// Width and Height are the terminal's, in columns and rows, as for [Prompt.SetSize].
	Width, Height int
	// Complete answers Tab: the candidates that may replace line[start:pos], best first, where pos is the cursor
	// and both count bytes. The first Tab takes the first candidate, further ones the next, round and round; after
	// a sole candidate, Tab asks again. Candidates must hold no control character, and the Prompt keeps the slice.
	// It runs on ReadLine's goroutine and may call Write.
	Complete func(line string, pos int) (start int, candidates []string)
	// OnInterrupt hears of Ctrl-C on an empty line, so that the owner can say that a second one leaves. It runs
	// on ReadLine's goroutine, with the prompt off the screen, and may call Write.
	OnInterrupt func()
	// Keep reports whether a line that was entered may be recalled with Up; nil: all may. It runs on ReadLine's
	// goroutine. A line that holds a secret should not be kept: the next who sits down could recall it.
	Keep func(line string) bool
}

// Prompt is a line editor under a scrolling text. One goroutine calls ReadLine; every other method may be called
// by any goroutine at any time, and waits while the terminal takes what another call writes.
type Prompt struct {
	options Options
	keys    *keys
	screen  *screen
	term    *term.Terminal
	history history    // ReadLine's goroutine only, as is all above mu
	tab     completion // what the last Tab did
	warned  bool       // OnInterrupt was told and nothing was typed since

	// mu is held by whoever draws other than by typing, and from the key that ends a line until that line is
	// off the screen: no message can come between the two.
	mu      sync.Mutex
	text    string // the prompt
	width   int
	entered string // the line that its last key took off the screen
	below   int    // rows from the prompt's first down to the cursor at that moment
	cleared bool
}

// New returns a Prompt on a terminal in raw mode: rw hands out the bytes of keys as they are pressed and shows
// what is written. Nothing is written before the first call of a method.
func New(rw io.ReadWriter, o Options) *Prompt {
	p := &Prompt{options: o, screen: &screen{w: rw}, text: orDefault(o.Prompt)}
	p.keys = newKeys(rw, p.hold)
	p.term = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{p.keys, p.screen}, p.text)
	p.term.AutoCompleteCallback = p.key
	p.term.History = &p.history
	p.SetSize(o.Width, o.Height)
	return p
}

func orDefault(text string) string {
	if text == "" {
		return defaultPrompt // x/term cannot tell an empty prompt from one that is not on the screen
	}
	return text
}

// ReadLine shows the prompt and returns the next line entered, valid UTF-8 without control characters and of at
// most 4096 characters (typing more changes nothing). When it returns, prompt and line are off the screen. Ctrl-C
// drops what is typed. The error is ErrInterrupted, io.EOF for Ctrl-D on an empty line, or that of the reader (io.EOF
// at its end), with which every later call fails too; what was not entered by then is lost.
func (p *Prompt) ReadLine() (string, error) {
	for {
		if _, err := p.term.ReadLine(); err != nil {
			return "", err
		}
		line := p.lift()
		switch p.keys.ended {
		case byEnter:
			if p.options.Keep == nil || p.options.Keep(line) {
				p.history.Add(line)
			}
			return line, nil
		case byEnd:
			return "", io.EOF
		case byInterrupt:
			if p.interrupt(line) {
				return "", ErrInterrupted
			}
		}
	}
}

// hold begins the end of a line: from here to lift, x/term and the screen belong to ReadLine alone.
func (p *Prompt) hold() {
	p.mu.Lock()
	p.screen.collect()
}

// lift takes prompt and line off the screen in one Write, and returns the line.
func (p *Prompt) lift() string {
	defer p.mu.Unlock()
	p.screen.lift(p.below) // a broken terminal is reported by the next Read and to the next Write
	p.tab = completion{}
	return p.entered
}

// interrupt decides on a Ctrl-C that found this line, and reports whether to leave.
func (p *Prompt) interrupt(line string) bool {
	if line != "" {
		p.warned = false
		return false
	}
	if p.warned && p.keys.again {
		p.warned = false
		return true
	}
	p.warned = true
	if p.options.OnInterrupt != nil {
		p.options.OnInterrupt()
	}
	return false
}

// key handles, for x/term, the keys that x/term has no meaning for. It returns the new line and cursor.
func (p *Prompt) key(line string, pos int, key rune) (string, int, bool) {
	switch key {
	case keyTake:
		p.entered, p.below = line, cursorRow(p.text+line[:pos], p.width)
		return "", 0, true
	case keyDeleteOrEnd:
		return p.deleteOrEnd(line, pos)
	case '\t':
		return p.tab.next(line, pos, p.options.Complete)
	}
	return "", 0, false
}

// deleteOrEnd is Ctrl-D: on an empty line the end that keys has prepared, else one character less.
func (p *Prompt) deleteOrEnd(line string, pos int) (string, int, bool) {
	if line == "" {
		return "", 0, true
	}
	p.keys.stay()
	_, size := utf8.DecodeRuneInString(line[pos:])
	return line[:pos] + line[pos+size:], pos, true
}

// Write shows b above the prompt, and the prompt with what is typed again below it, in one Write of the terminal.
// It makes whole lines: a last line without \n gets one. \n becomes \r\n; escape sequences pass, so b must hold
// nothing of a stranger's that was not cleaned. The error is the terminal's.
func (p *Prompt) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	text := b
	if text[len(text)-1] != '\n' {
		text = append(slices.Clip(text), '\n')
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	show := p.above
	if p.cleared {
		show = p.screen.print
	}
	if err := show(text); err != nil {
		return 0, err
	}
	return len(b), nil
}

// above draws the prompt anew under b. x/term erases only the rows up to the cursor, and of a wide character only
// half, hence erase. The caller holds mu.
func (p *Prompt) above(b []byte) error {
	p.screen.collect()
	p.term.Write(append([]byte(erase), b...)) // into memory, so it cannot fail
	return p.screen.release()
}

// SetPrompt changes the prompt, at once if it is on the screen; "" means "> ".
func (p *Prompt) SetPrompt(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s = orDefault(s); s == p.text || p.cleared {
		return
	}
	p.text = s
	p.term.SetPrompt(s)
	p.above(nil)
}

// SetSize tells the terminal's new size in columns and rows, and redraws. Any value is safe: sizes that cannot be
// count as 80 x 24 when not positive, and as 500 x 200 when larger.
func (p *Prompt) SetSize(w, h int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.screen.collect()
	p.width = side(w, 80, 500)
	p.term.SetSize(p.width, side(h, 24, 200))
	p.screen.release()
}

func side(n, unknown, most int) int {
	if n <= 0 {
		return unknown
	}
	return min(n, most)
}

// Clear takes the prompt and what is typed off the screen for good and leaves the cursor at the left edge, ready
// for a farewell: from now on Write writes plain lines, keys show nothing, and ReadLine still returns what it
// returned before.
func (p *Prompt) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cleared {
		return
	}
	p.cleared = true
	p.screen.collect()
	p.term.Write([]byte(erase))
	p.screen.close()
}
