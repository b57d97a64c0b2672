package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// MaxText is the longest message, in bytes after Clean. Clean does not enforce
// it and may lengthen a text to three times its bytes (an invalid byte becomes
// U+FFFD, some signs decompose), so compare len(Clean(s, ...)) with MaxText.
const MaxText = 4096

// MaxLines is the most lines of one message. Each is shown with its author's name
// before it, so that thousands of short ones would weigh a hundred times what was
// sent.
const MaxLines = 40

// MaxNote is the most characters of a text that is shown within a line: a topic, a
// reason, what is said of being away.
const MaxNote = 200

// maxMarks is how many combining marks one base may carry: Vietnamese and
// vocalised Hebrew need two or three, and towers of them cover other lines.
const maxMarks = 3

const (
	bel    = 0x07
	can    = 0x18
	sub    = 0x1A
	esc    = 0x1B
	joiner = '\u200D'
)

// Clean makes text from a stranger safe for every terminal, log and console.
// The result is valid UTF-8 in NFC, holds no control character (but '\n' when
// multiline), no escape sequence (ECMA-48 sections 5.3 to 5.6, 7-bit and C1
// forms, payload included), no bidi control and nothing zero-width except the
// joiners and presentation selectors of emoji, and at most 3 marks on a base.
// Invalid bytes become U+FFFD before anything else looks at them; TAB becomes
// a space; CR LF, CR, LF, NEL, LS and PS become '\n' when multiline, else a
// space. Spaces at the end of a line and blank lines at both ends go, inner
// spacing stays: what has nothing to show becomes "".
//
// Clean is idempotent, takes time linear in s, and returns plain Western text
// as it came, without allocating.
func Clean(s string, multiline bool) string {
	if isPlain(s) {
		return strings.TrimRightFunc(s, unicode.IsSpace)
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = compose(stripHidden(s, multiline))
	// A joiner that goes may let its neighbours compose: once more.
	return trimLines(compose(limitMarks(s)))
}

// compose returns s in NFC. Where more than 30 characters in a row might combine
// norm inserts U+034F, even between those that do not, as in a long ㅠㅠㅠ: it
// goes again. (norm.NFC.IsNormalString says no to such a text.)
func compose(s string) string {
	return strings.ReplaceAll(norm.NFC.String(s), "\u034F", "")
}

// isPlain reports whether Clean would keep every rune of s as it is, wherever
// it stands: none is a control, a mark or hidden, and none composes.
func isPlain(s string) bool {
	for _, r := range s {
		switch {
		case ' ' <= r && r <= '~':
		case 0xA0 <= r && r < 0x300 && r != 0xAD: // Latin letters and signs
		case 0x2010 <= r && r <= 0x2027: // dashes, quotes, ellipsis
		case r == '€':
		default:
			return false
		}
	}
	return true
}

// stripHidden removes escape sequences, controls and invisible characters, and
// settles what newlines become. Joiners stay for limitMarks to judge. Nothing
// it removes may wait until after normalisation, where it could keep apart
// what must compose.
func stripHidden(s string, multiline bool) string {
	newline := byte(' ')
	if multiline {
		newline = '\n'
	}
	var out strings.Builder
	out.Grow(len(s))
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case isNewline(r):
			if strings.HasPrefix(s, "\r\n") {
				size = 2
			}
			out.WriteByte(newline)
		case r == '\t':
			out.WriteByte(' ')
		case unicode.IsControl(r):
			size = controlLen(s)
		case r == joiner || !isHidden(r):
			out.WriteString(s[:size])
		}
		s = s[size:]
	}
	return out.String()
}

func isNewline(r rune) bool {
	return r == '\n' || r == '\r' || r == 0x85 || r == '\u2028' || r == '\u2029'
}

// isHidden reports whether r shows nothing by itself: format characters, bidi
// controls among them (Cf), Hangul and Khmer fillers, variation selectors (those
// of emoji apart), tags, and what Unicode reserves never to be shown.
func isHidden(r rune) bool {
	switch {
	case r < 0x300:
		return r == 0xAD
	case isSelector(r):
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point,
		unicode.Variation_Selector, unicode.Noncharacter_Code_Point)
}

