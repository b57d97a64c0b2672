package state

import (
	"reflect"
	"slices"
	"strconv"
	"time"

	"salon/room/text"
)

// Bounds of the accounts.
const (
	// maxAccounts is how many pseudos can be registered; one more is refused with
	// ErrFull until somebody gives one up.
	MaxAccounts = 100_000
	// MaxKeys is how many keys open one account; one more is refused.
	MaxKeys = 8
)

// Account is a registered pseudo: it, and whatever looks like it, opens only to
// whoever proves to be its owner, by one of its keys or by its pass phrase. It
// lasts while its owner is away, and over restarts.
type Account struct {
	ID     Seq // place in the log of what made it: tells it from a later one of the same pseudo
	Pseudo text.Pseudo
	Keys   []string  `json:",omitempty"` // fingerprints, oldest first, at most MaxKeys; each is a key of one account only
	Pass   string    `json:",omitempty"` // argon2id of the pass phrase (PHC string format); "" without one
	Since  time.Time // when it was registered
	Seen   Seq       `json:",omitempty"` // how far its owner had read when they left last; 0: they never did
	Kept   Kept      `json:",omitzero"`
}

// opens reports whether a proof is the owner's: the key that signed, or the
// account whose pass phrase was given.
func (a *Account) Opens(keyID string, passed Seq) bool {
	return passed == a.ID || keyID != "" && slices.Contains(a.Keys, keyID)
}

// register is all accounts by what they are found by; derived from State.Accounts.
type register struct {
	ByID   map[Seq]*Account
	ByKey  map[string]*Account    // by fingerprint
	alikes [2]map[string]*Account // by Pseudo.Lookalikes
}

func newRegister() register {
	return register{ByID: map[Seq]*Account{}, ByKey: map[string]*Account{}, alikes: [2]map[string]*Account{{}, {}}}
}

func (r *register) add(a *Account) {
	r.ByID[a.ID] = a
	for _, key := range a.Keys {
		r.ByKey[key] = a
	}
	for i, look := range a.Pseudo.Lookalikes() {
		r.alikes[i][look] = a
	}
}

func (r *register) remove(a *Account) {
	delete(r.ByID, a.ID)
	for _, key := range a.Keys {
		delete(r.ByKey, key)
	}
	for i, look := range a.Pseudo.Lookalikes() {
		delete(r.alikes[i], look)
	}
}

// alike returns an account whose pseudo is too much like p, but for one.
func (r *register) alike(p text.Pseudo, but *Account) *Account {
	for i, look := range p.Lookalikes() {
		if a := r.alikes[i][look]; a != nil && a != but {
			return a
		}
	}
	return nil
}

// unlock returns the account of a pseudo, if that proof opens it, and nil for a
// pseudo that nobody has registered. Any other is refused, and so is what looks
// like one, to its owner too.
func (st *State) Unlock(p text.Pseudo, keyID string, passed Seq) (*Account, error) {
	if len(st.Accounts) == 0 {
		return nil, nil
	}
	mine := st.Accounts[p.Key()]
	if mine != nil && !mine.Opens(keyID, passed) {
		return nil, &RegisteredError{Pseudo: p, By: mine.Pseudo}
	}
	if other := st.Register.alike(p, mine); other != nil {
		return nil, &RegisteredError{Pseudo: p, By: other.Pseudo}
	}
	return mine, nil
}

// owned returns the account of the pseudo that a session has, if it is the
// owner's session; nil if it is a guest's.
func (st *State) Owned(session ID) *Account {
	m, ok := st.Sessions[session]
	if !ok {
		return nil
	}
	a := st.Accounts[m.Pseudo.Key()]
	if a == nil || !m.attendance(session).Proves(a) {
		return nil
	}
	return a
}

// owns reports whether one of a member's sessions is the account's owner's.
func (m *Member) owns(a *Account) bool {
	return slices.ContainsFunc(m.Sessions, func(at Attendance) bool { return at.Proves(a) })
}

// proof is what tells the owner from others, whichever way they came in.
func (a *Account) Proof() string { return "account " + strconv.FormatUint(uint64(a.ID), 10) }

func (at *Attendance) Proves(a *Account) bool { return a.Opens(at.KeyID, at.Passed) }

func (m *Member) attendance(session ID) *Attendance {
	return &m.Sessions[slices.IndexFunc(m.Sessions, func(at Attendance) bool { return at.ID == session })]
}

// applyAccount makes true what registered pseudos are about. What it decides
// depends on accounts and bans only, never on who is here: applied again after a
// restart, without anybody here, it decides the same.
func (st *State) applyAccount(e Event) Outcome {
	switch b := e.Body.(type) {
	case Registered:
		return st.enroll(e, b)
	case Unregistered:
		return st.unenroll(e, b)
	case PrefsKept:
		return st.amend(e, b.Pseudo, b.Account, func(a *Account) { a.Kept.merge(b.Prefs) })
	case Seen:
		return st.amend(e, b.Pseudo, b.Account, func(a *Account) { a.Seen = max(a.Seen, min(b.Upto, e.Seq)) })
	}
	return refused(e, ErrGone)
}

// amend changes an account that is still the one meant.
func (st *State) amend(e Event, p text.Pseudo, id Seq, change func(*Account)) Outcome {
	a, ok := st.Accounts[p.Key()]
	if !ok || a.ID != id {
		return refused(e, ErrGone)
	}
	change(a)
	return hidden(e, e.Body)
}

