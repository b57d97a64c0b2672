package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ergochat/confusables"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
)

// Key returns the comparison key of p, that of the Nickname profile (RFC 8266
// section 2.4). It also takes a name as a stranger typed it; one that the
// profile refuses has the key "", which no member has.
func (p Pseudo) Key() Key {
	key, err := precis.Nickname.CompareKey(string(p))
	if err != nil {
		return ""
	}
	return Key(key)
}

// Forms are what a pseudo is compared by. A node that proposes an event that names
// somebody computes them, and the event carries them: two programs with different
// Unicode tables then agree on who is who.
type Forms struct {
	Key Key `json:"key"`
	// Looks are two forms that pseudos the eye confuses share (the skeleton of UTS 39
	// section 4, less its mapping of m to rn): the first disregards case, the second
	// is of the pseudo as displayed, where I and l are the same. A pseudo is free when
	// neither is taken at its own index.
	Looks [2]string `json:"looks"`
}

// Forms returns what p is compared by. It costs some microseconds. Forms that are
// equal to the pseudo, as most are, share its memory.
func (p Pseudo) Forms() Forms {
	key := string(p.Key())
	// Lower case keeps the final sigma apart; upper case does not show it.
	caseless := strings.ToLower(skeleton(strings.ReplaceAll(key, "ς", "σ")))
	f := Forms{Key: Key(key), Looks: [2]string{caseless, skeleton(string(p))}}
	if key == string(p) {
		f.Key = Key(p)
	}
	for i, look := range f.Looks {
		if look == string(p) {
			f.Looks[i] = string(p)
		}
	}
	return f
}

// Alike reports whether two pseudos are too alike to be in one room: equal but for
// case, or confusable on a screen, such as alice and Аlice with a Cyrillic А.
// It is symmetric but not transitive.
func (f Forms) Alike(g Forms) bool { return f.Looks[0] == g.Looks[0] || f.Looks[1] == g.Looks[1] }

// skeleton returns what s looks like, by UTS 39 section 4. The table is that of package
// confusables, with what is newer filled in (see gapsgen).
func skeleton(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return confusables.SkeletonTweaked(s)
	}
	var out strings.Builder
	for _, r := range norm.NFD.String(s) {
		if look, ok := gaps[r]; ok {
			out.WriteString(look)
		} else {
			out.WriteRune(r)
		}
	}
	return confusables.SkeletonTweaked(out.String())
}

// Near is what a registered pseudo shares with those that the eye tells apart and the
// memory does not, as álice, alice. and al1ce beside alice. Nobody but its owner may use
// them; beside a pseudo that nobody has registered they are free. It is computed where it
// is compared, and replicated nowhere.
type Near struct {
	Index string // equal for all that are near to each other, and for some that are not
	exact string // without accents, repeated punctuation and punctuation at the end
	one   bool   // it has a 1, which may stand for an i or an l
}

// Near returns what pseudos of that key are compared by with registered ones.
func (k Key) Near() Near {
	s := bare(string(k))
	return Near{Index: upright.Replace(s), exact: s, one: strings.ContainsRune(s, '1')}
}

// upright are the characters that a 1 may stand for, as one of them.
var upright = strings.NewReplacer("1", "l", "i", "l")

// To reports whether two pseudos are near to each other.
func (n Near) To(other Near) bool {
	return n.exact == other.exact || n.Index == other.Index && (n.one || other.one)
}

// bare returns what a key looks like, in lower case, but for 1, without accents, and
// without punctuation at the end or behind other punctuation.
func bare(key string) string {
	strip := func(s string) string { return s }
	if !strings.ContainsFunc(key, needsMarks) {
		strip = unaccented
	}
	parts := strings.Split(strip(key), "1") // a 1 looks like an l
	for i, part := range parts {
		parts[i] = strings.ToLower(strip(skeleton(part)))
	}
	var out strings.Builder
	out.Grow(len(key))
	var last rune
	for _, r := range strings.TrimRight(strings.Join(parts, "1"), punctuation) {
		if !strings.ContainsRune(punctuation, r) || !strings.ContainsRune(punctuation, last) {
			out.WriteRune(r)
		}
		last = r
	}
	return out.String()
}

// needsMarks reports whether r is a letter of a script whose marks are no accents, but
// letters, as the vowels of Devanagari are.
func needsMarks(r rune) bool {
	return unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew, unicode.Common)
}
