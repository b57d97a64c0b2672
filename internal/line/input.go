package line

import (
	"strings"

	"salon/internal/line/keys"
)

// Outcome is what an event came to.
type Outcome struct {
	What What
	Line string     // when it is Entered
	Rest keys.Event // of a paste of several lines, to be given to Input next; nil: nothing
}

// What is what somebody did.
type What uint8

const (
	Typing           What = iota // the line goes on
	Entered                      // the line, with Enter
	Interrupted                  // Ctrl-C on an empty line
	InterruptedAgain             // the same again, at once
	Ended                        // Ctrl-D on an empty line
)

// Input does what an event of the terminal asks for, and shows it; more says that another one has come with it, so that
// what it makes of the line is shown with that.
func (p *Prompt) Input(e keys.Event, more bool) Outcome { return p.do(e, !more) }

func (p *Prompt) do(e keys.Event, show bool) (o Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := e.(type) {
	case keys.Key:
		o = p.keyLocked(e)
	case keys.Paste:
		o = p.pasteLocked(e)
	}
	switch o.What {
	case Entered, InterruptedAgain, Ended: // the owner may have something to say before the next line begins
		p.buffer = p.display.suspend(p.buffer)
		p.flushLocked()
	default:
		if show || o.What == Interrupted {
			p.showLocked()
		}
	}
	return o
}

// pasteLocked types a paste up to the end of its first line, and enters that.
func (p *Prompt) pasteLocked(paste keys.Paste) Outcome {
	p.interrupted = false
	text, rest, more := strings.Cut(paste.Text, "\n")
	p.insertLocked(text)
	if !more {
		return Outcome{}
	}
	o := p.enterLocked()
	if rest != "" {
		o.Rest = keys.Paste{Text: rest}
	}
	return o
}

// keyLocked does a key.
func (p *Prompt) keyLocked(k keys.Key) Outcome {
	again := p.interrupted
	p.interrupted = false
	switch k.Name {
	case "enter", "alt+enter", "shift+enter":
		return p.enterLocked()
	case "ctrl+c":
		return p.interruptLocked(again)
	case "ctrl+d":
		if p.hidden || p.editor.Empty() {
			return Outcome{What: Ended}
		}
	case "ctrl+l":
		if !p.closed {
			p.buffer = p.display.clear(p.buffer)
		}
	}
	if p.hidden {
		p.hiddenKeyLocked(k)
	} else {
		p.editLocked(k)
	}
	return Outcome{}
}

// hiddenKeyLocked does a key of a hidden line, whose cursor stays at its end. Nothing
// of it is kept for ctrl+y.
func (p *Prompt) hiddenKeyLocked(k keys.Key) {
	switch k.Name {
	case "":
		p.insertLocked(k.Text)
	case "backspace":
		p.editor.Key(k.Name)
	case "ctrl+u":
		p.editor.Set("", 0)
	}
}

// editLocked does a key that edits. One that comes after Esc and means nothing with
// Alt is just that key.
func (p *Prompt) editLocked(k keys.Key) {
	name := k.Name
	switch name {
	case "tab", "shift+tab":
		if p.options.Complete != nil {
			p.editor.Complete(name == "tab", p.options.Complete)
		}
		return
	case "ctrl+f":
		name = "right"
	}
	switch {
	case k.AfterEsc && p.editor.Key(k.Alt()):
	case k.Text != "":
		p.insertLocked(k.Text)
	default:
		_ = p.editor.Key(name) || p.history.Key(name, &p.editor)
	}
}

// insertLocked types text, on one line.
func (p *Prompt) insertLocked(text string) {
	p.editor.Insert(strings.ReplaceAll(clean(text), "\n", " "))
}

// enterLocked ends the line.
func (p *Prompt) enterLocked() Outcome {
	o := Outcome{What: Entered, Line: p.editor.Text()}
	if p.options.AppendOnly {
		p.drawLocked() // what is entered stays to be seen
	}
	if !p.secretLocked() {
		p.history.Add(o.Line)
	}
	p.wasHidden = p.hidden
	p.dropLocked()
	return o
}

// interruptLocked drops what is typed.
func (p *Prompt) interruptLocked(again bool) Outcome {
	empty := p.hidden || p.editor.Empty()
	p.dropLocked()
	switch {
	case !empty:
		return Outcome{}
	case again:
		return Outcome{What: InterruptedAgain}
	}
	p.interrupted = true
	return Outcome{What: Interrupted}
}

// dropLocked begins a new line.
func (p *Prompt) dropLocked() {
	p.editor.Set("", 0)
	p.history.Reset()
	p.hidden = p.hide
}
