package room

import (
	"errors"
	"slices"
	"strings"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// find returns the member present under a name typed by somebody, or a
// [*state.UnknownMemberError] that says who may be meant.
func (s *Session) find(name string) (*state.Member, error) {
	s.room.mu.Lock()
	m, err := s.memberLocked(name)
	s.room.mu.Unlock()
	return m, s.suggest(err)
}

// membersLocked returns the members present under names typed by somebody, each once,
// or an error about the first who is not here.
func (s *Session) membersLocked(names []string) ([]*state.Member, error) {
	var found []*state.Member
	for _, name := range names {
		m, err := s.memberLocked(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(found, m) {
			found = append(found, m)
		}
	}
	return found, nil
}

func (s *Session) memberLocked(name string) (*state.Member, error) {
	st, p := s.room.state, quotedPseudo(name)
	if f := text.Fold(string(p)); f == "moi" || f == "me" {
		if m := st.Member(s.id); m != nil {
			return m, nil
		}
	}
	if m, ok := st.Find(p.Key()); ok {
		return m, nil
	}
	return nil, &state.UnknownMemberError{Name: string(p)}
}

// suggest completes an error about an unknown member: whether the pseudo is registered,
// and otherwise which member may be meant.
func (s *Session) suggest(err error) error {
	unknown, ok := errors.AsType[*state.UnknownMemberError](err)
	if !ok || unknown.Gone != nil {
		return err
	}
	view, _ := s.room.view()
	if a := view.Account(text.Pseudo(unknown.Name).Key()); a != nil {
		return &state.UnknownMemberError{Name: string(a.Pseudo), Registered: true}
	}
	var here []text.Pseudo
	for m := range view.Present() {
		here = append(here, m.Pseudo)
	}
	near, _ := text.Suggest(unknown.Name, slices.Values(here))
	return &state.UnknownMemberError{Name: unknown.Name, Suggestion: near}
}

func doList(c *call) (Reply, error) {
	view, now := c.room.view()
	list := People{Members: make([]Person, 0, view.Count())}
	muted, until, on := view.Muted(now), mutedUntil(view, now), c.whereabouts()
	for m := range view.Present() {
		if c.in != 0 && !m.Follows(c.in) {
			continue
		}
		p := c.person(view, m, muted(m))
		p.MutedUntil, p.Nodes = until(m), on(m)
		list.Members = append(list.Members, p)
	}
	byName(list.Members, func(p Person) text.Pseudo { return p.Pseudo })
	return list, nil
}

// mutedUntil returns a function that says when the mute on a member ends that names their
// pseudo or key; the zero time for none, and for one without an end.
func mutedUntil(view *state.View, tick time.Duration) func(*state.Member) time.Time {
	ends := map[string]time.Time{}
	for m := range view.Mutes(tick) {
		ends[string(m.Forms.Key)] = m.Until()
		if m.KeyID != "" {
			ends[m.KeyID] = m.Until()
		}
	}
	return func(m *state.Member) time.Time {
		if end, ok := ends[string(m.Forms.Key)]; ok || m.KeyID == "" {
			return end
		}
		return ends[m.KeyID]
	}
}

// person describes a member as the session may see it.
func (s *Session) person(view *state.View, m *state.Member, muted bool) Person {
	p := Person{Pseudo: m.Pseudo, Hue: m.Hue, Since: m.Since, Away: m.Away, Lost: m.IsCut(), Muted: muted, Operator: m.Role >= state.Operator, Details: s.Role() >= state.Operator}
	account := view.Account(m.Forms.Key)
	if account != nil {
		p.Registered = account.Since
	}
	for _, at := range m.Sessions {
		p.Fronts = append(p.Fronts, at.Front)
		if p.Details {
			p.Addrs = append(p.Addrs, at.Addr)
			p.Clients = append(p.Clients, at.Client)
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
	profile.Person.MutedUntil, profile.Person.Nodes = mutedUntil(view, now)(m), c.whereabouts()(m)
	if a := c.room.owned(c.ID()); a != nil && a.Forms.Key == m.Forms.Key {
		profile.Own = &Own{Keys: slices.Clone(a.Keys), Pass: a.Pass != ""}
	}
	return profile, nil
}

func doHelp(c *call) (Reply, error) {
	h := Help{Console: c.Role() == state.Console, Commands: c.Available()}
	if word := strings.TrimLeft(c.rest, "/"); word != "" {
		h.One = c.room.table.byWord[text.Fold(word)]
		if !slices.Contains(h.Commands, h.One) {
			return nil, c.unknownCommand(word)
		}
	}
	return h, nil
}
