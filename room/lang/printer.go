package lang

import (
	"strings"
	"sync/atomic"
	"time"

	"salon/internal/classcache"
	"salon/room"
	"salon/room/state"
)

// Bounds of the lines that a Printer keeps for one class: all classes together hold at
// most classcache.Max * keptLines * maxKept, 16 MiB.
const (
	// keptLines is how many of the newest lines each class shares.
	keptLines = 256
	// maxKept is the longest rendered message that is shared, in bytes; a longer
	// one is rendered for each reader, which costs little next to sending it.
	maxKept = 1 << 10
)

// Printer writes items in line mode for every session of a front. A line that
// looks the same to all of one class (language, time zone, clock) is rendered
// once and its bytes shared. It is safe for concurrent use.
type Printer struct {
	eol   string
	lines classcache.Cache[class, kept]

	// Counts counts what was rendered before, and what was not; nil: nothing is counted. It is
	// set before the first line.
	Counts *classcache.Counts
}

// kept are the newest lines of one class: an event's at its place modulo
// keptLines.
type kept [keptLines]atomic.Pointer[rendered]

// class is what the bytes of a public event depend on, besides the event.
type class struct {
	lang   state.Lang
	zone   *time.Location
	hour12 bool
}

// rendered is an event's bytes; never changed once made.
type rendered struct {
	event *state.Event
	text  []byte
}

// NewPrinter returns a Printer that ends lines with eol.
func NewPrinter(eol string) *Printer { return &Printer{eol: eol} }

// Append appends an item as its session is to see it now, which may be not at all.
func (p *Printer) Append(dst []byte, it room.Item, s *room.Session) []byte {
	prefs := s.Prefs()
	if prefs.JSON {
		dst = append(dst, ViewOf(s).JSON(it, time.Now())...)
		return append(dst, p.eol...)
	}
	if it.Event == nil {
		text := ViewOf(s).Reply(it.Reply, time.Now())
		if text == "" {
			return dst // for a screen only
		}
		return p.Line(dst, text)
	}
	if _, private := it.Event.Body.(state.Whispered); private || s.Role() >= state.Operator {
		v := ViewOf(s)
		if !v.Console {
			v.Room = roomOf(it.Event)
		}
		return p.Line(dst, v.Event(it.Event))
	}
	return p.shared(dst, it, class{prefs.Lang, prefs.Zone, prefs.Hour12})
}

// roomOf returns the room of an event that a session is shown because it looks at that room:
// only the console is shown what happens in others.
func roomOf(e *state.Event) state.Seq {
	in, _ := state.RoomOf(e.Body)
	return in
}

// Line appends text, each of its lines ended as the Printer ends lines.
func (p *Printer) Line(dst []byte, text string) []byte {
	if p.eol != "\n" {
		text = strings.ReplaceAll(text, "\n", p.eol)
	}
	return append(append(dst, text...), p.eol...)
}

// shared appends a public event's bytes, rendering them if nobody of that class
// has. Two who come at once may both render: the result is the same.
func (p *Printer) shared(dst []byte, it room.Item, c class) []byte {
	slot := &p.lines.Get(c)[it.Place%keptLines]
	l := slot.Load()
	hit := l != nil && l.event == it.Event
	p.Counts.Count(hit)
	if !hit {
		v := View{Lang: c.lang, Zone: c.zone, Hour12: c.hour12, Room: roomOf(it.Event)}
		l = &rendered{it.Event, p.Line(nil, v.Event(it.Event))}
		if len(l.text) <= maxKept {
			slot.Store(l)
		}
	}
	return append(dst, l.text...)
}
