package rows

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"salon/room/state"
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

// backgrounds are what a palette's colours must hold on: those of terminals that are dark,
// or light, and of what lies over the conversation.
var backgrounds = map[Palette][]int{Auto: {black, white}, Light: {white, 254, 255}, Dark: {black, 234, 236}}

// TestColoursCanBeRead computes each contrast on each background that a colour can stand
// on: 4.5 is what text to be read needs (WCAG 2.2, 1.4.3), 3 what is faint, and lines that
// say something (1.4.11). Where the background is not known, no colour has 4.5 on any.
func TestColoursCanBeRead(t *testing.T) {
	for p, all := range backgrounds {
		for s := range Style(styleCount) {
			front, back := colours(p.sgr(s))
			least := 4.5
			if p == Auto || s == Faint || s == MentionLine {
				least = 3
			}
			if front < 0 || s == Line || strings.Contains(p.sgr(s), "7;") && p == Auto { // the terminal's own; decoration
				continue
			}
			behind := all
			if back >= 0 {
				behind = []int{back}
			}
			for _, b := range behind {
				if got := contrast(front, b); got < least {
					t.Errorf("palette %d, style %d, colour %d on %d: contrast %.2f, want %.1f", p, s, front, b, got, least)
				}
			}
		}
		for _, h := range hues[p] {
			front, _ := colours(h)
			for _, b := range all {
				if got, least := contrast(front, b), map[bool]float64{false: 4.5, true: 3}[p == Auto]; got < least {
					t.Errorf("palette %d, name in %d on %d: contrast %.2f, want %.1f", p, front, b, got, least)
				}
			}
		}
	}
}

// angle is the hue of one of xterm's colours from 16 up, in degrees, and how far it is from
// grey, 0 to 1.
func angle(n int) (degrees, saturation float64) {
	if n >= 232 {
		return 0, 0
	}
	level := func(i int) float64 { return map[bool]float64{true: 0, false: float64(55 + 40*i)}[i == 0] / 255 }
	r, g, b := level((n-16)/36), level((n-16)/6%6), level((n-16)%6)
	top, low := max(r, g, b), min(r, g, b)
	d := top - low
	switch {
	case d == 0:
		return 0, 0
	case top == r:
		degrees = math.Mod((g-b)/d+6, 6) * 60
	case top == g:
		degrees = ((b-r)/d + 2) * 60
	default:
		degrees = ((r-g)/d + 4) * 60
	}
	return degrees, d / (1 - math.Abs(top+low-1))
}

// TestNoNameIsRedOrPrivate: there are as many hues as members can have, each another, none
// that of a failure or of a private message.
func TestNoNameIsRedOrPrivate(t *testing.T) {
	for _, p := range []Palette{Auto, Light, Dark} {
		if n := len(hues[p]); n != state.Hues {
			t.Errorf("palette %d has %d hues, members %d", p, n, state.Hues)
		}
		secret, _ := colours(p.sgr(Private))
		seen := map[string]bool{}
		for _, h := range hues[p] {
			front, _ := colours(h)
			degrees, saturation := angle(front)
			if red := saturation > 0.25 && (degrees < 12 || degrees > 348); red || front == secret || seen[h] {
				t.Errorf("palette %d: a name is in colour %d (%.0f degrees), private messages in %d", p, front, degrees, secret)
			}
			seen[h] = true
		}
	}
	for _, h := range hues[Basic] {
		if strings.Contains(h, "31m") || h == Basic.sgr(Private) {
			t.Errorf("a name is in %q", h)
		}
	}
}

func TestPaint(t *testing.T) {
	for p := Mono; p <= Dark; p++ {
		for s := range Style(styleCount) {
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

func TestATintKeepsWhatStandsOnIt(t *testing.T) {
	got := Dark.Tint(Box, "a"+Dark.Paint(Faint, "b")+"c")
	if want := "\x1b[48;5;234ma\x1b[38;5;244mb\x1b[m\x1b[48;5;234mc\x1b[m"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Auto.Tint(Box, "a"); got != "a" {
		t.Errorf("a tint on an unknown background: %q", got)
	}
}
