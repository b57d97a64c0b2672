package line

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// ligatures are letters that French spells out as well.
var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae")

// fold returns text for searches, where "École" must find "ecole" and "cœur" must
// find "coeur": case folded, decomposed, without the marks of category Mn.
func fold(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.ToLower(text)
	}
	text = norm.NFD.String(cases.Fold().String(text))
	return ligatures.Replace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, text))
}
