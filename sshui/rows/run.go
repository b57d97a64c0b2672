package rows

import (
	"github.com/charmbracelet/x/ansi"

	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// maxNamed is how many are named of those who come or leave together; the others are
// counted, but not one alone: it is named too.
const maxNamed = 3

// Run is one or more events of one kind that follow one another and are shown as one row:
// members who come, or who leave alike. It is comparable; two that are equal have the same
// row.
type Run struct {
	first   *state.Event
	kind    runKind
	names   [maxNamed + 1]text.Pseudo
	count   int
	in, out int // of what was gathered
	present int
}

type runKind uint8

const (
	noRun runKind = iota
	coming
	leaving
	losing // their connections
	gathering
)

// RunOf returns the Run that begins with an event; ok is false for those that are never
// shown together with others.
func RunOf(e *state.Event) (r Run, ok bool) {
	kind, who := runKindOf(e)
	if kind == noRun {
		return Run{}, false
	}
	r = Run{first: e, kind: kind, count: 1}
	r.names[0] = who
	r.gather(e)
	return r, true
}

func runKindOf(e *state.Event) (runKind, text.Pseudo) {
	switch b := e.Body.(type) {
	case state.Joined:
		return coming, b.Pseudo
	case state.Left:
		switch {
		case b.Text != "" || b.Cause == state.Slow:
			return noRun, ""
		case b.Cause == state.Lost:
			return losing, b.Pseudo
		}
		return leaving, b.Pseudo
	case state.Gathered:
		return gathering, ""
	}
	return noRun, ""
}

// Continues reports whether an event is shown together with the one above it.
func Continues(above, e *state.Event) bool {
	a, _ := runKindOf(above)
	b, _ := runKindOf(e)
	return a == b && b != noRun
}

// Add adds the next event of a Run.
func (r *Run) Add(e *state.Event) {
	if _, who := runKindOf(e); r.count < len(r.names) {
		r.names[r.count] = who
	}
	r.count++
	r.gather(e)
}

func (r *Run) gather(e *state.Event) {
	if b, ok := e.Body.(state.Gathered); ok {
		r.in, r.out, r.present = r.in+b.In, r.out+b.Out, b.Present
	}
}

// Run returns the row of a Run: with as many names as there is room for, and the number of
// the others.
func (c Class) Run(r Run, v lang.View) *Fragment {
	v = c.view(v)
	p := c.page()
	t := p.happened(r.sign(p.Signs()), "")
	space := c.Width - c.gutter()
	if c.narrow() {
		space = c.Width - columnsOf(t.sign) - 1
	}
	t.lines = p.sentences(Happened, c.cut(r.words(v, space), max(space, 1)))
	p.post(t)
	return p.finish(&Fragment{Event: r.first, run: r})
}

func (r *Run) sign(s *Signs) string {
	switch r.kind {
	case coming:
		return s.Came
	case gathering:
		return s.Note
	}
	return s.Left
}

// words say what happened, if possible in so many columns.
func (r *Run) words(v lang.View, columns int) (words string) {
	if r.kind == gathering {
		return v.Happening(&state.Event{Time: r.first.Time, Body: state.Gathered{In: r.in, Out: r.out, Present: r.present}})
	}
	named := r.count
	if named > len(r.names) {
		named = maxNamed
	}
	for ; named >= 0; named-- {
		for _, words = range v.Together(r.first, r.names[:named], r.count-named) {
			if columnsOf(words) <= columns {
				return words
			}
		}
		if r.count == 1 {
			return words
		}
	}
	return words
}

// cut shortens a sentence to so many columns, on whichever terminal.
func (c Class) cut(words string, columns int) string {
	for space := columns; columnsOf(words) > columns && space > 0; space-- {
		words = ansi.Truncate(words, space, c.Signs().Ellipsis)
	}
	return words
}
