package rows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// Event returns an event's rows as v's reader sees them, in the class's language, zone and
// clock. With v.Me "" they are what everybody sees who is not mentioned and has not written
// it. A message never mentions its author. Events that nobody is shown have no rows.
//
// A Run of one event, such as a member who came, is one row: what has no room there is
// left out.
func (c Class) Event(e *state.Event, v lang.View, h Head) *Fragment { return c.event(e, v, h, nil) }

// Found returns an event's rows as Event does, with the words that a search looked for
// highlighted: those that begin as one of its words does, whatever their case and accents. One
// in another room than the reader looks at begins with the name of that.
func (c Class) Found(e *state.Event, v lang.View, search string) *Fragment {
	return c.event(e, v, 0, sought(search))
}

// Elsewhere returns the rows of a message that names v's reader in a room which is not shown,
// with the name of that room before its words.
func (c Class) Elsewhere(e *state.Event, v lang.View) *Fragment {
	v = c.view(v)
	p := c.page()
	f := &Fragment{Event: e, Mentioned: true}
	if b, ok := e.Body.(state.Said); ok {
		concerns := Mention
		if b.From == v.Me {
			concerns = Plain
		}
		p.saidIn(cmp.Or(b.In, text.Salon), concerns, p.clock(e, v, 0), b, v, 0)
	}
	return p.finish(f)
}

func (c Class) event(e *state.Event, v lang.View, h Head, sought [][]string) *Fragment {
	v = c.view(v)
	p := c.page()
	p.sought = sought
	f := &Fragment{Event: e}
	switch b := e.Body.(type) {
	case state.Said:
		in := text.RoomName("")
		if sought != nil && b.Room != v.Room {
			in = cmp.Or(b.In, text.Salon)
		}
		f.Mentioned = p.saidIn(in, Plain, p.clock(e, v, h), b, v, h)
	case state.Whispered:
		p.whispered(p.clock(e, v, h), b, v)
	case state.Walled:
		p.walled(v.Clock(e.Time), b, v)
	case state.Deleted, state.Forgotten: // the messages themselves show it
	default:
		if run, ok := RunOf(e); ok {
			return c.Run(run, v)
		}
		sign := p.Signs().Note
		if _, left := b.(state.Left); left {
			sign = p.Signs().Left
		}
		if text := v.Happening(e); text != "" {
			p.post(p.happened(sign, text))
		}
	}
	return p.finish(f)
}

// happened is an event as a post.
func (p *page) happened(sign, text string) post {
	return post{sign: sign, style: Faint, lines: p.sentences(Happened, text)}
}

// saidIn is a message; in is the room that it names before its words, "" for none.
func (p *page) saidIn(in text.RoomName, concerns Style, clock string, b state.Said, v lang.View, h Head) (mentioned bool) {
	t := post{clock: clock, spoken: true, mark: mentionMark, concerns: concerns}
	base := Plain
	if b.Action {
		base = Action
	}
	if me := v.Me.Key(); v.Me != "" && me != b.From.Key() {
		p.me = mention{word: WordOf(me), key: me}
	}
	t.lines = p.message(base, b.Text)
	if mark := v.Removed(b); mark != "" {
		t.lines = p.sentences(Faint, mark)
	}
	switch {
	case b.Removed != nil:
		p.named(&t, b.From, b.Hue, v)
	case b.Action: // as a sentence
		var name line
		name.add(p.nameStyle(b.From, b.Hue, v), text.Isolate(cleanText(string(b.From))))
		name.add("", " ")
		t.sign, t.style, t.lines = p.Signs().Action, Faint, name.before(t.lines)
	case h&SameAuthor == 0:
		p.named(&t, b.From, b.Hue, v)
	}
	if in != "" {
		var where line
		where.add(p.Palette.sgr(Strong), text.Isolate(string(in)))
		where.add("", " ")
		t.lines = where.before(t.lines)
	}
	if p.me.found {
		t.concerns = Mention
	}
	p.post(t)
	return p.me.found
}

// whispered names the recipients wherever the reader is not the only one.
func (p *page) whispered(clock string, b state.Whispered, v lang.View) {
	t := post{clock: clock, spoken: true, mark: privateMark, concerns: Private, lines: p.message(Private, b.Text)}
	p.named(&t, b.From, b.Hue, v)
	if len(b.To) != 1 || b.To[0] != v.Me || b.From == v.Me {
		var to line
		to.add(p.Palette.sgr(Private), fmt.Sprintf(lang.ScreenOf(v.Lang).PrivateTo, recipients(b.To, v)))
		to.add("", " ")
		t.lines = to.before(t.lines)
	}
	p.post(t)
}

