package rows

import (
	"strings"

	"salon/room/text"
)

// maxSought is how many words of a search are highlighted, the first.
const maxSought = 16

// sought returns the words of a search, folded: each as one or, where it holds punctuation
// or has no blanks between words, as several that follow each other.
func sought(search string) (all [][]string) {
	for word := range strings.FieldsSeq(search) {
		var parts []string
		for from, to := range segments(word) {
			parts = append(parts, text.Fold(word[from:to]))
		}
		if len(parts) > 0 && len(all) < maxSought {
			all = append(all, parts)
		}
	}
	return all
}

// highlights returns the words of a line that were sought, outside of its addresses and
// mentions.
func highlights(line string, sought [][]string, others []span, sgr string) (found []span) {
	var at [][2]int
	var folded []string
	for from, to := range segments(line) {
		at, folded = append(at, [2]int{from, to}), append(folded, text.Fold(line[from:to]))
	}
	for i := 0; i < len(at); {
		n := 0
		for _, parts := range sought {
			if begins(folded[i:], parts) {
				n = max(n, len(parts))
			}
		}
		if n == 0 {
			i++
			continue
		}
		if from, to := at[i][0], at[i+n-1][1]; !crosses(others, from, to) {
			found = append(found, span{from: from, to: to, sgr: sgr})
		}
		i += n
	}
	return found
}

// begins reports whether words begin with others, the last of which may be the beginning of
// one.
func begins(words, with []string) bool {
	if len(words) < len(with) {
		return false
	}
	last := len(with) - 1
	for i, w := range with[:last] {
		if words[i] != w {
			return false
		}
	}
	return strings.HasPrefix(words[last], with[last])
}
