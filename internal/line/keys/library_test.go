package keys_test

import (
	"reflect"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
)

// TestWhatTheLibraryIsNotGiven holds what the library does with the bytes that
// are kept from it: they are why this package finds the end of each sequence by
// itself. Where one of these changes, some code here may go.
func TestWhatTheLibraryIsNotGiven(t *testing.T) {
	press := func(code rune, mod uv.KeyMod) uv.Event { return uv.KeyPressEvent{Code: code, Mod: mod} }
	for _, test := range []struct {
		why, sent string
		n         int
		want      uv.Event
	}{
		{"half a key is taken whole", "\x1b", 1, press(uv.KeyEscape, 0)},
		{"half a key is taken whole", "\x1b[", 2, press('[', uv.ModAlt)},
		{"half a key is taken whole", "\x1bO", 2, press('o', uv.ModAlt|uv.ModShift)},
		{"half a key is taken whole", "\x1bP", 2, press('p', uv.ModAlt|uv.ModShift)},
		{"half a key is lost", "\x1b[1;", 4, uv.UnknownEvent("\x1b[1;")},
		{"half a string is lost", "\x1b]11;rgb", 8, uv.UnknownEvent("\x1b]11;rgb")},
		{"half a rune is lost byte by byte", "\xe2\x82", 1, uv.UnknownEvent("\u00e2")},
		{"text comes a letter at a time", "ab", 1, uv.KeyPressEvent{Code: 'a', Text: "a"}},
		{"a string ends at the byte 0x9C, also in a rune", "\x1b]0;✜\a", 6, uv.UnknownOscEvent("\x1b]0;\xe2\x9c")},
		{"C1 bytes begin sequences", "\x9bA", 2, press(uv.KeyUp, 0)},
		{"a report of urxvt's mouse takes three keys with it", "\x1b[0;3;4Mabc", 11, nil},
		{"F1 of the Linux console is not known", "\x1b[[A", 3, uv.UnknownCsiEvent("\x1b[[")},
		{"a cursor position is F3 too", "\x1b[1;2R", 6, uv.MultiEvent{press(uv.KeyF3, uv.ModShift), uv.CursorPositionEvent{X: 1}}},
		{"more than 32 parameters are cut", "\x1b[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1m", 66, nil},
	} {
		n, event := (&uv.EventDecoder{}).Decode([]byte(test.sent))
		if n != test.n || test.want != nil && !reflect.DeepEqual(event, test.want) {
			t.Errorf("%s: %q gives %d, %T %q", test.why, test.sent, n, event, event)
		}
	}
	_, event := (&uv.EventDecoder{}).Decode([]byte("\x1b[65;30;97;1;0;65535_"))
	if many, ok := event.(uv.MultiEvent); !ok || len(many) != 65535 {
		t.Errorf("a report with a count gives %T", event)
	}
}
