package room

import (
	"context"
	"errors"
	"slices"
	"strings"

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
	Flood  bool // takes from the member's allowance of messages: others see it, it is kept, or it costs much
	acts   bool // does something to others in an operator's name: written down by Config.Audit
	asks   bool // does nothing without an argument, but tells
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

// Arg is what one place in a command's line takes, for completion.
type Arg uint8

// The kinds of argument.
const (
	ArgText Arg = iota // anything: nothing is offered
	ArgMember
	ArgIgnored
	ArgCommand
	ArgLang
	ArgClock
	ArgBan
	ArgShutdown
	ArgTheme
	ArgBell
	ArgSwitch
	ArgWhere
	ArgKey
	ArgAccount
)

// call is one use of a command.
type call struct {
	context.Context
	*Session
	command *Command
	rest    string // what follows the command's name, trimmed
}

// usage is the failure of a command used wrongly.
func (c *call) usage() (Reply, error) { return nil, &UsageError{c.command} }

// Word returns the word to teach in a language, "" for what needs none.
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

// Commands is the table, in the order of help.
func Commands() []*Command {
	return slices.Concat(talking, asking, comforts, enrolling, screens, moderating)
}

// table finds commands. It is made once for a room and never changes.
type table struct {
	all       []*Command
	byWord    map[string]*Command // by folded word
	say, tell *Command            // what a line without a command means
}

func newTable() *table {
	t := &table{all: Commands(), byWord: map[string]*Command{}, say: talking[0], tell: talking[1]}
	for _, c := range t.all {
		for _, w := range c.Words() {
			t.byWord[text.Fold(w)] = c
		}
	}
	return t
}

// request is a line understood: a command and what follows its name.
type request struct {
	command *Command
	rest    string
}

// everyone are the names that stand for all, after an @.
var everyone = []string{"tous", "all", "everyone"}

// parse understands a cleaned line. What is said keeps the blanks that it begins
// with: a pipe's lines may be indented.
func (s *Session) parse(whole string) (request, error) {
	line := strings.TrimSpace(whole)
	switch {
	case line == "":
		return request{}, ErrEmpty
	case s.Role() == state.Console:
		return s.parseWord(strings.TrimLeft(line, "/"))
	case strings.HasPrefix(line, `\@`), strings.HasPrefix(line, `\/`):
		return request{s.room.table.say, line[1:]}, nil
	case strings.HasPrefix(line, "//"):
		r, err := s.parseWord(line[2:])
		if _, unknown := errors.AsType[*UnknownCommandError](err); unknown {
			return request{s.room.table.say, line[1:]}, nil
		}
		return r, err
	case line[0] == '/' && isPath(line):
		return request{s.room.table.say, whole}, nil
	case line[0] == '/':
		return s.parseWord(line[1:])
	case line[0] == '@':
		return s.room.table.parseAt(line[1:])
	}
	return request{s.room.table.say, whole}, nil
}

// isPath reports whether a line begins with a path, such as a compiler's messages
// do: no command has a slash within its name.
func isPath(line string) bool {
	word, _ := text.CutSpace(line)
	return strings.Contains(word[1:], "/")
}

// parseWord understands "word rest".
func (s *Session) parseWord(line string) (request, error) {
	word, rest := text.CutSpace(line)
	c, ok := s.room.table.byWord[text.Fold(word)]
	switch {
	case !ok:
		return request{}, s.unknownCommand(word)
	case s.Role() == state.Console && (c.Need == Members || c.Need == Lines):
		return request{}, ErrNotMember
	case c.Need == Lines && !c.may(s):
		return request{}, ErrScreenJSON
	case c.Need == Screens && !c.may(s):
		return request{}, ErrNoScreen
	case !c.may(s):
		return request{}, &DeniedError{c}
	}
	return request{c, rest}, nil
}

// unknownCommand suggests the nearest command that the session may use.
func (s *Session) unknownCommand(word string) error {
	e := &UnknownCommandError{Name: text.Clean(text.FirstRunes(word, text.MaxQuoted), false)}
	var words []string
	for w, c := range s.room.table.byWord {
		if c.may(s) {
			words = append(words, w)
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
func (t *table) parseAt(line string) (request, error) {
	name, words := text.CutSpace(line)
	name = strings.TrimRight(name, ":,;")
	switch {
	case name == "" || words == "":
		return request{}, &UsageError{t.tell}
	case slices.Contains(everyone, text.Fold(name)):
		return request{t.say, words}, nil
	}
	return request{t.tell, name + " " + words}, nil
}

// Do does a line as the session's own: it cleans it, understands it, checks
// rights and limits, and returns once what it asked is true on this node. The
// Reply, if any, is for the one who asked. What everyone may see comes as an
// event instead, to the asker too.
func (s *Session) Do(ctx context.Context, line string) (Reply, error) {
	if s.ctx.Err() != nil {
		return nil, context.Cause(s.ctx)
	}
	ctx, cancel := s.within(ctx)
	defer cancel()
	r, err := s.do(ctx, line)
	return r, s.ended(err)
}

func (s *Session) do(ctx context.Context, line string) (Reply, error) {
	if s.Role() < state.Operator {
		if err := s.own.lines.Wait(ctx); err != nil {
			return nil, err
		}
	}
	line, err := cleaned(line, s.member)
	if err != nil {
		return nil, err
	}
	if strings.Count(line, "\n") >= text.MaxLines {
		return nil, ErrTooManyLines
	}
	req, err := s.parse(line)
	if err != nil {
		return nil, err
	}
	if req.command.Flood {
		if err := s.allow(ctx); err != nil {
			return nil, err
		}
	}
	reply, err := req.command.run(&call{ctx, s, req.command, req.rest})
	s.audit(req, line, err)
	return reply, err
}

// cleaned returns what somebody typed, cleaned; ErrTextTooLong when that is longer
// than a message may be.
func cleaned(typed string, multiline bool) (string, error) {
	if len(typed) > text.MaxText {
		return "", ErrTextTooLong
	}
	typed = text.Clean(typed, multiline)
	if len(typed) > text.MaxText { // what cannot be read takes more room once cleaned
		return "", ErrTextTooLong
	}
	return typed, nil
}

// within returns a context that ends with the session too.
func (s *Session) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })
	return ctx, func() { stop(); cancel(nil) }
}

// ended turns the failure of a command that its session's end cut short into
// that Ending.
func (s *Session) ended(err error) error {
	if err != nil && s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	return err
}
