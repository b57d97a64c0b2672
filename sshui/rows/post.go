package rows

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// How rows are laid out. Classes of gutterFrom columns or more have the time and
// a gutter, those of broadFrom or more a larger field for names.
const (
	gutterFrom = 40
	broadFrom  = 100
	field      = 8
	broadField = 13
	// leastText is how many columns a long name must leave to the text beside it;
	// one that does not stands alone and the text begins on the next row.
	leastText = 8
)

// Head is what stands before a message of what the messages above have said already. The
// zero Head leaves nothing out.
type Head uint8

// What a Head leaves out.
const (
	SameMinute Head = 1 << iota // the time
	SameAuthor                  // the name

	heads = 1 << iota // how many there are
)

// together is how long after a message another of its author stands below it without the
// name.
const together = 5 * time.Minute

// HeadAfter returns the Head of a message that stands right below another event, nil for
// anything else. Below what is no message of the same kind, the time and the name are
// written again; so is the name of a private message always.
func HeadAfter(above, e *state.Event) (h Head) {
	if above == nil {
		return 0
	}
	said, public := e.Body.(state.Said)
	before, afterPublic := above.Body.(state.Said)
	_, afterPrivate := above.Body.(state.Whispered)
	if !afterPublic && (public || !afterPrivate) {
		return 0
	}
	if e.Time.Unix()/60 == above.Time.Unix()/60 {
		h |= SameMinute
	}
	later := e.Time.Sub(above.Time)
	if public && !said.Action && !before.Action && said.From == before.From && 0 <= later && later < together {
		h |= SameAuthor
	}
	return h
}

// of reduces a Head to what it changes on the rows of an event.
func (h Head) of(c Class, e *state.Event) Head {
	switch b := e.Body.(type) {
	case state.Said:
		if b.Action {
			h &^= SameAuthor
		}
	case state.Whispered:
		h &^= SameAuthor
	default:
		return 0
	}
	if c.narrow() {
		h &^= SameMinute
	}
	return h
}

// post is one thing on the screen, with what stands before it.
type post struct {
	clock    string // "" for none
	mark     string // of what concerns the reader, where there are marks
	concerns Style  // Plain, or that of the mark and of a thick gutter
	spoken   bool   // has a gutter
	name     string // the author, cleaned
	nameSGR  string
	sign     string // in the place of a name
	style    Style  // of the sign
	lines    []line // one at least
}

func (c Class) narrow() bool { return c.Width < gutterFrom }

func (c Class) field() int {
	if c.Width < broadFrom {
		return field
	}
	return broadField
}

func (c Class) clockWidth() int {
	if c.Hour12 {
		return len("12:00 PM")
	}
	return len("15:04")
}

// gutter is the column where the text begins.
func (c Class) gutter() int { return 1 + c.clockWidth() + 1 + c.field() + len(" | ") }

// indent is what stands before a row that goes on from the one above, where there
// is no gutter.
func (c Class) indent() prefix { return blanks(min(2, c.Width/3)) }

// textWidth is how many columns the text of an event has.
func (c Class) textWidth() int {
	if c.narrow() {
		return c.Width - c.indent().columns
	}
	return c.Width - c.gutter()
}

// clock is the time that a message shows.
func (p *page) clock(e *state.Event, v lang.View, h Head) string {
	if h&SameMinute != 0 {
		return ""
	}
	return v.Clock(e.Time)
}

// named gives a post the name of its author.
func (p *page) named(t *post, from text.Pseudo, h state.Hue, v lang.View) {
	t.name, t.nameSGR = text.Isolate(cleanText(string(from))), p.nameStyle(from, h, v)
}

// nameStyle is the style of an author's name: the reader's own is bold.
func (p *page) nameStyle(from text.Pseudo, h state.Hue, v lang.View) string {
	switch {
	case v.Me != "" && from == v.Me:
		return p.Palette.sgr(Own)
	case h == 0:
		h = state.HueOf(from.Key())
	}
	return p.Palette.hue(h)
}

// post writes a post.
func (p *page) post(t post) {
	if t.concerns == Plain || !p.hasMarks() {
		t.mark = ""
	}
	if p.narrow() {
		p.narrowPost(t)
		return
	}
	bar := p.bar(t)
	rest := prefix{strings.Repeat(" ", p.gutter()-3) + bar, p.gutter()}
	head := p.head(t, bar)
	if head.columns > p.Width-leastText && head.columns > rest.columns {
		p.nameAlone(t, bar)
		head = rest
	}
	p.flow(head, rest, t.lines)
}

// bar is the gutter with a blank on each side.
func (p *page) bar(t post) string {
	switch {
	case !t.spoken:
		return "   "
	case t.concerns == Plain:
		return " " + p.Palette.Paint(Line, p.Signs().Gutter) + " "
	case t.concerns == Mention:
		return " " + p.Palette.Paint(MentionLine, p.Signs().Thick) + " "
	}
	return " " + p.Palette.Paint(t.concerns, p.Signs().Thick) + " "
}

// start is the time and the mark, and what stands between them and the name; columns are
// those left to the name.
func (p *page) start(t post, columns int) string {
	pad := strings.Repeat(" ", 1+max(0, p.clockWidth()-len(t.clock)))
	start := pad + p.Palette.Paint(Faint, t.clock) + " "
	if t.mark == "" {
		return start + strings.Repeat(" ", max(0, columns))
	}
	return start + p.Palette.Paint(t.concerns, t.mark) + strings.Repeat(" ", max(1, columns-1))
}

// head is all that stands before the first row of a post. A name wider than its
// field pushes the text to the right; a blank keeps it from any mark.
func (p *page) head(t post, bar string) prefix {
	word, sgr := t.name, t.nameSGR
	if t.sign != "" {
		word, sgr = t.sign, p.Palette.sgr(t.style)
	}
	taken := columnsOf(word)
	pad := max(2*len(t.mark), p.field()-taken)
	text := p.start(t, pad) + styled(sgr, word) + bar
	return prefix{text, p.gutter() - p.field() + pad + taken}
}

// nameAlone writes rows with the time and a name that leaves no room for text.
func (p *page) nameAlone(t post, bar string) {
	start := p.start(t, 2)
	columns := ansi.StringWidth(start)
	var l line
	l.add(t.nameSGR, t.name)
	w := wrap(l.text, p.Width-columns-2, p.Width-columns-2)
	head := prefix{start, columns}
	for from, to, ok := w.row(); ok; from, to, ok = w.row() {
		p.row(head, &l, from, to)
		p.buf = append(p.buf, strings.TrimRight(bar, " ")...)
		head = blanks(columns)
	}
}

// narrowPost writes a post without time and gutter. A message without its name stands in,
// as if it went on from the one above.
func (p *page) narrowPost(t post) {
	var l line
	head := prefix{}
	if t.mark != "" {
		l.add(p.Palette.sgr(t.concerns), t.mark)
		l.add("", " ")
	}
	switch {
	case t.sign != "":
		l.add(p.Palette.sgr(t.style), t.sign)
		l.add("", " ")
	case t.name != "":
		l.add(t.nameSGR, t.name)
		l.add("", ": ")
	case t.mark == "":
		head = p.indent()
	}
	p.flow(head, p.indent(), l.before(t.lines))
}
