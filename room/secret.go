package room

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"salon/room/text"
)

const (
	// signs are what people type for the slash of a command.
	signs = `/\!.:／`
	// stem is how many first letters a word must share with a command's to be taken for
	// another form of it: "inscription" for "inscrire".
	stem = 5
)

// Secret reports whether a line holds a pass phrase, given rightly or wrongly: a front
// neither repeats such a line nor keeps it in its input history. The line may not have
// been cleaned yet.
func Secret(line string) bool {
	line = text.Clean(line, true)
	c, rest := commands.called(line)
	return c != nil && c.secret && rest != "" || commands.nearlySecret(line) || commands.misplacesSecret(line)
}

// nearlySecret reports whether a line begins with the misspelt name of a command that takes
// a pass phrase. Such a line is refused as every unknown command is.
func (t *table) nearlySecret(line string) bool {
	word, rest := text.CutSpace(strings.TrimLeft(line, " \n"))
	name, slash := strings.CutPrefix(word, "/")
	return slash && rest != "" && !strings.Contains(name, "/") && t.likeSecret(name) && !t.growsFromSecret(name)
}

// misplacesSecret reports whether a cleaned line gives a pass phrase elsewhere than behind
// the name of a command that takes one: behind an address, behind another command or
// grown together with it, on a later line, or with a misspelt name. Such a line is refused,
// or the phrase would be said. What explains in a sentence how to register may be said, and
// so may paths.
func (t *table) misplacesSecret(whole string) bool {
	whole = strings.TrimSpace(whole)
	if c, rest := t.called(whole); c != nil && c.secret {
		return t.opensWithSecret(rest) || t.endsInSecret(rest)
	}
	for i, line := range strings.Split(whole, "\n") {
		nearly := i == 0 && t.nearlySecret(line)
		if !nearly && t.opensWithSecret(line) || t.endsInSecret(line) {
			return true
		}
	}
	return false
}

// opensWithSecret reports whether a line begins with a command that takes a pass phrase,
// after whatever may stand before a command.
func (t *table) opensWithSecret(line string) bool {
	rest := strings.TrimSpace(line)
	for strings.HasPrefix(strings.TrimLeft(rest, signs), "@") {
		_, rest = text.CutSpace(rest)
	}
	called := strings.TrimLeft(rest, signs+" ")
	lead := strings.TrimRight(rest[:len(rest)-len(called)], " ")
	word, after := text.CutSpace(called)
	names := parts(word)
	switch {
	case lead == "":
		return false
	case !strings.HasSuffix(lead, "/"):
		return after != "" && t.takesSecret(word)
	case t.runsIntoSecret(names, after):
		return true
	}
	if len(names) == 0 || !t.commandsOnly(names) {
		return false
	}
	c := t.byWord[text.Fold(names[len(names)-1])]
	_, second := text.CutSpace(after)
	return t.opensWithSecret(after) || len(c.Args) > 0 && t.opensWithSecret(second)
}

// runsIntoSecret reports whether the parts of a word between slashes hold a command that
// takes a pass phrase: as the first of them or behind others that are commands, so that
// paths are none; or as the second of two.
func (t *table) runsIntoSecret(names []string, after string) bool {
	last := len(names) - 1
	for i, name := range names {
		switch {
		case t.growsFromSecret(name), t.takesSecret(name) && (after != "" || i < last):
			return true
		case t.byWord[text.Fold(name)] != nil:
		case i == last && i < 2:
			return after != "" && t.likeSecret(name)
		default:
			return after != "" && last == 1 && t.takesSecret(names[1])
		}
	}
	return false
}

// endsInSecret reports whether a word of a line, with something behind it, is another word
// grown together with a command that takes a pass phrase, as one that was not sent and
// the next one are: "hello/register".
func (t *table) endsInSecret(line string) bool {
	words := strings.Fields(line)
	for _, word := range words[:max(0, len(words)-1)] {
		before, after, _ := strings.Cut(word, "/")
		end, _ := utf8.DecodeLastRuneInString(before)
		names := parts(after)
		last := len(names) - 1
		grown := last >= 0 && (unicode.IsLetter(end) || unicode.IsDigit(end)) && !strings.ContainsAny(before, ".:")
		if grown && t.takesSecret(names[last]) && t.commandsOnly(names[:last]) {
			return true
		}
	}
	return false
}

// holdsTwo reports whether a line calls a command in the middle of another's name, or
// right behind it where that would be shown to others.
func (t *table) holdsTwo(line string) bool {
	word, rest := text.CutSpace(line)
	if names := parts(word); strings.HasPrefix(word, "/") && len(names) > 1 {
		return t.commandsOnly(names[:2])
	}
	c, _ := t.called(line)
	second, _ := t.called(rest)
	return c != nil && second != nil && !c.quotes
}

// parts returns what stands between the slashes of a word.
func parts(word string) []string {
	return strings.FieldsFunc(word, func(r rune) bool { return r == '/' })
}

// commandsOnly reports whether all words call commands.
func (t *table) commandsOnly(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return t.byWord[text.Fold(w)] == nil })
}

// takesSecret reports whether a word calls a command that takes a pass phrase.
func (t *table) takesSecret(word string) bool {
	c := t.byWord[text.Fold(word)]
	return c != nil && c.secret
}

// likeSecret reports whether a word is the misspelt name of a command that takes a pass
// phrase.
func (t *table) likeSecret(word string) bool {
	folded := text.Fold(word)
	if t.byWord[folded] != nil || len(folded) < stem {
		return false
	}
	near := func(w string) bool { return commonPrefix(folded, w) >= stem }
	_, like := text.Suggest(word, slices.Values(t.secrets))
	return like || slices.ContainsFunc(t.secrets, near)
}

// growsFromSecret reports whether a word begins with the name of a command that takes a
// pass phrase, and goes on.
func (t *table) growsFromSecret(word string) bool {
	folded := text.Fold(word)
	return slices.ContainsFunc(t.secrets, func(w string) bool { return strings.HasPrefix(folded, w) && len(folded) > len(w) })
}

func commonPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
