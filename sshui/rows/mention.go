package rows

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"salon/room/text"
)

// Bounds on the mentions of one message, whose later ones are plain text: reading a
// pseudo is dear, and nobody means to call more people.
const (
	maxMentions = 16
	maxTries    = 32  // names that are read, whether they can be a pseudo or not
	maxName     = 256 // bytes of one
	maxDots     = 3   // signs at its end that may not belong to it
)

// calls are whom a message calls. The zero value is ready.
type calls struct {
	me    text.Key // the reader, "" for all but the reader that is called
	keys  []text.Key
	tries int
	rung  bool // the reader is called
}

// in finds the mentions of a line, outside of the addresses there, and returns
// the pieces that call the reader.
func (c *calls) in(text string, addresses []span) []span {
	var mine []span
	for at := 0; ; {
		i := strings.IndexByte(text[at:], '@')
		if i < 0 || c.tries >= maxTries || len(c.keys) >= maxMentions {
			return mine
		}
		from := at + i
		at = from + 1
		if !opens(text[:from]) || slices.ContainsFunc(addresses, func(s span) bool { return s.from < from && from < s.to }) {
			continue
		}
		name := text[at : at+nameLen(text[at:])]
		if size := c.call(name); size > 0 {
			mine = append(mine, span{from: from, to: at + size})
		}
		at += len(name)
	}
}

// opens reports whether a mention can follow a text: after nothing, a blank or
// punctuation, but not inside of a word, a path or an address.
func opens(before string) bool {
	r, size := utf8.DecodeLastRuneInString(before)
	if size == 0 || unicode.IsSpace(r) {
		return true
	}
	return (unicode.IsPunct(r) || unicode.IsSymbol(r)) && !strings.ContainsRune("._-@/\\#%&+=", r)
}

// nameLen returns how long a name begins a text.
func nameLen(text string) int {
	end := strings.IndexFunc(text, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune("-_.", r)
	})
	if end < 0 {
		return len(text)
	}
	return end
}

// call notes whom a name calls, and returns how much of it calls the reader. A dot,
// hyphen or underline at its end may be the pseudo's or the sentence's: the name
// calls both.
func (c *calls) call(name string) (mine int) {
	if len(name) > maxName {
		return 0
	}
	for range maxDots + 1 {
		if name == "" || c.tries >= maxTries {
			break
		}
		if c.note(name) {
			mine = max(mine, len(name))
		}
		if !strings.ContainsRune("-_.", rune(name[len(name)-1])) {
			break
		}
		name = name[:len(name)-1]
	}
	return mine
}

// note notes one reading of a name and reports whether it is the reader's.
func (c *calls) note(name string) bool {
	c.tries++
	p, err := text.ParsePseudo(name)
	if err != nil {
		return false
	}
	key := p.Key()
	if !slices.Contains(c.keys, key) {
		if len(c.keys) >= maxMentions {
			return false
		}
		c.keys = append(c.keys, key)
	}
	mine := c.me != "" && key == c.me
	c.rung = c.rung || mine
	return mine
}
