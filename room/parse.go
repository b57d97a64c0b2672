package room

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"salon/room/state"
	"salon/room/text"
)

// parsed is a line understood: a command and what follows its name.
type parsed struct {
	command *Command
	rest    string
}

// parse understands a cleaned line. What is said keeps the blanks that it begins
// with: a pipe's lines may be indented.
func (s *Session) parse(whole string) (parsed, error) {
	line := strings.TrimSpace(whole)
	say := s.room.table.say
	switch {
	case line == "":
		return parsed{}, ErrEmpty
	case s.Role() == state.Console:
		return s.parseWord(strings.TrimLeft(line, "/"))
	case strings.HasPrefix(line, `\@`), strings.HasPrefix(line, `\/`):
		return parsed{say, line[1:]}, nil
	case strings.HasPrefix(line, "//"):
		p, err := s.parseWord(line[2:])
		if _, unknown := errors.AsType[*UnknownCommandError](err); unknown {
			return parsed{say, line[1:]}, nil
		}
		return p, err
	case line[0] == '/' && isPath(line):
		return parsed{say, whole}, nil
	case line[0] == '/':
		return s.parseWord(line[1:])
	case line[0] == '@':
		return s.room.table.parseAt(line[1:])
	}
	return parsed{say, whole}, nil
}

// isPath reports whether a line begins with a path, as a compiler's messages do: no
// command has a slash within its name.
func isPath(line string) bool {
	word, _ := text.CutSpace(line)
	return strings.Contains(word[1:], "/")
}

// parseWord understands "word rest".
func (s *Session) parseWord(line string) (parsed, error) {
	word, rest := text.CutSpace(line)
	c, ok := s.room.table.byWord[text.Fold(word)]
	switch {
	case !ok:
		return parsed{}, s.unknownCommand(word)
	case s.Role() == state.Console && (c.Need == Members || c.Need == Lines):
		return parsed{}, ErrNotMember
	case c.may(s):
		return parsed{c, rest}, nil
	case c.Need == Lines:
		return parsed{}, ErrScreenJSON
	case c.Need == Screens:
		return parsed{}, ErrNoScreen
	}
	return parsed{}, &DeniedError{c}
}

// unknownCommand suggests the nearest command that the session may use.
func (s *Session) unknownCommand(word string) error {
	e := &UnknownCommandError{Name: text.Clean(text.FirstRunes(word, text.MaxQuoted), false)}
	var words []string
	for _, c := range s.Available() {
		for _, w := range c.Words() {
			words = append(words, text.Fold(w))
		}
	}
	slices.Sort(words)
	if near, ok := text.Nearest(word, words); ok {
		e.Suggestion = s.room.table.byWord[near]
	}
	return e
}

// parseAt understands what follows an @: names, then a text. A text is never
// sent to more people than were named.
func (t *table) parseAt(line string) (parsed, error) {
	name, words := text.CutSpace(line)
	name = strings.TrimRight(name, ":,;")
	switch {
	case name == "" || words == "":
		return parsed{}, &UsageError{t.tell}
	case everyoneWords.is(name):
		return parsed{t.say, words}, nil
	}
	return parsed{t.tell, name + " " + words}, nil
}

// cleaned returns what somebody typed, cleaned; ErrTextTooLong when that is longer
// than a message may be.
func cleaned(typed string, multiline bool) (string, error) {
	if len(typed) > text.MaxText {
		return "", ErrTextTooLong
	}
	typed = text.Clean(typed, multiline)
	if len(typed) > text.MaxText { // unreadable bytes get longer
		return "", ErrTextTooLong
	}
	return typed, nil
}

// note cleans a text that is shown within a line: a topic, a reason. One that is too
// long is refused.
func note(s string) (string, error) {
	if s = text.Clean(s, false); utf8.RuneCountInString(s) > text.MaxNote {
		return "", ErrNoteTooLong
	}
	return s, nil
}

// quotedPseudo returns a name as typed, without the @ before it, short enough to be
// quoted in an error.
func quotedPseudo(name string) text.Pseudo {
	return text.Pseudo(strings.TrimLeft(text.FirstRunes(name, text.MaxQuoted), "@"))
}
