package room

import (
	"maps"
	"slices"
	"strings"

	"salon/room/state"
	"salon/room/text"
)

// parse understands a cleaned line: a command and what follows its name. The console needs no
// slash. What is said keeps the blanks that it begins with: a pipe's lines may be indented.
func (s *Session) parse(whole string) (c *Command, rest string, err error) {
	line, console := strings.TrimSpace(whole), s.Role() == state.Console
	if console && line != "" {
		line = "/" + strings.TrimLeft(line, "/")
	}
	t := s.room.table
	switch called, _ := t.called(line); {
	case line == "":
		return nil, "", ErrEmpty
	case t.misplacesSecret(line):
		return nil, "", ErrSecretPlace
	case t.holdsTwo(line):
		return nil, "", ErrTwoCommands
	case console:
		return s.parseWord(line[1:])
	case strings.HasPrefix(line, `\@`), strings.HasPrefix(line, `\/`), strings.HasPrefix(line, `\#`):
		return t.say, line[1:], nil
	case strings.HasPrefix(line, "//") && called == nil:
		return t.say, line[1:], nil
	case line[0] == '/' && (called != nil || !isPath(line)):
		return s.parseWord(strings.TrimPrefix(line[1:], "/"))
	case line[0] == '@':
		return t.parseAt(line)
	case line[0] == '#' && s.mayNameRoom(line):
		return t.parseRoom(line)
	}
	return t.say, whole, nil
}

// isPath reports whether a line begins with a path, as a compiler's messages do: no
// command has a slash within its name.
func isPath(line string) bool {
	word, _ := text.CutSpace(line)
	return strings.Contains(word[1:], "/")
}

// parseWord understands "word rest".
func (s *Session) parseWord(line string) (c *Command, rest string, err error) {
	word, rest := text.CutSpace(line)
	c, ok := s.room.table.byWord[text.Fold(word)]
	switch {
	case !ok:
		return nil, "", s.unknownCommand(word)
	case s.Role() == state.Console && (c.Need == Members || c.Need == Lines):
		return nil, "", ErrNotMember
	case c.may(s), c.Need == Moderators && s.member && (s.Looks() != 0 || isRoomName(rest)): // it checks in which room
		return c, rest, nil
	case c.Need == Lines:
		return nil, "", ErrScreenJSON
	case c.Need == Screens:
		return nil, "", ErrNoScreen
	}
	return nil, "", &DeniedError{Command: c}
}

// unknownCommand suggests the nearest command that the session may use.
func (s *Session) unknownCommand(word string) error {
	e := &UnknownCommandError{Name: text.Clean(text.FirstRunes(word, text.MaxQuoted), false)}
	byWord := s.room.table.byWord
	words := slices.DeleteFunc(slices.Sorted(maps.Keys(byWord)), func(w string) bool { return !byWord[w].may(s) })
	if near, ok := text.Suggest(word, slices.Values(words)); ok {
		e.Suggestion = byWord[near]
	}
	return e
}

// parseAt understands a line that begins with an @: names, then a text. A text is never
// sent to more people than were named.
func (t *table) parseAt(line string) (c *Command, rest string, err error) {
	names, said, ok := addressed(line)
	switch {
	case !ok:
		return nil, "", &UsageError{Command: t.tell}
	case said == "":
		return t.target, names, nil
	case everyoneWords.is(names):
		return t.everyone, said, nil
	}
	return t.tell, names + " " + said, nil
}

// mayNameRoom reports whether a line begins with what can be the name of a room, where there
// are rooms or may be.
func (s *Session) mayNameRoom(line string) bool { return isRoomName(line) && s.room.hasRooms() }

// isRoomName reports whether a text begins with what can be the name of a room.
func isRoomName(line string) bool {
	word, _ := text.CutSpace(line)
	_, err := text.ParseRoomName(word)
	return err == nil
}

// parseRoom understands a line that begins with the name of a room: to go there, or to say
// what follows there.
func (t *table) parseRoom(line string) (c *Command, rest string, err error) {
	if word, said := text.CutSpace(line); said == "" {
		return t.join, word, nil
	}
	return t.sayIn, line, nil
}

// place finds the room in which a command acts: the one that it names first, of those that
// can, else the one that its session looks at.
func (c *call) place() error {
	t := c.room.table
	if c.command != t.sayIn && !c.command.inRoom {
		return nil
	}
	if !isRoomName(c.rest) {
		return nil
	}
	word, rest := text.CutSpace(c.rest)
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	in, err := c.findRoomLocked(word)
	m := c.room.state.Member(c.id)
	switch {
	case err != nil:
		return err
	case c.command == t.sayIn && (m == nil || !m.Follows(in.ID)):
		return ErrNotFollowed
	}
	c.in, c.named, c.rest = in.ID, true, rest
	return nil
}