func (st *State) enroll(e Event, b Registered) Outcome {
	if ban, ok := st.BanOn(b.Pseudo, b.KeyID, NoAddr, e.Time); ok {
		return refused(e, &BannedError{ban})
	}
	a := st.Accounts[b.Pseudo.Key()]
	if err := st.Enrollable(a, b); err != nil {
		return refused(e, err)
	}
	if a == nil {
		a = &Account{ID: e.Seq, Pseudo: b.Pseudo, Since: e.Time}
		st.Accounts[b.Pseudo.Key()] = a
	}
	if b.KeyID != "" && !slices.Contains(a.Keys, b.KeyID) {
		a.Keys = append(slices.Clip(a.Keys), b.KeyID)
	}
	if b.Pass != "" {
		a.Pass = b.Pass
	}
	st.Register.add(a)
	if m, ok := st.Sessions[b.Session]; ok && b.Pass != "" && m.Pseudo.Key() == a.Pseudo.Key() {
		m.attendance(b.Session).Passed = a.ID
	}
	return hidden(e, b)
}

// enrollable says why a pseudo cannot be registered, or an account not be added to.
func (st *State) Enrollable(a *Account, b Registered) error {
	held := st.Register.ByKey[b.KeyID]
	switch {
	case b.Pseudo.Key() == "" || b.KeyID == "" && b.Pass == "":
		return ErrGone
	case a == nil && b.Account != 0, a != nil && b.Account != 0 && b.Account != a.ID:
		return ErrGone // given up meanwhile, perhaps taken by somebody else
	case a != nil && b.Account == 0:
		return &RegisteredError{Pseudo: b.Pseudo, By: a.Pseudo}
	case b.KeyID != "" && held != nil && held != a:
		return &KeyTakenError{By: held.Pseudo}
	case a != nil && b.KeyID != "" && held == nil && len(a.Keys) >= MaxKeys:
		return ErrTooManyKeys
	case a == nil && len(st.Accounts) >= MaxAccounts:
		return ErrFull
	}
	if other := st.Register.alike(b.Pseudo, a); other != nil {
		return &RegisteredError{Pseudo: b.Pseudo, By: other.Pseudo}
	}
	return nil
}

func (st *State) unenroll(e Event, b Unregistered) Outcome {
	a, ok := st.Accounts[b.Pseudo.Key()]
	switch {
	case !ok:
		return refused(e, &NotInForceError{NotRegistered, string(b.Pseudo)})
	case a.ID != b.Account:
		return refused(e, ErrGone)
	case b.KeyID != "":
		return st.takeKey(e, b, a)
	}
	st.Register.remove(a)
	delete(st.Accounts, a.Pseudo.Key())
	b.Pseudo = a.Pseudo
	return hidden(e, b)
}

// takeKey takes one key from an account. The sessions that came by it end, but for
// the one that asks: a key is taken away because somebody else may have it.
func (st *State) takeKey(e Event, b Unregistered, a *Account) Outcome {
	i := slices.Index(a.Keys, b.KeyID)
	switch {
	case i < 0:
		return refused(e, &NotInForceError{NotAKey, b.KeyID})
	case len(a.Keys) == 1 && a.Pass == "":
		return refused(e, ErrLastKey)
	}
	a.Keys = slices.Delete(slices.Clone(a.Keys), i, i+1)
	delete(st.Register.ByKey, b.KeyID)
	out := hidden(e, b)
	if m, ok := st.Sessions[b.Session]; ok && m.Pseudo.Key() == a.Pseudo.Key() {
		out.Ended = st.lockOut(m, b)
	}
	return out
}

func (st *State) lockOut(m *Member, b Unregistered) []Ended {
	var ended []Ended
	before := m.Present()
	for _, at := range slices.Clone(m.Sessions) {
		if at.KeyID == b.KeyID && at.Passed == 0 && at.ID != b.Session {
			st.drop(at.ID)
			ended = append(ended, Ended{at.ID, Ending{Cause: Reclaimed}})
		}
	}
	if before && !m.Present() { // one-shot commands are left of it
		st.loud--
	}
	return ended
}

// Kept is what a registered member chose for good; nil is not chosen.
type Kept struct {
	Lang   *Lang   `json:",omitempty"`
	Zone   *string `json:",omitempty"` // its IANA name
	Hour12 *bool   `json:",omitempty"`
	Theme  *Theme  `json:",omitempty"`
	Bell   *Bell   `json:",omitempty"`
	Mouse  *bool   `json:",omitempty"`
}

// merge takes over what has been chosen since.
func (k *Kept) merge(newer Kept) {
	choose(&k.Lang, newer.Lang)
	choose(&k.Zone, newer.Zone)
	choose(&k.Hour12, newer.Hour12)
	choose(&k.Theme, newer.Theme)
	choose(&k.Bell, newer.Bell)
	choose(&k.Mouse, newer.Mouse)
}

// has reports whether choosing so again would change nothing.
func (k Kept) Has(chosen Kept) bool {
	merged := k
	merged.merge(chosen)
	return reflect.DeepEqual(merged, k)
}

func choose[T any](kept **T, newer *T) {
	if newer != nil {
		*kept = newer
	}
}
