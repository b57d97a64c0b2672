package screen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/internal/line"
	"salon/room"
	"salon/room/text"
	"salon/sshui/rows"
)

const (
	narrow       = 40 // columns; with fewer, nothing but text has room
	mostTarget   = 20 // columns of a prompt that say whom the line goes to
	maxInputRows = 8
)

// promptLayout is the line being typed behind its prompt, as the terminal shows it.
type promptLayout struct {
	line.Layout
	prompt string
	style  rows.Style // of the prompt
	indent int        // columns that the prompt has
	space  int        // columns left for a hint beside the line
	below  bool       // the hint has no room there, and gets a row of its own
}

// labelled reports whether the prompt is a label, which has a blank on each side.
func (l *promptLayout) labelled() bool { return l.style == rows.Label || l.style == rows.PrivateLabel }

// painted returns the prompt as it is painted.
func (l *promptLayout) painted(p rows.Palette) string {
	if l.labelled() {
		return " " + p.Paint(l.style, cut(l.prompt, l.indent-2)) + " "
	}
	return p.Paint(l.style, cut(l.prompt, l.indent))
}

// layOutInput lays out what is typed for the terminal's width.
func (s *Screen) layOutInput() promptLayout {
	in := &s.input
	l := promptLayout{}
	l.prompt, l.style = s.prompt()
	shown := s.shownLine()
	l.indent = min(ansi.StringWidth(l.prompt), s.promptRoom())
	if l.labelled() {
		l.indent += 2
	}
	if in.mode != composing && in.mode != searching && shown.Empty() { // nothing stands behind the prompt
		l.indent = min(ansi.StringWidth(l.prompt), s.term.Width-1)
	}
	l.Layout = shown.Layout(s.term.Width, l.indent, min(maxInputRows, max(1, s.term.Height/3)))
	l.space = s.term.Width - l.indent - ansi.StringWidth(l.Rows[0]) - 3
	in.rows = len(l.Rows)
	if ansi.StringWidth(s.notice()) > max(0, l.space) && !s.tiny() {
		l.below = true
		in.rows++
	}
	return l
}

// promptRoom is how many columns a prompt may have: a third of the row is for what
// is typed.
func (s *Screen) promptRoom() int { return s.term.Width * 2 / 3 }

// prompt returns what stands before the line, and its style.
func (s *Screen) prompt() (string, rows.Style) {
	switch s.input.mode {
	case searching:
		return s.texts().SearchPrompt, rows.Strong
	case recalling:
		return s.recallPrompt()
	case pasting:
		return s.question(), rows.Strong
	}
	return s.label()
}

// recallPrompt returns the prompt with what is sought in it: its end, where there is
// no room for all.
func (s *Screen) recallPrompt() (string, rows.Style) {
	t, in := s.texts(), &s.input
	if in.query.Empty() {
		return t.Recall, rows.Strong
	}
	form, style, space := t.RecallPrompt, rows.Strong, s.promptRoom()
	if s.term.Width < narrow {
		form = t.RecallShort
	}
	if in.line.Empty() {
		form, style, space = t.RecallNone, rows.Wrong, s.term.Width-1
	}
	query := strings.ReplaceAll(in.query.Text(), "\n", " ")
	space -= ansi.StringWidth(fmt.Sprintf(form, ""))
	if more := ansi.StringWidth(query) - space; more > 0 {
		query = ansi.TruncateLeft(query, more+1, "…")
	}
	return fmt.Sprintf(form, text.Isolate(query)), style
}

// question asks about a paste, in few words where there is little room. It says so
// when no message holds it all.
func (s *Screen) question() string {
	p, t := s.input.paste, s.texts()
	lines, most := strings.Count(p.Text, "\n")+1, text.MaxText>>10
	long, short := fmt.Sprintf(t.PasteAsk, lines, len(p.Text)), fmt.Sprintf(t.PasteAskShort, lines)
	switch {
	case p.Cut:
		long, short = fmt.Sprintf(t.PasteCut, text.MaxLines, most), t.PasteOverShort
	case lines > text.MaxLines || len(p.Text) > text.MaxText:
		long, short = fmt.Sprintf(t.PasteOver, lines, text.MaxLines, most), t.PasteOverShort
	}
	return fitting(s.term.Width-1, long, short)
}

