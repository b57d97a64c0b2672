package room

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"salon/room/state"
	"salon/room/text"
)

// maxRecipients is how many people one private message may name.
const maxRecipients = 20

// talking is what one says and to whom. The first two are also what a line
// without a command means; see parse.
var talking = []*Command{
	{Name: "say", Need: Members, Flood: true, speaks: true, run: doSay},
	{Name: "tell", FR: []string{"msg", "mp"}, EN: []string{"msg", "tell"}, Args: []Arg{ArgMember}, Need: Members, Flood: true, speaks: true, run: doTell},
	{Name: "reply", FR: []string{"r", "repondre", "répondre"}, EN: []string{"r", "reply"}, Need: Members, Flood: true, speaks: true, run: doReply},
	{Name: "me", FR: []string{"me", "moi"}, EN: []string{"me"}, Need: Members, Flood: true, speaks: true, run: doMe},
	{Name: "nick", FR: []string{"pseudo"}, EN: []string{"nick"}, Need: Members, Flood: true, run: doNick},
	{Name: "away", FR: []string{"absent"}, EN: []string{"away"}, Need: Members, run: doAway},
	{Name: "back", FR: []string{"retour"}, EN: []string{"back"}, Need: Members, run: doBack},
	{Name: "quit", FR: []string{"quitter", "q"}, EN: []string{"quit", "exit"}, Need: Members, run: doQuit},
}

// Speaks reports whether a line that a member types is something said, to everyone or
// to somebody alone. It asks for no rights and no names: the line may be refused.
func Speaks(line string) bool {
	line = strings.TrimSpace(line)
	word, _ := text.CutSpace(line)
	name, slash := strings.CutPrefix(word, "/")
	name, twice := strings.CutPrefix(name, "/")
	if !slash || !twice && isPath(word) {
		return line != ""
	}
	for _, c := range Commands() {
		if slices.ContainsFunc(c.Words(), func(w string) bool { return text.Fold(w) == text.Fold(name) }) {
			return c.speaks
		}
	}
	return twice
}

func doSay(c *call) (Reply, error) {
	return nil, c.say(state.Said{Text: c.rest})
}

func doMe(c *call) (Reply, error) {
	if c.rest == "" {
		return c.usage()
	}
	return nil, c.say(state.Said{Text: c.rest, Action: true})
}

// say says something to everyone.
func (c *call) say(b state.Said) error {
	b.Session = c.id
	_, err := c.room.propose(c, b)
	return err
}

func doTell(c *call) (Reply, error) {
	names, said := text.CutSpace(c.rest)
	to := strings.FieldsFunc(names, func(r rune) bool { return r == ',' })
	if said == "" {
		return c.usage()
	}
	if len(to) == 0 || len(to) > maxRecipients {
		return nil, &UsageError{c.room.table.tell}
	}
	return c.whisper(said, func() ([]*state.Member, error) { return c.membersLocked(to) })
}

func doReply(c *call) (Reply, error) {
	if c.rest == "" {
		return c.usage()
	}
	return c.whisper(c.rest, func() ([]*state.Member, error) {
		last := c.own.peer
		if last.pseudo == "" {
			return nil, ErrNobody
		}
		m, ok := last.find(c.room.state)
		if !ok {
			return nil, &state.UnknownMemberError{Name: string(last.pseudo)}
		}
		return []*state.Member{m}, nil
	})
}

// find returns the member present under a name typed by somebody.
func (s *Session) find(name string) (*state.Member, error) {
	found, err := s.findAll([]string{name})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// findAll returns the members present under names typed by somebody, each once; all of
// them, or an error that says who is not here, with whoever may be meant.
func (s *Session) findAll(names []string) ([]*state.Member, error) {
	s.room.mu.Lock()
	found, err := s.membersLocked(names)
	s.room.mu.Unlock()
	return found, s.suggest(err)
}

// membersLocked is findAll without a suggestion, which takes longer.
func (s *Session) membersLocked(names []string) ([]*state.Member, error) {
	var found []*state.Member
	for _, name := range names {
		m, err := s.memberLocked(strings.TrimLeft(name, "@"))
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(found, func(other *state.Member) bool { return other.ID == m.ID }) {
			found = append(found, m)
		}
	}
	return found, nil
}

func (s *Session) memberLocked(name string) (*state.Member, error) {
	if f := text.Fold(name); f == "moi" || f == "me" {
		if m := s.room.state.Member(s.id); m != nil {
			return m, nil
		}
	}
	p := text.Pseudo(text.FirstRunes(name, text.MaxQuoted))
	if m, ok := s.room.state.Find(p.Key()); ok {
		return m, nil
	}
	return nil, &state.UnknownMemberError{Name: string(p)}
}

// suggest completes an error about an unknown member: whether the pseudo is registered,
// and otherwise which member may be meant.
func (s *Session) suggest(err error) error {
	unknown, ok := errors.AsType[*state.UnknownMemberError](err)
	if !ok {
		return err
	}
	view, _ := s.room.view()
	if a := view.Account(text.Pseudo(unknown.Name).Key()); a != nil {
		return &state.UnknownMemberError{Name: string(a.Pseudo), Registered: true}
	}
	near, _ := text.Suggest(unknown.Name, func(yield func(text.Pseudo) bool) {
		for m := range view.Present() {
			if !yield(m.Pseudo) {
				return
			}
		}
	})
	return &state.UnknownMemberError{Name: unknown.Name, Suggestion: near}
}

func doNick(c *call) (Reply, error) {
	if c.rest == "" {
		return c.usage()
	}
	to, err := text.ParsePseudo(strings.TrimPrefix(c.rest, "@"))
	if err != nil {
		return nil, err
	}
	out, err := c.room.propose(c, state.Renamed{Session: c.id, To: to, Forms: to.Forms()})
	if err != nil || out.Shown {
		return nil, err
	}
	return Notice{What: NowNamed, Name: to}, nil
}

func doAway(c *call) (Reply, error) {
	text, err := note(c.rest)
	if err != nil {
		return nil, err
	}
	if _, err := c.room.propose(c, state.WentAway{Session: c.id, Text: text}); err != nil {
		return nil, err
	}
	return Notice{What: NowAway, Text: text}, nil
}

func doBack(c *call) (Reply, error) {
	if _, err := c.room.propose(c, state.CameBack{Session: c.id}); err != nil {
		return nil, err
	}
	return Notice{What: NowBack}, nil
}

// doQuit ends the session itself, so that the farewell comes last.
func doQuit(c *call) (Reply, error) {
	word := oneLine(text.FirstRunes(c.rest, text.MaxNote)) // cut: it keeps nobody here
	_, err := c.room.propose(c, state.Left{Session: c.id, Cause: state.Quit, Text: word})
	if errors.Is(err, state.ErrGone) || c.Session.ctx.Err() != nil { // it has ended
		err = nil
	}
	return nil, err
}

// note is a text that is shown within a line: a topic, a reason. One that is too long
// is refused.
func note(s string) (string, error) {
	if s = oneLine(s); utf8.RuneCountInString(s) > text.MaxNote {
		return "", ErrNoteTooLong
	}
	return s, nil
}

func oneLine(s string) string { return text.Clean(s, false) }
