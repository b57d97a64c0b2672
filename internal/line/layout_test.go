package line

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// picture is a layout's rows, one a line, with a bar for the cursor; columns is
// what comes before a row.
func (l Layout) picture(indent int) string {
	rows := slices.Clone(l.Rows)
	row, column := rows[l.Row], l.Column-indent
	cut := len(ansi.Truncate(row, column, ""))
	rows[l.Row] = row[:cut] + "|" + row[cut:]
	return strings.Join(rows, "\n")
}

func TestLayout(t *testing.T) {
	tests := []struct {
		name                  string
		in                    string
		width, indent, height int
		want                  string
		row, column           int
	}{
		{"empty", "|", 10, 2, 3, "|", 0, 2},
		{"one row", "un deux|", 10, 2, 3, "un deux|", 0, 9},
		{"a full row", "abcd|", 6, 2, 3, "abcd\n|", 1, 2},
		{"a full row, cursor before", "abc|d", 6, 2, 3, "abc|d", 0, 5},
		{"two rows", "abcdef|", 6, 2, 3, "abcd\nef|", 1, 4},
		{"between two rows", "abcd|ef", 6, 2, 3, "abcd\n|ef", 1, 2},
		{"words", "un deux trois|", 10, 2, 3, "un deux \ntrois|", 1, 7},
		{"words, the cursor before the break", "un deux| trois", 10, 2, 3, "un deux| \ntrois", 0, 9},
		{"words, the cursor at the break", "un deux |trois", 10, 2, 3, "un deux \n|trois", 1, 2},
		{"words, the cursor in the one that goes on", "un deux t|rois", 9, 2, 3, "un deux\n t|rois", 1, 4},
		{"words, the cursor where the row was full", "un deu|x trois", 8, 2, 3, "un \ndeu|x \ntrois", 1, 5},
		{"a word longer than a row", "un quatorze|", 8, 2, 4, "un \nquator\nze|", 2, 4},
		{"wide words", "世界 世界 世|", 9, 1, 3, "世界 \n世界 世|", 1, 8},
		{"newline", "ab\ncd|", 6, 2, 3, "ab\ncd|", 1, 4},
		{"newline at the end", "ab\n|", 6, 2, 3, "ab\n|", 1, 2},
		{"a full line, then another", "abcd|\nef", 6, 2, 3, "abcd\n|\nef", 1, 2},
		{"a full line, the cursor on another", "abcd\ne|f", 6, 2, 3, "abcd\ne|f", 1, 3},
		{"wide", "世界世|", 6, 1, 3, "世界\n世|", 1, 3},
		{"before a wide one that goes to the next row", "世界|世", 6, 1, 3, "世界\n|世", 1, 1},
		{"wide, full", "世界|", 5, 1, 3, "世界\n|", 1, 1},
		{"one column, wide", "世a|", 1, 0, 9, "?\na\n|", 2, 0},
		{"family", "a" + family + "b|", 4, 1, 3, "a" + family + "\nb|", 1, 2},
		{"flags", france + belgie + "|", 4, 1, 3, france + "\n" + belgie + "|", 1, 3},
		{"marks", acute + acute + "|", 4, 1, 3, acute + acute + "|", 0, 3},
		{"Arabic", salam + "|", 5, 1, 3, salam + "\n|", 1, 1},
		{"no room", "ab|", 3, 7, 3, "a\nb\n|", 2, 7},
		{"nonsense", "ab|", -1, -1, -1, "|", 0, 0},
		{"height 1", "abcdef|", 6, 2, 1, "ef|", 0, 4},
		{"height 1, above", "ab|cdef", 6, 2, 1, "ab|cd", 0, 4},
		{"the last rows", "a\nb\nc\nd|", 6, 2, 2, "c\nd|", 1, 3},
		{"the first rows", "|a\nb\nc\nd", 6, 2, 2, "|a\nb", 0, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := at(tt.in).Layout(tt.width, tt.indent, tt.height)
			if got := l.picture(max(tt.indent, 0)); got != tt.want || l.Row != tt.row || l.Column != tt.column {
				t.Errorf("%q at %d, %d; want %q at %d, %d", got, l.Row, l.Column, tt.want, tt.row, tt.column)
			}
		})
	}
}