// shownLine returns the line as it is shown: stars instead of a pass phrase, nothing
// behind a question.
func (s *Screen) shownLine() *line.Editor {
	switch typed := s.input.line; {
	case s.input.mode == pasting:
		return &line.Editor{}
	case room.Secret(typed.Text()):
		return typed.Masked()
	default:
		return typed
	}
}

// notice returns the hint, or how many lines wait; "" for nothing. It gets a row of its
// own when it does not fit beside the line.
func (s *Screen) notice() string {
	switch in := &s.input; {
	case in.mode == pasting:
		return ""
	case in.hint == "" && in.waiting > 0:
		return fmt.Sprintf(s.texts().Waiting, in.waiting)
	default:
		return in.hint
	}
}

// paintInput paints the line being typed.
func (s *Screen) paintInput(p *frameWriter, l promptLayout) {
	palette, first := s.class.Palette, s.term.Height-s.input.rows
	for i, text := range l.Rows {
		p.clear(first + i)
		if i == 0 {
			p.text(l.painted(palette))
		} else {
			p.text(strings.Repeat(" ", l.indent))
		}
		if s.input.line.Selected() {
			text = palette.Paint(rows.Selected, text)
		}
		p.text(text)
	}
	if l.below {
		hint := fitting(s.term.Width, " "+s.notice(), s.notice())
		p.row(first+len(l.Rows), palette.Paint(rows.Quiet, cut(hint, s.term.Width)))
		return
	}
	hint := s.notice()
	if hint == "" {
		hint = s.tabHint(l.space)
	}
	if hint == "" {
		if words := s.placeholder(l.space); words != "" {
			p.at(first, l.indent)
			p.text(palette.Paint(rows.Faint, words))
		}
	}
	if hint == "" || l.space < 8 {
		return
	}
	hint = cut(hint, l.space)
	p.at(first, s.term.Width-ansi.StringWidth(hint)-1)
	p.text(palette.Paint(rows.Quiet, hint))
}

// tabHint returns the words that Tab would insert, the next one first, in at most a
// number of columns.
func (s *Screen) tabHint(columns int) string {
	if s.input.mode != composing || columns < 12 {
		return ""
	}
	candidates, at := s.candidates()
	if len(candidates) == 0 {
		return ""
	}
	var words []string
	for i := range min(len(candidates), columns) { // each has a column at least
		words = append(words, strings.TrimSpace(candidates[(at+i)%len(candidates)]))
	}
	return cut(fmt.Sprintf(s.texts().TabHint, strings.Join(words, " ")), columns)
}

// candidates returns the completions that Tab is going through and which is next, or else
// those of a name, a command or an argument that is being typed.
func (s *Screen) candidates() (list []string, next int) {
	in := &s.input
	if list, next = in.line.Candidates(); len(list) > 0 {
		return list, next
	}
	text := in.line.Text()[:in.line.Cursor()]
	word := text[strings.LastIndexAny(text, " ,\n")+1:]
	if !s.completes(text, word) {
		return nil, 0
	}
	_, list = s.room.Complete(in.line.Text(), in.line.Cursor())
	if len(list) == 1 && strings.TrimSpace(list[0]) == word {
		return nil, 0
	}
	return list, 0
}

// completes reports whether the word at the end of a text deserves a hint: an @name, a
// command or its argument does, a word of a message does not.
func (s *Screen) completes(text, word string) bool {
	slash := strings.HasPrefix(text, "/")
	if strings.HasPrefix(word, "@") || slash && word == text {
		return len(word) > 1
	}
	c, _ := room.Calls(text)
	return slash && c != nil && len(c.Args) > 0 && slices.Contains(s.room.Available(), c)
}
