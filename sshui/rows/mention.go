package rows

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"salon/room/text"
)

// Bounds on the mentions of one message. Those beyond are plain text: parsing a pseudo is
// expensive, and nobody means to mention more people.
const (
	maxMentions = 16
	maxTries    = 32  // names that are read, whether they can be a pseudo or not
	maxName     = 256 // bytes of one
	maxDots     = 3   // signs at its end that may not belong to it
)

// mentionFinder gathers whom a message mentions. The zero value is ready.
type mentionFinder struct {
	me         text.Key // the reader, "" for all but the reader that is called
	keys       []text.Key
	tries      int
	mentionsMe bool // the reader is called
}

// find adds the mentions of a line, outside of its addresses, and returns the pieces that
// mention the reader.
func (c *mentionFinder) find(text string, addresses []span) []span {
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
		name := text[at:]
		if end := strings.IndexFunc(name, endsName); end >= 0 {
			name = name[:end]
		}
		if size := c.read(name); size > 0 {
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

// endsName reports whether a character cannot be in a name.
func endsName(r rune) bool {
	return !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune("-_.", r)
}

// read adds whom a name mentions, and returns how many bytes of it mention the reader. A
// dot, hyphen or underline at its end may be the pseudo's or the sentence's: the name
// mentions both.
func (c *mentionFinder) read(name string) (mine int) {
	if len(name) > maxName {
		return 0
	}
	for range maxDots + 1 {
		if name == "" || c.tries >= maxTries {
			break
		}
		if c.add(name) {
			mine = max(mine, len(name))
		}
		if !strings.ContainsRune("-_.", rune(name[len(name)-1])) {
			break
		}
		name = name[:len(name)-1]
	}
	return mine
}

// add adds one reading of a name and reports whether it is the reader's.
func (c *mentionFinder) add(name string) bool {
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
	c.mentionsMe = c.mentionsMe || mine
	return mine
}
