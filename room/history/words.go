package history

import (
	"math"
	"strings"
	"time"
	"unicode"

	"salon/room/state"
	"salon/room/text"
)

// words folds a text and returns its words, each after a space: what stands between two
// spaces is one word to the index and to a scan. Words are runs of letters and digits;
// each character of a script without spaces is a word.
func words(said string) string { return split(text.Fold(said)) }

// split is words for a folded text.
func split(folded string) string {
	var b strings.Builder
	b.Grow(len(folded) + 1)
	within := false
	for _, r := range folded {
		switch {
		case r >= 'a' && r <= 'z': // most, and tables are slow
			if !within {
				b.WriteByte(' ')
			}
			b.WriteByte(byte(r))
			within = true
		case standsAlone(r):
			b.WriteByte(' ')
			b.WriteRune(r)
			within = false
		case unicode.IsLetter(r), unicode.IsNumber(r), within && unicode.IsMark(r):
			if !within {
				b.WriteByte(' ')
			}
			b.WriteRune(r)
			within = true
		default:
			within = false
		}
	}
	return b.String()
}

// firstAlone is before the first character of those scripts, which is Thai.
const firstAlone = 0xE00

// standsAlone reports whether a character is a word by itself.
func standsAlone(r rune) bool {
	return r >= firstAlone && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// folded is a spoken event as a search compares it.
type folded struct {
	author, text   string
	authors, words string // the words of author and of text
}

func fold(author, said string) folded {
	author, said = text.Fold(author), text.Fold(said)
	return folded{author: quotes.Replace(author), text: quotes.Replace(said), authors: split(author), words: split(said)}
}

// maxAuthors is how many authors a folder remembers; above it, it begins again.
const maxAuthors = 256

// folder folds one message after the other. Many have the same author.
type folder struct {
	message folded
	authors map[string]folded
}

// fold returns as much of a message as a pattern compares, until the next call.
func (f *folder) fold(p *pattern, author, said string) *folded {
	m, ok := f.authors[author]
	if !ok {
		m = fold(author, "")
		if f.authors == nil || len(f.authors) >= maxAuthors {
			f.authors = map[string]folded{}
		}
		f.authors[author] = m
	}
	f.message = m
	if p.by != "" && p.by != m.author || len(p.terms) == 0 {
		return &f.message
	}
	said = text.Fold(said)
	if p.worded {
		f.message.words = split(said)
	}
	if p.signs {
		f.message.text = quotes.Replace(said)
	}
	return &f.message
}

// quotes replaces typographic characters by the simple ones that people type.
var quotes = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "…", "...", "–", "-", "—", "-", "\u00a0", " ", "\u202f", " ")

// plain folds a text for a comparison character by character.
func plain(said string) string { return quotes.Replace(text.Fold(said)) }

// pattern is a query made ready.
type pattern struct {
	terms    []term // each once
	worded   bool   // one of them has words
	signs    bool   // one of them has signs
	by       string // folded; "" for anybody
	byWords  string
	from, to int64     // microseconds since 1970; math.MinInt64 and math.MaxInt64: open
	before   state.Seq // 0: no bound
}

// term is one word of a query.
type term struct {
	phrase string // its words, as words returns them; "" if it has none
	signs  string // itself, folded, if it holds anything but letters and digits
}

func newPattern(q state.Query) pattern {
	seen := map[term]bool{}
	p := pattern{
		by: plain(string(q.By)), byWords: words(string(q.By)), before: q.Before,
		from: micros(q.From, math.MinInt64), to: micros(q.To, math.MaxInt64),
	}
	for w := range strings.FieldsSeq(q.Text) {
		t := term{phrase: words(w)}
		if folded := plain(w); " "+folded != t.phrase {
			t.signs, p.signs = folded, true
		}
		p.worded = p.worded || t.phrase != ""
		if !seen[t] {
			seen[t] = true
			p.terms = append(p.terms, t)
		}
	}
	return p
}

// micros returns the first whole microsecond since 1970 that is not before t; open for the
// zero time.
func micros(t time.Time, open int64) int64 {
	if t.IsZero() {
		return open
	}
	return t.Add(time.Microsecond - 1).UnixMicro()
}

// empty reports whether every message matches whose time does.
func (p *pattern) empty() bool { return len(p.terms) == 0 && p.by == "" }

// matches compares author and text.
func (p *pattern) matches(s *folded) bool {
	if p.by != "" && p.by != s.author {
		return false
	}
	for _, t := range p.terms {
		if !strings.Contains(s.words, t.phrase) && !strings.Contains(s.authors, t.phrase) {
			return false
		}
		if !strings.Contains(s.text, t.signs) && !strings.Contains(s.author, t.signs) {
			return false
		}
	}
	return true
}
