package room

import (
	"errors"
	"slices"
	"strings"

	"salon/room/state"
	"salon/room/text"
)

// maxFingerprint is how much of what is given for a key's fingerprint is looked at;
// SHA-256's have 50 characters.
const maxFingerprint = 64

// enrolling is how a member makes a pseudo theirs for good.
var enrolling = []*Command{
	{Name: "register", FR: []string{"inscrire"}, EN: []string{"register"}, Need: Members, Flood: true, secret: true, run: doRegister},
	{Name: "unregister", FR: []string{"desinscrire"}, EN: []string{"unregister"}, Args: []Arg{ArgKey}, Need: Members, Flood: true, run: doUnregister},
}

// Secret reports whether a line holds a pass phrase: a front neither repeats such a
// line nor keeps it among those to recall. It is asked of lines that may not have
// been cleaned yet.
func Secret(line string) bool {
	line = strings.TrimSpace(line)
	word, rest := text.CutSpace(strings.TrimLeft(line, "/"))
	return strings.HasPrefix(line, "/") && rest != "" && slices.ContainsFunc(enrolling, func(c *Command) bool {
		return c.secret && slices.ContainsFunc(c.Words(), func(w string) bool { return text.Fold(w) == text.Fold(word) })
	})
}

// doRegister binds the member's pseudo to the session's key, and with a pass phrase
// to that as well. The owner adds to the account by the same way.
func doRegister(c *call) (Reply, error) {
	if c.rest == "" && c.entry.KeyID == "" {
		return nil, ErrNoKey
	}
	if strings.HasPrefix(c.rest, state.Fingerprint) { // a key is added by coming with it, and makes no secret
		return c.usage()
	}
	phrase, ok := passPhrase(c.rest)
	if c.rest != "" && !ok {
		return nil, ErrPassPhrase
	}
	b, err := c.registration(phrase)
	if err != nil {
		return nil, err
	}
	if b.Account == 0 {
		if err := c.room.guard.register(c.entry.Addr); err != nil {
			return nil, err
		}
	}
	if phrase != "" {
		if b.Pass, err = c.room.hasher.hash(c, phrase); err != nil {
			return nil, err
		}
	}
	if _, err := c.room.propose(c, b); err != nil {
		return nil, err
	}
	c.room.stillReading(c.Session, 0)
	return c.opens(b), nil
}

// opens says what opens a pseudo since it was registered, or added to.
func (c *call) opens(b state.Registered) Notice {
	said := Notice{What: NowRegistered, Name: b.Pseudo, Text: b.KeyID}
	switch {
	case b.Pass != "" && b.Account != 0:
		said.What = NowPassSet
		if slices.Contains(c.ownKeys(), c.entry.KeyID) {
			said.Text = c.entry.KeyID
		}
	case b.Pass != "":
		said.What = NowPassSet
	case b.Account != 0:
		said.What = NowKeyAdded
	}
	return said
}

// registration is what a session asks for when it registers. A new account gets its
// key along with the phrase, so that nobody locks themselves out; unless the key is
// another account's.
func (c *call) registration(phrase string) (state.Registered, error) {
	r := c.room
	r.mu.Lock()
	defer r.mu.Unlock()
	m, ok := r.state.Sessions[c.id]
	if !ok {
		return state.Registered{}, state.ErrGone
	}
	b := state.Registered{Session: c.id, Pseudo: m.Pseudo}
	if phrase == "" {
		b.KeyID = c.entry.KeyID
	}
	a := r.state.Accounts[m.Pseudo.Key()]
	switch {
	case a == nil && r.state.Register.ByKey[c.entry.KeyID] == nil:
		b.KeyID = c.entry.KeyID
	case a != nil && r.state.Owned(c.id) != a:
		return b, &state.RegisteredError{Pseudo: m.Pseudo, By: a.Pseudo}
	case a != nil:
		b.Account = a.ID
	}
	asked := b
	asked.Pass = phrase // in place of its hash, which is still to be made
	return b, r.state.Enrollable(a, asked)
}

func doUnregister(c *call) (Reply, error) {
	c.room.mu.Lock()
	a := c.room.state.Owned(c.id)
	b := state.Unregistered{Session: c.id, Pseudo: c.Pseudo(), KeyID: text.FirstRunes(c.rest, maxFingerprint), By: c.Pseudo()}
	if a != nil {
		b.Account = a.ID
	}
	c.room.mu.Unlock()
	if a == nil {
		return nil, &state.NotInForceError{What: state.NotRegistered, Name: string(b.Pseudo)}
	}
	if _, err := c.room.propose(c, b); err != nil {
		return nil, err
	}
	if b.KeyID != "" {
		return Notice{What: NowKeyGone, Name: b.Pseudo, Text: b.KeyID}, nil
	}
	return Notice{What: NowUnregistered, Name: b.Pseudo}, nil
}

// doFree frees a pseudo in an operator's name, or lists those that are registered.
func doFree(c *call) (Reply, error) {
	p := text.Pseudo(strings.TrimLeft(text.FirstRunes(c.rest, text.MaxQuoted), "@"))
	if p == "" {
		return c.room.accounts(), nil
	}
	c.room.mu.Lock()
	a := c.room.state.Accounts[p.Key()]
	b := state.Unregistered{Pseudo: p, By: c.Pseudo()}
	if a != nil {
		b.Pseudo, b.Account = a.Pseudo, a.ID
	}
	c.room.mu.Unlock()
	if a == nil {
		return nil, &state.NotInForceError{What: state.NotRegistered, Name: string(p)}
	}
	if _, err := c.room.propose(c, b); err != nil {
		return nil, err
	}
	return Notice{What: NowFreed, Name: b.Pseudo}, nil
}

// maxListed is how many registered pseudos are listed; the others are counted.
const maxListed = 200

// accounts lists who is registered.
func (r *Room) accounts() Accounts {
	all := r.registered()
	slices.Sort(all)
	n := min(len(all), maxListed)
	return Accounts{Pseudos: all[:n], More: len(all) - n}
}

// registered returns all registered pseudos, in no order. What is done with them is
// done without the lock: there may be many.
func (r *Room) registered() []text.Pseudo {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]text.Pseudo, 0, len(r.state.Accounts))
	for _, a := range r.state.Accounts {
		all = append(all, a.Pseudo)
	}
	return all
}

// keep makes a choice last if the session is the owner's of its pseudo, and it is
// another than the last. A choice that cannot be kept holds for this session all the
// same.
func (c *call) keep(chosen state.Kept) {
	c.room.mu.Lock()
	a := c.room.state.Owned(c.id)
	var b state.PrefsKept
	if a != nil && !a.Kept.Has(chosen) {
		b = state.PrefsKept{Pseudo: a.Pseudo, Account: a.ID, Prefs: chosen}
	}
	c.room.mu.Unlock()
	if b.Account != 0 {
		c.room.propose(c, b)
	}
}

// doReload has whoever runs the room read its files again.
func doReload(c *call) (Reply, error) {
	if c.room.cfg.Reload == nil {
		return nil, ErrNoReload
	}
	if err := c.room.cfg.Reload(); err != nil {
		if reload, ok := errors.AsType[*ReloadError](err); ok {
			return nil, reload
		}
		return nil, &ReloadError{err}
	}
	return Notice{What: NowReloaded}, nil
}
