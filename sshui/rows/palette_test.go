package rows

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"salon/room/text"
)

// luminance of one of xterm's 256 colours, from 16 up (WCAG 2.2, relative luminance).
func luminance(n int) float64 {
	channel := func(v int) float64 {
		c := float64(v) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	level := func(i int) int {
		if i == 0 {
			return 0
		}
		return 55 + 40*i
	}
	if n >= 232 {
		return channel(8 + 10*(n-232))
	}
	n -= 16
	return 0.2126*channel(level(n/36)) + 0.7152*channel(level(n/6%6)) + 0.0722*channel(level(n%6))
}

func contrast(a, b int) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

const black, white = 16, 231

var colour = regexp.MustCompile(`([34])8;5;([0-9]+)`)

// colours are the foreground and background that a style chooses, -1 for none.
func colours(sgr string) (front, back int) {
	front, back = -1, -1
	for _, m := range colour.FindAllStringSubmatch(sgr, -1) {
		n, _ := strconv.Atoi(m[2])
		if m[1] == "3" {
			front = n
		} else {
			back = n
		}
	}
	return front, back
}

// TestColoursCanBeRead computes each contrast: 4.5 is what text to be read needs
// (WCAG 2.2, 1.4.3), 3 what large or bold text and signs do (1.4.11).
func TestColoursCanBeRead(t *testing.T) {
	for _, test := range []struct {
		palette    Palette
		background int
		styles     map[Style]string
	}{
		{Light, white, map[Style]string{Quiet: "5.3", Happened: "7.1", Secret: "4.9", Wrong: "5.4", Marker: "5.4", Mention: "6.4"}},
		{Dark, black, map[Style]string{Quiet: "6.1", Happened: "8.8", Secret: "7.7", Wrong: "7.1", Marker: "11.4", Mention: "11.4"}},
	} {
		for s, want := range test.styles {
			front, back := colours(test.palette.sgr(s))
			if back < 0 {
				back = test.background
			}
			ratio := contrast(front, back)
			if got := fmt.Sprintf("%.1f", ratio); got != want || ratio < 4.5 {
				t.Errorf("palette %d, style %d: contrast %s, want %s", test.palette, s, got, want)
			}
		}
	}
	for _, background := range []int{black, white} {
		for _, h := range hues {
			front, _ := colours(h.xterm)
			if got := contrast(front, background); got < 3 {
				t.Errorf("names in colour %d on %d: contrast %.1f", front, background, got)
			}
		}
	}
}

func TestPaint(t *testing.T) {
	for p := Mono; p <= Dark; p++ {
		for s := Plain; s <= Strong; s++ {
			got := p.Paint(s, "texte")
			if s == Plain && got != "texte" || got != "texte" && !strings.HasSuffix(got, "texte\x1b[m") {
				t.Errorf("palette %d paints style %d as %q", p, s, got)
			}
			if p.Paint(s, "") != "" {
				t.Errorf("palette %d paints nothing as %q", p, p.Paint(s, ""))
			}
			if p == Mono && strings.Trim(strings.ReplaceAll(p.sgr(s), csi, ""), "1247;m") != "" {
				t.Errorf("without colours style %d is %q", s, p.sgr(s))
			}
		}
	}
}

func TestPseudosKeepTheirColour(t *testing.T) {
	for _, test := range []struct {
		name        text.Pseudo
		auto, basic string
	}{
		{"ann", "\x1b[38;5;97mann\x1b[m", "\x1b[35mann\x1b[m"},
		{"Ann", "\x1b[38;5;97mAnn\x1b[m", "\x1b[35mAnn\x1b[m"},
		{"bob", "\x1b[38;5;196mbob\x1b[m", "\x1b[31mbob\x1b[m"},
		{"cléo", "\x1b[38;5;30mcléo\x1b[m", "\x1b[36mcléo\x1b[m"},
	} {
		for p, want := range map[Palette]string{Auto: test.auto, Light: test.auto, Dark: test.auto, Basic: test.basic, Mono: "\x1b[1m" + string(test.name) + "\x1b[m"} {
			if got := p.Pseudo(test.name, string(test.name)); got != want {
				t.Errorf("palette %d paints %s as %q, want %q", p, test.name, got, want)
			}
		}
	}
	seen := map[string]int{}
	for i := range 600 {
		seen[Auto.hue(text.Pseudo(fmt.Sprintf("membre%d", i)))]++
	}
	for _, h := range hues {
		if seen[h.xterm] < 50 {
			t.Errorf("%d of 600 members have colour %q", seen[h.xterm], h.xterm)
		}
	}
}
