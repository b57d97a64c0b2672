package line

import (
	"strings"
	"testing"
)

const (
	family = "👩\u200d👩\u200d👧" // one grapheme of five runes
	france = "🇫🇷"
	belgie = "🇧🇪"
	thumb  = "👍🏽"
	acute  = "e\u0301" // é as two runes
	salam  = "سَلَام"  // with its vowels
)

// keyTests press keys, a space between them, in a text whose cursor is the bar.
var keyTests = []struct{ name, in, keys, want string }{
	{"ctrl+a", "un deux|", "ctrl+a", "|un deux"},
	{"ctrl+a, of its line", "un\ndeux|\ntrois", "ctrl+a", "un\n|deux\ntrois"},
	{"ctrl+a, twice", "un\ndeux|", "ctrl+a ctrl+a", "un\n|deux"},
	{"ctrl+a, empty", "|", "ctrl+a", "|"},
	{"home", "un\nde|ux", "home", "un\n|deux"},
	{"ctrl+e", "|un deux", "ctrl+e", "un deux|"},
	{"ctrl+e, of its line", "un\n|deux\ntrois", "ctrl+e", "un\ndeux|\ntrois"},
	{"ctrl+e, empty", "|", "ctrl+e", "|"},
	{"end", "u|n\ndeux", "end", "un|\ndeux"},

	{"left", "été|", "left", "ét|é"},
	{"left, two runes", "x" + acute + "|", "left", "x|" + acute},
	{"left, family", "a" + family + "|", "left", "a|" + family},
	{"left, skin", "a" + thumb + "|", "left", "a|" + thumb},
	{"left, second flag", france + belgie + "|", "left", france + "|" + belgie},
	{"left, first flag", france + belgie + "|", "ctrl+b left", "|" + france + belgie},
	{"left, wide", "世界|", "left", "世|界"},
	{"left, Arabic with vowels", salam + "|", "left left", "سَلَ|ام"},
	{"left, over a newline", "a\n|b", "left", "a|\nb"},
	{"left, at the start", "|a", "left", "|a"},
	{"left, keycap", "1\ufe0f\u20e3|", "left", "|1\ufe0f\u20e3"},
	{"left, Hangul of letters", "x\u1100\u1161\u11a8|", "left", "x|\u1100\u1161\u11a8"},
	{"left, Devanagari conjunct", "क\u094dष|", "left", "|क\u094dष"},
	{"right", "|été", "right", "é|té"},
	{"right, two runes", "|" + acute + "x", "right", acute + "|x"},
	{"right, family", "|" + family + "a", "right", family + "|a"},
	{"right, flags", "|" + france + belgie, "right", france + "|" + belgie},
	{"right, wide", "世|界", "right", "世界|"},
	{"right, over a newline", "a|\nb", "right", "a\n|b"},
	{"right, at the end", "a|", "right", "a|"},

	{"alt+b", "un deux|", "alt+b", "un |deux"},
	{"alt+b, over what is between", "un deux, ...|", "alt+left", "un |deux, ..."},
	{"alt+b, accents", "élève " + acute + "lan2|", "ctrl+left", "élève |" + acute + "lan2"},
	{"alt+b, over a newline", "un\n|", "alt+b", "|un\n"},
	{"alt+b, no word", "...|", "alt+b", "|..."},
	{"alt+b, apostrophe", "l'été|", "alt+b", "l'|été"},
	{"alt+b, Arabic", salam + " " + salam + "|", "alt+b", salam + " |" + salam},
	{"alt+f", "|un deux", "alt+f", "un| deux"},
	{"alt+f, over what is between", "un|, deux!", "alt+right", "un, deux|!"},
	{"alt+f, accents", "|" + acute + "lève x", "ctrl+right", acute + "lève| x"},
	{"alt+f, no word", "|" + family + "!", "alt+f", family + "!|"},

	{"up keeps the column", "abcd\nefgh|", "up", "abcd|\nefgh"},
	{"up to a shorter line", "ab\nefgh|", "up", "ab|\nefgh"},
	{"up, through a shorter line", "abcd\ne\nfgh|", "up up", "abc|d\ne\nfgh"},
	{"up, under a wide one", "世界\nab|", "up", "世|界\nab"},
	{"up, inside of a wide one", "世界\nabc|", "up", "世|界\nabc"},
	{"down", "ab|c\ndef", "down", "abc\nde|f"},
	{"down, wide", "世|界\nabc", "down", "世界\nab|c"},
	{"down, through an empty line", "abc|\n\ndef", "down down", "abc\n\ndef|"},
	{"a move between forgets the column", "abc|\n\ndef", "down left right down", "abc\n\n|def"},

	{"backspace", "été|", "backspace", "ét|"},
	{"backspace, family", "a" + family + "|", "ctrl+h", "a|"},
	{"backspace, accent and all", "x" + acute + "|", "backspace", "x|"},
	{"backspace, one flag", france + belgie + "|", "backspace", france + "|"},
	{"backspace, a newline", "a\n|b", "backspace", "a|b"},
	{"backspace, at the start", "|a", "backspace", "|a"},
	{"backspace, what is left joins", "e\n|\u0301", "backspace", "e\u0301|"},
	{"delete", "|été", "delete", "|té"},
	{"delete, flag", "|" + france + belgie, "delete", "|" + belgie},
	{"delete, a newline", "a|\nb", "delete", "a|b"},
	{"delete, at the end", "a|", "delete", "a|"},
	{"ctrl+d", "a|世b", "ctrl+d", "a|b"},
	{"ctrl+d, at the end", "a|", "ctrl+d", "a|"},

	{"ctrl+w, to white space", "un l'été...|", "ctrl+w", "un |"},
	{"ctrl+w, over white space", "un deux  |x", "ctrl+w", "un |x"},
	{"ctrl+w, at the start", "|x", "ctrl+w", "|x"},
	{"alt+backspace", "un l'été...|", "alt+backspace", "un l'|"},
	{"alt+d", "un| l'été", "alt+d", "un|'été"},
	{"alt+d, accents", "|" + acute + "té x", "alt+d", "| x"},
	{"ctrl+u", "un deux| trois", "ctrl+u", "| trois"},
	{"ctrl+u, of its line", "un\ndeux|", "ctrl+u", "un\n|"},
	{"ctrl+u, then the newline", "un\ndeux|", "ctrl+u ctrl+u", "un|"},
	{"ctrl+u, at the start", "|un", "ctrl+u", "|un"},
	{"ctrl+k", "un| deux", "ctrl+k", "un|"},
	{"ctrl+k, of its line", "|un\ndeux", "ctrl+k", "|\ndeux"},
	{"ctrl+k, then the newline", "|un\ndeux", "ctrl+k ctrl+k", "|deux"},
	{"ctrl+k, at the end", "un|", "ctrl+k", "un|"},

	{"ctrl+y", "un deux|", "ctrl+w ctrl+a ctrl+y", "deux|un "},
	{"ctrl+y, twice", "un|", "ctrl+u ctrl+y ctrl+y", "unun|"},
	{"ctrl+y, nothing", "un|", "ctrl+y", "un|"},
	{"kills back gather", "un deux trois|", "ctrl+w ctrl+w ctrl+y", "un deux trois|"},
	{"kills ahead gather", "|un deux trois", "alt+d alt+d ctrl+e ctrl+y", " troisun deux|"},
	{"lines gather", "|un\ndeux", "ctrl+k ctrl+k ctrl+k ctrl+y ctrl+y", "un\ndeuxun\ndeux|"},
	{"kills to both sides gather in place", "un deux| trois", "ctrl+w ctrl+k ctrl+y", "un deux trois|"},
	{"a move parts kills", "un deux trois|", "ctrl+w left right ctrl+w ctrl+y", "un deux |"},
	{"a yank parts kills", "un deux|", "ctrl+w ctrl+y ctrl+w ctrl+y", "un deux|"},
	{"a key of others parts kills", "un deux|", "ctrl+w tab ctrl+w ctrl+y", "un |"},
	{"a kill of nothing keeps what was killed", "un|", "ctrl+w left ctrl+u ctrl+y", "un|"},
	{"a kill of nothing goes on gathering", "un deux|", "ctrl+w ctrl+k ctrl+w ctrl+y", "un deux|"},
	{"backspace does not kill", "un deux|", "ctrl+w backspace ctrl+y", "undeux|"},

	{"ctrl+t", "a|bc", "ctrl+t", "ba|c"},
	{"ctrl+t, at the end", "abc|", "ctrl+t", "acb|"},
	{"ctrl+t, at the start", "|abc", "ctrl+t", "|abc"},
	{"ctrl+t, a single one", "a|", "ctrl+t", "a|"},
	{"ctrl+t, empty", "|", "ctrl+t", "|"},
	{"ctrl+t, graphemes", family + "|" + acute, "ctrl+t", acute + family + "|"},
	{"ctrl+t, flags", france + "|" + belgie, "ctrl+t", belgie + france + "|"},
	{"ctrl+t, at a line's end", "x\nab|\ny", "ctrl+t", "x\nba|\ny"},
	{"ctrl+t, at a line's start", "x\n|ab", "ctrl+t", "x\n|ab"},
	{"ctrl+t, one on its line", "x\na|\n", "ctrl+t", "x\na|\n"},

	{"alt+enter", "a|b", "alt+enter", "a\n|b"},
	{"shift+enter", "|", "shift+enter", "\n|"},
}

