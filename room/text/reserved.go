package text

import (
	"slices"
	"strings"
	"sync"
)

// reserved are the words that address everyone, the server or its operators, in
// both languages, without accents.
var reserved = []string{
	"tous", "toutes", "tout", "toutlemonde", "all", "everyone", "everybody", "here", "ici", "me", "moi",
	"salon", "room", "server", "serveur", "system", "systeme", "console", "wall", "annonce", "announcement",
	"root", "admin", "administrator", "administrateur", "administratrice", "sysadmin", "sysop",
	"op", "operator", "operateur", "operatrice", "modo", "moderator", "moderateur", "moderatrice", "staff",
}

// reservedWords holds what is compared with a pseudo: what the reserved words and their
// plurals look like in lower, upper and title case, and what they are near to. Fewer forms
// would let ADMlN pass, more would refuse Ali.
var reservedWords = sync.OnceValue(func() (words struct {
	skeletons map[string]bool
	near      map[string][]Near
}) {
	words.skeletons, words.near = map[string]bool{}, map[string][]Near{}
	for _, word := range reserved {
		for _, form := range []string{word, strings.ToUpper(word), strings.ToUpper(word[:1]) + word[1:]} {
			words.skeletons[skeleton(form)] = true
			words.skeletons[skeleton(plural(form))] = true
		}
		for _, form := range []string{word, plural(word)} {
			n := Key(form).Near()
			words.near[n.Index] = append(words.near[n.Index], n)
		}
	}
	return words
})

// plural returns the plural of a reserved word. Of short ones it would be a word of
// another meaning, as mes and mois are.
func plural(word string) string {
	switch {
	case len(word) < 4:
		return word
	case word == strings.ToUpper(word):
		return word + "S"
	}
	return word + "s"
}

// isReserved reports whether a pseudo looks like a reserved word, or is near to one.
func isReserved(p Pseudo) bool {
	words, f := reservedWords(), p.Forms()
	for _, look := range f.Looks {
		if words.skeletons[unaccented(look)] {
			return true
		}
	}
	n := f.Key.Near()
	return slices.ContainsFunc(words.near[n.Index], n.To)
}
