package text

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestCleanRemovesSequences(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"CSI colour", "a\x1b[1;31mred\x1b[0m", "ared"},
		{"CSI private and intermediate", "a\x1b[?25l\x1b[2 qb", "ab"},
		{"CSI cut by the end", "a\x1b[1;3", "a"},
		{"CSI cut by a letter outside ASCII", "a\x1b[1é", "aé"},
		{"CSI cut by a newline", "a\x1b[1\nb", "a\nb"},
		{"CSI with a control inside", "a\x1b[1\x0031m", "a31m"},
		{"CSI inside CSI", "a\x1b[1\x1b[2Jb", "ab"},
		{"OSC 0 window title, BEL", "a\x1b]0;owned\ab", "ab"},
		{"OSC 8 link, ST", "a\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\b", "alinkb"},
		{"OSC 52 clipboard", "a\x1b]52;c;cm0gLXJmIC8=\ab", "ab"},
		{"OSC ended by C1 ST", "a\x1b]0;t\u009cb", "ab"},
		{"OSC aborted by CAN", "a\x1b]0;t\x18b", "ab"},
		{"OSC aborted by SUB", "a\x1b]0;t\x1ab", "ab"},
		{"OSC left open ends with its line", "a\x1b]0;t\nb", "a\nb"},
		{"OSC left open", "a\x1b]0;t", "a"},
		{"DCS, BEL does not end it", "a\x1bP$q\"p\ax\x1b\\b", "ab"},
		{"DCS, tmux passthrough", "a\x1bPtmux;\x1b\x1b]52;c;eA==\a\x1b\\b", "ab"},
		{"SOS", "a\x1bXhidden\x1b\\b", "ab"},
		{"PM", "a\x1b^hidden\x1b\\b", "ab"},
		{"APC", "a\x1b_Gf=24;AAAA\x1b\\b", "ab"},
		{"lone ESC", "a\x1b", "a"},
		{"ESC before a letter outside ASCII", "a\x1bé", "aé"},
		{"ESC ESC", "a\x1b\x1bcb", "ab"},
		{"ESC c, reset", "a\x1bcb", "ab"},
		{"ESC ( 0, line drawing", "a\x1b(0b", "ab"},
		{"ESC # 8, alignment", "a\x1b#8b", "ab"},
		{"C1 CSI", "a\u009b31mb", "ab"},
		{"C1 OSC", "a\u009d0;t\u009cb", "ab"},
		{"C1 DCS SOS PM APC", "a\u0090x\u009c\u0098x\u009c\u009ex\u009c\u009fx\u009cb", "ab"},
		{"other C1", "a\u0080\u0084\u0088\u008d\u008e\u0099\u009cb", "ab"},
		{"raw C1 bytes", "a\x9b31mb\x9d0;t\x9cc", "a\uFFFD31mb\uFFFD0;t\uFFFDc"},
	}
	checkClean(t, tests)
}

func TestCleanRemovesWhatOverwritesAndForges(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"CR LF", "a\r\nb", "a\nb"},
		{"CR", "hi\ralice: forged", "hi\nalice: forged"},
		{"BS", "alice\b\b\b\b\bbob", "alicebob"},
		{"TAB", "a\tb", "a b"},
		{"NUL, BEL, VT, FF, SO, DEL", "a\x00\a\v\f\x0e\x7fb", "ab"},
		{"NEL, LS, PS", "a\u0085b\u2028c\u2029d", "a\nb\nc\nd"},
		{"bidi controls", "\u061ca\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069b", "ab"},
		{"zero width", "a\u200b\u200c\u200d\u2060\u2061\u2064\u206a\u206f\u180e\u00ad\u034f\ufff9\ufffbb", "ab"},
		{"FEFF", "\ufeffa\ufeff", "a"},
		{"Hangul fillers", "a\u115f\u1160\u3164\uffa0b", "ab"},
		{"tags", "a\U000E0041\U000E007Fb", "ab"},
		{"variation selectors", "a\ufe00\ufe0d\U000E0100\U000E01EF\u180bb", "ab"},
		{"noncharacters", "a\ufdd0\ufffe\uffff\U0010FFFFb", "ab"},
		{"only invisible", "\u200b\ufeff\u202e\x1b[0m\u3164\u00a0 ", ""},
		{"hidden between base and accent", "e\u200d\u0301", "é"},
	}
	checkClean(t, tests)
}

