package room

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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
	inRoom bool // acts in a room: the one named before its other arguments, or the one looked at
	speaks bool // says something to somebody
	moves  bool // goes to another room, or may
	quotes bool // what follows its name may begin as a command does

	takesArg bool // is used wrongly without an argument
	run      func(*call) (Reply, error)
}

// Need is who may use a command.
type Need uint8

// The needs.
const (
	Anyone     Need = iota // members and the console
	Members                // members only: it is about oneself
	Operators              // operators and the console
	Moderators             // who govern the room that they look at, operators and the console
	Screens                // members in a terminal that can show a screen
	Lines                  // members who are not: programs among them
)

// Asker is somebody who may use some commands.
type Asker struct {
	Member    bool
	Operator  bool // has the rights of operators
	Moderator bool // governs the room that they look at
	Screen    bool // is in a terminal that can show a screen
}

// Met reports whether somebody may use a command.
func (n Need) Met(by Asker) bool {
	switch n {
	case Members:
		return by.Member
	case Operators:
		return by.Operator
	case Moderators:
		return by.Operator || by.Moderator
	case Screens:
		return by.Screen
	case Lines:
		return by.Member && !by.Screen
	}
	return true
}

// Word returns the word to teach in a language, "" for a command that has none.
func (c *Command) Word(l state.Lang) string {
	if words := c.words(l); len(words) > 0 {
		return words[0]
	}
	return ""
}

func (c *Command) words(l state.Lang) []string {
	if l == state.French {
		return c.FR
	}
	return c.EN
}

