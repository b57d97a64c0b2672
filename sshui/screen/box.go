package screen

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/room"
	"salon/sshui/rows"
)

const (
	// boxSides is how many columns the sides of a box take, where there is room for them.
	boxSides = 4
	// boxEnds is the least of an edge around its words.
	boxEnds = len("+- ") + len(" -+")
)

// boxWidth is how wide what stands in a box may be.
func (s *Screen) boxWidth() int {
	if s.term.Width < narrow {
		return s.term.Width
	}
	return s.term.Width - boxSides
}

// paintOverlay paints the overlay over the upper part of the transcript: a box with a
// title, lines, and a foot that says which keys there are and what has happened meanwhile.
// It is as high as its lines, so that what is said below it is seen.
func (s *Screen) paintOverlay(p *frameWriter) {
	o, top := s.overlay, s.headerRows()
	height := s.boxRows(o)
	if height == 0 {
		return
	}
	sign := s.class.Signs()
	p.row(top, s.boxEdge(sign.TopLeft, s.boxTitle(o.title), sign.TopRight))
	body := max(0, height-2)
	o.scroll(body)
	for i, it := range o.items[o.top:min(len(o.items), o.top+body)] {
		line := it.text
		if it.choice == o.chosen && o.choices() > 0 {
			line = s.selected(line, o.class.Width)
		}
		p.row(top+1+i, s.boxRow(line))
	}
	if height > 1 {
		p.row(top+height-1, s.boxFoot(o))
	}
}

// layOutBox makes the lines of an overlay for the terminal as it is, if they are not.
func (s *Screen) layOutBox(o *overlay) {
	c := s.class
	c.Width = s.boxWidth()
	if o.items == nil || o.class != c {
		o.class = c
		s.layOutOverlay(o)
	}
}

// boxRows is how many rows the box of an overlay takes that has been laid out.
func (s *Screen) boxRows(o *overlay) int { return min(len(o.items)+2, s.transcriptRows()) }

// coversAll reports whether an overlay leaves nothing of the transcript to be seen.
func (s *Screen) coversAll() bool {
	return s.overlay != nil && s.boxRows(s.overlay) == s.transcriptRows()
}

// boxRow puts a row of an overlay between the sides of its box.
func (s *Screen) boxRow(line string) string {
	line += strings.Repeat(" ", max(0, s.boxWidth()-ansi.StringWidth(line)))
	palette := s.class.Palette
	if s.boxWidth() < s.term.Width {
		side := s.class.Signs().Gutter
		line = palette.Paint(rows.Line, side+" ") + line + palette.Paint(rows.Line, " "+side)
	}
	return palette.Tint(rows.Box, line)
}

// boxEdge returns the first or last row of a box, around words that are painted and have
// at most as many columns as boxWords leaves.
func (s *Screen) boxEdge(left, words, right string) string {
	palette, width, line := s.class.Palette, s.term.Width, s.class.Signs().Line
	if s.boxWidth() == width { // without sides
		left, right = line, line
	}
	if words = " " + words + " "; width < boxEnds {
		return palette.Tint(rows.Box, palette.Paint(rows.Line, strings.Repeat(line, width)))
	}
	rest := strings.Repeat(line, max(0, width-3-ansi.StringWidth(words)))
	return palette.Tint(rows.Box, palette.Paint(rows.Line, left+line)+words+palette.Paint(rows.Line, rest+right))
}

// boxWords returns what an edge of a box has room for of a text, of which the last parts
// matter most.
func (s *Screen) boxWords(text string) string {
	space := max(0, s.term.Width-boxEnds)
	text = cut(lastParts(text, space), space)
	if s.term.ASCII {
		text = asciiKeys.Replace(text)
	}
	return text
}

// asciiKeys writes what stands on the edges of a box in ASCII.
var asciiKeys = strings.NewReplacer("↑", "^", "↓", "v", "·", "-", "…", ".")

// boxTitle paints a title: what it is stands out, what it is about does not.
func (s *Screen) boxTitle(title string) string {
	title = s.boxWords(title)
	what := len(title)
	if i := strings.IndexAny(title, "·-"); i > 0 && title[i-1] == ' ' {
		what = i - 1
	}
	return s.class.Palette.Paint(rows.Heading, title[:what]) + s.class.Palette.Paint(rows.Quiet, title[what:])
}

// boxFoot returns the last row of an overlay's box: which keys there are, and what has
// happened meanwhile. A failure stands there instead of the keys: it would not be seen below.
func (s *Screen) boxFoot(o *overlay) string {
	palette, sign := s.class.Palette, s.class.Signs()
	mention := ""
	if o.mentions > 0 {
		mention = counted(o.mentions, s.texts().MentionOne, s.texts().Mentions)
	}
	if o.failure != "" {
		words := sign.Fail + " " + o.failure
		if mention != "" {
			words = mention + " · " + words
		}
		words = cut(words, max(0, s.term.Width-boxEnds))
		n := min(len(words), len(mention))
		return s.boxEdge(sign.BottomLeft, palette.Paint(rows.Marker, words[:n])+palette.Paint(rows.Wrong, words[n:]), sign.BottomRight)
	}
	words := o.foot
	if mention != "" {
		words += " · " + mention
	}
	keys, found := strings.CutSuffix(s.boxWords(words), mention)
	if !found {
		mention = ""
	}
	return s.boxEdge(sign.BottomLeft, palette.Paint(rows.Quiet, keys)+palette.Paint(rows.Marker, mention), sign.BottomRight)
}

// noteFailure shows a failure at the foot of the overlay that covers its row.
func (s *Screen) noteFailure(r room.Reply) {
	if f, ok := r.(room.Failure); ok && s.overlay != nil {
		line, _, _ := strings.Cut(s.viewer().Error(f.Err), "\n")
		s.overlay.failure = line
		s.stale |= staleRows
	}
}

// noteMention counts a mention or a private message that the overlay covers.
func (s *Screen) noteMention() {
	if s.overlay != nil {
		s.overlay.mentions++
		s.stale |= staleRows
	}
}
