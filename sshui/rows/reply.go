package rows

import (
	"cmp"
	"strings"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// Reply returns a reply's rows, in the class's language, zone and clock. A single line
// stands where events do, after a sign; a longer reply is a block without gutter.
// A Welcome comes without the last messages, which a screen shows as events.
func (c Class) Reply(r room.Reply, v lang.View, now time.Time) *Fragment {
	v = c.view(v)
	if w, ok := r.(room.Welcome); ok {
		w.Last = nil
		r = w
	}
	if done, ok := r.(room.Done); ok {
		return c.done(done.Event, v)
	}
	p := c.page()
	words := v.Reply(r, now)
	_, failed := r.(room.Failure)
	switch {
	case words == "":
	case failed || !strings.Contains(words, "\n"):
		p.answer(v.Clock(now), words, failed)
	default:
		p.block(words)
	}
	return p.finish(&Fragment{})
}

// done returns the rows of what the reader did in a room that is not shown: with its name.
func (c Class) done(e *state.Event, v lang.View) *Fragment {
	if _, said := e.Body.(state.Said); said {
		f := c.Elsewhere(e, v)
		f.Mentioned = false
		return f
	}
	p, clock := c.page(), v.Clock(e.Time)
	_, in := state.RoomOf(e.Body)
	p.answer(clock, string(cmp.Or(in, text.Salon))+" · "+v.Happening(e), false)
	return p.finish(&Fragment{})
}

// answer writes a reply among the events. In line mode some begin with the time,
// and all with their mark.
func (p *page) answer(clock, text string, failed bool) {
	t, style, mark := post{sign: p.Signs().Note, style: Faint}, Plain, "* "
	if failed {
		t.sign, t.style, style, mark = p.Signs().Fail, Wrong, Wrong, lang.FailureMark+" "
	}
	text = strings.TrimPrefix(text, clock+" ")
	text = strings.TrimLeft(strings.TrimPrefix(text, mark), " ")
	t.lines = p.sentences(style, text)
	p.post(t)
}

// leastColumn is how wide a column of a block must be to stand beside another.
const leastColumn = 20

// block writes lines one column from the edge. A line goes on where its last column
// begins, or two columns deeper than itself.
func (p *page) block(text string) {
	for text := range strings.SplitSeq(text, "\n") {
		text = strings.TrimPrefix(text, "* ")
		body := strings.TrimLeft(text, " ")
		at := 1 + len(text) - len(body)
		if !p.fits(at) {
			at = min(at, 5)
		}
		p.columns(at, body)
	}
}

// columns writes a line that begins so far from the edge. Where there is no room for
// its last column beside the others, it is on rows of its own.
func (p *page) columns(at int, text string) {
	last := strings.LastIndex(text, "   ") + 3 // where the last column begins
	if last < 3 || last == len(text) {
		last = 0 // there is one column
	}
	column := at + columnsOf(text[:last])
	switch {
	case last == 0:
		p.hanging(at, at+2, text)
	case p.fits(column):
		p.hanging(at, column, text)
	default:
		p.hanging(at, at+2, text[:last])
		p.hanging(at+2, at+2, text[last:])
	}
}

// fits reports whether a column can begin so far from the edge.
func (p *page) fits(at int) bool { return p.Width-at >= leastColumn }

// hanging writes a line so far from the edge, its later rows at rest.
func (p *page) hanging(first, rest int, text string) {
	p.flow(blanks(min(first, p.Width/2)), blanks(min(rest, p.Width/2)), p.sentences(Plain, text))
}