func TestKeys(t *testing.T) {
	for _, tt := range keyTests {
		t.Run(tt.name, func(t *testing.T) {
			e := at(tt.in)
			for key := range strings.FieldsSeq(tt.keys) {
				if ours := e.Key(key); ours != (key != "tab") {
					t.Errorf("Key(%q) = %v", key, ours)
				}
			}
			if got := e.state(); got != tt.want {
				t.Errorf("%s in %q gives %q, want %q", tt.keys, tt.in, got, tt.want)
			}
		})
	}
}

// TestKeysOfOthers leaves to the screen what it needs.
func TestKeysOfOthers(t *testing.T) {
	tests := []struct{ in, keys string }{
		{"|", "home end ctrl+d up down"},
		{"a|b", "up down"},
		{"a|\nb", "up"},
		{"a\n|b", "down"},
		{"a|b", "ctrl+f ctrl+p ctrl+n ctrl+r ctrl+l ctrl+c ctrl+j enter tab shift+tab esc pgup pgdn alt+home alt+end alt+u alt+p alt+n alt+l f1 space insert"},
		{"a|b", " x"},
	}
	for _, tt := range tests {
		for key := range strings.FieldsSeq(tt.keys) {
			e := at(tt.in)
			if e.Key(key) || e.state() != tt.in {
				t.Errorf("%s in %q is done and gives %q", key, tt.in, e.state())
			}
		}
	}
	if e := at("a|b"); e.Key("") || e.state() != "a|b" {
		t.Errorf("no key gives %q", e.state())
	}
}
