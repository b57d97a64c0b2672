package rows

import (
	"fmt"
	"slices"
	"strings"

	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// Event returns an event's rows as v's reader sees them, in the class's language, zone and
// clock. With v.Me "" they are what everybody sees who is not mentioned. A message never
// mentions its author. Events that nobody is shown have no rows.
//
// Only messages to everyone have Mentions. A name that ends in a dot, hyphen or
// underline is a mention with and without it.
func (c Class) Event(e *state.Event, v lang.View) *Fragment {
	v = c.view(v)
	p := c.page()
	clock := v.Clock(e.Time)
	var mentions []text.Key
	switch b := e.Body.(type) {
	case state.Said:
		mentions = p.said(clock, b, v)
	case state.Whispered:
		p.whispered(clock, b, v)
	case state.Walled:
		p.walled(clock, b, v)
	default:
		if text := v.Happening(e); text != "" {
			p.post(post{clock: clock, mark: eventMark, style: Happened, lines: p.sentences(Happened, text)})
		}
	}
	return p.fragment(e, mentions)
}

func (p *page) said(clock string, b state.Said, v lang.View) []text.Key {
	t := post{clock: clock, mark: noMark, who: b.From, isAction: b.Action}
	if b.Action {
		t.mark = actionMark
	}
	var found mentionFinder
	if v.Me != "" && strings.Contains(b.Text, "@") {
		if me := v.Me.Key(); me != b.From.Key() {
			found.me = me
		}
	}
	t.lines = p.message(Plain, b.Text, &found)
	if found.mentionsMe {
		t.mark, t.style = mentionMark, Mention
	}
	p.post(t)
	return found.keys
}

// whispered names the recipients wherever the reader is not the only one.
func (p *page) whispered(clock string, b state.Whispered, v lang.View) {
	t := lang.Of(v.Lang)
	label := t.Private
	if len(b.To) != 1 || b.To[0] != v.Me || b.From == v.Me {
		label += " -> " + recipients(b.To, v)
	}
	var first line
	first.add(p.Palette.sgr(Secret), "("+label+")")
	first.sentence(" ")
	p.post(post{clock: clock, mark: privateMark, style: Secret, who: b.From, lines: first.before(p.message(Plain, b.Text, nil))})
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

func (p *page) walled(clock string, b state.Walled, v lang.View) {
	t := lang.Of(v.Lang)
	label := t.Announce
	if b.By != "" {
		label = fmt.Sprintf(t.WallBy, text.Isolate(cleanText(string(b.By))))
	}
	var first line
	first.sentence(label + t.Colon)
	p.post(post{clock: clock, mark: eventMark, style: Strong, lines: first.before(p.message(Strong, b.Text, nil))})
}

// message prepares the lines of what somebody wrote, and notes in found, unless it
// is nil, whom they call.
func (p *page) message(s Style, said string, found *mentionFinder) []line {
	base := p.Palette.sgr(s)
	lines := make([]line, 0, 1+strings.Count(said, "\n"))
	for words := range strings.SplitSeq(said, "\n") {
		words = cleanText(words)
		spans := p.spans(words, base, found)
		l := line{text: text.Isolate(words), base: base, spans: spans}
		if l.bidi = len(l.text) > len(words); l.bidi {
			for i := range spans {
				spans[i].from += len(string(fsi))
				spans[i].to += len(string(fsi))
			}
		}
		lines = append(lines, l)
	}
	return lines
}

// spans finds the addresses of a line and the mentions that call the reader.
func (p *page) spans(text, base string, found *mentionFinder) []span {
	spans := p.links(text, base)
	if found == nil || !strings.Contains(text, "@") {
		return spans
	}
	for _, mine := range found.find(text, spans) {
		mine.sgr = p.Palette.sgr(Mention)
		spans = append(spans, mine)
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	return spans
}

// links finds the addresses of a line. Those that are not to be links, on terminals
// without any, are plain text but addresses nevertheless.
func (p *page) links(text, base string) []span {
	var spans []span
	for from, to := range urls(text) {
		s := span{from: from, to: to, sgr: base}
		if p.Links {
			if url := target(text[from:to]); url != "" && p.allowLink(url, text[from:to]) {
				s.sgr, s.url, s.id = base+underline, url, p.ids
			}
		}
		spans = append(spans, s)
	}
	return spans
}

// sentences prepares lines of package lang.
func (p *page) sentences(s Style, text string) []line {
	base := p.Palette.sgr(s)
	var lines []line
	for text := range strings.SplitSeq(text, "\n") {
		text = cleanSentence(text)
		l := line{base: base, spans: p.links(text, base)}
		l.sentence(text)
		lines = append(lines, l)
	}
	return lines
}
