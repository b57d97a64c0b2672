package rows

import (
	"strings"

	"salon/room/state"
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

// The styles. What is plain has the terminal's own colour.
const (
	Plain        Style = iota
	Quiet              // words beside what people say: dates, hints
	Faint              // the time, and signs
	Line               // gutter, rules, edges
	Happened           // events
	Action             // what somebody does (/me)
	Own                // one's own name
	Link               // an address
	Code               // code, on a tint where there is one
	Mention            // a word that mentions the reader, and its mark; what was searched for
	MentionLine        // the gutter of a mention, the line of what is unread
	Private            // a private message, its gutter and its mark
	Wrong              // a failure and its sign
	Wall               // an announcement, over the whole width
	Heading            // titles of overlays
	Marker             // the words of the unread marker, "n new below"
	Selected           // the chosen line of a list
	Strong             // bold
	Bar                // the header, over the whole width
	BarRoom            // the room's name there
	BarQuiet           // what is less important there
	Label              // whom the line being typed is for
	PrivateLabel       // the same when that is somebody alone
	Box                // what lies over the conversation: see Tint

	styleCount = iota
)

// Select Graphic Rendition (ECMA-48 section 8.3.117). 38;5 and 48;5 choose one of
// xterm's 256 colours.
const (
	csi         = "\x1b["
	unstyled    = csi + "m"
	bold        = csi + "1m"
	faint       = csi + "2m"
	italic      = csi + "3m"
	underline   = csi + "4m"
	reverse     = csi + "7m"
	boldReverse = csi + "1;7m"
	xterm       = csi + "38;5;"
	xtermBold   = csi + "1;38;5;"
)

// styles hold what begins each style. On unknown backgrounds, and where there are few
// colours, rows are never tinted but by reverse.
var styles = [...][styleCount]string{
	Mono: {
		Quiet: faint, Faint: faint, Line: faint, Happened: faint, Own: bold, Link: underline,
		Mention: boldReverse, MentionLine: bold, Private: bold, Wrong: bold, Wall: boldReverse, Heading: bold,
		Marker: bold, Selected: reverse, Strong: bold,
		Bar: reverse, BarRoom: boldReverse, BarQuiet: reverse, Label: reverse, PrivateLabel: boldReverse,
	},
	Basic: {
		Quiet: faint, Faint: faint, Line: faint, Happened: faint, Own: bold, Link: underline,
		Mention: boldReverse, MentionLine: csi + "1;33m", Private: csi + "35m", Wrong: csi + "31m", Wall: boldReverse, Heading: bold,
		Marker: bold, Selected: reverse, Strong: bold,
		Bar: reverse, BarRoom: boldReverse, BarQuiet: reverse, Label: reverse, PrivateLabel: csi + "7;35m",
	},
	Auto: {
		Quiet: faint, Faint: faint, Line: faint, Happened: csi + "2;3m", Action: italic, Own: bold, Link: xterm + "32;4m",
		Mention: boldReverse, MentionLine: xterm + "166m", Private: xterm + "134m", Wrong: xterm + "196m", Wall: boldReverse, Heading: bold,
		Marker: xtermBold + "166m", Selected: reverse, Strong: bold,
		Bar: reverse, BarRoom: boldReverse, BarQuiet: reverse, Label: boldReverse, PrivateLabel: csi + "1;7;38;5;134m",
	},
	Light: {
		Quiet: xterm + "241m", Faint: xterm + "244m", Line: xterm + "251m", Happened: csi + "3;38;5;241m", Action: italic, Own: bold, Link: xterm + "25;4m",
		Code: xterm + "235;48;5;254m", Mention: xterm + "231;48;5;130m", MentionLine: xterm + "130m", Private: xterm + "91m", Wrong: xterm + "124m",
		Wall: xtermBold + "231;48;5;24m", Heading: bold, Marker: xtermBold + "231;48;5;130m", Selected: reverse, Strong: bold,
		Bar: xterm + "236;48;5;254m", BarRoom: xtermBold + "25;48;5;254m", BarQuiet: xterm + "241;48;5;254m",
		Label: xtermBold + "231;48;5;25m", PrivateLabel: xtermBold + "231;48;5;97m", Box: csi + "48;5;255m",
	},
	Dark: {
		Quiet: xterm + "247m", Faint: xterm + "244m", Line: xterm + "238m", Happened: csi + "3;38;5;247m", Action: italic, Own: bold, Link: xterm + "75;4m",
		Code: xterm + "252;48;5;236m", Mention: xterm + "16;48;5;214m", MentionLine: xterm + "214m", Private: xterm + "177m", Wrong: xterm + "210m",
		Wall: xtermBold + "231;48;5;24m", Heading: bold, Marker: xtermBold + "214m", Selected: reverse, Strong: bold,
		Bar: xterm + "252;48;5;236m", BarRoom: xtermBold + "75;48;5;236m", BarQuiet: xterm + "247;48;5;236m",
		Label: xtermBold + "231;48;5;25m", PrivateLabel: xtermBold + "231;48;5;97m", Box: csi + "48;5;234m",
	},
}

// hues are the colours of members, by [state.Hue] less one. None is red, which failures
// have, and none that of private messages. Where there are fewer than state.Hues, they
// are shared.
var hues = [...][]string{
	Mono:  {bold},
	Basic: {csi + "36m", csi + "32m", csi + "33m", csi + "34m"},
	Auto:  numbered("32", "28", "136", "98", "137", "30", "162", "64", "69", "100"),
	Light: numbered("25", "22", "94", "57", "23", "125", "58", "20", "53", "24"),
	Dark:  numbered("75", "114", "180", "141", "209", "80", "221", "175", "150", "111"),
}

func numbered(colours ...string) []string {
	for i, n := range colours {
		colours[i] = xterm + n + "m"
	}
	return colours
}

// Paint returns text, which must hold no escape sequence, in a style and with a reset
// behind it. Plain text is returned as it is.
func (p Palette) Paint(s Style, text string) string { return styled(p.sgr(s), text) }

// Name returns text in the colour of a member. On Mono it is bold.
func (p Palette) Name(h state.Hue, text string) string { return styled(p.hue(h), text) }

// Tint returns text that is styled already on the background of another style, Box or
// Bar. Pieces that have a background keep it. Palettes without tints leave it as it is.
func (p Palette) Tint(background Style, text string) string {
	_, back, ok := strings.Cut(p.sgr(background), "48;5;")
	if !ok || text == "" {
		return text
	}
	back = csi + "48;5;" + back
	return back + strings.ReplaceAll(text, unstyled, unstyled+back) + unstyled
}

// sgr is what begins a style, "" for what needs nothing.
func (p Palette) sgr(s Style) string { return styles[p][s] }

// hue is what begins a name. A Hue of 0 counts as the first.
func (p Palette) hue(h state.Hue) string {
	all := hues[p]
	return all[int(max(h, 1)-1)%len(all)]
}

func styled(sgr, text string) string {
	if sgr == "" || text == "" {
		return text
	}
	return sgr + text + unstyled
}
