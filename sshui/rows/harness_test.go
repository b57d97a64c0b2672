package rows

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"go.uber.org/goleak"

	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var at = time.Date(2026, time.November, 22, 14, 5, 0, 0, time.UTC)

// minute is an event at a minute past 14.
func minute(m int, b state.Body) *state.Event {
	return &state.Event{Time: time.Date(2026, time.November, 22, 14, m, 0, 0, time.UTC), Body: b}
}

func class(width int) Class { return Class{Width: width, Zone: time.UTC} }

func me(p text.Pseudo) lang.View { return lang.View{Me: p} }

// shown is what a fragment shows, without its styles.
func shown(f *Fragment) string {
	var b strings.Builder
	for _, row := range f.All() {
		b.WriteString(ansi.Strip(string(row)) + "\n")
	}
	return b.String()
}

// tester is what a test and a rapid check have in common.
type tester interface {
	Helper()
	Errorf(string, ...any)
}

// wantSound holds a fragment to what every one promises.
func wantSound(t tester, c Class, f *Fragment) {
	t.Helper()
	n := 0
	for i, row := range f.All() {
		if i != n {
			t.Errorf("row %d comes as row %d", n, i)
		}
		n++
		wantSoundRow(t, c.Width, string(row))
	}
	if n != f.Rows || n != strings.Count(string(f.Bytes), eol) || n > 0 && !strings.HasPrefix(string(f.Bytes), eol) {
		t.Errorf("%d rows are said to be %d: %q", n, f.Rows, f.Bytes)
	}
}

func wantSoundRow(t tester, width int, row string) {
	t.Helper()
	if w := ansi.StringWidth(row); w > width {
		t.Errorf("a row is %d columns wide, not %d: %q", w, width, row)
	}
	if w := byRune(ansi.Strip(row)); w > width {
		t.Errorf("a row is %d columns wide where nothing joins, not %d: %q", w, width, row)
	}
	if !utf8.ValidString(row) {
		t.Errorf("not UTF-8: %q", row)
	}
	wantClosed(t, row)
}

// byRune is how wide a text is on a terminal that joins no characters.
func byRune(s string) (columns int) {
	for _, r := range s {
		columns += ansi.StringWidth(string(r))
	}
	return columns
}

// wantClosed reads a row as a terminal does, and lets it hold nothing but styles and
// links, each closed, and isolates that end where they should.
func wantClosed(t tester, row string) {
	t.Helper()
	dressed, linked, isolated := false, false, 0
	for rest := row; rest != ""; {
		switch {
		case strings.HasPrefix(rest, "\x1b]8;"):
			body, after, ok := strings.Cut(rest[len("\x1b]8;"):], "\x1b\\")
			params, url, _ := strings.Cut(body, ";")
			if !ok || strings.ContainsFunc(body, func(r rune) bool { return r < '!' || r > '~' }) || (params == "") != (url == "") {
				t.Errorf("a broken link: %q", row)
				return
			}
			linked, rest = url != "", after
		case strings.HasPrefix(rest, "\x1b["):
			end := strings.IndexByte(rest, 'm')
			if end < 0 || strings.Trim(rest[2:end], "0123456789;") != "" {
				t.Errorf("a sequence that is no style: %q", row)
				return
			}
			dressed, rest = end > 2, rest[end+1:]
		default:
			r, size := utf8.DecodeRuneInString(rest)
			switch {
			case r == fsi:
				isolated++
			case r == pdi:
				isolated--
			case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029':
				t.Errorf("a control character %q: %q", r, row)
			}
			if isolated < 0 || isolated > 1 {
				t.Errorf("isolates in disorder: %q", row)
			}
			rest = rest[size:]
		}
	}
	if dressed || linked || isolated != 0 {
		t.Errorf("left open (style %v, link %v, isolates %d): %q", dressed, linked, isolated, row)
	}
}

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is now\n%s\nwant\n%s", name, got, want)
	}
}

// visible makes the sequences of a fragment readable in a golden file.
func visible(f *Fragment) string {
	var b strings.Builder
	for _, row := range f.All() {
		quoted := fmt.Sprintf("%s\n", row)
		b.WriteString(strings.NewReplacer("\x1b", "␛", "\u2068", "⟨", "\u2069", "⟩").Replace(quoted))
	}
	return b.String()
}
