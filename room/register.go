package room

import (
	"cmp"
	"slices"
	"strings"

	"salon/room/state"
	"salon/room/text"
)

const (
	// maxFingerprint is how many characters of a key's fingerprint are read; SHA-256's
	// have 50.
	maxFingerprint = 64
	// maxListed is how many registered pseudos are listed; the others are counted.
	maxListed = 200
)

// doRegister registers the member's pseudo with the session's key, or with a pass
// phrase. The owner adds to the account in the same way.
func doRegister(c *call) (Reply, error) {
	if c.rest == "" && c.from.KeyID == "" {
		return nil, ErrNoKey
	}
	if strings.HasPrefix(c.rest, state.KeyPrefix) { // a key is added by coming with it, and is no secret
		return c.usage()
	}
	phrase, ok := passPhrase(c.rest)
	if c.rest != "" && !ok {
		return nil, ErrPassPhrase
	}
	b, err := c.room.registration(c.Session, phrase)
	if err != nil {
		return nil, err
	}
	if b.Account == 0 {
		if err := c.room.authLimiter.register(c.from.Addr); err != nil {
			return nil, err
		}
	}
	if phrase != "" {
		if err := c.room.authLimiter.hash(c.from.Addr, b.Forms.Key); err != nil {
			return nil, err
		}
		if b.Pass, err = c.room.hasher.hash(c, phrase); err != nil {
			return nil, err
		}
	}
	if _, err := c.room.propose(c, b); err != nil {
		return nil, err
	}
	if b.Account == 0 {
		c.keepIgnored()
	}
	c.room.noteReading(c.Session)
	return c.registered(b), nil
}

// keepIgnored has a new account ignore whom its owner ignored as a guest.
func (c *call) keepIgnored() {
	a := c.room.owned(c.ID())
	if a == nil {
		return
	}
	for _, who := range c.own.ignored.get() {
		if _, err := c.room.propose(c, state.IgnoreSet{Account: a.ID, Who: who}); err != nil {
			return
		}
	}
}

// registered returns the Notice about what opens a pseudo now.
func (c *call) registered(b state.Registered) Notice {
	n := Notice{What: NowRegistered, Name: b.Pseudo, Text: b.KeyID}
	switch {
	case b.Pass != "":
		n.What = NowPassSet
		if b.Account != 0 && slices.Contains(c.ownKeys(), c.from.KeyID) {
			n.Text = c.from.KeyID
		}
	case b.Account != 0:
		n.What = NowKeyAdded
	}
	return n
}

// registration returns what a session proposes when it registers, without the hash of
// the phrase, or why it may not. A new account gets the session's key along with the
// phrase, so that nobody locks themselves out; unless the key is another account's.
func (r *Room) registration(s *Session, phrase string) (state.Registered, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.state.Member(s.id)
	if m == nil {
		return state.Registered{}, state.ErrGone
	}
	b := state.Registered{Session: s.id, Pseudo: m.Pseudo, Forms: m.Forms}
	if phrase == "" {
		b.KeyID = s.from.KeyID
	}
	a := r.state.Account(m.Forms.Key)
	switch {
	case a == nil && r.state.AccountByKey(s.from.KeyID) == nil:
		b.KeyID = s.from.KeyID
	case a != nil && r.state.Owned(s.id) != a:
		return b, &state.RegisteredError{Pseudo: m.Pseudo, By: a.Pseudo}
	case a != nil:
		b.Account = a.ID
	}
	asked := b
	asked.Pass = phrase // stands for its hash
	return b, cmp.Or(r.state.Registrable(a, asked), r.nearLocked(m.Pseudo, m.Forms))
}

func doUnregister(c *call) (Reply, error) {
	a, p := c.room.owned(c.ID()), c.Pseudo()
	if a == nil {
		return nil, &state.NotInForceError{What: state.NotRegistered, Name: string(p)}
	}
	key, notice := text.FirstRunes(c.rest, maxFingerprint), Notice{What: NowUnregistered, Name: p}
	switch {
	case key == "":
	case !slices.Contains(a.Keys, key): // it may be a pass phrase: what is refused here is in no log
		return nil, &state.NotInForceError{What: state.NotAKey, Name: key}
	default:
		notice = Notice{What: NowKeyGone, Name: p, Text: key}
	}
	return c.propose(state.Unregistered{Session: c.ID(), Pseudo: p, KeyID: key, Account: a.ID, By: p}, notice)
}

// doFree frees a pseudo in an operator's name, or lists those that are registered.
func doFree(c *call) (Reply, error) {
	p := c.pseudo()
	if p == "" {
		all := c.registeredPseudos()
		n := min(len(all), maxListed)
		return Accounts{Pseudos: all[:n], More: len(all) - n}, nil
	}
	view, _ := c.room.view()
	a := view.Account(p.Key())
	if a == nil {
		return nil, &state.NotInForceError{What: state.NotRegistered, Name: string(p)}
	}
	return c.propose(state.Unregistered{Pseudo: a.Pseudo, Account: a.ID, By: c.Pseudo()}, Notice{What: NowFreed, Name: a.Pseudo})
}

// registeredPseudos returns all registered pseudos, sorted.
func (s *Session) registeredPseudos() []text.Pseudo {
	view, _ := s.room.view()
	var all []text.Pseudo
	for a := range view.Accounts() {
		all = append(all, a.Pseudo)
	}
	return byName(all, func(p text.Pseudo) text.Pseudo { return p })
}

// ownKeys returns the keys of the account whose owner this is.
func (s *Session) ownKeys() []string {
	if a := s.room.owned(s.ID()); a != nil {
		return slices.Clone(a.Keys)
	}
	return nil
}

// doReload reads the operator's files again.
func doReload(c *call) (Reply, error) {
	if c.room.cfg.Reload == nil {
		return nil, ErrNoReload
	}
	putOut, err := c.room.cfg.Reload()
	if err != nil {
		return nil, &ReloadError{err}
	}
	return Notice{What: NowReloaded, Count: putOut}, nil
}