func TestCleanKeepsWhatPeopleType(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"ASCII", "hello, world", "hello, world"},
		{"inner and leading spaces", "  a   b  ", "  a   b"},
		{"blank lines", "\n \n  a \n\n b\t\n\n", "  a\n\n b"},
		{"NFC", "e\u0301", "é"},
		{"Hebrew", "שלום", "שלום"},
		{"family", "👨‍👩‍👧", "👨‍👩‍👧"},
		{"skin tone and profession", "👩🏽‍💻", "👩🏽‍💻"},
		{"rainbow flag", "🏳️‍🌈", "🏳️‍🌈"},
		{"heart on fire", "❤️‍🔥", "❤️‍🔥"},
		{"flag", "🇫🇷", "🇫🇷"},
		{"skin tone", "👍🏿", "👍🏿"},
		{"keycap", "1️⃣", "1️⃣"},
		{"joiners doubled", "👨\u200d\u200d\u200b👩", "👨\u200d👩"},
		{"joiner before text", "👨\u200da", "👨a"},
		{"joiner at the edges", "\u200d👨\u200d", "👨"},
		{"joiner between letters", "a\u200db", "ab"},
		{"selectors without end", "☺" + strings.Repeat("\ufe0f", 50), "☺\ufe0f"},
		{"zalgo", "h" + strings.Repeat("\u0335\u0321", 40), "h\u0335\u0335\u0335"},
		{"mark at the start of a line", "\u0301a\n\u0301b", "a\nb"},
		{"mark on a space", "a \u0301b\u00a0\u0301", "a b"},
		{"marks that decompose", "a" + strings.Repeat("\u0344", 4), "ä\u0301\u0308\u0301"},
		{"Hangul by letters", "\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"},
		{"Hangul letters without end", "가" + strings.Repeat("\u11a8", 50), "각" + strings.Repeat("\u11a8", 3)},
		{"long Korean tears", strings.Repeat("ㅠ", 50), strings.Repeat("ㅠ", 50)},
		{"overlong", "a\xc0\xafb", "a\uFFFDb"},
		{"overlong ESC", "a\xc0\x9b[31mb", "a\uFFFD[31mb"},
		{"truncated", "a\xf0\x9f\x98", "a\uFFFD"},
		{"surrogate", "a\xed\xa0\x80b", "a\uFFFDb"},
		{"Latin-1", "caf\xe9", "caf\uFFFD"},
	}
	checkClean(t, tests)
}

func checkClean(t *testing.T, tests []struct{ name, in, want string }) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Clean(test.in, true); got != test.want {
				t.Errorf("Clean(%q) = %q, want %q", test.in, got, test.want)
			}
			checkSafe(t, test.in)
		})
	}
}

func TestCleanOnOneLine(t *testing.T) {
	in := "a\r\nb\rc\nd\u0085e\u2028f\u2029g\th\n\n"
	if got, want := Clean(in, false), "a b c d e f g h"; got != want {
		t.Errorf("Clean(%q, false) = %q, want %q", in, got, want)
	}
}

// 64 KiB take milliseconds; a quadratic Clean would take many seconds.
func TestCleanIsLinear(t *testing.T) {
	for _, unit := range []string{
		"\x1b", "\x1b[", "\x1b]", "\x1bP\a", "\u009d", "\u009c", "\x1b[1;", "\x1b]0;\x1b",
		"\u0301", "a\u0335\u0321", "\u0344", "\u200d", "👨\u200d", "\ufe0f", "\xff", "\xf0\x9f",
		" \n", "\n", " \u00a0", "\r", "\u1100", "\u1161", "e\u200d\u0301",
	} {
		for _, frame := range []string{"", "\x1b]"} {
			s := frame + strings.Repeat(unit, 1<<16/len(unit)) + frame
			start := time.Now()
			Clean(s, true)
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("64 KiB of %q took %v", unit, took)
			}
		}
	}
}

func TestCleanAllocatesNothingForPlainText(t *testing.T) {
	for _, s := range []string{"hello, world", "trailing  ", "Ça coûte 3 € « là-bas »… l’œuf"} {
		if n := testing.AllocsPerRun(100, func() { Clean(s, true) }); n != 0 {
			t.Errorf("Clean(%q) makes %v allocations", s, n)
		}
	}
}

func TestHasRTL(t *testing.T) {
	for s, want := range map[string]bool{
		"": false, "hello": false, "école €": false, "日本": false, "١٢٣": false, "a\xff": false,
		"שלום": true, "abc مرحبا": true, "\U0001E900": true,
	} {
		if got := HasRTL(s); got != want {
			t.Errorf("HasRTL(%q) = %v", s, got)
		}
	}
}

func TestFold(t *testing.T) {
	for _, pair := range [][2]string{
		{"École", "ecole"}, {"CŒUR", "coeur"}, {"Lætitia", "laetitia"}, {"STRAẞE", "Strasse"},
		{"e\u0301te\u0301", "Été"}, {"İstanbul", "istanbul"}, {"한글", "한글"}, {"ПРИВЕТ", "привет"},
	} {
		if a, b := Fold(pair[0]), Fold(pair[1]); a != b {
			t.Errorf("Fold(%q) = %q, but Fold(%q) = %q", pair[0], a, pair[1], b)
		}
	}
	if Fold("cœur") != "coeur" || Fold("한글") != "한글" {
		t.Errorf("Fold gives %q and %q", Fold("cœur"), Fold("한글"))
	}
}

