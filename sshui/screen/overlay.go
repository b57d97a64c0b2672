package screen

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"salon/room"
	"salon/room/text"
	"salon/sshui/rows"
)

// overlay is what lies over the transcript until it is closed.
type overlay struct {
	kind   kind
	reply  room.Reply
	asked  time.Time
	chosen int // of what can be chosen
	top    int // first line shown

	items []item     // its lines, as made for
	class rows.Class // this
}

// kind is what an overlay shows.
type kind uint8

const (
	helping kind = iota // the keys and the commands
	listing             // who is here
	finding             // messages that were searched for
)

// item is one line of an overlay, styled, and which choice it belongs to.
type item struct {
	text   string
	choice int // -1: none
}

// open lays something over the transcript.
func (s *Screen) open(o *overlay) {
	s.overlay = o
	s.stale |= staleRows
}

func (s *Screen) close() {
	if s.overlay != nil {
		s.overlay = nil
		s.stale |= staleRows
	}
}

// maxFound is how many messages an overlay holds; beyond it the newest go, which can
// be searched for again.
const maxFound = 1000

// extend puts the page before above the others, and goes to its last message.
func (o *overlay) extend(r room.Past) {
	old := o.reply.(room.Past)
	old.More, old.Older = r.More, r.Older
	old.Events = slices.Concat(r.Events, old.Events)
	old.Events = old.Events[:min(len(old.Events), maxFound)]
	o.reply, o.items = old, nil
	o.chosen = max(0, len(r.Events)-1)
}

// lacks reports whether the page that answers a request is the one before what the
// overlay shows: another may have been opened meanwhile.
func (o *overlay) lacks(page room.Older) bool {
	if o == nil {
		return false
	}
	r, ok := o.reply.(room.Past)
	return ok && r.More && r.Older == page
}

// choices is how many things can be chosen.
func (o *overlay) choices() int {
	switch r := o.reply.(type) {
	case room.People:
		return len(r.Members)
	case room.Past:
		return len(r.Events)
	}
	return 0
}

// paintOverlay paints it over the transcript's part: a title, lines, and a foot
// that says which keys there are.
func (s *Screen) paintOverlay(p *pen, now time.Time) {
	o, height, top := s.overlay, s.scriptRows(), s.headerRows()
	width := s.term.Width
	c := s.class
	c.Width = width
	items := o.made(s, c)
	body := max(0, height-2)
	o.scroll(items, body)
	title, foot := s.titles()
	if height > 0 {
		p.row(top, c.Rule(rows.Heading, lastParts(title, width-ruleEnds)))
	}
	for i := range body {
		var line string
		if at := o.top + i; at < len(items) {
			line = items[at].text
			if items[at].choice == o.chosen && o.choices() > 0 {
				line = s.selected(line, width)
			}
		}
		p.row(top+1+i, line)
	}
	if height > 1 {
		p.row(top+height-1, c.Rule(rows.Quiet, lastParts(foot, width-ruleEnds)))
	}
}

// made returns the lines of the overlay, which are made once for a class.
func (o *overlay) made(s *Screen, c rows.Class) []item {
	if o.items == nil || o.class != c {
		o.items, o.class = s.items(c), c
	}
	return o.items
}

// scroll brings what is chosen into the lines shown.
func (o *overlay) scroll(items []item, height int) {
	if o.choices() > 0 {
		first, last := -1, -1
		for i, it := range items {
			if it.choice == o.chosen {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
		if last >= o.top+height {
			o.top = last - height + 1
		}
		if first >= 0 && first < o.top {
			o.top = first
		}
		if o.chosen == 0 {
			o.top = 0
		}
	}
	o.top = max(0, min(o.top, len(items)-height))
}

// titles are what stands above an overlay and below it.
func (s *Screen) titles() (title, foot string) {
	t := s.texts()
	switch r := s.overlay.reply.(type) {
	case room.People:
		return fmt.Sprintf("%s · %d", t.PeopleTitle, len(r.Members)), t.PeopleFoot
	case room.Past:
		if r.Search == "" {
			return t.HistoryTitle, t.FoundFoot
		}
		form := "%s · %s (%d)"
		if r.More {
			form = "%s · %s (%d+)"
		}
		return fmt.Sprintf(form, t.FoundTitle, text.Isolate(r.Search), len(r.Events)), t.FoundFoot
	}
	return t.HelpTitle, t.HelpFoot
}

// items are the lines of the overlay in a width.
func (s *Screen) items(c rows.Class) []item {
	switch r := s.overlay.reply.(type) {
	case room.People:
		return s.peopleItems(r, c.Width)
	case room.Past:
		return s.foundItems(r, c)
	case room.Help:
		return s.helpItems(r, c)
	}
	return nil
}

func (s *Screen) peopleItems(r room.People, width int) []item {
	lines := strings.Split(s.viewer().Reply(r, s.overlay.asked), "\n")
	var items []item
	for i, line := range lines[min(1, len(lines)):] { // the first is how many there are
		items = append(items, item{rows.Fit(" "+strings.TrimLeft(strings.TrimPrefix(line, "*"), " "), width), i})
	}
	return items
}

// foundItems are the messages found, each with its day when that is another than
// the one before.
func (s *Screen) foundItems(r room.Past, c rows.Class) []item {
	var items []item
	for i := range r.Events {
		e := &r.Events[i]
		if i == 0 || !c.SameDay(r.Events[i-1].Time, e.Time) {
			items = append(items, item{c.Day(e.Time), -1})
		}
		for _, row := range c.Event(e, s.viewer()).All() {
			items = append(items, item{string(row), i})
		}
	}
	return items
}

// helpItems are the keys, then the commands.
func (s *Screen) helpItems(h room.Help, c rows.Class) []item {
	t, width := s.texts(), c.Width
	var items []item
	add := func(lines ...string) {
		for _, line := range lines {
			items = append(items, item{line, -1})
		}
	}
	add(c.Palette.Paint(rows.Strong, cut(" "+t.KeysTitle, width)))
	for _, k := range t.Keys {
		add(twoColumns(k.Keys, k.Does, width)...)
	}
	add("", c.Palette.Paint(rows.Strong, cut(" "+t.CommandsTitle, width)))
	for _, command := range h.Commands {
		usage, does := s.viewer().Explain(command)
		add(twoColumns(usage, does, width)...)
	}
	return items
}
