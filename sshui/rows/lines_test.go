package rows

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

func TestHangingLines(t *testing.T) {
	for _, c := range []struct {
		width       int
		lines, want string
	}{
		{20, "court\n", "court\n"},
		{20, "", ""},
		{20, "\n\n", "\n\n"},
		{20, "21:33 ann: " + "dix-neuf", "21:33 ann: dix-neuf"},
		{20, "21:33 ann: ok 21:33 bob: faux\n", "21:33 ann: ok 21:33\n  bob: faux\n"},
		{20, "21:33 ann: " + strings.Repeat("x", 30) + "\nb\n", "21:33 ann:\n  xxxxxxxxxxxxxxxxx\n  xxxxxxxxxxxxx\nb\n"},
		{20, "21:33 ann: 漢字漢字漢字漢字", "21:33 ann: 漢字漢字\n  漢字漢字"},
		{20, "21:33 ann: ❤️❤️❤️❤️❤️", "21:33 ann: ❤️❤️❤️❤️\n  ❤️"},
		{1, "abc", "a\nb\nc"}, {2, "abc", "a\nb\nc"}, {4, "abcdef", "abc\n de\n f"},
	} {
		if got := HangingLines(c.lines, c.width); got != c.want {
			t.Errorf("%d columns: %q, want %q", c.width, got, c.want)
		}
	}
}

func TestHangingLinesNeverReachTheLastColumnAndLoseNothing(t *testing.T) {
	letters := rapid.SampledFrom([]rune("ab:  é漢🙂❤\uFE0F\u200D👩👧\u0301\u2800\u3000\u2068ש\u2069-"))
	rapid.Check(t, func(t *rapid.T) {
		line := string(rapid.SliceOfN(letters, 0, 300).Draw(t, "line"))
		width := rapid.IntRange(10, 90).Draw(t, "width")
		out := HangingLines(line, width)
		for i, row := range strings.Split(out, "\n") {
			bare := strings.NewReplacer("\u2068", "", "\u2069", "").Replace(row) // isolates take no column
			if ansi.StringWidth(bare) >= width || ansi.StringWidthWc(bare) >= width {
				t.Fatalf("row %q of %d columns", row, width)
			}
			if i > 0 && !strings.HasPrefix(row, "  ") {
				t.Fatalf("row %q does not stand in", row)
			}
		}
		bare := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if bare(out) != bare(line) {
			t.Fatalf("%q became %q", line, out)
		}
	})
}
