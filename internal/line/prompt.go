package line

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"salon/internal/line/keys"
)

// ErrInterrupted is what ReadLine returns when Ctrl-C was pressed on an empty line and at
// once again.
var ErrInterrupted = errors.New("interrupted")

const (
	defaultPrompt = "> "
	readSize      = 512      // bytes read of a terminal at a time
	keptOutput    = 16 << 10 // bytes kept allocated between writes
)

// Options configure a Prompt. The zero value works with [Prompt.Input].
type Options struct {
	// Keys is what ReadLine reads: the bytes of keys as they are pressed.
	Keys io.Reader
	// Prompt stands before what is typed, as for [Prompt.SetPrompt], and Line is what has
	// been typed already.
	Prompt, Line string
	// Width and Height are the terminal's, in columns and rows, as for [Prompt.SetSize].
	Width, Height int
	// AppendOnly is for a terminal that understands no escape sequence, and for a screen reader.
	AppendOnly bool
	// Complete answers Tab; nil: nothing does. It must not call the Prompt.
	Complete Completer
	// OnInterrupt is called by ReadLine for Ctrl-C on an empty line, so that the owner can
	// say that a second one leaves.
	OnInterrupt func()
	// Secret reports whether a line holds a secret behind its first word: stars are shown
	// for it, and it is not kept in the history. nil: none does. It must not call the
	// Prompt.
	Secret func(line string) bool
}

// Prompt is the bottom line of a terminal: a prompt, the line being typed behind it, its
// history and its completion, while text that arrives scrolls above. The owner gets the
// lines from ReadLine, or gives each event to Input; one goroutine does. Every other method
// may be called by any goroutine at any time, and waits while the terminal takes what
// another call writes.
//
// A terminal that is made narrower while the line takes several rows may leave rows of it.
type Prompt struct {
	out     io.Writer
	options Options

	decoder keys.Decoder // ReadLine's goroutine only, as all up to mu
	pending []keys.Event // read, but not done yet
	failed  error        // of Keys

	mu          sync.Mutex // guards all below
	display     display
	buffer      []byte // to be written
	text        string // the prompt
	editor      Editor
	history     History
	hide        bool // the lines from the next one on are hidden
	hidden      bool // this one is
	wasHidden   bool // the one entered last was
	interrupted bool // Ctrl-C was the last key, on an empty line
	closed      bool
}

// New returns a Prompt on a terminal in raw mode, which shows what is written to out.
// Nothing is written before the first call of a method.
func New(out io.Writer, o Options) *Prompt {
	p := &Prompt{out: out, options: o, display: &ansiDisplay{}}
	if o.AppendOnly {
		p.display = &plainDisplay{}
	}
	p.text = p.orDefault(o.Prompt)
	p.display.resize(o.Width, o.Height)
	p.insertLocked(o.Line)
	return p
}

func (p *Prompt) orDefault(text string) string {
	if text == "" && !p.options.AppendOnly {
		return defaultPrompt
	}
	return clean(text)
}

// ReadLine shows the prompt and returns the next line entered, valid UTF-8 without control
// characters and of at most Max bytes (typing more changes nothing). The error is
// ErrInterrupted, io.EOF for Ctrl-D on an empty line, or that of Keys (io.EOF at its end),
// with which every later call fails too; what was not entered by then is lost.
func (p *Prompt) ReadLine() (string, error) {
	var buf [readSize]byte
	p.update(func() {})
	for {
		for len(p.pending) > 0 {
			switch o := p.next(); o.What {
			case Entered:
				return o.Line, nil
			case Interrupted:
				if p.options.OnInterrupt != nil {
					p.options.OnInterrupt()
				}
			case InterruptedAgain:
				return "", ErrInterrupted
			case Ended:
				return "", io.EOF
			}
		}
		if p.failed != nil {
			return "", p.failed
		}
		var n int
		n, p.failed = p.options.Keys.Read(buf[:])
		p.decoder.Feed(buf[:n], func(e keys.Event) { p.pending = append(p.pending, e) })
	}
}

