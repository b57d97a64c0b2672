package screen

import (
	"fmt"
	"slices"
	"strings"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
	"salon/sshui/rows"
)

// target is whom lines go to that name nobody themselves, in the room that is looked at.
type target struct {
	to []text.Pseudo // as the session has it; nil: everyone

	// A change was entered that the room has not answered yet: to these names, "" for
	// everyone. Lines entered meanwhile go there, or nowhere; see Targeted.
	asked bool
	names string

	stale bool // the session may have another one
}

func (t *target) choose(names string) { t.asked, t.names = true, names }

// alone reports whether lines go to somebody alone, or would.
func (t *target) alone() bool { return t.asked && t.names != "" || !t.asked && t.to != nil }

// label returns the names that lines go to, "" for everyone.
func (t *target) label() string {
	if t.asked {
		return t.names
	}
	var names []string
	for _, p := range t.to {
		names = append(names, string(p))
	}
	return strings.Join(names, ",")
}

// isThere reports whether the session looks at the room that is shown; else it is about to be
// shown another one.
func (s *Screen) isThere() bool { return s.room.Looks() == s.transcript.id }

// retarget reads the session's target.
func (s *Screen) retarget() {
	s.target.stale = false
	if to := s.room.Target(); !slices.Equal(to, s.target.to) {
		s.target.to = to
		s.stale |= staleInput
	}
}

// Targeted says that the room has answered all changes of the target that were entered,
// and whether it accepted the last. Where it did not, what has been typed since was typed
// for somebody else than it would go to now: Enter asks before it is sent.
func (s *Screen) Targeted(accepted bool) {
	for c := range s.all {
		c.target.asked, c.target.stale = false, true
	}
	if s.isThere() {
		s.retarget()
	}
	s.input.moving = s.input.moving && accepted
	if !accepted {
		s.Doubt()
	}
	s.stale |= staleInput
}

// Doubt says that what is being typed was sent before its author could see that where it was to
// go is refused: Enter asks before it is sent.
func (s *Screen) Doubt() {
	if !s.input.isIdle() && !s.input.line.Selected() {
		s.input.unsure = true
	}
}

// Return gives back a line that went nowhere because the change of the target that it was
// entered behind was refused. Like a line that is refused, but Enter asks before it sends it.
func (s *Screen) Return(in state.Seq, line string) {
	if s.Restore(in, line); in == s.transcript.id && s.input.line.Selected() {
		s.input.unsure = true
	}
}

// askAgain has Enter send the line only when it is pressed once more, and says to whom.
func (s *Screen) askAgain() {
	in := &s.input
	in.asked = in.line.Text()
	in.line.Set(in.asked, len(in.asked))
	to := s.texts().Everyone
	if s.rooms != nil || s.transcript.id != 0 {
		to = string(s.roomName())
	}
	if names := s.target.label(); names != "" {
		to = text.Isolate("@" + names)
	}
	s.hint(fmt.Sprintf(s.texts().EnterAgain, to))
}

// toEveryone has lines go to everyone again.
func (s *Screen) toEveryone() Action {
	s.target.choose("")
	s.stale |= staleInput
	return Action{Line: "@all"}
}

// label returns what stands before the line and says whom it goes to, and its style.
func (s *Screen) label() (string, rows.Style) {
	typed := s.input.line.Text()
	names, alone := room.Addressee(typed)
	in := s.roomTyped(typed)
	if !alone && in == "" && !room.ToEveryone(typed) {
		names = s.target.label()
		alone = names != ""
	}
	if in == "" {
		in = s.roomName()
	}
	switch {
	case alone && s.term.Width < narrow:
		return "@> ", rows.Private
	case s.term.Width < narrow && s.rooms == nil:
		return "> ", rows.Quiet
	case s.term.Width < narrow:
		return cut(string(in), s.term.Width/3) + "> ", rows.Quiet
	case alone && names == "":
		return " " + cut(lang.Of(s.prefs.Lang).Private, mostTarget) + " ", rows.PrivateLabel
	case alone:
		return " " + cut(text.Isolate("@"+names), mostTarget) + " ", rows.PrivateLabel
	}
	return " " + cut(string(in), mostTarget) + " ", rows.Label
}

// roomTyped returns the name of another room, that a line goes to which begins with it; "" for
// none.
func (s *Screen) roomTyped(typed string) text.RoomName {
	word, said := text.CutSpace(typed)
	name, err := text.ParseRoomName(word)
	if s.rooms == nil || err != nil || said == "" && word == typed {
		return ""
	}
	for _, in := range s.rooms.List {
		if in.Name.Key() == name.Key() {
			return in.Name
		}
	}
	return ""
}

// placeholder returns what stands in faint in an empty line: what may be done there, in at
// most a number of columns; "" where there is no room. To whom alone it goes is said on the
// narrowest terminal too, where no label says it.
func (s *Screen) placeholder(columns int) string {
	if s.input.mode != composing || !s.input.line.Empty() || columns < 1 {
		return ""
	}
	t, names := s.texts(), s.target.label()
	switch {
	case names != "":
		to := text.Isolate(cut("@"+names, min(mostTarget, columns)))
		first := s.ellipsis(fmt.Sprintf(t.WriteToOne, to))
		return fitting(columns, first+"   "+t.WriteBack, first, to)
	case s.term.Width < narrow:
		return ""
	}
	all := s.ellipsis(t.WriteToAll)
	return fitting(columns, all+"   "+t.WriteHints, all, "")
}

// ellipsis writes the sign that a text leaves open with as the terminal can show it.
func (s *Screen) ellipsis(text string) string {
	return strings.Replace(text, "…", s.class.Signs().Ellipsis, 1)
}