// isSelector reports whether r asks for the text or the emoji look of the
// character before it.
func isSelector(r rune) bool { return r == '\uFE0E' || r == '\uFE0F' }

// controlLen returns the length of the control at the start of s together with
// the sequence that it opens. A C1 control stands for ESC and the character
// 0x40 below it (ECMA-48 section 5.3).
func controlLen(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	if r != esc {
		return n + sequenceLen(r-0x40, s[n:])
	}
	if s = s[n:]; s == "" {
		return n
	}
	if strings.IndexByte("[]PX^_", s[0]) >= 0 {
		return n + 1 + sequenceLen(rune(s[0]), s[1:])
	}
	return n + finalLen(s, 0x2F) // nF and two-character escapes (ECMA-35)
}

// sequenceLen returns the length of what follows the introducer of a CSI ([),
// OSC (]), DCS (P), SOS (X), PM (^) or APC (_) sequence, and 0 for others.
func sequenceLen(introducer rune, s string) int {
	switch introducer {
	case '[':
		return finalLen(s, 0x3F)
	case ']':
		return payloadLen(s, true)
	case 'P', 'X', '^', '_':
		return payloadLen(s, false)
	}
	return 0
}

// finalLen returns the length of the bytes from 0x20 to last at the start of s
// and of the final byte behind them. Anything but a final byte there ends the
// sequence too, and stays to be judged by itself.
func finalLen(s string, last byte) int {
	n := 0
	for n < len(s) && 0x20 <= s[n] && s[n] <= last {
		n++
	}
	if n < len(s) && last < s[n] && s[n] <= '~' {
		n++
	}
	return n
}

// payloadLen returns the length of a control string up to what ends it: BEL
// (OSC only, as xterm has it), CAN, SUB, ESC or any C1 control, ST among them,
// which the caller then removes. An end of line ends it as well, so that a
// sequence left open hides one line and never the rest of a paste.
func payloadLen(s string, bell bool) int {
	for i, r := range s {
		if r == esc || r == can || r == sub || bell && r == bel || 0x80 <= r && r <= 0x9F || isNewline(r) {
			return i
		}
	}
	return len(s)
}

// limitMarks drops the marks beyond maxMarks on each base, those without a base,
// and the joiners and selectors that emoji do not need. White space is no base:
// what is cut out of a cleaned text at spaces, as a command is, stays clean.
func limitMarks(s string) string {
	var k keeper
	k.out.Grow(len(s))
	for _, r := range s {
		k.add(r)
	}
	return k.out.String()
}

// A keeper writes the runes of a text that may stay, one after the other.
type keeper struct {
	out    strings.Builder
	last   rune // last kept rune, 0 at the start
	marks  int  // how many marks the current base carries
	emoji  bool // an emoji, with its skin tone and selector, was kept last
	joined bool // a joiner came behind it and waits for another emoji
}

func (k *keeper) add(r rune) {
	switch {
	case r == joiner:
		k.joined = k.emoji
		return
	case isSelector(r):
		if !isEmoji(k.last) && !strings.ContainsRune("0123456789#*", k.last) { // the keycaps
			return
		}
		k.marks++
	case isMark(r):
		if k.last == 0 || unicode.IsSpace(k.last) || k.marks == maxMarks {
			return
		}
		k.marks++
		k.emoji, k.joined = false, false
	default:
		if k.joined && isEmoji(r) {
			k.out.WriteRune(joiner)
		}
		k.joined = false
		k.emoji = isEmoji(r) || k.emoji && 0x1F3FB <= r && r <= 0x1F3FF // a skin tone
		k.marks = 0
	}
	k.out.WriteRune(r)
	k.last = r
}

// isMark reports whether r is drawn over the character before it: combining
// marks, the vowels and finals of a Hangul syllable that no composition took,
// and whatever else composes backward.
func isMark(r rune) bool {
	return r >= 0x300 && (unicode.Is(unicode.M, r) || 0x1160 <= r && r <= 0x11FF ||
		0xD7B0 <= r && r <= 0xD7FF || !norm.NFC.PropertiesString(string(r)).BoundaryBefore())
}

