package history

import (
	"math"
	"strings"
	"time"
	"unicode"

	"salon/room/state"
	"salon/room/text"
)

// maxWords bounds a query: further words are ignored.
const maxWords = 16

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
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
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

// folded is a spoken event as a search compares it.
type folded struct {
	author, text   string
	authors, words string // the words of author and of text
}

func fold(author, said string) folded {
	author, said = text.Fold(author), text.Fold(said)
	return folded{author: quotes.Replace(author), text: quotes.Replace(said), authors: split(author), words: split(said)}
}

// quotes replaces typographic characters by the simple ones that people type.
var quotes = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "…", "...", "–", "-", "—", "-", "\u00a0", " ", "\u202f", " ")

// plain folds a text for a comparison character by character.
func plain(said string) string { return quotes.Replace(text.Fold(said)) }

// pattern is a query made ready.
type pattern struct {
	terms    []term
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
	p := pattern{
		by: plain(string(q.By)), byWords: words(string(q.By)), before: q.Before,
		from: micros(q.From, math.MinInt64), to: micros(q.To, math.MaxInt64),
	}
	for w := range strings.FieldsSeq(q.Text) {
		t := term{phrase: words(w)}
		if folded := plain(w); " "+folded != t.phrase {
			t.signs = folded
		}
		if p.terms = append(p.terms, t); len(p.terms) == maxWords {
			break
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

// expression is the pattern in the language of the index, in which nothing but words means
// anything; "" when the index cannot help.
func (p *pattern) expression() string {
	var all []string
	for _, t := range p.terms {
		if t.phrase != "" {
			all = append(all, `"`+t.phrase[1:]+`"*`)
		}
	}
	if p.byWords != "" {
		all = append(all, `author : "`+p.byWords[1:]+`"`)
	}
	return strings.Join(all, " AND ")
}
