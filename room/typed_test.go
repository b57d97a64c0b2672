package room

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"salon/room/text"
)

// FuzzTyped: whatever is typed for a pass phrase, a duration, a day or a number of seconds
// is refused or within its bounds, and reading it again gives the same.
func FuzzTyped(f *testing.F) {
	for _, s := range []string{"correct horse battery", "e\u0301te\u0301 a\u0300 Brûlon", "10m spam", "99999999999999999999w", "3j", "-1s", "2026-11-26", "29/2/2024", "hier", "0000-00-00", "86400", "+5", "\x1b[31mhuit lettres"} {
		f.Add(s)
	}
	zone := time.FixedZone("east", 14*3600)
	f.Fuzz(func(t *testing.T, s string) {
		if phrase, ok := passPhrase(s); ok {
			again, same := passPhrase(phrase)
			if n := utf8.RuneCountInString(phrase); !same || again != phrase || n < MinPass || n > MaxPass || strings.ContainsAny(phrase, "\r\n\x1b") {
				t.Errorf("%q is the phrase %q, and then %q", s, phrase, again)
			}
		}
		if d, rest, ok := text.CutDuration(s); ok && (d < 0 || !strings.Contains(s, rest)) {
			t.Errorf("%q lasts %v, and leaves %q", s, d, rest)
		}
		if from, to, ok := parseDay(s, zone); ok && to.Sub(from) != 24*time.Hour {
			t.Errorf("%q is from %v to %v", s, from, to)
		}
		if d, ok := seconds(s, maxSlow); ok && (d < 0 || d > maxSlow) {
			t.Errorf("%q is %v", s, d)
		}
	})
}
