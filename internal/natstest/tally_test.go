package natstest

import (
	"strings"
	"testing"
)

// TestATallyCounts: ann has two messages acknowledged, a third not, and a fourth refused.
func TestATallyCounts(t *testing.T) {
	for read, want := range map[string]Counts{
		"ann.0 ann.1":                   {},
		"ann.0 ann.1 ann.2 hello 3.x a": {},
		"ann.0":                         {Lost: 1},
		"":                              {Lost: 2},
		"ann.0 ann.1 ann.0":             {Doubled: 1},
		"ann.1 ann.0":                   {Disordered: 2}, // and not as the other reader
		"bob.0 ann.0 ann.1":             {Disordered: 1},
		"ann.0 ann.1 bob.0":             {},
		"ann.0 ann.1 ann.3":             {Unwanted: 1},
	} {
		tally := NewTally()
		ann, whole, other := tally.Speaker("ann"), tally.Reader("whole"), tally.Reader("other")
		for i := range 4 {
			if text := ann.Next(); i < 2 {
				whole.Read(text)
				ann.Acked()
			}
			if i == 3 {
				ann.Refused()
			}
		}
		whole.Read("bob.0")
		for word := range strings.FieldsSeq(read) {
			other.Read(word)
		}
		got := tally.Count()
		if got.Lost != want.Lost || got.Doubled != want.Doubled || got.Disordered != want.Disordered || got.Unwanted != want.Unwanted || got.Sent != 4 || got.Acknowledged != 2 || got.Refused != 1 {
			t.Errorf("%q: %v", read, got)
		}
		if got.Wrong() != (got.Example != "") {
			t.Errorf("%q: %v", read, got)
		}
	}
}
