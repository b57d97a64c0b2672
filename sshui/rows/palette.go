package rows

import (
	"hash/fnv"

	"salon/room/text"
)

// Palette is the set of colours that a terminal has.
type Palette uint8

// The palettes.
const (
	Mono  Palette = iota // no colour at all: bold, faint, underline and reverse only
	Basic                // the 16 of the terminal's own
	Auto                 // xterm-256, background unknown
	Light                // xterm-256 on a light background
	Dark                 // xterm-256 on a dark one
)

// Style is the meaning of a piece of text, which a Palette turns into colours.
type Style uint8

// The styles.
const (
	Plain    Style = iota
	Quiet          // time, gutter, separators, hints
	Happened       // events
	Mention        // a mention of the reader, and its mark
	Secret         // a private message's mark
	Wrong          // a failure's mark
	Heading        // the header, titles of overlays
	Marker         // the unread marker, "n new below"
	Selected       // the chosen line of a list
	Strong
)

// Select Graphic Rendition (ECMA-48 section 8.3.117). 38;5 and 48;5 choose one of
// xterm's 256 colours.
const (
	csi       = "\x1b["
	unstyled  = csi + "m"
	bold      = csi + "1m"
	faint     = csi + "2m"
	underline = csi + "4m"
	reverse   = csi + "7m"
	calling   = csi + "1;7m"
	xterm     = csi + "38;5;"
	xtermBold = csi + "1;38;5;"
)

// styles hold what begins each style. On unknown backgrounds only attributes are
// used for what must be read whatever the background is.
var styles = [...][Strong + 1]string{
	Mono: {
		Quiet: faint, Mention: calling, Secret: bold, Wrong: bold, Heading: bold,
		Marker: bold, Selected: reverse, Strong: bold,
	},
	Basic: {
		Quiet: faint, Mention: calling, Secret: csi + "1;35m", Wrong: csi + "1;31m", Heading: bold,
		Marker: csi + "31m", Selected: reverse, Strong: bold,
	},
	Auto: {
		Quiet: faint, Mention: calling, Secret: xtermBold + "97m", Wrong: xtermBold + "196m", Heading: bold,
		Marker: xterm + "196m", Selected: reverse, Strong: bold,
	},
	Light: {
		Quiet: xterm + "242m", Happened: xterm + "240m", Mention: csi + "1;38;5;231;48;5;25m", Secret: xtermBold + "97m", Wrong: xtermBold + "160m", Heading: bold,
		Marker: xterm + "160m", Selected: reverse, Strong: bold,
	},
	Dark: {
		Quiet: xterm + "245m", Happened: xterm + "248m", Mention: csi + "1;38;5;16;48;5;214m", Secret: xtermBold + "141m", Wrong: xtermBold + "203m", Heading: bold,
		Marker: xterm + "214m", Selected: reverse, Strong: bold,
	},
}

// hues are the colours of members: of xterm's 256 those that can be read on black
// and on white and told apart by colour-blind eyes, and the nearest of the 16.
var hues = [...]struct{ xterm, basic string }{
	{xterm + "30m", csi + "36m"}, {xterm + "27m", csi + "34m"}, {xterm + "196m", csi + "31m"},
	{xterm + "28m", csi + "32m"}, {xterm + "131m", csi + "33m"}, {xterm + "97m", csi + "35m"},
}

// Paint returns text, which must hold no escape sequence, in a style and with a reset
// behind it. Plain text is returned as it is.
func (p Palette) Paint(s Style, text string) string { return styled(p.sgr(s), text) }

// Pseudo returns text in the colour of a member, which an FNV-1a hash of the Key chooses:
// it is the same in every session and after every restart. On Mono it is bold.
func (p Palette) Pseudo(who text.Pseudo, text string) string {
	if text == "" {
		return ""
	}
	return styled(p.hue(who), text)
}

// sgr is what begins a style, "" for what needs nothing.
func (p Palette) sgr(s Style) string { return styles[p][s] }

func (p Palette) hue(who text.Pseudo) string {
	if p == Mono {
		return bold
	}
	h := fnv.New32a()
	h.Write([]byte(who.Key()))
	sum := h.Sum32() // its upper half knows more than its lowest bits
	hue := hues[(sum>>16^sum&0xFFFF)%uint32(len(hues))]
	if p == Basic {
		return hue.basic
	}
	return hue.xterm
}

func styled(sgr, text string) string {
	if sgr == "" || text == "" {
		return text
	}
	return sgr + text + unstyled
}
