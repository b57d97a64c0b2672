package screen

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"salon/internal/line"
	"salon/room"
	"salon/room/lang"
	"salon/room/text"
	"salon/sshui/rows"
)

// narrow is the width under which nothing but text has room.
const narrow = 40

// prompt is what stands before the line, and its style.
func (s *Screen) prompt() (string, rows.Style) {
	switch s.input.mode {
	case searching:
		return s.texts().SearchPrompt, rows.Strong
	case recalling:
		return s.recallPrompt()
	}
	to := s.target()
	switch {
	case s.term.Width < narrow && to != "":
		return "@> ", rows.Secret
	case s.term.Width < narrow:
		return "> ", rows.Quiet
	case to != "":
		return "[" + cut(text.Isolate(to), mostTarget) + "] > ", rows.Secret
	}
	return "[" + s.texts().Everyone + "] > ", rows.Quiet
}

// mostTarget is how many columns of a prompt say whom the line goes to, at most.
const mostTarget = 20

// promptRoom is how many columns a prompt may have: a third of the row is for what
// is typed.
func (s *Screen) promptRoom() int { return s.term.Width * 2 / 3 }

// indent is how many columns a prompt has.
func (s *Screen) indent(prompt string) int {
	if s.input.mode == recalling && s.input.line.Empty() { // nothing stands behind it
		return min(ansi.StringWidth(prompt), s.term.Width-1)
	}
	return min(ansi.StringWidth(prompt), s.promptRoom())
}

// target is whom the line is going to alone; "" for everyone. It is understood as
// the room does.
func (s *Screen) target() string {
	word, rest, more := cutBlank(strings.TrimLeftFunc(s.input.line.Text(), unicode.IsSpace))
	if !more {
		return ""
	}
	if names, at := strings.CutPrefix(word, "@"); at {
		switch names = strings.TrimRight(names, ":,;"); text.Fold(names) {
		case "", "tous", "all", "everyone":
			return ""
		}
		return "@" + names
	}
	switch c := s.called(word); {
	case c == nil:
	case c.Name == "reply":
		return lang.Of(s.prefs.Lang).Private
	case c.Name == "tell":
		if names, _, more := cutBlank(rest); more {
			return "@" + strings.TrimLeft(names, "@")
		}
	}
	return ""
}

// cutBlank splits a text at its first white space.
func cutBlank(text string) (word, rest string, more bool) {
	i := strings.IndexAny(text, " \n")
	if i < 0 {
		return text, "", false
	}
	return text[:i], strings.TrimLeft(text[i:], " \n"), true
}

// called is the command that a word with its slash calls, nil for none.
func (s *Screen) called(word string) *room.Command {
	name, slash := strings.CutPrefix(word, "/")
	if !slash {
		return nil
	}
	name = text.Fold(strings.TrimPrefix(name, "/"))
	for _, c := range s.room.Available() {
		if slices.ContainsFunc(c.Words(), func(w string) bool { return text.Fold(w) == name }) {
			return c
		}
	}
	return nil
}

// recallPrompt is the prompt with what is sought in it: its end, where there is no
// room for all.
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
	if ansi.StringWidth(long) < s.term.Width {
		return long
	}
	return short
}

// layInput lays out what is typed for the terminal's width, and decides where the
// hint goes: a row of its own where it has no room beside the line.
func (s *Screen) layInput() line.Layout {
	in := &s.input
	in.below = false
	if in.mode == pasting {
		in.rows = 1
		return line.Layout{Rows: []string{""}, Column: min(ansi.StringWidth(s.question()), s.term.Width-1)}
	}
	prompt, _ := s.prompt()
	indent := s.indent(prompt)
	most := min(maxInputRows, max(1, s.term.Height/3))
	l := s.shownLine().Layout(s.term.Width, indent, most)
	in.rows = len(l.Rows)
	if text := s.hinted(); ansi.StringWidth(text) > max(0, s.beside(indent, l)) && !s.tiny() {
		in.below = true
		in.rows++
	}
	return l
}

// beside is how many columns there are for a hint beside the line.
func (s *Screen) beside(indent int, l line.Layout) int {
	return s.term.Width - indent - ansi.StringWidth(l.Rows[0]) - 3
}

// paintInput paints the line being typed.
func (s *Screen) paintInput(p *pen, l line.Layout) {
	palette, first := s.class.Palette, s.term.Height-s.input.rows
	if s.input.mode == pasting {
		p.row(first, []byte(palette.Paint(rows.Strong, cut(s.question(), s.term.Width))))
		return
	}
	prompt, style := s.prompt()
	indent := s.indent(prompt)
	for i, text := range l.Rows {
		p.row(first+i, nil)
		if i == 0 {
			p.text(palette.Paint(style, cut(prompt, indent)))
		} else {
			p.text(strings.Repeat(" ", indent))
		}
		p.text(text)
	}
	if s.input.below {
		p.row(first+len(l.Rows), []byte(palette.Paint(rows.Quiet, cut(s.fitting(" "+s.hinted(), s.hinted()), s.term.Width))))
		return
	}
	s.paintHint(p, first, s.beside(indent, l))
}

// shownLine is the line as it is shown: with stars for a pass phrase.
func (s *Screen) shownLine() *line.Editor {
	if typed := &s.input.line; !room.Secret(typed.Text()) {
		return typed
	}
	return s.input.line.Masked()
}

// hinted is what there is to say that has a row of its own if need be; "" for nothing.
func (s *Screen) hinted() string {
	if s.input.hint == "" && s.input.waiting > 0 {
		return fmt.Sprintf(s.texts().Waiting, s.input.waiting)
	}
	return s.input.hint
}

// paintHint paints what there is to say beside the line, if there is room.
func (s *Screen) paintHint(p *pen, row, columns int) {
	text := s.hinted()
	if text == "" {
		text = s.tabHint(columns)
	}
	if text == "" || columns < 8 {
		return
	}
	text = cut(text, columns)
	p.at(row, s.term.Width-ansi.StringWidth(text)-1)
	p.text(s.class.Palette.Paint(rows.Quiet, text))
}

// tabHint is what Tab would put in, or the candidates to go on to, in at most a
// number of columns.
func (s *Screen) tabHint(columns int) string {
	in := &s.input
	if in.mode != talking || columns < 12 {
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

// candidates are those being gone through, from the next on, or else those for a
// name, a command or what a command takes that is being typed.
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

// completes reports whether the word at the end of a text is worth a hint: words
// that are merely said are not, whomever they resemble.
func (s *Screen) completes(text, word string) bool {
	switch {
	case strings.HasPrefix(word, "@"):
		return len(word) > 1
	case !strings.HasPrefix(text, "/") || len(text) < 2:
		return false
	case len(word) == len(text):
		return true
	}
	command, _, _ := cutBlank(text)
	c := s.called(command)
	return c != nil && len(c.Args) > 0
}