// next does the next event pending. What several do in a row is shown at their end.
func (p *Prompt) next() Outcome {
	o := p.do(p.pending[0], len(p.pending) == 1)
	if o.Rest != nil {
		p.pending[0] = o.Rest
	} else {
		p.pending = p.pending[1:]
	}
	return o
}

// Rest returns what ReadLine has read and not done, for an owner that goes on with Input.
func (p *Prompt) Rest() (keys.Decoder, []keys.Event) { return p.decoder, p.pending }

// WasHidden reports whether the line that ReadLine returned last was typed hidden. It is
// for ReadLine's goroutine.
func (p *Prompt) WasHidden() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wasHidden
}

// Write shows b above the prompt, and the prompt with what is typed again below it, in one
// Write of the terminal. It makes whole lines: a last line without \n gets one, unless the
// terminal only appends. \n becomes \r\n; escape sequences pass, so b must hold nothing of
// a stranger's that was not cleaned. The error is the terminal's.
func (p *Prompt) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.buffer = p.display.suspend(p.buffer)
	p.buffer = append(p.buffer, bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))...)
	if b[len(b)-1] != '\n' && !p.options.AppendOnly {
		p.buffer = append(p.buffer, "\r\n"...)
	}
	if err := p.showLocked(); err != nil {
		return 0, err
	}
	return len(b), nil
}

// SetPrompt changes the prompt, at once; "" means "> ", or none on a terminal that only appends.
func (p *Prompt) SetPrompt(text string) {
	p.update(func() { p.text = p.orDefault(text) })
}

// Hide says whether the lines typed from now on are hidden: neither shown nor kept. A line
// begun hidden is so to its end. Of the keys that edit, Backspace and Ctrl-U do so in a
// hidden line, and Ctrl-D ends.
func (p *Prompt) Hide(on bool) {
	p.update(func() {
		p.hide = on
		p.hidden = on || p.hidden && !p.editor.Empty()
	})
}

// SetSize tells the terminal's new size in columns and rows, and redraws. Any value is
// safe: sizes that cannot be count as 80 x 24 when not positive, and as 500 x 200 when
// larger.
func (p *Prompt) SetSize(width, height int) {
	p.update(func() { p.display.resize(width, height) })
}

// Close takes the prompt and what is typed off the screen for good, or ends that line on a
// terminal that only appends, and leaves the cursor at the left edge: from now on Write
// writes plain lines, keys show nothing, and ReadLine still returns what it returned
// before. Close returns what was being typed.
func (p *Prompt) Close() string {
	var typed string
	p.update(func() {
		p.buffer = p.display.suspend(p.buffer)
		p.closed, typed = true, p.editor.Text()
	})
	return typed
}

// update shows what a change makes of the line. A broken terminal is reported by the next
// Read and to the next Write.
func (p *Prompt) update(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	p.showLocked()
}

// showLocked brings the terminal up to date, in one Write.
func (p *Prompt) showLocked() error {
	p.drawLocked()
	return p.flushLocked()
}

func (p *Prompt) drawLocked() {
	if !p.closed {
		line := p.visibleLocked()
		p.buffer = p.display.draw(p.buffer, p.text+line.text, len(p.text)+line.cursor)
	}
}

func (p *Prompt) flushLocked() error {
	if len(p.buffer) == 0 {
		return nil
	}
	_, err := p.out.Write(p.buffer)
	if p.buffer = p.buffer[:0]; cap(p.buffer) > keptOutput {
		p.buffer = nil
	}
	return err
}

// visibleLocked is the line as it is shown.
func (p *Prompt) visibleLocked() *Editor {
	switch {
	case p.hidden:
		return &Editor{}
	case p.secretLocked():
		return p.editor.Masked()
	}
	return &p.editor
}

func (p *Prompt) secretLocked() bool {
	return p.hidden || p.options.Secret != nil && p.options.Secret(p.editor.text)
}
