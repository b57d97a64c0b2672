package room

import (
	"slices"
	"strings"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// asking is what one wants to know.
var asking = []*Command{
	{Name: "list", FR: []string{"liste", "qui"}, EN: []string{"list", "who", "names"}, run: doList},
	{Name: "info", FR: []string{"info"}, EN: []string{"whois", "info"}, Args: []Arg{ArgMember}, run: doInfo},
	{Name: "topic", FR: []string{"sujet"}, EN: []string{"topic"}, acts: true, asks: true, run: doTopic},
	{Name: "history", FR: []string{"historique"}, EN: []string{"history"}, Flood: true, run: doHistory},
	{Name: "search", FR: []string{"chercher"}, EN: []string{"search"}, Flood: true, run: doSearch},
	{Name: "more", FR: []string{"suite"}, EN: []string{"more"}, Flood: true, run: doMore},
	{Name: "help", FR: []string{"aide"}, EN: []string{"help", "?"}, Args: []Arg{ArgCommand}, run: doHelp},
}

func doList(c *call) (Reply, error) {
	view, now := c.room.view()
	list := People{Members: make([]Person, 0, view.Count())}
	muted := view.Muted(now)
	for m := range view.Present() {
		list.Members = append(list.Members, c.person(view, m, muted(m)))
	}
	return list, nil
}

// view returns what there is to see of the room, and the tick that it is now.
func (r *Room) view() (v *state.View, tick time.Duration) {
	now := r.log.Now().Stamp
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.View(), r.state.TickAt(now)
}

// person describes a member as the session may see it.
func (s *Session) person(view *state.View, m *state.Member, muted bool) Person {
	p := Person{Pseudo: m.Pseudo, Since: m.Since, Away: m.Away, Muted: muted, Operator: m.Role >= state.Operator, Details: s.Role() >= state.Operator}
	if m.IsCut() && p.Away == nil {
		p.Away = &state.Away{Since: m.Since}
	}
	account := view.Account(m.Forms.Key)
	if account != nil {
		p.Registered = account.Since
	}
	for _, a := range m.Sessions {
		p.Fronts = append(p.Fronts, a.Front)
		if p.Details {
			p.Addrs = append(p.Addrs, a.Addr)
			p.Clients = append(p.Clients, a.Client)
			p.KeyID = m.KeyID
		}
	}
	if p.Details && account != nil {
		p.Keys = len(account.Keys)
	}
	return p
}

func doInfo(c *call) (Reply, error) {
	name := c.rest
	if name == "" {
		if !c.member {
			return c.usage()
		}
		name = "moi"
	}
	m, err := c.find(name)
	if err != nil {
		return nil, err
	}
	view, now := c.room.view()
	profile := Profile{Person: c.person(view, m, view.Muted(now)(m))}
	if a := c.room.owned(c.id); a != nil && a.Forms.Key == m.Forms.Key {
		profile.Own = &Own{Keys: slices.Clone(a.Keys), Pass: a.Pass != ""}
	}
	return profile, nil
}

func doTopic(c *call) (Reply, error) {
	if c.rest == "" {
		view, _ := c.room.view()
		return TopicIs{view.Topic()}, nil
	}
	if c.Role() < state.Operator {
		return nil, &DeniedError{c.command}
	}
	text, err := note(c.rest)
	if err != nil {
		return nil, err
	}
	_, err = c.room.propose(c, state.TopicSet{By: c.Pseudo(), Text: text})
	return nil, err
}

func doHelp(c *call) (Reply, error) {
	h := Help{Console: c.Role() == state.Console}
	if word := strings.TrimLeft(c.rest, "/"); word != "" {
		one, ok := c.room.table.byWord[text.Fold(word)]
		if !ok || !one.may(c.Session) {
			return nil, c.unknownCommand(word)
		}
		h.One = one
	}
	h.Commands = c.Available()
	return h, nil
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

// owned returns the account of a session's member, if it is the owner's session; nil
// if it is not.
func (r *Room) owned(session state.ID) *state.Account {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.Owned(session)
}
