package screen

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"salon/room"
	"salon/room/text"
	"salon/sshui/rows"
)

// unreadIn says what is unread in a room: how much, after a mark if it names the member; ""
// for nothing.
func unreadIn(in *room.RoomInfo) string {
	switch {
	case in.Unread == 0:
		return ""
	case in.Named:
		return "!" + strconv.Itoa(in.Unread)
	}
	return strconv.Itoa(in.Unread)
}

// headerRooms returns the other rooms for the header, painted: all of them, if half of the row
// is enough; else those in which something is unread, as many as there is room for beside so
// many columns. Rooms in which the member is named are the last to be left out.
func (s *Screen) headerRooms(beside int) string {
	if s.rooms == nil || s.left() > 0 {
		return ""
	}
	var others, named, unread []*room.RoomInfo
	for i := range s.rooms.List {
		switch in := &s.rooms.List[i]; {
		case in.ID == s.transcript.id:
			continue
		case in.Named:
			named = append(named, in)
		case in.Unread > 0:
			unread = append(unread, in)
		}
		others = append(others, &s.rooms.List[i])
	}
	list, columns := others, s.term.Width/2
	if columnsOf(list) > columns {
		list, columns = append(named, unread...), max(columns, s.term.Width-beside)
	}
	for len(list) > 1 && columnsOf(list) > columns {
		list = list[:len(list)-1]
	}
	palette, painted := s.class.Palette, ""
	for _, in := range list {
		name, style, n := "  "+text.Isolate(string(in.Name)), rows.BarQuiet, unreadIn(in)
		if n != "" {
			n = " " + n
		}
		if in.Named {
			style = rows.BarRoom
		}
		painted += palette.Paint(rows.BarQuiet, cut(name, max(columns-len(n)-1, 3))) + palette.Paint(style, n)
	}
	if painted == "" {
		return ""
	}
	return painted + palette.Paint(rows.BarQuiet, " ")
}

// columnsOf is how many columns rooms take in the header.
func columnsOf(list []*room.RoomInfo) (n int) {
	n = 1
	for _, in := range list {
		n += 3 + ansi.StringWidth(string(in.Name)) + len(unreadIn(in))
	}
	return n
}

// paintBeside paints what stands beside rows from, up to but not including to, of the
// transcript: the list of names, and all of the list of rooms.
func (s *Screen) paintBeside(p *frameWriter, from, to int) {
	s.paintNames(p, from, to)
	s.paintRooms(p, s.transcriptRows())
}

// paintRooms paints the list of rooms, if the screen has one: the rooms, and the edge on the
// last rows, so many of which scrolling has brought into view.
func (s *Screen) paintRooms(p *frameWriter, scrolled int) {
	if s.left() == 0 {
		return
	}
	edge := s.class.Palette.Paint(rows.Line, s.class.Signs().Gutter)
	first, shown := s.roomsShown()
	for i := range s.transcriptRows() {
		if i > shown && i < s.transcriptRows()-scrolled {
			continue
		}
		p.at(s.headerRows()+i, 0)
		switch {
		case i == 0:
			title := fmt.Sprintf(" %d", len(s.rooms.List))
			name := cut(s.texts().RoomsTitle, roomsWidth-2-len(title))
			p.text(s.padded(" " + s.class.Palette.Paint(rows.Heading, name) + s.class.Palette.Paint(rows.Quiet, title)))
		case i <= shown:
			p.text(s.padded(s.roomLabel(first + i - 1)))
		default:
			p.text(strings.Repeat(" ", roomsWidth-1))
		}
		p.text(edge)
	}
}

// padded fills what is painted with blanks up to the edge of the list of rooms.
func (s *Screen) padded(painted string) string {
	return painted + strings.Repeat(" ", max(0, roomsWidth-1-ansi.StringWidth(painted)))
}

// roomsShown returns which rooms of the list have a row: all, or those around the one that is
// shown.
func (s *Screen) roomsShown() (first, n int) {
	n = min(len(s.rooms.List), max(0, s.transcriptRows()-1))
	for i := range s.rooms.List {
		if s.rooms.List[i].ID == s.transcript.id {
			first = max(0, min(i-n/2, len(s.rooms.List)-n))
		}
	}
	return first, n
}

// roomLabel returns a room for the list: the digit of its key, its name, and what is unread.
func (s *Screen) roomLabel(i int) string {
	palette, in, key := s.class.Palette, &s.rooms.List[i], " "
	if i < 9 {
		key = strconv.Itoa(i + 1)
	}
	n, space := unreadIn(in), roomsWidth-5
	if n != "" && in.ID != s.transcript.id {
		space -= len(n) + 1
	}
	name := text.Isolate(cut(string(in.Name), space))
	switch {
	case in.ID == s.transcript.id:
		return palette.Paint(rows.Selected, s.padded(" "+key+" "+name))
	case n == "":
		return " " + palette.Paint(rows.Quiet, key+" "+name)
	}
	name += strings.Repeat(" ", max(0, space-ansi.StringWidth(name)))
	style := rows.Strong
	if in.Named {
		style = rows.Mention
	}
	return " " + palette.Paint(rows.Quiet, key) + " " + name + " " + palette.Paint(style, n)
}
