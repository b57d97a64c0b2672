package line

import (
	"strings"
	"testing"
	"unsafe"
)

func TestInsertCleans(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "l'été, œuf €", "l'été, œuf €"},
		{"C0 and DEL", "a\x00\x07\x08\x0b\x0c\x1b\x7fb", "ab"},
		{"C1", "a\u0080\u0085\u009b\u009fb", "ab"},
		{"tab", "a\tb", "a b"},
		{"CR LF, CR, LF", "a\r\nb\rc\nd\r\r\n", "a\nb\nc\nd\n\n"},
		{"line and paragraph separators", "a\u2028b\u2029c", "a\nb\nc"},
		{"invalid", "a\xffb\xc3\x28\xed\xa0\x80c", "a\uFFFDb\uFFFD(\uFFFDc"},
		{"raw C1", "a\x9bb", "a\uFFFDb"},
		{"bidi controls", "a\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069b", "ab"},
		{"byte order mark", "\uFEFFa", "a"},
		{"emoji", family + thumb + france + "❤\ufe0f", family + thumb + france + "❤\ufe0f"},
		{"a sequence loses its ESC", "\x1b[31mred", "[31mred"},
		{"marks", "e\u0301\u0302\u0303\u0304", "e\u0301\u0302\u0303\u0304"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := at("<|>")
			if left := e.Insert(tt.in); left != 0 || e.state() != "<"+tt.want+"|>" {
				t.Errorf("Insert(%q) gives %q and leaves %d", tt.in, e.state(), left)
			}
			e.Set(tt.in, len(tt.in))
			if e.state() != tt.want+"|" {
				t.Errorf("Set(%q) gives %q", tt.in, e.state())
			}
			e.Set("", 0)
			e.Replace(0, 0, tt.in)
			if e.state() != tt.want+"|" {
				t.Errorf("Replace with %q gives %q", tt.in, e.state())
			}
		})
	}
}

func TestInsertJoins(t *testing.T) {
	tests := []struct{ name, in, typed, want string }{
		{"a mark to what is before", "e|x", "\u0301", "e\u0301|x"},
		{"a letter to the mark after", "|\u0301x", "e", "e\u0301|x"},
		{"half a flag shifts the others", "|" + france, "🇧", "🇧🇫|🇷"},
		{"a family completed", "👩|👧", "\u200d", "👩\u200d👧|"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if e := at(tt.in); e.Insert(tt.typed) != 0 || e.state() != tt.want {
				t.Errorf("%q gives %q, want %q", tt.in, e.state(), tt.want)
			}
		})
	}
}

func TestInsertStopsAtMax(t *testing.T) {
	var e Editor
	e.Insert(strings.Repeat("a", Max-2))
	e.Key("ctrl+a")
	if left := e.Insert("éèx\x00"); left != 3 || len(e.Text()) != Max || e.Cursor() != 2 {
		t.Errorf("left %d, %d bytes, cursor %d", left, len(e.Text()), e.Cursor())
	}
	if left := e.Insert("b"); left != 1 || len(e.Text()) != Max {
		t.Errorf("left %d, %d bytes", left, len(e.Text()))
	}
	if !e.Key("alt+enter") || len(e.Text()) != Max {
		t.Errorf("a newline: %d bytes", len(e.Text()))
	}
	e.Key("delete")
	if left := e.Insert("世"); left != 3 || len(e.Text()) != Max-1 {
		t.Errorf("left %d, %d bytes", left, len(e.Text()))
	}
	e.Set(strings.Repeat("世", Max), 3*Max)
	if len(e.Text()) != Max/3*3 || e.Cursor() != len(e.Text()) {
		t.Errorf("Set: %d bytes, cursor %d", len(e.Text()), e.Cursor())
	}
}

func TestSetPutsTheCursor(t *testing.T) {
	tests := []struct {
		text   string
		cursor int
		want   string
	}{
		{"abc", 1, "a|bc"},
		{"abc", -1, "|abc"},
		{"abc", 9, "abc|"},
		{"aéb", 2, "aé|b"},
		{france + belgie, 4, france + "|" + belgie},
		{"a\r\nb", 2, "a\n|b"},
		{"a\x1bbc", 2, "a|bc"},
	}
	for _, tt := range tests {
		var e Editor
		if e.Set(tt.text, tt.cursor); e.state() != tt.want {
			t.Errorf("Set(%q, %d) gives %q, want %q", tt.text, tt.cursor, e.state(), tt.want)
		}
	}
}

func TestReplace(t *testing.T) {
	tests := []struct {
		in         string
		start, end int
		with, want string
	}{
		{"dis @an| bien", 4, 7, "@ann ", "dis @ann | bien"},
		{"|abc", 1, 1, "x", "ax|bc"},
		{"abc|", 0, 3, "", "|"},
		{"abc|", -5, 99, "x", "x|"},
		{"abc|", 2, 1, "x", "abx|c"},
		{"aéb|", 2, 2, "x", "ax|b"},
		{"a" + family + "b|", 2, 4, "x", "ax|b"},
	}
	for _, tt := range tests {
		e := at(tt.in)
		if e.Replace(tt.start, tt.end, tt.with); e.state() != tt.want {
			t.Errorf("Replace(%d, %d, %q) in %q gives %q, want %q", tt.start, tt.end, tt.with, tt.in, e.state(), tt.want)
		}
	}
	e := at("un deux|")
	e.Key("ctrl+w")
	e.Replace(0, 0, "x ")
	e.Key("ctrl+w")
	if e.Key("ctrl+y"); e.state() != "x |un " {
		t.Errorf("kills gather over a Replace: %q", e.state())
	}
}

func TestAnEmptyEditorTakesNoMemory(t *testing.T) {
	if size := unsafe.Sizeof(Editor{}) + unsafe.Sizeof(History{}); size > 160 {
		t.Errorf("%d bytes", size)
	}
	var e Editor
	e.Insert(strings.Repeat("a", Max))
	e.Key("ctrl+u")
	e.Set("", 0)
	if e.Key("ctrl+y"); !e.Empty() {
		t.Errorf("%d bytes killed are kept", len(e.Text()))
	}
	e.Insert("bonjour")
	e.Key("ctrl+u")
	e.Insert("avant")
	e.Set("", 0)
	if e.Key("ctrl+y"); e.Text() != "bonjour" {
		t.Errorf("after Enter ctrl+y gives %q", e.Text())
	}
}

// TestWhatIsSelectedIsReplacedByWhatIsTyped: it is edited by every other key.
func TestWhatIsSelectedIsReplacedByWhatIsTyped(t *testing.T) {
	for _, c := range []struct {
		does func(*Editor)
		want string
	}{
		{func(e *Editor) { e.Insert("x") }, "x|"},
		{func(e *Editor) { e.Insert("") }, "/regsiter|"},
		{func(e *Editor) { e.Insert("\x1b") }, "/regsiter|"},
		{func(e *Editor) { e.Key("alt+enter") }, "\n|"},
		{func(e *Editor) { e.Key("backspace"); e.Insert("x") }, "/regsitex|"},
		{func(e *Editor) { e.Key("up"); e.Insert("x") }, "/regsiterx|"},
		{func(e *Editor) { e.Key("ctrl+a"); e.Insert("x") }, "x|/regsiter"},
		{func(e *Editor) { e.Key("ctrl+u"); e.Key("ctrl+y") }, "/regsiter|"},
	} {
		var e Editor
		e.Set("/regsiter", 0)
		e.Select()
		if c.does(&e); e.state() != c.want {
			t.Errorf("%q, want %q", e.state(), c.want)
		}
	}
}
