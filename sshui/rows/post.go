package rows

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/room/text"
)

// How rows are laid out. Classes of gutterFrom columns or more have the time and
// a gutter, those of broadFrom or more a larger field for names.
const (
	gutterFrom = 40
	broadFrom  = 100
	field      = 7
	broadField = 12
	// leastText is how many columns a long name must leave to the text beside it;
	// one that does not stands alone and the text begins on the next row.
	leastText = 8
)

// The marks say without any colour what a row is.
const (
	noMark      = " "
	eventMark   = "*"
	mentionMark = "!" // a mention of the reader; a failure, which has no name beside it
	privateMark = "@"
	actionMark  = "~"
)

// post is one thing on the screen, with what stands before it.
type post struct {
	clock    string
	mark     string
	style    Style       // of the mark
	who      text.Pseudo // "" for nobody
	isAction bool        // who does what the lines say
	lines    []line      // one at least
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
func (c Class) gutter() int {
	return 1 + c.clockWidth() + 1 + 1 + c.field() + len(" | ")
}

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

// post writes a post.
func (p *page) post(t post) {
	if p.narrow() {
		p.narrowPost(t)
		return
	}
	bar := p.Palette.Paint(Quiet, "│") + " "
	rest := prefix{strings.Repeat(" ", p.gutter()-2) + bar, p.gutter()}
	head := p.head(t, bar)
	if head.columns > p.Width-leastText && head.columns > rest.columns {
		p.nameAlone(t, bar)
		head = rest
	}
	p.flow(head, rest, t.lines)
}

// start is the time and the mark.
func (p *page) start(t post) string {
	pad := strings.Repeat(" ", 1+max(0, p.clockWidth()-len(t.clock)))
	return pad + p.Palette.Paint(Quiet, t.clock) + " " + p.Palette.Paint(t.style, t.mark)
}

// head is all that stands before the first row of a post. A name wider than its
// field pushes the text to the right; a blank keeps it from any mark.
func (p *page) head(t post, bar string) prefix {
	taken := columnsOf(t.sign() + t.name())
	pad := max(0, p.field()-taken)
	if pad == 0 && t.mark != noMark {
		pad = 1
	}
	text := p.start(t) + strings.Repeat(" ", pad) + t.sign() + p.Palette.Pseudo(t.who, t.name()) + " " + bar
	return prefix{text, p.gutter() - p.field() + pad + taken}
}

// sign is what stands before a name where the mark does not say that it is an action.
func (t post) sign() string {
	if t.isAction && t.mark != actionMark {
		return actionMark + " "
	}
	return ""
}

func (t post) name() string { return text.Isolate(cleanText(string(t.who))) }

// nameLine is the name, after its sign, as a line.
func (p *page) nameLine(t post) (l line) {
	l.add("", t.sign())
	l.add(p.Palette.hue(t.who), t.name())
	return l
}

// nameAlone writes rows with the time and a name that leaves no room for text.
func (p *page) nameAlone(t post, bar string) {
	start := p.start(t) + " "
	columns := ansi.StringWidth(start)
	l := p.nameLine(t)
	w := wrap(l.text, p.Width-columns-2, p.Width-columns-2)
	head := prefix{start, columns}
	for from, to, ok := w.row(); ok; from, to, ok = w.row() {
		p.row(head, &l, from, to)
		p.buf = append(append(p.buf, ' '), strings.TrimRight(bar, " ")...)
		head = blanks(columns)
	}
}

// narrowPost writes a post without time and gutter.
func (p *page) narrowPost(t post) {
	var l line
	if t.mark != noMark {
		l.add(p.Palette.sgr(t.style), t.mark)
		l.add("", " ")
	}
	if t.who != "" {
		l.join(p.nameLine(t))
		separator := ": "
		if t.isAction {
			separator = " "
		}
		l.add("", separator)
	}
	p.flow(prefix{}, p.indent(), l.before(t.lines))
}
