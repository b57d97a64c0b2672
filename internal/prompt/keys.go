package prompt

import (
	"io"
	"strings"
	"unicode/utf8"
)

// Two control characters that no key sends through keys, so that they can carry meaning to Prompt.key.
const (
	keyTake        = 0x1c // take the whole line, and leave an empty one
	keyDeleteOrEnd = 0x1d // Ctrl-D
)

const (
	ctrlC = 0x03
	ctrlD = 0x04
	esc   = 0x1b
	del   = 0x7f

	// editing holds the control characters that x/term gives a meaning, and Tab: Ctrl-A B E F H K L N P T U W.
	editing = "\x01\x02\x05\x06\x08\t\x0b\x0c\x0e\x10\x14\x15\x17\x7f"

	altLeft, altRight, deleteWord = "\x1b[1;3D", "\x1b[1;3C", "\x17"

	maxSequence = 16 // bytes kept of an escape sequence; none that we know is longer
)

// ending says which key ended a line.
type ending int

const (
	notEnded ending = iota
	byEnter
	byInterrupt // Ctrl-C
	byEnd       // Ctrl-D
)

// keys is the reader that x/term gets: it turns the bytes of a terminal, which anybody may forge, into keys that
// x/term knows, each of them whole. x/term alone would wait for the rest of an unknown sequence while it swallows
// Enter, spin when one is longer than its buffer, stop at invalid UTF-8, and leave at Ctrl-C.
//
// A key that ends a line (Enter, Ctrl-C, Ctrl-D) is handed out as keyTake and Enter, alone, after x/term has
// worked off all that came before: Prompt.key gets the line from keyTake, Enter makes x/term return. One
// goroutine uses it, ReadLine's.
type keys struct {
	r    io.Reader
	hold func() // called before the end of a line is handed out

	buf [256]byte
	raw []byte // the part of buf that is not decoded yet
	err error  // came with raw
	out []byte // decoded and not handed out; a batch of raw at most, a bit longer than that

	end   ending // to be handed out after out
	ended ending // the last one handed out
	again bool   // the last Ctrl-C came right after another one

	state   func(*keys, byte) // what the next byte means
	prev    byte              // the last one
	part    []byte            // the beginning of a UTF-8 character
	seq     []byte            // an escape sequence after its ESC [
	pasting bool              // between the marks of a bracketed paste
}

func newKeys(r io.Reader, hold func()) *keys {
	return &keys{r: r, hold: hold, state: (*keys).plain}
}

// Read hands out whole keys; only a buffer too small for all that is decoded splits one.
func (k *keys) Read(b []byte) (int, error) {
	for len(k.out) == 0 {
		switch {
		case k.end != notEnded:
			k.hold()
			k.ended, k.end = k.end, notEnded
			k.out = append(k.out, keyTake, '\r')
		case len(k.raw) > 0:
			k.decode()
		case k.err != nil:
			return 0, k.err
		default:
			var n int
			n, k.err = k.r.Read(k.buf[:])
			k.raw = k.buf[:n]
		}
	}
	n := copy(b, k.out)
	k.out = append(k.out[:0], k.out[n:]...)
	return n, nil
}

// stay calls off the end that a Ctrl-D announced: the line was not empty.
func (k *keys) stay() { k.end = notEnded }

// decode stops at a key that may end the line, since what follows depends on it.
func (k *keys) decode() {
	for len(k.raw) > 0 && k.end == notEnded {
		b := k.raw[0]
		k.raw = k.raw[1:]
		k.state(k, b)
		k.prev = b
	}
}

func (k *keys) emit(s string) { k.out = append(k.out, s...) }

func (k *keys) plain(b byte) {
	k.state = (*keys).plain
	switch {
	case b >= utf8.RuneSelf:
		k.multibyte(b)
		return
	case len(k.part) > 0: // cut short
		k.part = k.part[:0]
		k.text(utf8.RuneError)
	}
	if b < ' ' || b == del {
		k.control(b)
		return
	}
	k.text(rune(b))
}

// multibyte gathers the bytes of one character, which may come in several reads.
func (k *keys) multibyte(b byte) {
	k.part = append(k.part, b)
	if !utf8.FullRune(k.part) {
		return
	}
	r, size := utf8.DecodeRune(k.part)
	whole := size == len(k.part)
	k.part = k.part[:0]
	k.text(r)
	if !whole {
		k.plain(b) // b broke one character and may begin the next
	}
}

// text passes a character. x/term stops at U+FFFD, so what cannot be decoded shows as a question mark; C1
// controls, which some terminals obey, are dropped.
func (k *keys) text(r rune) {
	switch {
	case r == utf8.RuneError:
		k.emit("?")
	case r >= 0x80 && r < 0xa0:
	default:
		k.out = utf8.AppendRune(k.out, r)
	}
}

func (k *keys) control(b byte) {
	switch {
	case b == '\r', b == '\n' && k.prev != '\r':
		k.end = byEnter
	case b == esc:
		k.state = (*keys).escape
	case k.pasting:
		if b == '\t' {
			k.emit(" ")
		}
	case b == ctrlC:
		k.end, k.again = byInterrupt, k.prev == ctrlC
	case b == ctrlD:
		k.end = byEnd
		k.out = append(k.out, keyDeleteOrEnd)
	case strings.IndexByte(editing, b) >= 0:
		k.out = append(k.out, b)
	}
}

// escape is the byte after ESC. One that begins nothing known counts as typed: Esc, then a word, loses nothing.
func (k *keys) escape(b byte) {
	k.state = (*keys).plain
	switch {
	case b == '[':
		k.seq = k.seq[:0]
		k.state = (*keys).sequence
	case k.pasting:
		k.plain(b)
	case b == 'O':
		k.state = (*keys).single
	case b == 'b':
		k.emit(altLeft)
	case b == 'f':
		k.emit(altRight)
	case b == del, b == '\b':
		k.emit(deleteWord)
	default:
		k.plain(b)
	}
}

// single is the byte after ESC O: arrows, Home and End of some terminals, or F1 to F4, which mean nothing here.
func (k *keys) single(b byte) {
	k.state = (*keys).plain
	switch {
	case strings.IndexByte("ABCDFH", b) >= 0:
		k.emit(known(string(b)))
	case strings.IndexByte("PQRS", b) >= 0:
	default:
		k.text('O')
		k.plain(b)
	}
}

// sequence is a byte after ESC [ (ECMA-48, 5.4). Its end is a letter or another of 0x40 to 0x7e, except that the
// Linux console sends F1 to F5 as ESC [ [ A. Anything out of place ends it and counts for itself.
func (k *keys) sequence(b byte) {
	switch {
	case b < ' ' || b >= del:
		k.plain(b)
	case b < '@', b == '[' && len(k.seq) == 0:
		if len(k.seq) < maxSequence {
			k.seq = append(k.seq, b)
		}
	default:
		k.state = (*keys).plain
		k.finish(string(append(k.seq, b)))
	}
}

func (k *keys) finish(seq string) {
	switch {
	case seq == "200~":
		k.pasting = true
	case seq == "201~":
		k.pasting = false
	case !k.pasting:
		k.emit(known(seq))
	}
}

// known returns the sequence that x/term understands for the one that a terminal sent, or nothing.
func known(seq string) string {
	switch seq {
	case "A", "B", "C", "D", "H", "F", "3~":
		return "\x1b[" + seq
	case "1~", "7~":
		return "\x1b[H"
	case "4~", "8~":
		return "\x1b[F"
	case "1;3D", "1;5D":
		return altLeft
	case "1;3C", "1;5C":
		return altRight
	}
	return ""
}
