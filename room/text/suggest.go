package text

import (
	"cmp"
	"iter"
	"slices"
)

// Suggest returns the word of among, a pseudo or a command, that somebody who typed
// another may have meant, and false when none is near: one of which typed is the
// beginning, or at a Damerau-Levenshtein distance of at most 2 (1 when typed has up to
// 3 runes), case and accents aside. The order of among does not matter. Only the first
// MaxQuoted runes of typed count, which bounds the work per word.
func Suggest[S ~string](typed string, among iter.Seq[S]) (best S, ok bool) {
	runes := []rune(Fold(FirstRunes(typed, MaxQuoted)))
	var least [2]int
	for candidate := range among {
		far, near := rank(runes, []rune(Fold(string(candidate))))
		order := cmp.Or(slices.Compare(far[:], least[:]), cmp.Compare(candidate, best))
		if near && (!ok || order < 0) {
			best, least, ok = candidate, far, true
		}
	}
	return best, ok
}

// rank says how far word is from what was typed, the nearest first, and whether
// that is near enough to suggest it. A word that typed begins comes right after
// the word itself and before those one edit away; of two equally far, the one
// nearer in length comes first.
func rank(typed, word []rune) (far [2]int, near bool) {
	if len(typed) == 0 {
		return far, false
	}
	longer := len(word) - len(typed)
	if longer > 0 && slices.Equal(word[:len(typed)], typed) {
		return [2]int{1, longer}, true
	}
	limit := 2
	if len(typed) <= 3 {
		limit = 1
	}
	missing := max(longer, -longer)
	if missing > limit {
		return far, false
	}
	n := edits(typed, word)
	return [2]int{2 * n, missing}, n <= limit && n < len(typed) // one letter replaced is another word
}

// edits counts the insertions, deletions, replacements and swaps of neighbours
// between a and b, no stretch being edited twice (Damerau-Levenshtein, optimal
// string alignment). It keeps three rows of the table.
func edits(a, b []rune) int {
	older, old, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		older, old, row = old, row, older
		row[0] = i + 1
		for j := range b {
			replace := old[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, old[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], older[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
