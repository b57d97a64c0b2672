package room

import (
	"context"
	"fmt"
	"slices"

	"salon/room/state"
	"salon/room/text"
)

// Command is one thing that can be asked of the room. Parsing, help and
// completion all read the one table of them; package lang has a usage line and a
// sentence for each, by Name.
type Command struct {
	Name   string   // never shown: what texts are filed under
	FR, EN []string // the words that call it; the first of each is the one to teach
	Args   []Arg    // what completion offers, in order; after them, names as within a message
	Need   Need
	Flood  bool // counts as a message: others see it, it is kept, or it costs much
	acts   bool // does something to others in an operator's name: recorded by Config.Audit
	asks   bool // only shows something when it has no argument
	secret bool // may be given a pass phrase
	speaks bool // says something to somebody
	run    func(*call) (Reply, error)
}

// Need is who may use a command.
type Need uint8

// The needs.
const (
	Anyone    Need = iota // members and the console
	Members               // members only: it is about oneself
	Operators             // operators and the console
	Screens               // members in a terminal that can show a screen
	Lines                 // members who are not: programs among them
)

// Word returns the word to teach in a language, "" for a command that has none.
func (c *Command) Word(l state.Lang) string {
	if words := c.words(l); len(words) > 0 {
		return words[0]
	}
	return ""
}

func (c *Command) words(l state.Lang) []string {
	if l == state.English {
		return c.EN
	}
	return c.FR
}

// Words returns every word that calls the command.
func (c *Command) Words() []string { return append(slices.Clone(c.FR), c.EN...) }

// may reports whether a session's role and terminal allow the command.
func (c *Command) may(s *Session) bool {
	switch c.Need {
	case Members:
		return s.member
	case Operators:
		return s.Role() >= state.Operator
	case Screens:
		return s.screen
	case Lines:
		return s.member && !s.screen
	}
	return true
}

// call is one use of a command.
type call struct {
	context.Context
	*Session
	command *Command
	rest    string // what follows the command's name, trimmed
}

// usage returns the error of a command used wrongly.
func (c *call) usage() (Reply, error) { return nil, &UsageError{c.command} }

// pseudo returns the argument as a pseudo, without the @ before it.
func (c *call) pseudo() text.Pseudo { return quotedPseudo(c.rest) }

// propose proposes an event and returns the reply once it is applied; nil where the event
// itself tells enough.
func (c *call) propose(b state.Body, reply Reply) (Reply, error) {
	if _, err := c.room.propose(c, b); err != nil {
		return nil, err
	}
	return reply, nil
}

// table finds commands. It is made once for a room and never changes.
type table struct {
	all       []*Command
	byWord    map[string]*Command // by folded word
	say, tell *Command            // what a line without a command means
}

func newTable(all []*Command) *table {
	t := &table{all: all, byWord: map[string]*Command{}}
	for _, c := range all {
		for _, w := range c.Words() {
			t.byWord[text.Fold(w)] = c
		}
		switch c.Name {
		case "say":
			t.say = c
		case "tell":
			t.tell = c
		}
	}
	return t
}

// Available returns the commands that the session may use, in the order of help.
func (s *Session) Available() []*Command {
	var may []*Command
	for _, c := range s.room.table.all {
		if c.may(s) {
			may = append(may, c)
		}
	}
	return may
}

// Help lists the commands that whoever asked may use; One is set when help on
// one was asked.
type Help struct {
	Commands []*Command
	One      *Command
	Console  bool // commands are typed without a slash
}

func (Help) reply() {}

// UnknownCommandError says that no command has that name.
type UnknownCommandError struct {
	Name       string
	Suggestion *Command // nil when none is near
}

func (e *UnknownCommandError) Error() string { return fmt.Sprintf("room: no command %q", e.Name) }

// UsageError says that a command was used wrongly.
type UsageError struct{ Command *Command }

func (e *UsageError) Error() string { return "room: usage of " + e.Command.Name }

// DeniedError says that a command is for operators.
type DeniedError struct{ Command *Command }

func (e *DeniedError) Error() string { return "room: not allowed: " + e.Command.Name }
