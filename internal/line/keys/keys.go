// Package keys turns the bytes that a terminal sends into keys, pastes and
// reports. It owns the decoding and its bounds: it finds where each sequence ends, and
// leaves to the ultraviolet library what most of them mean, and to its callers what a
// key does. It does no input or output. Give a [Decoder] what was read.
package keys

// MaxPaste is the most bytes of one paste that are kept; the rest is dropped and
// Paste.Cut says so.
const MaxPaste = 16 << 10

// Event is what a terminal sent: a Key, a Paste, a Focus, a Wheel or one of the
// reports that answer our questions.
type Event any

// Key is a key pressed, or text typed.
//
// Text is what a printable key typed (one grapheme or more, cleaned of nothing:
// the editor cleans); Name is then "". It is valid UTF-8, with U+FFFD for each
// byte that was not, and holds no control character, C0 or C1.
//
// Any other key has a Name: modifiers in the order ctrl+alt+shift+, then a letter
// in lower case or one of enter, tab, esc, backspace, delete, insert, up, down,
// left, right, home, end, pgup, pgdn, space, f1 to f12: "ctrl+a", "alt+b",
// "alt+enter", "shift+tab", "ctrl+left", "alt+home". With ctrl or alt, any other
// printable character stands for itself: "alt+.", "ctrl+_". A capital counts as
// shift: "alt+shift+b". Ctrl with H, I, J, M or [ is backspace, tab, enter, enter
// or esc on every terminal, also on those that can tell them apart. Keys without
// a name here (F13, menu, media, a modifier alone) give nothing.
type Key struct {
	Name string
	Text string
	// AfterEsc is set when the key before this one was a lone Esc: "Esc then key"
	// stands for Alt with that key. The one who did something else with that Esc
	// ignores it. Text is then a single grapheme: see Alt.
	AfterEsc bool
}

// Paste is a bracketed paste, whole, as it came, except that CR LF and CR are LF
// and that it is valid UTF-8, with U+FFFD for what was not. Control characters
// are in it. Text is at most MaxPaste bytes.
type Paste struct {
	Text string
	Cut  bool // longer than MaxPaste
}

// Focus tells that the terminal's window got or lost the keyboard (mode 1004).
type Focus struct{ In bool }

// Wheel is one step of a mouse wheel (mode 1006).
type Wheel struct{ Up bool }

// Synchronized answers DECRQM for mode 2026.
type Synchronized struct{ Supported bool }

// Kitty answers the query for the kitty keyboard protocol: the terminal has it.
type Kitty struct{}

// Background answers OSC 11: whether the terminal's background is dark.
type Background struct{ Dark bool }
