package rows

import (
	"fmt"
	"iter"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxURL is the longest target of a link, in bytes once encoded; what is longer
// stays plain text. It is what terminals take.
const maxURL = 2 << 10

// urls finds what looks like a http or https address in a line, by the bytes where
// it begins and ends. The scheme stands alone: "xhttp://" begins none.
func urls(text string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for at := 0; ; {
			colon := strings.Index(text[at:], "://")
			if colon < 0 {
				return
			}
			colon += at
			at = colon + len("://")
			from := colon - len(scheme(text[:colon]))
			if from == colon {
				continue
			}
			to := at + addressLen(text[at:])
			at = to
			if !yield(from, to) {
				return
			}
		}
	}
}

// scheme returns the scheme that ends a text, "" if it ends otherwise.
func scheme(text string) string {
	for _, name := range []string{"https", "http"} {
		before := len(text) - len(name)
		if before < 0 || !strings.EqualFold(text[before:], name) {
			continue
		}
		if r, _ := utf8.DecodeLastRuneInString(text[:before]); before == 0 || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return text[before:]
		}
	}
	return ""
}

// addressLen returns how much of a text belongs to the address that it begins with:
// up to a space, a quote or an angle bracket, without the punctuation at its end
// and without brackets that it does not open.
func addressLen(text string) int {
	if end := strings.IndexFunc(text, endsAddress); end >= 0 {
		text = text[:end]
	}
	for text != "" {
		r, size := utf8.DecodeLastRuneInString(text)
		if !strings.ContainsRune(".,;:!?'*…。、，！？：；", r) && !unopened(text, r) {
			break
		}
		text = text[:len(text)-size]
	}
	return len(text)
}

func endsAddress(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>\"`«»“”„「」『』【】\u2068\u2069", r)
}

// brackets are the opening brackets by their closing ones.
var brackets = map[rune]string{')': "(", ']': "[", '}': "{", '）': "（"}

// unopened reports whether last, which ends a text, is a bracket that the text closes
// more often than it opens.
func unopened(text string, last rune) bool {
	opening, ok := brackets[last]
	return ok && strings.Count(text, string(last)) > strings.Count(text, opening)
}

// target returns where an address that was typed leads to, fit for a terminal: only
// visible ASCII, which leaves no way out of the sequence that it stands in. It is
// "" for what is no valid address.
func target(typed string) string {
	if u, err := url.Parse(typed); err != nil || u.Hostname() == "" {
		return ""
	}
	if to := encoded(typed); len(to) <= maxURL {
		return to
	}
	return ""
}

// encoded percent-encodes all bytes that no address may hold (RFC 3986 section 2).
func encoded(s string) string {
	if strings.IndexFunc(s, isForbidden) < 0 {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isForbidden(rune(c)) {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isForbidden(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r)
}
