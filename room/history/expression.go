package history

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds on what the index is asked in one search. It goes through all places where a word
// stands before it names the first message, or between two of them, and cannot be interrupted
// there. What it is not asked is compared afterwards, message by message.
const (
	// maxPostings is in how many messages the words that it is asked for may stand in all, by
	// the sample: it looks at about five in a microsecond. A word that stands in more is so
	// common that comparing the latest messages finds it as quickly.
	maxPostings = 100_000
	// maxAsked is how many words it is asked for at most, the rarest. Further ones would hardly
	// make the answer shorter, and the sample does not know what was common long ago.
	maxAsked = 4
	// maxWeighed is how many words of a search are considered for that, the first.
	maxWeighed = 16
	// maxSample is in how many of the latest messages words are counted.
	maxSample = 1024
)

// lookup is something that the index may be asked for: words that follow each other.
type lookup struct {
	column   string // "" for any
	units    []unit
	postings float64 // about how many the index looks at for it
}

// unit is one word of the index.
type unit struct {
	word     string
	prefix   bool    // longer words that begin like it are meant too
	postings float64 // in about how many messages it stands
}

// expression returns what to ask the index, in its own language, where nothing but words
// means anything: the rarest of what is looked for, by a sample of the messages of which
// there are so many. It returns "" when the index cannot help.
func (p *pattern) expression(recent []*spoken, messages float64) string {
	all := p.lookups()
	weigh(all, recent[max(0, len(recent)-maxSample):], messages)
	slices.SortStableFunc(all, func(a, b lookup) int { return cmp.Compare(a.postings, b.postings) })
	var asked []string
	units, postings := 0, 0.0
	for _, l := range all {
		if units+len(l.units) <= maxAsked && postings+l.postings <= maxPostings {
			asked = append(asked, l.String())
			units, postings = units+len(l.units), postings+l.postings
		}
	}
	if len(asked) > 0 {
		return strings.Join(asked, " AND ")
	}
	return rarest(all)
}

// lookups returns what the index may be asked for; of a long run of words the beginning.
func (p *pattern) lookups() (all []lookup) {
	add := func(column, phrase string, prefix bool) {
		if words := strings.Fields(phrase); len(words) > 0 && len(all) < maxWeighed {
			all = append(all, lookup{column: column, units: units(words, prefix)})
		}
	}
	add("author : ", p.byWords, false)
	for _, t := range p.terms {
		add("", t.phrase, true)
	}
	return all
}

func units(words []string, prefix bool) (list []unit) {
	for _, w := range words[:min(len(words), maxAsked)] {
		list = append(list, unit{word: w})
	}
	last := &list[len(list)-1]
	first, _ := utf8.DecodeRuneInString(last.word)
	last.prefix = prefix && len(words) <= maxAsked && !standsAlone(first)
	return list
}

// weigh counts how many messages of the sample hold each word.
func weigh(all []lookup, sample []*spoken, messages float64) {
	for i := range all {
		for j := range all[i].units {
			u := &all[i].units[j]
			n, begin := 0, " "+u.word
			for _, s := range sample {
				if f := s.folded(); strings.Contains(f.words, begin) || strings.Contains(f.authors, begin) {
					n++
				}
			}
			u.postings = messages * float64(n) / float64(max(1, len(sample)))
			all[i].postings += u.postings
		}
	}
}

// rarest returns what asks for one word, the rarest of all; "" when that is too common.
func rarest(all []lookup) (expression string) {
	least := float64(maxPostings)
	for _, l := range all {
		for _, u := range l.units {
			if u.postings <= least {
				least, expression = u.postings, lookup{column: l.column, units: []unit{u}}.String()
			}
		}
	}
	return expression
}

// String returns the lookup in the language of the index.
func (l lookup) String() string {
	var words []string
	for _, u := range l.units {
		words = append(words, u.word)
	}
	s := l.column + `"` + strings.Join(words, " ") + `"`
	if l.units[len(l.units)-1].prefix {
		s += "*"
	}
	return s
}