func recipients(to []text.Pseudo, v lang.View) string {
	names := make([]string, len(to))
	for i, who := range to {
		names[i] = text.Isolate(cleanText(string(who)))
		if v.Me != "" && who == v.Me {
			names[i] = lang.Of(v.Lang).Me
		}
	}
	return strings.Join(names, ", ")
}

// walled writes an announcement over the whole width.
func (p *page) walled(clock string, b state.Walled, v lang.View) {
	t := lang.Of(v.Lang)
	label := t.Announce
	if b.By != "" {
		label = fmt.Sprintf(t.WallBy, text.Isolate(cleanText(string(b.By))))
	}
	first := line{base: p.Palette.sgr(Wall)}
	first.sentence(label + t.Colon)
	lines := first.before(p.message(Wall, b.Text))
	for i := range lines {
		lines[i].fill = p.Width
	}
	head, rest := "  "+clock+"  ", strings.Repeat(" ", len(clock)+4)
	if p.narrow() {
		head, rest = " ", p.indent().text
	}
	if p.Width < 8 { // too narrow for anything but words
		head, rest = "", ""
	}
	p.flow(prefix{p.Palette.Paint(Wall, head), len(head)}, prefix{p.Palette.Paint(Wall, rest), len(rest)}, lines)
}

// message prepares the lines of what somebody wrote.
func (p *page) message(s Style, said string) []line {
	base := p.Palette.sgr(s)
	written := strings.Split(said, "\n")
	lines := make([]line, 0, len(written))
	for i := 0; i < len(written); i++ {
		if end := p.fence(written[i:]); end > 0 {
			lines = append(lines, p.codeBlock(written[i:i+end+1])...)
			i += end
			continue
		}
		lines = append(lines, p.written(cleanText(written[i]), base))
	}
	return lines
}

// written prepares a line of what somebody wrote.
func (p *page) written(words, base string) line {
	words, code, bolds := p.markup(words)
	spans := p.spans(words, base, code)
	return isolated(words, base, embolden(bolds, spans, base))
}

// isolated is a line of what somebody wrote, in an isolate where it needs one.
func isolated(words, base string, spans []span) line {
	l := line{text: text.Isolate(words), base: base, spans: spans}
	if l.bidi = len(l.text) > len(words); l.bidi {
		for i := range spans {
			spans[i].from += len(string(fsi))
			spans[i].to += len(string(fsi))
		}
	}
	return l
}

// spans finds the addresses of a line outside of its code, and the words that mention the
// reader or were sought.
func (p *page) spans(text, base string, code []span) []span {
	spans := append(p.links(text, base, code), code...)
	if p.me.key != "" {
		spans = append(spans, p.me.find(text, spans, p.Palette.sgr(Mention))...)
	}
	if p.sought != nil {
		spans = append(spans, highlights(text, p.sought, spans, p.Palette.sgr(Mention))...)
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	return spans
}

// links finds the addresses of a line. Those that are not to be links, on terminals
// without any, are plain text but addresses nevertheless.
func (p *page) links(text, base string, code []span) []span {
	var spans []span
	style := p.Palette.sgr(Link)
	if base != "" && base != p.Palette.sgr(Action) { // what has a colour keeps it
		style = base + underline
	}
	for from, to := range urls(text) {
		if crosses(code, from, to) {
			continue
		}
		s := span{from: from, to: to, sgr: base}
		if p.Links {
			if url := target(text[from:to]); url != "" && p.allowLink(url, text[from:to]) {
				s.sgr, s.url, s.id = style, url, p.ids
			}
		}
		spans = append(spans, s)
	}
	return spans
}

// crosses reports whether one of several spans has something of a piece of text.
func crosses(spans []span, from, to int) bool {
	return slices.ContainsFunc(spans, func(s span) bool { return s.from < to && from < s.to })
}

// sentences prepares lines of package lang.
func (p *page) sentences(s Style, text string) []line {
	base := p.Palette.sgr(s)
	var lines []line
	for text := range strings.SplitSeq(text, "\n") {
		text = cleanSentence(text)
		l := line{base: base, spans: p.links(text, base, nil)}
		l.sentence(text)
		lines = append(lines, l)
	}
	return lines
}
