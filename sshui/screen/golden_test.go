package screen

import (
	"flag"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"salon/room/state"
)

var update = flag.Bool("update", false, "write the pictures in testdata anew")

// TestPictures holds every scene to its picture in testdata, which also lists the
// styles that it has with colours and without: what is to be read is the same.
// -update writes them anew, to be looked at.
func TestPictures(t *testing.T) {
	for _, sc := range scenes {
		name := fmt.Sprintf("%s-%dx%d-%s", sc.name, sc.width, sc.height, map[state.Lang]string{state.French: "fr", state.English: "en"}[sc.lang])
		t.Run(name, func(t *testing.T) { picture(t, sc, name) })
	}
}

func picture(t *testing.T, sc scene, name string) {
	with := []func(*testScreen){func(st *testScreen) { st.room.prefs.Lang = sc.lang }, sc.set}
	coloured := newStage(t, sc.width, sc.height, with...)
	sc.play(coloured)
	plain := newStage(t, sc.width, sc.height, append(with, mono)...)
	sc.play(plain)
	if coloured.picture() != unmarked(plain.picture()) {
		t.Errorf("without colours it reads\n%s\n\nwith them\n%s", plain.picture(), coloured.picture())
	}
	got := framed(coloured) + "\n\ncolour\n" + styles(coloured) + "\nmono\n" + styles(plain)
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is no longer so (-update, if that is right):\n%s", file, got)
	}
}

// marks are those of mentions and private messages, beside the gutter that is thick for them.
var marks = regexp.MustCompile(`(?m)^((?:│ |.{17}│)? (?:\d\d:\d\d|     ) )[!@]( .*┃)`)

// unmarked is a picture without the marks that only terminals without colours have.
func unmarked(picture string) string { return marks.ReplaceAllString(picture, "$1 $2") }

// framed is what is to be seen, between edges, and the cursor.
func framed(st *testScreen) string {
	var b strings.Builder
	edge := "+" + strings.Repeat("-", st.vt.Width()) + "+\n"
	b.WriteString(edge)
	for _, row := range st.rows() {
		b.WriteString("|" + row + strings.Repeat(" ", max(0, st.vt.Width()-ansi.StringWidth(row))) + "|\n")
	}
	row, column := st.cursor()
	where := fmt.Sprintf("cursor %d,%d", row, column)
	if st.hid {
		where = "no cursor"
	}
	fmt.Fprintf(&b, "%s%s · title %q · bells %d", edge, where, st.title, st.bells)
	return b.String()
}

// styles lists what is not plain: row, column, style and text. What is as on the row
// above, such as edges, is left out.
func styles(st *testScreen) string {
	var b strings.Builder
	var above, here map[string]bool
	for y := range st.vt.Height() {
		above, here = here, map[string]bool{}
		var text, last string
		from := 0
		flush := func() {
			if last != "" && strings.TrimSpace(text) != "" {
				run := fmt.Sprintf("%-3d %-22s %s\n", from, last, strings.TrimRight(text, " "))
				if here[run] = true; !above[run] {
					fmt.Fprintf(&b, "%3d,%s", y, run)
				}
			}
			text = ""
		}
		for x := range st.vt.Width() {
			c := st.vt.CellAt(x, y)
			if c == nil || c.Width == 0 && c.Content == "" {
				continue
			}
			if s := styleOf(c); s != last {
				flush()
				last, from = s, x
			}
			text += c.Content
		}
		flush()
	}
	return b.String()
}

func styleOf(c *uv.Cell) string {
	var words []string
	for i, name := range []string{"bold", "faint", "italic", "blink", "blink", "reverse", "conceal", "struck"} {
		if c.Style.Attrs&(1<<i) != 0 {
			words = append(words, name)
		}
	}
	if c.Style.Underline != uv.UnderlineNone {
		words = append(words, "underline")
	}
	words = append(words, colour("", c.Style.Fg)...)
	words = append(words, colour("on ", c.Style.Bg)...)
	if c.Link.URL != "" {
		words = append(words, "link")
	}
	return strings.Join(words, " ")
}

func colour(before string, c color.Color) []string {
	switch c := c.(type) {
	case nil:
		return nil
	case ansi.IndexedColor:
		return []string{fmt.Sprintf("%s%d", before, c)}
	case ansi.BasicColor:
		return []string{fmt.Sprintf("%sbasic %d", before, c)}
	}
	return []string{fmt.Sprintf("%s%v", before, c)}
}