// isEmoji reports whether r can be an element of a joined emoji.
func isEmoji(r rune) bool { return r >= 0xA9 && unicode.Is(pictographs, r) }

// pictographs is the property Extended_Pictographic of UTS 51, version 15. Gaps
// made of characters that are no emoji by themselves are closed where that
// spares a line: it only decides whether a joiner may stay.
var pictographs = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x00A9, 0x00AE, 5}, {0x203C, 0x2049, 13}, {0x2122, 0x2139, 23},
		{0x2194, 0x2199, 1}, {0x21A9, 0x21AA, 1}, {0x231A, 0x231B, 1},
		{0x2328, 0x2388, 0x60}, {0x23CF, 0x23CF, 1}, {0x23E9, 0x23F3, 1},
		{0x23F8, 0x23FA, 1}, {0x24C2, 0x24C2, 1}, {0x25AA, 0x25AB, 1},
		{0x25B6, 0x25C0, 10}, {0x25FB, 0x25FE, 1}, {0x2600, 0x2767, 1},
		{0x2795, 0x2797, 1}, {0x27A1, 0x27A1, 1}, {0x27B0, 0x27BF, 15},
		{0x2934, 0x2935, 1}, {0x2B05, 0x2B07, 1}, {0x2B1B, 0x2B1C, 1},
		{0x2B50, 0x2B55, 5}, {0x3030, 0x303D, 13}, {0x3297, 0x3299, 2},
	},
	R32: []unicode.Range32{
		{0x1F000, 0x1F0FF, 1}, {0x1F10D, 0x1F10F, 1}, {0x1F12F, 0x1F12F, 1},
		{0x1F16C, 0x1F171, 1}, {0x1F17E, 0x1F17F, 1}, {0x1F18E, 0x1F18E, 1},
		{0x1F191, 0x1F19A, 1}, {0x1F1AD, 0x1F1E5, 1}, {0x1F201, 0x1F20F, 1},
		{0x1F21A, 0x1F22F, 21}, {0x1F232, 0x1F23A, 1}, {0x1F23C, 0x1F23F, 1},
		{0x1F249, 0x1F3FA, 1}, {0x1F400, 0x1F53D, 1}, {0x1F546, 0x1F64F, 1},
		{0x1F680, 0x1F6FF, 1}, {0x1F774, 0x1F77F, 1}, {0x1F7D5, 0x1F7FF, 1},
		{0x1F80C, 0x1F80F, 1}, {0x1F848, 0x1F84F, 1}, {0x1F85A, 0x1F85F, 1},
		{0x1F888, 0x1F88F, 1}, {0x1F8AE, 0x1FAFF, 1}, {0x1FC00, 0x1FFFD, 1},
	},
	LatinOffset: 1,
}

// trimLines cuts the white space at the end of each line, and the blank lines
// at both ends of the text.
func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(line, unicode.IsSpace)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// Isolate keeps a text that reads from right to left from reordering what stands
// around it (UAX 9, FSI and PDI); any other comes back as it is.
func Isolate(s string) string {
	if HasRTL(s) {
		return "\u2068" + s + "\u2069"
	}
	return s
}

// HasRTL reports whether s holds a strongly right-to-left character (bidi class
// R or AL, UAX 9): fronts then wrap it in isolates, so that it cannot reorder
// what stands around it. Clean has removed any control of its own.
func HasRTL(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		if r < 0x590 { // the first such character is Hebrew
			return false
		}
		p, _ := bidi.LookupRune(r)
		return p.Class() == bidi.R || p.Class() == bidi.AL
	})
}

// Fold returns s for searches and suggestions, where "École" must find "ecole"
// and "cœur" must find "coeur": lower case, without accents (category Mn after
// NFD), œ, æ and ß spelt out, in NFC. It never says who somebody is: that is
// Pseudo.Key.
func Fold(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.ToLower(s)
	}
	return ligatures.Replace(strings.ToLower(unaccented(s)))
}

var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss")

// unaccented returns s in NFC without its nonspacing marks.
func unaccented(s string) string {
	return compose(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s)))
}
