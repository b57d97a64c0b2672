package screen

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"salon/room"
	"salon/room/state"
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

func (s *Screen) help() {
	s.open(&overlay{kind: helping, reply: room.Help{Commands: s.room.Available()}})
}

// inOverlay does a key for the overlay, and reports whether it was one; other keys
// are the line's, and what is typed closes it.
func (s *Screen) inOverlay(name string) (a Action, ok bool) {
	o := s.overlay
	page := max(1, s.scriptRows()-3)
	switch name {
	case "up", "ctrl+p":
		return s.choose(-1), true
	case "down", "ctrl+n":
		return s.choose(1), true
	case "pgup":
		return s.choose(-page), true
	case "pgdn":
		return s.choose(page), true
	case "home", "alt+home":
		return s.choose(-1 << 20), true
	case "end", "alt+end":
		return s.choose(1 << 20), true
	case "enter":
		if s.input.line.Empty() {
			return s.take(o), true
		}
		s.close()
	case "f1":
		if o.kind == helping {
			s.close()
			return Action{}, true
		}
	default:
		if s.uncovers(name) {
			s.close()
		}
	}
	return Action{}, false
}

// uncovers reports whether a key that is not the overlay's closes it: typing does,
// and what moves the view below. What was found stays while something else is
// searched for.
func (s *Screen) uncovers(name string) bool {
	switch name {
	case "alt+u", "alt+p", "alt+n", "alt+l":
		return true
	case "", "tab", "shift+tab":
		return s.overlay.kind != finding || s.input.mode != searching
	}
	return false
}

// choose moves the choice, or what has none by lines. Above the first of what was
// found is the page before, if there is one.
func (s *Screen) choose(by int) Action {
	o := s.overlay
	s.stale |= staleRows
	if r, ok := o.reply.(room.Past); ok && r.More && by < 0 && o.chosen == 0 {
		return s.request(asking{request: r.Older})
	}
	if n := o.choices(); n > 0 {
		o.chosen = min(max(o.chosen+by, 0), n-1)
	} else {
		o.top = max(o.top+by, 0)
	}
	return Action{}
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

// take does what choosing is for.
func (s *Screen) take(o *overlay) Action {
	switch r := o.reply.(type) {
	case room.People:
		s.close()
		if o.chosen < len(r.Members) {
			s.insert("@" + string(r.Members[o.chosen].Pseudo) + " ")
		}
	case room.Past:
		if s.input.mode == searching {
			s.talkAgain()
		}
		return s.goTo(&r.Events[o.chosen])
	default:
		s.close()
	}
	return Action{}
}

// goTo shows a message that was found where it was said: in the transcript, or, when
// it is too old for that, among those around it.
func (s *Screen) goTo(e *state.Event) Action {
	place, ok := s.room.PlaceOf(e.Seq)
	if !ok {
		return s.request(asking{request: room.Around{Seq: e.Seq}})
	}
	s.close()
	if e, _, ok := s.script.after(s.script.point(place)); ok {
		s.showAt(e.pos)
	}
	return Action{}
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
		p.row(top, []byte(c.Rule(rows.Heading, lastParts(title, width-ruleEnds))))
	}
	for i := range body {
		var line string
		if at := o.top + i; at < len(items) {
			line = items[at].text
			if items[at].choice == o.chosen && o.choices() > 0 {
				line = s.chosen(line, width)
			}
		}
		p.row(top+1+i, []byte(line))
	}
	if height > 1 {
		p.row(top+height-1, []byte(c.Rule(rows.Quiet, lastParts(foot, width-ruleEnds))))
	}
}

// lastParts leaves out what a text begins with, part by part, until the rest fits a
// number of columns; the last part stays.
func lastParts(text string, columns int) string {
	for ansi.StringWidth(text) > columns {
		_, rest, more := strings.Cut(text, " · ")
		if !more {
			break
		}
		text = rest
	}
	return text
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
		if i == 0 || !s.sameDay(r.Events[i-1].Time, e.Time) {
			items = append(items, item{c.Day(e.Time), -1})
		}
		for _, row := range c.Event(e, s.viewer()).All() {
			items = append(items, item{string(row), i})
		}
	}
	return items
}