// TestLayoutStays moves the cursor inside of what is shown, then out of it.
func TestLayoutStays(t *testing.T) {
	e := at("a\nb\nc\nd\ne|")
	for _, step := range []struct{ keys, want string }{
		{"", "c\nd\ne|"},
		{"up up", "c|\nd\ne"},
		{"up", "b|\nc\nd"},
		{"down down", "b\nc\nd|"},
		{"down", "c\nd\ne|"},
		{"ctrl+u ctrl+u", "b\nc\nd|"},
		{"up up up ctrl+a ctrl+k ctrl+k ctrl+k ctrl+k", "|c\nd"},
	} {
		for key := range strings.FieldsSeq(step.keys) {
			e.Key(key)
		}
		if got := e.Layout(10, 2, 3).picture(2); got != step.want {
			t.Errorf("after %q: %q, want %q", step.keys, got, step.want)
		}
	}
}

// TestLayoutShowsTheText reads the text back from its rows.
func TestLayoutShowsTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e Editor
		text := drawText(t, pieces, 60)
		e.Set(text, rapid.IntRange(0, len(text)).Draw(t, "cursor"))
		width, indent := rapid.IntRange(1, 14).Draw(t, "width"), rapid.IntRange(0, 6).Draw(t, "indent")
		l := e.Layout(width, indent, 1000)
		checkLayout(t, l, width, indent)
		if columns := width - indent; columns > 1 {
			checkReads(t, &e, l, columns, l.Column-indent)
		}

		height := rapid.IntRange(1, 8).Draw(t, "height")
		part := e.Layout(width, indent, height)
		checkLayout(t, part, width, indent)
		if len(part.Rows) != min(height, len(l.Rows)) {
			t.Fatalf("%d rows of %d at height %d", len(part.Rows), len(l.Rows), height)
		}
		top := l.Row - part.Row
		if top < 0 || !slices.Equal(part.Rows, l.Rows[top:top+len(part.Rows)]) || part.Column != l.Column {
			t.Fatalf("%q at %d is not part of %q at %d", part.Rows, part.Row, l.Rows, l.Row)
		}
	})
}

// checkReads reads the text row after row: each is as long as fits, and the cursor
// stands where it should. A row of columns columns that the cursor is behind has
// another below it.
func checkReads(t *rapid.T, e *Editor, l Layout, columns, column int) {
	text, read := e.Text(), 0
	for i, row := range l.Rows {
		rest, ok := strings.CutPrefix(text[read:], row)
		width := ansi.StringWidth(row)
		if !ok {
			t.Fatalf("row %d is %q where %q is left", i, row, text[read:])
		}
		if i == l.Row && (e.Cursor() < read || ansi.StringWidth(text[read:e.Cursor()]) != column) {
			t.Fatalf("the cursor of %q is in column %d of row %q", e.state(), column, row)
		}
		read += len(row)
		behind := e.Cursor() == read && width == columns
		first, w := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		if strings.HasSuffix(row, " ") { // the whole word must not fit
			word := wordAt(rest)
			w = max(w, ansi.StringWidth(word))
			if at := e.Cursor() - read; at > 0 && at <= len(word) && ansi.StringWidth(word[:at]) == w {
				w++ // it stands behind all of the word that has a width
			}
		}
		if !behind && first != "" && first != "\n" && width+w <= columns {
			t.Fatalf("row %d, %q, has room for %q", i, row, first)
		}
		if strings.HasPrefix(rest, "\n") && !behind {
			read++
		}
	}
	if read != len(text) {
		t.Fatalf("%q of %q is not shown", text[read:], text)
	}
}

// wordAt returns what comes before the next blank that is one by itself: a sign may join it.
func wordAt(text string) string {
	for end := 0; ; {
		cluster, _ := ansi.FirstGraphemeCluster(text[end:], ansi.GraphemeWidth)
		if cluster == "" || cluster == " " || cluster == "\n" {
			return text[:end]
		}
		end += len(cluster)
	}
}

// checkLayout checks what holds of every layout.
func checkLayout(t interface {
	Helper()
	Fatalf(string, ...any)
}, l Layout, width, indent int) {
	t.Helper()
	columns := max(width-indent, 1)
	for _, row := range l.Rows {
		if ansi.StringWidth(row) > columns || strings.ContainsFunc(row, func(r rune) bool { return r == '\n' || forbidden(r) }) {
			t.Fatalf("row %q in %d columns", row, columns)
		}
	}
	if l.Row < 0 || l.Row >= len(l.Rows) {
		t.Fatalf("the cursor is on row %d of %d", l.Row, len(l.Rows))
	}
	if at := l.Column - indent; at < 0 || at >= columns || at > ansi.StringWidth(l.Rows[l.Row]) {
		t.Fatalf("the cursor is in column %d of row %q, %d to %d", l.Column, l.Rows[l.Row], indent, width)
	}
}
