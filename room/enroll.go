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
	if c.rest == "" && c.from.keyID == "" {
		return nil, ErrNoKey
	}
	if strings.HasPrefix(c.rest, state.KeyPrefix) { // a key is added by coming with it, and makes no secret
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
		if err := c.room.authLimiter.register(c.from.addr); err != nil {
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
	if b.Account == 0 {
		c.keepIgnored()
	}
	c.room.stillReading(c.Session)
	return c.opens(b), nil
}

// keepIgnored has a new account ignore whom its owner ignored as a guest.
func (c *call) keepIgnored() {
	a := c.room.owned(c.id)
	if a == nil {
		return
	}
	for _, who := range c.own.ignored.get() {
		if _, err := c.room.propose(c, state.IgnoreSet{Account: a.ID, Who: who}); err != nil {
			return
		}
	}
}

// opens says what opens a pseudo since it was registered, or added to.
func (c *call) opens(b state.Registered) Notice {
	said := Notice{What: NowRegistered, Name: b.Pseudo, Text: b.KeyID}
	switch {
	case b.Pass != "" && b.Account != 0:
		said.What = NowPassSet
		if slices.Contains(c.ownKeys(), c.from.keyID) {
			said.Text = c.from.keyID
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
	m := r.state.Member(c.id)
	if m == nil {
		return state.Registered{}, state.ErrGone
	}
	b := state.Registered{Session: c.id, Pseudo: m.Pseudo, Forms: m.Forms}
	if phrase == "" {
		b.KeyID = c.from.keyID
	}
	a := r.state.Account(m.Forms.Key)
	switch {
	case a == nil && r.state.AccountByKey(c.from.keyID) == nil:
		b.KeyID = c.from.keyID
	case a != nil && r.state.Owned(c.id) != a:
		return b, &state.RegisteredError{Pseudo: m.Pseudo, By: a.Pseudo}
	case a != nil:
		b.Account = a.ID
	}
	asked := b
	asked.Pass = phrase // in place of its hash, which is still to be made
	return b, r.state.Registrable(a, asked)
}

func doUnregister(c *call) (Reply, error) {
	a := c.room.owned(c.id)
	b := state.Unregistered{Session: c.id, Pseudo: c.Pseudo(), KeyID: text.FirstRunes(c.rest, maxFingerprint), By: c.Pseudo()}
	if a != nil {
		b.Account = a.ID
	}
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
	view, _ := c.room.view()
	a := view.Account(p.Key())
	b := state.Unregistered{Pseudo: p, By: c.Pseudo()}
	if a != nil {
		b.Pseudo, b.Account = a.Pseudo, a.ID
	}
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

// registered returns all registered pseudos.
func (r *Room) registered() []text.Pseudo {
	view, _ := r.view()
	var all []text.Pseudo
	for a := range view.Accounts() {
		all = append(all, a.Pseudo)
	}
	return all
}

// keep makes a choice last if the session is the owner's of its pseudo, and it is
// another than the last. A choice that cannot be kept holds for this session all the
// same.
func (c *call) keep(chosen state.Kept) {
	if a := c.room.owned(c.id); a != nil && !a.Kept.Has(chosen) {
		c.room.propose(c, state.PrefsKept{Account: a.ID, Prefs: chosen})
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
