package room

import (
	"errors"
	"slices"
	"strings"
	"time"
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
	b.Session, b.From = c.id, c.Pseudo()
	out, err := c.room.propose(c, b)
	if err == nil {
		c.room.stillReading(c.Session, out.Event.Seq)
	}
	return err
}

func doTell(c *call) (Reply, error) {
	names, text := text.CutSpace(c.rest)
	if text == "" {
		return c.usage()
	}
	to, err := c.recipients(strings.FieldsFunc(names, func(r rune) bool { return r == ',' }))
	if err != nil {
		return nil, err
	}
	return c.whisper(to, text)
}

func doReply(c *call) (Reply, error) {
	if c.rest == "" {
		return c.usage()
	}
	c.room.mu.Lock()
	last := c.desk.peer
	c.room.mu.Unlock()
	if last.Pseudo == "" {
		return nil, ErrNobody
	}
	m, err := c.find(string(last.Pseudo))
	if err != nil {
		return nil, err
	}
	c.room.mu.Lock()
	same := c.room.state.IsPeer(&m, last)
	c.room.mu.Unlock()
	if !same {
		return nil, &state.UnknownMemberError{Name: string(last.Pseudo)}
	}
	return c.whisper([]text.Pseudo{m.Pseudo}, c.rest)
}

// recipients finds everybody named, or nobody: a private message goes to all
// whom it names or is not sent.
func (c *call) recipients(names []string) ([]text.Pseudo, error) {
	if len(names) == 0 || len(names) > maxRecipients {
		return nil, &UsageError{c.room.table.tell}
	}
	var to []text.Pseudo
	for _, name := range names {
		m, err := c.find(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(to, m.Pseudo) {
			to = append(to, m.Pseudo)
		}
	}
	return to, nil
}

// find returns a copy of the member present under a name typed by somebody.
func (s *Session) find(name string) (state.Member, error) {
	name = strings.TrimLeft(name, "@")
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	if f := text.Fold(name); f == "moi" || f == "me" {
		if m, ok := s.room.state.Sessions[s.id]; ok {
			return m.Copied(), nil
		}
	}
	p := text.Pseudo(text.FirstRunes(name, text.MaxQuoted))
	if m, ok := s.room.state.Find(p.Key()); ok {
		return m.Copied(), nil
	}
	near, _ := text.Suggest(string(p), s.room.state.Names())
	return state.Member{}, &state.UnknownMemberError{Name: string(p), Suggestion: near}
}

// whisper hands a private message to the sessions of its recipients and of its
// sender, and wakes only those. Whoever ignores the sender does not see it, and
// the sender is not told.
func (c *call) whisper(to []text.Pseudo, text string) (Reply, error) {
	r := c.room
	r.mu.Lock()
	defer r.mu.Unlock()
	from, ok := r.state.Sessions[c.id]
	if !ok {
		return nil, state.ErrGone
	}
	if mute, ok := r.state.Muted(from, time.Now()); ok {
		return nil, &state.MutedError{Until: mute.Until()}
	}
	e := &state.Event{Time: time.Now(), Body: state.Whispered{From: from.Pseudo, To: to, Text: text}}
	var notes []Reply
	for _, p := range to {
		if note := r.deliverLocked(e, from, p); note != nil {
			notes = append(notes, note)
		}
	}
	if !slices.Contains(to, from.Pseudo) {
		r.postLocked(from, e)
	}
	if m, ok := r.state.Find(to[0].Key()); ok {
		c.desk.peer = r.state.Peer(m)
	}
	if len(notes) == 0 {
		return nil, nil
	}
	last := len(notes) - 1
	for _, note := range notes[:last] { // only one can be returned
		c.post(Item{Reply: note})
	}
	return notes[last], nil
}

// deliverLocked gives a private message to one recipient; the Reply tells its
// sender what there is to know about that.
func (r *Room) deliverLocked(e *state.Event, from *state.Member, to text.Pseudo) Reply {
	m, ok := r.state.Find(to.Key())
	if !ok {
		return Failure{&state.UnknownMemberError{Name: string(to)}}
	}
	d := r.deskLocked(to.Key())
	if d.ignores(from.Pseudo) {
		return nil
	}
	if !r.postLocked(m, e) {
		return Notice{What: RecipientFull, Name: to}
	}
	if from != m {
		d.peer = r.state.Peer(from)
	}
	if m.Away != nil && from != m {
		return Notice{What: RecipientAway, Name: to, Text: m.Away.Text}
	}
	return nil
}

// postLocked puts an event in the inbox of each of a member's sessions here, and
// reports whether any had room.
func (r *Room) postLocked(m *state.Member, e *state.Event) bool {
	posted := false
	for _, a := range m.Sessions {
		if s, ok := r.sessions[a.ID]; ok && s.post(Item{Event: e}) {
			posted = true
		}
	}
	return posted
}

func doNick(c *call) (Reply, error) {
	if c.rest == "" {
		return c.usage()
	}
	to, err := text.ParsePseudo(strings.TrimPrefix(c.rest, "@"))
	if err != nil {
		return nil, err
	}
	out, err := c.room.propose(c, state.Renamed{Session: c.id, To: to})
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
