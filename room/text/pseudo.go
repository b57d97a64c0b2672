// Package text is what people may write: pseudos and when two of them are too
// alike, what of a stranger's text may reach other terminals, how words compare,
// and durations as they are typed.
//
// It only computes. Everything in it may be called from any goroutine.
package text

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
)

const (
	maxPseudo      = 20  // characters, marks not counted
	maxPseudoBytes = 256 // as typed, checked before anything is normalised
	MaxQuoted      = 40  // runes of a name typed by a stranger that we repeat
	punctuation    = "-_."
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
	case isReserved(Pseudo(name)):
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
	return !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune(punctuation, r)
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
