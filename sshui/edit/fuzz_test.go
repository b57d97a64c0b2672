package edit

import (
	"strings"
	"testing"
)

// FuzzEditor types, then does keys, one a byte, then lays out.
func FuzzEditor(f *testing.F) {
	f.Add("l'été\r\n"+family+france, []byte{0, 4, 8, 12}, 80, 9, 8)
	f.Add("\x1b]0;titre\x07\x9b31m", []byte{22, 23, 24}, 1, 1, 1)
	f.Add(strings.Join(pieces, "")+strings.Join(dirt, ""), []byte{4, 4, 20, 20, 25}, 7, 2, 3)
	f.Fuzz(func(t *testing.T, text string, keys []byte, width, indent, height int) {
		if len(keys) > 64 || width > 500 || indent > 500 {
			return
		}
		var e Editor
		e.Insert(text)
		wellFormed(t, &e)
		for _, k := range keys {
			e.Key(allKeys[int(k)%len(allKeys)])
		}
		wellFormed(t, &e)
		width, indent = max(width, 1), max(indent, 0)
		checkLayout(t, e.Layout(width, indent, height), width, indent)
	})
}
