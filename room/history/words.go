package history

import (
	"strings"
	"time"
	"unicode"

	"salon/room/state"
	"salon/room/text"
)

// maxWords bounds a query: what is beyond is not looked for.
const maxWords = 16

// words folds a text and returns its words, each with a space before it: what
// stands between two spaces is one word to the index and to whoever scans. Words
// are runs of letters and digits; the signs of scripts without spaces are words
// of their own.
func words(said string) string { return split(text.Fold(said)) }

// split is words for a text that is folded.
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

// folded is a spoken event as a search sees it.
type folded struct {
	author, text   string
	authors, words string // their words
}

func fold(author, said string) folded {
	author, said = text.Fold(author), text.Fold(said)
	return folded{author: quotes.Replace(author), text: quotes.Replace(said), authors: split(author), words: split(said)}
}

// quotes are the typographic signs that people type in their simple form.
var quotes = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "…", "...", "–", "-", "—", "-", "\u00a0", " ", "\u202f", " ")

// plain folds a text for what is looked for sign by sign.
func plain(said string) string { return quotes.Replace(text.Fold(said)) }

// pattern is a query made ready.
type pattern struct {
	words    []sought
	by       string // folded; "" for anybody
	byWords  string
	from, to int64     // microseconds since 1970; 0: open
	before   state.Seq // 0: anywhere
}

// sought is one word of a query.
type sought struct {
	phrase string // its words as words gives them; "" for a word of signs only
	signs  string // itself, folded, when it holds anything but letters and digits
}

func newPattern(q state.Query) pattern {
	p := pattern{by: plain(string(q.By)), byWords: words(string(q.By)), from: micros(q.From), to: micros(q.To), before: q.Before}
	for w := range strings.FieldsSeq(q.Text) {
		s := sought{phrase: words(w)}
		if folded := plain(w); " "+folded != s.phrase {
			s.signs = folded
		}
		if p.words = append(p.words, s); len(p.words) == maxWords {
			break
		}
	}
	return p
}

// micros returns the first whole microsecond since 1970 that is not before a time; 0
// for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Add(time.Microsecond - 1).UnixMicro()
}

// matches reports whether an event is sought, time aside.
func (p *pattern) matches(s *folded) bool {
	if p.by != "" && p.by != s.author {
		return false
	}
	for _, w := range p.words {
		if !strings.Contains(s.words, w.phrase) && !strings.Contains(s.authors, w.phrase) {
			return false
		}
		if !strings.Contains(s.text, w.signs) && !strings.Contains(s.author, w.signs) {
			return false
		}
	}
	return true
}

// anything reports whether whatever was said is sought, time aside.
func (p *pattern) anything() bool { return len(p.words) == 0 && p.by == "" }

// within reports whether a moment is sought.
func (p *pattern) within(t int64) bool {
	return (p.from == 0 || t >= p.from) && (p.to == 0 || t < p.to)
}

// expression is the pattern in the index's language, in which only words and
// nothing typed by anybody means anything; "" when the index cannot help.
func (p *pattern) expression() string {
	var all []string
	for _, w := range p.words {
		if w.phrase != "" {
			all = append(all, `"`+w.phrase[1:]+`"*`)
		}
	}
	if p.byWords != "" {
		all = append(all, `author : "`+p.byWords[1:]+`"`)
	}
	return strings.Join(all, " AND ")
}