// Words returns every word that calls the command, each once.
func (c *Command) Words() []string {
	words := slices.Clone(c.FR)
	for _, w := range c.EN {
		if !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

// may reports whether a session's role and terminal allow the command.
func (c *Command) may(s *Session) bool {
	by := Asker{Member: s.member, Operator: s.Role() >= state.Operator, Screen: s.from.Screen}
	if c.Need == Moderators && !by.Operator {
		by.Moderator = s.Moderates()
	}
	return c.Need.Met(by)
}

// call is one use of a command.
type call struct {
	context.Context
	*Session
	command *Command
	rest    string      // what follows the command's name, trimmed
	in      state.Seq   // the room in which it acts
	named   bool        // it named that room
	next    state.Seq   // the room in which a line typed behind it is done
	of      text.Pseudo // whose message it takes back, for Config.Audit
}

// run runs the command.
func (c *call) run() (Reply, error) {
	if c.command.takesArg && c.rest == "" {
		return c.usage()
	}
	reply, err := c.untilBack(func() (Reply, error) { return c.command.run(c) })
	if unknown, ok := errors.AsType[*state.UnknownMemberError](err); ok && unknown.Name == "" { // an @ and nothing behind it
		return c.usage()
	}
	return reply, err
}

// usage returns the error of a command that something is missing from.
func (c *call) usage() (Reply, error) { return nil, &UsageError{Command: c.command} }

// misused returns the error of a command whose argument is none of those that it takes.
func (c *call) misused(arg string) (Reply, error) {
	return nil, &UsageError{Command: c.command, Arg: text.FirstRunes(arg, text.MaxQuoted)}
}

// quotedPseudo returns a name as typed, without the @ before it, short enough to be
// quoted in an error.
func quotedPseudo(name string) text.Pseudo {
	return text.Pseudo(strings.TrimLeft(text.FirstRunes(name, text.MaxQuoted), "@"))
}

// pseudo returns the argument as a pseudo, without the @ before it.
func (c *call) pseudo() text.Pseudo { return quotedPseudo(c.rest) }

// propose proposes an event and returns the reply once it is applied; nil where the event
// itself tells enough, and is shown to the session.
func (c *call) propose(b state.Body, reply Reply) (Reply, error) {
	looks := c.Looks()
	was := c.ID()
	out, err := c.room.propose(c, b)
	if errors.Is(err, state.ErrGone) && c.ID() != was { // the session goes on under another ID
		err = errFenced
	}
	if err != nil {
		return nil, err
	}
	if reply == nil && out.Shown && !c.readsAll() && !c.room.shows(out.Event.Body, looks) {
		return Done{&out.Event}, nil
	}
	return reply, nil
}

// table finds commands. It is made once for a room and never changes.
type table struct {
	all       []*Command
	byWord    map[string]*Command // by folded word
	say, tell *Command            // what a line without a command means
	join      *Command            // what the name of a room alone means
	sayIn     *Command            // what one means that a text follows; nothing else calls it

	// everyone and target are what a line that begins with an @ may mean: a text for
	// everyone whatever the target is, or a new target. Nothing else calls them.
	everyone, target *Command
	secrets          []string // the folded words of commands that take a pass phrase
}

func newTable(all []*Command) *table {
	t := &table{all: all, byWord: map[string]*Command{}}
	for _, c := range all {
		for _, w := range c.Words() {
			t.byWord[text.Fold(w)] = c
			if c.secret {
				t.secrets = append(t.secrets, text.Fold(w))
			}
		}
		switch c.Name {
		case "say":
			t.say = c
			t.everyone = &Command{Name: c.Name, Need: c.Need, Flood: c.Flood, speaks: c.speaks, run: doSayAll}
			sayIn := *t.everyone
			t.sayIn = &sayIn
		case "join":
			t.join = c
		case "tell":
			t.tell = c
			t.target = &Command{Name: c.Name, Need: c.Need, run: doTarget}
		}
	}
	return t
}

// called returns the command that a line calls by its name, after one slash or two; nil
// for none.
func (t *table) called(line string) (c *Command, rest string) {
	word, rest := text.CutSpace(strings.TrimLeft(line, " \n"))
	name, slash := strings.CutPrefix(word, "/")
	if !slash {
		return nil, ""
	}
	return t.byWord[text.Fold(strings.TrimPrefix(name, "/"))], rest
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

// Help lists the commands that the asker may use; One is set when help on
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
type UsageError struct {
	Command *Command
	Arg     string // what was not understood; "" when something is missing, or a secret may be in it
}

func (e *UsageError) Error() string { return "room: usage of " + e.Command.Name }

// DeniedError says that a command is for operators or, with Room, for those who govern the room
// in which it would act too.
type DeniedError struct {
	Command *Command
	Room    bool
}

func (e *DeniedError) Error() string { return "room: not allowed: " + e.Command.Name }

// Arg is what one argument of a command takes, for completion.
type Arg uint8

// The kinds of argument.
const (
	ArgText Arg = iota // anything: nothing is offered
	ArgMember
	ArgMuted
	ArgTarget   // of a ban
	ArgDuration // or anything else
	ArgSeconds
	ArgDay
	ArgWords // of a search, to the end of the line
	ArgZone
	ArgIgnored
	ArgCommand
	ArgLang
	ArgClock
	ArgBan
	ArgShutdown
	ArgNodes // all of them, where there are several, or anything else
	ArgTheme
	ArgBell
	ArgSwitch
	ArgWhere
	ArgKey
	ArgAccount
	ArgRoom
)

// choice is how one value of an argument is typed: in French, in English, then other
// words that are understood. All are folded.
type choice []string

// word returns the word to teach in a language: the English one where there is no other.
func (c choice) word(l state.Lang) string {
	if l == state.French {
		return c[0]
	}
	return c[1]
}

func (c choice) is(typed string) bool { return slices.Contains(c, text.Fold(typed)) }

// pick returns the index of the choice that was typed, in either language.
func pick(among []choice, typed string) (i int, ok bool) {
	i = slices.IndexFunc(among, func(c choice) bool { return c.is(typed) })
	return i, i >= 0
}

// Words that are typed for a value, or after an @ for everyone.
var (
	cancelWords   = choice{"annuler", "cancel"}
	everyoneWords = choice{"tous", "all", "everyone"}
	allRooms      = choice{"#tous", "#all"} // in a search
)

// Arguments that are one of a few values: themes by state.Theme, bells by state.Bell,
// wheres by Where from TurnUp on, days by how many days ago they are.
var (
	clocks   = []choice{{"24", "24"}, {"12", "12"}}
	switches = []choice{{"oui", "on", "yes"}, {"non", "off", "no"}}
	themes   = []choice{{"auto", "auto"}, {"clair", "light"}, {"sombre", "dark"}, {"mono", "mono"}}
	bells    = []choice{{"mention", "mention", "mentions"}, {"non", "off", "no"}, {"tout", "all", "tous"}}
	wheres   = []choice{
		{"haut", "up"}, {"bas", "down"}, {"debut", "top"}, {"fin", "bottom"}, {"nonlu", "unread", "non-lu"},
		{"precedente", "previous"}, {"suivante", "next"},
	}
	days = []choice{{"aujourd'hui", "today", "aujourdhui"}, {"hier", "yesterday"}, {"avant-hier", "avant-hier"}}
)

// choices are the values of each kind of argument that has only a few.
var choices = map[Arg][]choice{
	ArgLang: {{"fr", "fr"}, {"en", "en"}}, ArgClock: clocks, ArgShutdown: {cancelWords}, ArgNodes: {everyoneWords},
	ArgTheme: themes, ArgBell: bells, ArgSwitch: switches, ArgWhere: wheres,
}

// dayForms are the other ways to write a day: as in ISO 8601, and the French one.
var dayForms = []string{"2006-01-02", "2/1/2006"}

// parseDay understands a day in a time zone: it returns when it begins, and when the
// next one does.
func parseDay(word string, zone *time.Location) (from, to time.Time, ok bool) {
	ago, ok := pick(days, word)
	from = time.Now().In(zone)
	for _, form := range dayForms {
		if t, err := time.ParseInLocation(form, word, zone); err == nil {
			from, ago, ok = t, 0, true
		}
	}
	if !ok {
		return time.Time{}, time.Time{}, false
	}
	y, m, d := from.Date()
	return time.Date(y, m, d-ago, 0, 0, 0, 0, zone), time.Date(y, m, d-ago+1, 0, 0, 0, 0, zone), true
}
