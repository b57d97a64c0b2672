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

// overlay is what lies over the transcript until it is closed: help, the people here,
// or a page of messages.
type overlay struct {
	reply  room.Reply // Help, People or Past
	asked  time.Time
	chosen int // of what can be chosen
	top    int // first line shown

	mentions int    // that came while it was open
	failure  string // the last that came meanwhile, in one line; "" for none

	class       rows.Class // in which the rest was made
	title, foot string
	items       []item // nil: to be made anew
}

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

// page returns the messages that an overlay shows; ok is false if it shows something
// else, or is nil.
func (o *overlay) page() (p room.Past, ok bool) {
	if o != nil {
		p, ok = o.reply.(room.Past)
	}
	return p, ok
}

// maxFound is how many messages an overlay holds; beyond it the newest go, which can
// be searched for again.
const maxFound = 1000

// extend puts the page before above the messages shown, and goes to its last one.
func (o *overlay) extend(r room.Past) {
	p, _ := o.page()
	p.More, p.Older, p.Searched = r.More, r.Older, r.Searched
	p.Events = slices.Concat(r.Events, p.Events)
	p.Events = p.Events[:min(len(p.Events), maxFound)]
	o.reply, o.items = p, nil
	o.chosen = max(0, len(r.Events)-1)
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

// scroll brings what is chosen into the lines shown.
func (o *overlay) scroll(height int) {
	if o.choices() > 0 {
		isChosen := func(it item) bool { return it.choice == o.chosen }
		first := slices.IndexFunc(o.items, isChosen)
		last := first
		for last+1 < len(o.items) && isChosen(o.items[last+1]) {
			last++
		}
		o.top = min(max(o.top, last-height+1), first)
		if o.chosen == 0 {
			o.top = 0
		}
	}
	o.top = max(0, min(o.top, len(o.items)-height))
}

// layOutOverlay makes the lines of an overlay, and what stands above and below them.
func (s *Screen) layOutOverlay(o *overlay) {
	t := s.texts()
	switch r := o.reply.(type) {
	case room.People:
		o.title, o.foot = fmt.Sprintf("%s · %d", t.PeopleTitle, len(r.Members)), t.PeopleFoot
		o.items = s.peopleItems(r, o)
	case room.Past:
		o.title, o.foot = t.HistoryTitle, t.FoundFoot
		if r.Search != "" {
			more := ""
			if r.More {
				more = "+"
			}
			o.title = fmt.Sprintf("%s · %s (%d%s)", t.FoundTitle, text.Isolate(r.Search), len(r.Events), more)
		}
		o.items = s.foundItems(r, o)
	case room.Help:
		o.title, o.foot = t.HelpTitle, t.HelpFoot
		o.items = s.helpItems(r, o.class)
	}
}

func (s *Screen) peopleItems(r room.People, o *overlay) []item {
	lines := strings.Split(s.viewer().Reply(r, o.asked), "\n")
	var items []item
	for i, line := range lines[min(1, len(lines)):] { // the first is how many there are
		items = append(items, item{rows.Fit(" "+strings.TrimLeft(strings.TrimPrefix(line, "*"), " "), o.class.Width), i})
	}
	return items
}

// foundItems are the messages found, each with its day when that is another than
// the one before. Above them stands how far a search has looked that was cut short.
func (s *Screen) foundItems(r room.Past, o *overlay) []item {
	c := o.class
	var items []item
	if line := s.viewer().SearchCut(r, o.asked); line != "" {
		items = append(items, item{c.Palette.Paint(rows.Quiet, cut(" "+line, c.Width)), -1})
	}
	for i := range r.Events {
		e := &r.Events[i]
		if i == 0 || !c.SameDay(r.Events[i-1].Time, e.Time) {
			items = append(items, item{c.Day(e.Time), -1})
		}
		for _, row := range c.Found(e, s.viewer(), r.Search).All() {
			items = append(items, item{string(row), i})
		}
	}
	return items
}

// helpItems are the keys, then the commands.
func (s *Screen) helpItems(h room.Help, c rows.Class) []item {
	t := s.texts()
	lines := []string{c.Palette.Paint(rows.Strong, cut(" "+t.KeysTitle, c.Width))}
	keys := t.Keys
	if s.rooms != nil {
		keys = slices.Concat(keys, t.RoomKeys)
	}
	for _, k := range keys {
		lines = append(lines, twoColumns(k.Keys, k.Does, c.Width)...)
	}
	lines = append(lines, "", c.Palette.Paint(rows.Strong, cut(" "+t.CommandsTitle, c.Width)))
	for _, command := range h.Commands {
		usage, does := s.viewer().Explain(command)
		lines = append(lines, twoColumns(usage, does, c.Width)...)
	}
	var items []item
	for _, line := range lines {
		items = append(items, item{line, -1})
	}
	return items
}
