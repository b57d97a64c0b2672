package rows

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"salon/room/text"
)

// maxLinks is how many bytes the links of one Fragment may add to it, since a link
// is repeated on every row that it crosses. The links beyond are plain text.
const maxLinks = 6 << 10

// line is a line of text before it is broken into rows. What no span covers is in
// the style of base.
type line struct {
	text  string
	base  string // the SGR that begins it
	spans []span // in order, apart from each other
	bidi  bool   // holds isolates
	fill  int    // columns that the text of each row is filled up to, in the base style

	done int  // spans before this one are on earlier rows
	open bool // an isolate goes on from the row before
}

// span is a piece of a line with a look of its own.
type span struct {
	from, to int
	sgr      string
	url      string // what it links to, or ""
	id       int    // tells the pieces of one link from those of another
}

// add adds a piece in a style of its own.
func (l *line) add(sgr, text string) {
	if text == "" {
		return
	}
	l.spans = append(l.spans, span{from: len(l.text), to: len(l.text) + len(text), sgr: sgr})
	l.sentence(text)
}

// sentence adds text that may hold isolates, in the base style.
func (l *line) sentence(text string) {
	l.text += text
	l.bidi = l.bidi || strings.ContainsRune(text, fsi)
}

// join adds what another line holds, whose base becomes that of all.
func (l *line) join(o line) {
	for _, s := range o.spans {
		s.from, s.to = s.from+len(l.text), s.to+len(l.text)
		l.spans = append(l.spans, s)
	}
	l.base = o.base
	l.sentence(o.text)
}

// before puts a line in front of the first of several.
func (l line) before(lines []line) []line {
	l.join(lines[0])
	lines[0] = l
	return lines
}

// prefix is what stands before the text of a row, styled, and how wide it is.
type prefix struct {
	text    string
	columns int
}

func blanks(n int) prefix { return prefix{strings.Repeat(" ", n), n} }

// page collects rows.
type page struct {
	Class
	buf   []byte
	rows  int
	spent int // bytes of links
	ids   int

	me      mention    // the reader, looked for in what was said
	sought  [][]string // what a search looked for; nil: nothing
	noFence bool       // no line that follows ends a block of code
}

func (c Class) page() *page {
	c.Width = max(c.Width, 1)
	return &page{Class: c, buf: make([]byte, 0, 512)}
}

// finish gives a Fragment what was collected.
func (p *page) finish(f *Fragment) *Fragment {
	f.Bytes, f.Rows = bytes.Clone(p.buf), p.rows
	return f
}

// flow writes lines as rows: the first row after head, the others after rest, both of
// which leave room for text.
func (p *page) flow(head, rest prefix, lines []line) {
	for _, l := range lines {
		first, others := p.Width-head.columns, p.Width-rest.columns
		if min(first, others) < 2 {
			l = line{text: narrowed(l.text), base: l.base, bidi: l.bidi, fill: l.fill}
		}
		w := wrap(l.text, first, others)
		for from, to, ok := w.row(); ok; from, to, ok = w.row() {
			p.row(head, &l, from, to)
			head = rest
		}
	}
}

// row writes one row.
func (p *page) row(head prefix, l *line, from, to int) {
	p.rows++
	p.buf = append(append(p.buf, eol...), head.text...)
	switch {
	case from == to && l.fill == 0:
		p.buf = bytes.TrimRight(p.buf, " ")
		return
	case l.bidi:
		p.isolated(l, from, to)
	default:
		p.writePiece(l, from, to, false)
	}
	space, filled := p.Width-head.columns, columnsOf(l.text[from:to])
	if tint := p.Palette.sgr(Code); filled < space && l.isCut(to, tint) {
		p.styled(tint, " ", false)
		filled++
	}
	p.styled(l.base, strings.Repeat(" ", max(0, min(l.fill, space)-filled)), false)
}

// isCut reports whether a row that ends at to leaves out a blank of a piece in some style.
func (l *line) isCut(to int, sgr string) bool {
	return sgr != "" && to < len(l.text) && l.text[to] == ' ' &&
		slices.ContainsFunc(l.spans[min(l.done, len(l.spans)):], func(s span) bool { return s.from < to && to < s.to && s.sgr == sgr })
}

// isolated writes a piece of a line that holds isolates: those that cross the rows
// are closed on one and opened again on the next, where there is need for any.
func (p *page) isolated(l *line, from, to int) {
	words := l.text[from:to]
	needed := text.HasRTL(words)
	if needed && l.open {
		p.buf = append(p.buf, string(fsi)...)
	}
	p.writePiece(l, from, to, !needed)
	if i := strings.LastIndexAny(words, string([]rune{fsi, pdi})); i >= 0 {
		l.open = strings.HasPrefix(words[i:], string(fsi))
	}
	if needed && l.open {
		p.buf = append(p.buf, string(pdi)...)
	}
}

// writePiece writes a piece of a line in its styles; bare drops the isolates.
func (p *page) writePiece(l *line, from, to int, bare bool) {
	for l.done < len(l.spans) && l.spans[l.done].to <= from {
		l.done++
	}
	for _, s := range l.spans[l.done:] {
		if s.from >= to {
			break
		}
		begin, end := max(s.from, from), min(s.to, to)
		p.styled(l.base, l.text[from:begin], bare)
		if s.url != "" {
			p.link(s, l.text[begin:end], bare)
		} else {
			p.styled(s.sgr, l.text[begin:end], bare)
		}
		from = end
	}
	p.styled(l.base, l.text[from:to], bare)
}

func (p *page) styled(sgr, text string, bare bool) {
	if bare {
		text = withoutIsolates(text)
	}
	if text == "" || sgr == "" {
		p.buf = append(p.buf, text...)
		return
	}
	p.buf = append(append(append(p.buf, sgr...), text...), unstyled...)
}

// A hyperlink (OSC 8) is text between a sequence that names a target and one that names none.
const (
	osc8     = "\x1b]8;"
	st       = "\x1b\\"
	unlinked = osc8 + ";" + st
	// linkCost is what a link adds to a row besides its target, at most.
	linkCost = len(osc8+"id=99;"+st+unlinked) + len(xtermBold+"999;4m"+bold+unstyled)
)

func (p *page) link(s span, text string, bare bool) {
	p.buf = append(append(p.buf, osc8+"id="...), strconv.Itoa(s.id)...)
	p.buf = append(append(append(p.buf, ';'), s.url...), st...)
	p.styled(s.sgr, text, bare)
	p.buf = append(p.buf, unlinked...)
}

// allowLink reports whether a link of so many bytes fits the bound on links, on as
// many rows as it may cross, and counts it.
func (p *page) allowLink(url, text string) bool {
	rows := len(text)/max(p.textWidth(), 1) + 2
	cost := rows * (len(url) + linkCost)
	if p.spent+cost > maxLinks {
		return false
	}
	p.spent += cost
	p.ids++
	return true
}
