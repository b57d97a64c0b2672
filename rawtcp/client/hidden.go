package client

import (
	"io"
	"strings"
	"sync"
	"unicode/utf8"
)

// maxHidden is how many bytes of a hidden line are kept; typing more changes nothing.
const maxHidden = 4096

// hidden stands between the keys and the prompt. While something secret is asked
// for, what is typed goes by the prompt: it is not shown, and cannot be recalled.
// Backspace and Ctrl-U erase; Ctrl-C and Ctrl-D, which leave, reach the prompt. A
// line begun hidden stays so to its end.
type hidden struct {
	io.Reader
	enter func(line string) // called by whoever reads

	mu     sync.Mutex
	asked  bool   // a secret is being asked for
	line   []byte // typed so far
	escape string // what is left out: a key's sequence, up to here
}

// ask says whether a secret is being asked for from now on.
func (h *hidden) ask(secret bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = secret
}

// Read returns the keys that are for the prompt.
func (h *hidden) Read(b []byte) (int, error) {
	for {
		n, err := h.Reader.Read(b)
		if left := h.take(b[:n]); left > 0 || err != nil || n == 0 {
			return left, err
		}
	}
}

// take removes what is hidden from keys and returns how many are left.
func (h *hidden) take(keys []byte) int {
	left := 0
	for _, key := range keys {
		shown, line, ended := h.key(key)
		if ended {
			h.enter(line)
		}
		if shown {
			keys[left] = key
			left++
		}
	}
	return left
}

// key does what one key means, and reports whether the prompt is to have it, and the
// line that it ends.
func (h *hidden) key(key byte) (shown bool, line string, ended bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !h.asked && len(h.line) == 0:
		return true, "", false
	case h.sequence(key):
	case key == '\r', key == '\n':
		line = string(h.line)
		h.clear()
		return false, line, true
	case key == 0x03, key == 0x04: // Ctrl-C, Ctrl-D
		h.clear()
		return true, "", false
	case key == 0x15: // Ctrl-U
		h.clear()
	case key == '\b', key == 0x7f:
		_, size := utf8.DecodeLastRune(h.line)
		h.line = h.line[:len(h.line)-size]
	case key >= ' ' && len(h.line) < maxHidden:
		h.line = append(h.line, key)
	}
	return false, "", false
}

// sequence reports whether a key belongs to an escape sequence (ECMA-48 §5.4), such
// as that of an arrow or of the marks around a paste.
func (h *hidden) sequence(key byte) bool {
	switch {
	case key == 0x1b:
		h.escape = "\x1b"
	case h.escape == "":
		return false
	case key < ' ': // cut short
		h.escape = ""
		return false
	case h.escape == "\x1b" && (key == '[' || key == 'O'):
		h.escape += string(key)
	case h.escape != "\x1b[" || strings.IndexByte("0123456789;:<=>?", key) < 0:
		h.escape = ""
	}
	return true
}

func (h *hidden) clear() {
	clear(h.line)
	h.line = h.line[:0]
}
