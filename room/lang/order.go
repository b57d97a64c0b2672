package lang

import (
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"salon/room/state"
	"salon/room/text"
)

// sorted returns pseudos in the order of the reader's language: « carole, élève, zoé ».
func (v View) sorted(list []text.Pseudo) []text.Pseudo {
	return sorted(list, func(p text.Pseudo) text.Pseudo { return p }, v.Lang)
}

// sorted returns a copy of list, ordered by name as a language orders words.
func sorted[T any](list []T, name func(T) text.Pseudo, l state.Lang) []T {
	tag := language.French
	if l == state.English {
		tag = language.English
	}
	c := collate.New(tag) // not safe for concurrent use
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b T) int { return c.CompareString(string(name(a)), string(name(b))) })
	return list
}