// Characters that act on each other meet more often here than under fuzzing.
func TestCleanOfRandomMixes(t *testing.T) {
	pieces := []string{
		"a", "e", "Z", "1", "#", " ", "\u00a0", "\n", "\r", "\r\n", "\t", "\u2028", "\x1b", "\x1b[", "\x1b]", "\x1bP", "\a", "\x1b\\",
		"\u0085", "\u009b", "\u009c", "\u009d", "\x18", "\x9b", "\xc3", "\u0301", "\u0327", "\u0344", "\u0338", "\u0345", "é", "ᾂ",
		"\u0958", "\u093c", "\u0915", "\u0bc6", "\u0bbe", "\u1100", "\u1161", "\u11a8", "각", "\u3099", "か", "\u20e3", "\u034f",
		"\u200b", "\u200d", "\ufe0e", "\ufe0f", "\ufeff", "\u202e", "👨", "👩", "🏽", "❤", "↔", "↮", "🇫", "🇷", "\U000E0067", "ㅠ", "\u1160", "\u11ff", "\uD7B0", "\U0001D160", "\u2ADC", "\u2126",
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		var s strings.Builder
		for range 1 + random.IntN(12) {
			s.WriteString(strings.Repeat(pieces[random.IntN(len(pieces))], 1+random.IntN(40)/36*random.IntN(40)))
		}
		if checkSafe(t, s.String()); t.Failed() {
			t.Fatalf("seen with %q", s.String())
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"a\x1b]52;c;eA==\ab", "👨‍👩‍👧 1️⃣ 🇫🇷", "e\u200d\u0301\u0301\ufe0f", "\u0958\ufe0f", "\u1100\u200d\u1161",
		"\u2194\u200d\u0338\ufe0f\u200d👩", "\x9b\xc2\x9b31m", "a\r\n\u2028 \u0301\n\n", "x" + strings.Repeat("\u0344", 40),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkSafe(t, s) })
}

// checkSafe asserts all that Clean promises about any text, s being one.
func checkSafe(t *testing.T, s string) {
	t.Helper()
	for _, multiline := range []bool{false, true} {
		got := Clean(s, multiline)
		if again := Clean(got, multiline); again != got {
			t.Errorf("Clean(%q) = %q, and cleaned again %q", s, got, again)
		}
		if !utf8.ValidString(got) || strings.ReplaceAll(norm.NFC.String(got), "\u034f", "") != got {
			t.Errorf("Clean(%q) = %q, not valid UTF-8 in NFC", s, got)
		}
		if strings.ContainsRune(got, '\n') && (!multiline || strings.Trim(got, "\n") != got) {
			t.Errorf("Clean(%q, %v) = %q, a newline too many", s, multiline, got)
		}
		for line := range strings.SplitSeq(got, "\n") {
			checkSafeLine(t, line)
		}
	}
}

// wordy are the categories that a joined emoji never has at its seams, but for
// the selector and the letter-like ℹ.
var wordy = []*unicode.RangeTable{unicode.Lu, unicode.Lo, unicode.Lm, unicode.Mc, unicode.Me, unicode.N, unicode.Z, unicode.Cc, unicode.Cf}

func checkSafeLine(t *testing.T, line string) {
	t.Helper()
	if strings.TrimRightFunc(line, unicode.IsSpace) != line {
		t.Errorf("%q ends with white space", line)
	}
	runes, marks := []rune(line), maxMarks // marks: none may come first
	for i, r := range runes {
		switch {
		case unicode.Is(unicode.M, r) || 0x1160 <= r && r <= 0x11FF:
			if marks++; marks > maxMarks {
				t.Errorf("%q has a mark too many at %d", line, i)
			}
		case r == joiner:
			if i == 0 || i == len(runes)-1 || unicode.IsOneOf(wordy, runes[i-1]) || unicode.IsOneOf(wordy, runes[i+1]) {
				t.Errorf("%q has a joiner outside emoji at %d", line, i)
			}
		case unicode.IsSpace(r):
			marks = maxMarks
		default:
			marks = 0
		}
		if isNeverSafe(r) {
			t.Errorf("%q holds %U", line, r)
		}
	}
}

// isNeverSafe lists by hand what no cleaned line may hold.
func isNeverSafe(r rune) bool {
	for _, span := range [][2]rune{
		{0, 0x1F}, {0x7F, 0x9F}, {0xAD, 0xAD}, {0x34F, 0x34F}, {0x61C, 0x61C}, {0x115F, 0x1160},
		{0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x200B, 0x200C}, {0x200E, 0x200F}, {0x2028, 0x202E},
		{0x2060, 0x206F}, {0x3164, 0x3164}, {0xFDD0, 0xFDEF}, {0xFE00, 0xFE0D}, {0xFEFF, 0xFEFF},
		{0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0xE0000, 0xE0FFF},
	} {
		if span[0] <= r && r <= span[1] {
			return true
		}
	}
	return r&0xFFFE == 0xFFFE || unicode.IsControl(r)
}

func BenchmarkClean(b *testing.B) {
	for name, s := range map[string]string{
		"ascii":  strings.Repeat("hello, world! ", 10),
		"french": strings.Repeat("Ça coûte 3 €… ", 10),
		"emoji":  strings.Repeat("👩🏽‍💻 hello ❤️ ", 10),
		"colour": strings.Repeat("\x1b[31mhello\x1b[0m ", 10),
		"zalgo":  strings.Repeat("h\u0335\u0321\u0344\u0301\u0302", 20),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				Clean(s, true)
			}
		})
	}
}
