package room

import (
	"strings"

	"salon/room/text"
)

// Calls returns the command that a line calls by its name, nil for none, and what
// follows the name. It asks for no rights: the member may not use the command.
func Calls(line string) (c *Command, rest string) {
	word, rest := text.CutSpace(strings.TrimLeft(line, " \n"))
	name, slash := strings.CutPrefix(word, "/")
	if !slash {
		return nil, ""
	}
	return commands.byWord[text.Fold(strings.TrimPrefix(name, "/"))], rest
}

// Addressee returns whom a line that is still being typed will go to alone: the names
// in it, without their @, or "" for whomever the command "reply" answers. alone is
// false while it goes to everyone, or while the names are still being typed. It looks
// no name up.
func Addressee(line string) (names string, alone bool) {
	line += "." // the word to come: a name that nothing follows is still being typed
	word, said := text.CutSpace(strings.TrimLeft(line, " \n"))
	if at, ok := strings.CutPrefix(word, "@"); ok {
		names = strings.TrimRight(at, ":,;")
		return names, said != "" && names != "" && !everyoneWords.is(names)
	}
	switch c, rest := Calls(line); {
	case c == nil:
	case c.Name == "reply":
		return "", rest != ""
	case c.Name == "tell":
		names, said = text.CutSpace(rest)
		return strings.TrimLeft(names, "@"), said != ""
	}
	return "", false
}
