package picture

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/vt"
	"pgregory.net/rapid"
)

// drawn draws what a terminal of a row of 40 cells shows, and checks that it is XML.
func drawn(t rapid.TB, written string) string {
	e := vt.NewEmulator(40, 1)
	if _, err := e.Write([]byte(written)); err != nil {
		t.Fatal(err)
	}
	svg := SVG(e, Dark, "a <title> & more", true)
	for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return string(svg)
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
	}
}

// elements are those of a kind, but for the page itself.
func elements(svg, kind string) (list []string) {
	for line := range strings.Lines(svg) {
		if strings.HasPrefix(line, "<"+kind+" ") && !strings.Contains(line, `rx="6"`) {
			list = append(list, strings.TrimSpace(line))
		}
	}
	return list
}

func TestWhatIsDrawn(t *testing.T) {
	const cursor = 1
	for _, c := range []struct {
		written, kind string
		want          []string
	}{
		{"un mot", "text", []string{`<text x="0" y="14" textLength="18">un</text>`, `<text x="27" y="14" textLength="27">mot</text>`}},
		{"a\x1b[1mb\x1b[0;3mc", "text", []string{
			`<text x="0" y="14" textLength="9">a</text>`, `<text x="9" y="14" textLength="9" font-weight="bold">b</text>`, `<text x="18" y="14" textLength="9" font-style="italic">c</text>`,
		}},
		{"<&>", "text", []string{`<text x="0" y="14" textLength="27">&lt;&amp;&gt;</text>`}},
		// A wide character takes two cells, whatever a font makes of it.
		{"é日🙂x", "text", []string{
			`<text x="0" y="14" textLength="9">é</text>`, `<text x="18" y="14" text-anchor="middle">日</text>`, `<text x="36" y="14" text-anchor="middle">🙂</text>`, `<text x="45" y="14" textLength="9">x</text>`,
		}},
		{"☕ x", "text", []string{`<text x="9" y="14" text-anchor="middle">☕</text>`, `<text x="27" y="14" textLength="9">x</text>`}},
		{"\x1b[38;2;1;2;3;48;2;4;5;6mab c", "rect", []string{`<rect x="0" y="0" width="36" height="18" fill="#040506" shape-rendering="crispEdges"/>`}},
		{"\x1b[38;2;1;2;3;48;2;4;5;6;7ma", "text", []string{`<text x="0" y="14" textLength="9" fill="#040506">a</text>`}},
		{"\x1b[38;2;1;2;3;48;2;4;5;6;7ma", "rect", []string{`<rect x="0" y="0" width="9" height="18" fill="#010203" shape-rendering="crispEdges"/>`}},
		{"\x1b[2ma", "text", []string{`<text x="0" y="14" textLength="9" fill="#7d7e80">a</text>`}},
		{"\x1b[4mun lien\x1b[m", "path", []string{`<path d="M0 16.5 h63" stroke="#d0d0d0"/>`}},
		{"\x1b[9mun\x1b[m", "path", []string{`<path d="M0 9.5 h18" stroke="#d0d0d0"/>`}},
		{"\x1b[8msecret", "text", nil},
		{"───", "path", []string{`<path d="M0 9.5h27" stroke="#d0d0d0" stroke-width="1" fill="none"/>`}},
		{"╭─╮", "path", []string{`<path d="M4.5 18Q4.5 9.5 9 9.5M9 9.5h9M22.5 18Q22.5 9.5 18 9.5" stroke="#d0d0d0" stroke-width="1" fill="none"/>`}},
		{"│ ┃", "path", []string{`<path d="M4.5 0v18" stroke="#d0d0d0" stroke-width="1" fill="none"/>`, `<path d="M22.5 0v18" stroke="#d0d0d0" stroke-width="2" fill="none"/>`}},
		{"├┐", "path", []string{`<path d="M4.5 9.5H9M4.5 0v18M9 9.5H13.5M13.5 9.5V18" stroke="#d0d0d0" stroke-width="1" fill="none"/>`}},
	} {
		got := elements(drawn(t, c.written), c.kind)
		if c.kind == "rect" {
			got = got[:len(got)-cursor]
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q is drawn with\n%s\nwant\n%s", c.written, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestTheCursorIsABar before the cell that it is on, unless it is hidden.
func TestTheCursorIsABar(t *testing.T) {
	rects := elements(drawn(t, "日ab\x1b[D"), "rect")
	if want := []string{`<rect x="27" y="1" width="2" height="16"/>`}; !slices.Equal(rects, want) {
		t.Errorf("the cursor is %q, want %q", rects, want)
	}
	if hidden := elements(string(SVG(vt.NewEmulator(3, 1), Light, "", false)), "rect"); hidden != nil {
		t.Errorf("it is hidden, and is %q", hidden)
	}
}

// TestEveryWordStandsAtItsColumn whatever stands before it.
func TestEveryWordStandsAtItsColumn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "é", "日", "🙂", " ", "─", "\x1b[1m", "\x1b[7m", "\x1b[m", "…", "e\u0301"}), 0, 15).Draw(t, "parts")
		svg := drawn(t, "\x1b[?7l"+strings.Join(parts, "")+"\x1b[m Z")
		column := 1
		for _, p := range parts {
			column += map[string]int{"日": 2, "🙂": 2, "\x1b[1m": 0, "\x1b[7m": 0, "\x1b[m": 0, "": 0}[p]
			if strings.Contains("aé ─…e\u0301", p) {
				column++
			}
		}
		if want := fmt.Sprintf(`<text x="%s" y="14" textLength="9">Z</text>`, strconv.Itoa(column*cellWidth)); !strings.Contains(svg, want) {
			t.Fatalf("no %s in\n%s", want, svg)
		}
	})
}
