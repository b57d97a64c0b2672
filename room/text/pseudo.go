// Package text is what people may write: pseudos and when two of them are too
// alike, what of a stranger's text may reach other terminals, how words compare,
// and durations as they are typed.
//
// It only computes. Everything in it may be called from any goroutine.
package text

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/ergochat/confusables"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
)

const (
	maxPseudo      = 20  // characters, marks not counted
	maxPseudoBytes = 256 // as typed, checked before anything is normalised
	MaxQuoted      = 40  // runes of a name typed by a stranger that we repeat
)

// A Pseudo is the name of a member as everyone sees it: the enforced form of
// the Nickname profile (RFC 8266 section 2.3), which is NFC as well. Only
// ParsePseudo makes valid ones. Two different values can name the same member:
// compare their Key, and use [Forms.Alike] before giving one out.
type Pseudo string

// A Key is what addresses a member: equal for pseudos that differ only in case,
// width or composition, so that "@Alice" reaches alice. It is for maps and
// storage, never for display.
type Key string

// ParsePseudo returns the pseudo that s asks for, or a *PseudoError. A pseudo
// has 1 to 20 characters, letters and digits of one script (UTS 39 section 5.1)
// and "-_.", begins with a letter or digit, holds nothing that Clean would
// change, and does not look like a reserved word. Accents compose and width
// variants become the usual letters; nothing else is repaired, so a name typed
// with spaces around it is refused. Parsing a pseudo gives the same pseudo.
func ParsePseudo(s string) (Pseudo, error) {
	if len(s) > maxPseudoBytes {
		return "", refuse(s, PseudoTooLong)
	}
	text := norm.NFC.String(s)
	switch clean := Clean(text, false); {
	case clean == "":
		return "", refuse(s, PseudoEmpty)
	case clean != text || strings.ContainsFunc(text, unicode.IsSpace):
		return "", refuse(s, PseudoCharacters)
	}
	name, err := precis.Nickname.String(text)
	if err != nil {
		return "", refuse(s, PseudoCharacters)
	}
	if reason := refusal(name); reason != 0 {
		return "", refuse(s, reason)
	}
	return Pseudo(name), nil
}

// refusal returns why the enforced name cannot be a pseudo, or 0.
func refusal(name string) PseudoReason {
	first, _ := utf8.DecodeRuneInString(name)
	switch {
	case strings.ContainsFunc(name, isForbidden) || Clean(name, false) != name:
		return PseudoCharacters
	case !unicode.In(first, unicode.L, unicode.Nd) || unicode.Is(unicode.Lm, first):
		return PseudoStart
	case characters(name) > maxPseudo:
		return PseudoTooLong
	case !oneScript(name):
		return PseudoScripts
	case isReserved(name):
		return PseudoReserved
	}
	return 0
}

// sharedLetters are the letters of no script in particular that names need:
// okina, apostrophe, the long vowel of kana, and shime. The others are tones and
// phonetic signs, and one of them, ː, would forge the colon after a name.
const sharedLetters = "ʻʼー〆"

func isForbidden(r rune) bool {
	if unicode.IsLetter(r) && unicode.In(r, unicode.Common, unicode.Inherited) {
		return !strings.ContainsRune(sharedLetters, r)
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune("-_.", r)
}

// characters counts the runes of s that are no marks.
func characters(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.Is(unicode.M, r) {
			n++
		}
	}
	return n
}

// mixed are the sets of scripts that one language writes together (UTS 39
// section 5.1: Japanese, Korean, Hanb).
var mixed = [][]string{
	{"Han", "Hiragana", "Katakana"},
	{"Han", "Hangul"},
	{"Han", "Bopomofo"},
}

// oneScript reports whether one script, or one set of mixed, writes all of s.
// Characters of the scripts Common and Inherited go with any.
func oneScript(s string) bool {
	var found []string
	for _, r := range s {
		if name := script(r); name != "Common" && name != "Inherited" && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	return len(found) <= 1 || slices.ContainsFunc(mixed, func(set []string) bool {
		return !slices.ContainsFunc(found, func(name string) bool { return !slices.Contains(set, name) })
	})
}

// script returns the name of the script of r. Two of the sharedLetters belong
// to their few scripts only (Script_Extensions, UAX 24).
func script(r rune) string {
	switch {
	case unicode.Is(unicode.Latin, r):
		return "Latin"
	case r == 'ー':
		return "Katakana"
	case r == '〆':
		return "Han"
	}
	for name, table := range unicode.Scripts { // scripts never overlap
		if unicode.Is(table, r) {
			return name
		}
	}
	return "Common" // unassigned: not for this rule to refuse
}

// reserved are the words that address everyone, the server or its operators, in
// both languages, without accents.
var reserved = []string{
	"tous", "all", "everyone", "here", "me", "moi", "salon", "server", "serveur",
	"admin", "root", "system", "systeme", "operator", "operateur", "moderator", "moderateur",
	"op", "modo", "sysop", "staff", "console", "annonce", "announcement",
}

// reservedSkeletons holds what the reserved words look like in lower, upper and
// title case. Fewer forms would let ADMlN pass, more would refuse Ali.
var reservedSkeletons = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, word := range reserved {
		for _, form := range []string{word, strings.ToUpper(word), strings.ToUpper(word[:1]) + word[1:]} {
			set[confusables.SkeletonTweaked(form)] = true
		}
	}
	return set
})

// isReserved reports whether name looks like a reserved word, accents aside.
func isReserved(name string) bool {
	for _, skeleton := range Pseudo(name).Forms().Looks {
		if reservedSkeletons()[unaccented(skeleton)] {
			return true
		}
	}
	return false
}

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
	caseless := strings.ToLower(confusables.SkeletonTweaked(strings.ReplaceAll(key, "ς", "σ")))
	f := Forms{Key: Key(key), Looks: [2]string{caseless, confusables.SkeletonTweaked(string(p))}}
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

// A PseudoReason says which rule of ParsePseudo a name breaks, for fronts to
// explain in the reader's language.
type PseudoReason int

// The reasons to refuse a pseudo; zero is none of them.
const (
	PseudoEmpty      PseudoReason = iota + 1 // nothing visible
	PseudoTooLong                            // over 20 characters, or 256 bytes
	PseudoCharacters                         // a character that is not allowed
	PseudoScripts                            // letters of more than one script
	PseudoStart                              // begins with neither letter nor digit
	PseudoReserved                           // is or looks like a reserved word
)

var pseudoRules = [...]string{
	"is refused", "is empty", fmt.Sprintf("is longer than %d characters", maxPseudo), `may only hold letters, digits and "-_."`,
	"mixes letters of several scripts", "must begin with a letter or a digit", "is reserved",
}

// String returns the rule as the end of the sentence "the pseudo ...".
func (r PseudoReason) String() string { return pseudoRules[r] }

// A PseudoError is what ParsePseudo returns, always as a pointer. Pseudo is what
// was asked for, cleaned and cut to 40 runes, so that it can be shown.
type PseudoError struct {
	Pseudo string
	Reason PseudoReason
}

// Error returns an English sentence for logs, the pseudo quoted.
func (e *PseudoError) Error() string {
	return fmt.Sprintf("the pseudo %q %v", e.Pseudo, e.Reason)
}

func refuse(s string, reason PseudoReason) error {
	s = Clean(s[:min(len(s), maxPseudoBytes)], false)
	return &PseudoError{Pseudo: Clean(FirstRunes(s, MaxQuoted), false), Reason: reason}
}

// FirstRunes returns at most n runes from the start of s.
func FirstRunes(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

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
