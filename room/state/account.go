package state

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/btree"

	"salon/room/text"
)

// Bounds of the accounts.
const (
	// maxAccounts is how many pseudos can be registered; one more is refused with
	// ErrFull until somebody gives one up.
	maxAccounts = 100_000
	// MaxKeys is how many keys open one account; one more is refused.
	MaxKeys = 8
	// MaxIgnored is how many people one account, or one member without, may ignore;
	// one more forgets the first.
	MaxIgnored = 200
)

// Account is a registered pseudo: it, and whatever looks like it, opens only to
// whoever proves to be its owner, by one of its keys or by its pass phrase. It
// lasts while its owner is away, and over restarts. An Account is never changed; one
// that is different takes its place.
type Account struct {
	ID      Seq         `json:"id"` // place in the log of what made it: tells it from a later one of the same pseudo
	Pseudo  text.Pseudo `json:"pseudo"`
	Forms   text.Forms  `json:"forms"`          // as they were when it was registered
	Keys    []string    `json:"keys,omitempty"` // fingerprints, oldest first, at most MaxKeys; each is a key of one account only
	Pass    string      `json:"pass,omitempty"` // argon2id of the pass phrase (PHC string format); "" without one
	Since   time.Time   `json:"since"`          // when it was registered
	Seen    Seq         `json:"seen,omitempty"` // how far its owner had read when they left last; 0: they never did
	Kept    Kept        `json:"kept,omitzero"`
	Ignored []Ignored   `json:"ignored,omitempty"` // whom its owner does not want to read, at most MaxIgnored
}

// Ignored is somebody whom a member does not want to read: by account, by who they
// were in the room when it was said, and by what they were called.
type Ignored struct {
	Pseudo  text.Pseudo `json:"pseudo"`
	Account Seq         `json:"account,omitempty"` // that they owned; 0: none
	Member  ID          `json:"member,omitzero"`
}

// Matches reports whether the author of something said is meant. Case does not
// count: whoever is ignored as bob may come back as BOB.
func (q *Ignored) Matches(from Signature) bool {
	return from.Member != (ID{}) && from.Member == q.Member || from.Account != 0 && from.Account == q.Account || strings.EqualFold(string(from.Pseudo), string(q.Pseudo))
}

// Opens reports whether a proof is the owner's: the key that signed, or the
// account whose pass phrase was given.
func (a *Account) Opens(keyID string, passed Seq) bool {
	return passed != 0 && passed == a.ID || keyID != "" && slices.Contains(a.Keys, keyID)
}

// Proof is what tells the owner from others, whichever way they came in.
func (a *Account) Proof() string { return accountProof(a.ID) }

func accountProof(id Seq) string { return "account " + strconv.FormatUint(uint64(id), 10) }

// accounts are all accounts, by what they are found by. byKey is the set itself.
type accounts struct {
	byKey  *btree.Map[text.Key, *Account]
	ids    map[Seq]text.Key
	keys   map[string]text.Key    // by fingerprint
	alikes [2]map[string]text.Key // by text.Forms.Looks
}

// newAccounts returns none, with room for n.
func newAccounts(n int) accounts {
	return accounts{
		byKey: &btree.Map[text.Key, *Account]{}, ids: make(map[Seq]text.Key, n), keys: make(map[string]text.Key, n),
		alikes: [2]map[string]text.Key{make(map[string]text.Key, n), make(map[string]text.Key, n)},
	}
}

// get returns the account of a pseudo; nil for one that nobody has registered.
func (as *accounts) get(k text.Key) *Account {
	a, _ := as.byKey.Get(k)
	return a
}

func (as *accounts) byID(id Seq) *Account {
	k, ok := as.ids[id]
	if !ok {
		return nil
	}
	return as.get(k)
}

func (as *accounts) byKeyID(keyID string) *Account {
	k, ok := as.keys[keyID]
	if !ok {
		return nil
	}
	return as.get(k)
}

func (as *accounts) put(a *Account) {
	if was := as.get(a.Forms.Key); was != nil {
		as.remove(was)
	}
	as.insert(a)
}

// insert is put for an account of a pseudo that has none. In the order of the keys it
// is fast.
func (as *accounts) insert(a *Account) {
	as.byKey.Load(a.Forms.Key, a)
	as.ids[a.ID] = a.Forms.Key
	for _, key := range a.Keys {
		as.keys[key] = a.Forms.Key
	}
	for i, look := range a.Forms.Looks {
		as.alikes[i][look] = a.Forms.Key
	}
}

func (as *accounts) remove(a *Account) {
	as.byKey.Delete(a.Forms.Key)
	delete(as.ids, a.ID)
	for _, key := range a.Keys {
		delete(as.keys, key)
	}
	for i, look := range a.Forms.Looks {
		delete(as.alikes[i], look)
	}
}

// touch puts an account in the place of what it was, nothing having changed that it
// is found by.
func (as *accounts) touch(a *Account) { as.byKey.Set(a.Forms.Key, a) }

// alike returns the account, other than except, whose pseudo is equal to or
// confusable with the one of these forms.
func (as *accounts) alike(f text.Forms, except *Account) *Account {
	for i, look := range f.Looks {
		if k, ok := as.alikes[i][look]; ok && (except == nil || k != except.Forms.Key) {
			return as.get(k)
		}
	}
	return nil
}

// Account returns the account of a pseudo; nil for one that nobody has registered.
func (st *State) Account(k text.Key) *Account { return st.accounts.get(k) }

// AccountByID returns an account by its ID; nil if it was given up.
func (st *State) AccountByID(id Seq) *Account { return st.accounts.byID(id) }

// AccountByKey returns the account that a key opens; nil for none.
func (st *State) AccountByKey(keyID string) *Account { return st.accounts.byKeyID(keyID) }

// Accounts returns how many accounts there are.
func (st *State) Accounts() int { return st.accounts.byKey.Len() }

// Unlock returns the account of a pseudo, if that proof opens it, and nil for a
// pseudo that nobody has registered. Any other is refused with a
// [*RegisteredError], and so is what looks like one, to its owner too.
func (st *State) Unlock(p text.Pseudo, f text.Forms, keyID string, passed Seq) (*Account, error) {
	mine := st.accounts.get(f.Key)
	if mine != nil && !mine.Opens(keyID, passed) {
		return nil, &RegisteredError{Pseudo: p, By: mine.Pseudo}
	}
	if other := st.accounts.alike(f, mine); other != nil {
		return nil, &RegisteredError{Pseudo: p, By: other.Pseudo}
	}
	return mine, nil
}

// Owned returns the account of the pseudo that a session's member has, if it is the
// owner's session; nil if it is a guest's, or has ended.
func (st *State) Owned(session ID) *Account {
	m := st.members.bySession(session)
	if m == nil {
		return nil
	}
	a := st.accounts.get(m.Forms.Key)
	if a == nil || !m.Attendance(session).Proves(a) {
		return nil
	}
	return a
}

// AccountOf returns the account that a member owns by one of their sessions; 0 for
// none.
func (st *State) AccountOf(m *Member) Seq {
	if a := st.accounts.get(m.Forms.Key); a != nil && m.owns(a) {
		return a.ID
	}
	return 0
}

// Proof is who a member is for what is kept on them between two visits: the same for
// all keys of one account; "" for somebody who has proved nothing.
func (st *State) Proof(m *Member) string {
	if a := st.accounts.get(m.Forms.Key); a != nil && m.owns(a) {
		return a.Proof()
	}
	return m.KeyID
}

func (st *State) register(e Event, b Registered) Outcome {
	if b.Session != (ID{}) {
		if m := st.members.bySession(b.Session); m == nil || m.Forms.Key != b.Forms.Key {
			return refused(e, ErrGone) // left, or called otherwise by now
		}
	}
	if ban, ok := st.BanOn(Visitor{Pseudo: b.Pseudo, Forms: b.Forms, KeyID: b.KeyID}, st.tick); ok {
		return refused(e, &BannedError{ban})
	}
	a := st.accounts.get(b.Forms.Key)
	if err := st.Registrable(a, b); err != nil {
		return refused(e, err)
	}
	next := Account{ID: e.Seq, Pseudo: b.Pseudo, Forms: b.Forms, Since: e.Time}
	if a != nil {
		next = *a
	}
	if b.KeyID != "" && !slices.Contains(next.Keys, b.KeyID) {
		next.Keys = append(slices.Clip(next.Keys), b.KeyID)
	}
	if b.Pass != "" {
		next.Pass = b.Pass
	}
	st.accounts.put(&next)
	if m := st.members.bySession(b.Session); m != nil && b.Pass != "" {
		m = m.copied()
		m.Attendance(b.Session).Passed = next.ID
		st.members.put(m)
	}
	return hidden(e, b)
}

// Registrable says why a pseudo cannot be registered, or its account, a, not be added
// to; nil if it can now.
func (st *State) Registrable(a *Account, b Registered) error {
	held := st.accounts.byKeyID(b.KeyID)
	switch {
	case b.Forms.Key == "" || b.KeyID == "" && b.Pass == "":
		return ErrGone
	case a == nil && b.Account != 0, a != nil && b.Account != 0 && b.Account != a.ID:
		return ErrGone // given up meanwhile, perhaps taken by somebody else
	case a != nil && b.Account == 0:
		return &RegisteredError{Pseudo: b.Pseudo, By: a.Pseudo}
	case held != nil && (a == nil || held.ID != a.ID):
		return &KeyTakenError{By: held.Pseudo}
	case a != nil && b.KeyID != "" && held == nil && len(a.Keys) >= MaxKeys:
		return ErrTooManyKeys
	case a == nil && st.accounts.byKey.Len() >= maxAccounts:
		return ErrFull
	}
	if other := st.accounts.alike(b.Forms, a); other != nil {
		return &RegisteredError{Pseudo: b.Pseudo, By: other.Pseudo}
	}
	return nil
}

func (st *State) unregister(e Event, b Unregistered) Outcome {
	a := st.accounts.byID(b.Account)
	switch {
	case a == nil:
		return refused(e, &NotInForceError{NotRegistered, string(b.Pseudo)})
	case b.KeyID != "":
		return st.takeKey(e, b, a)
	}
	st.accounts.remove(a)
	b.Pseudo = a.Pseudo
	return hidden(e, b)
}

// takeKey takes one key from an account. The sessions of the member who asks that came
// by it end, but for the one that asks: a key is taken away because somebody else may
// have it.
func (st *State) takeKey(e Event, b Unregistered, a *Account) Outcome {
	i := slices.Index(a.Keys, b.KeyID)
	switch {
	case i < 0:
		return refused(e, &NotInForceError{NotAKey, b.KeyID})
	case len(a.Keys) == 1 && a.Pass == "":
		return refused(e, ErrLastKey)
	}
	next := *a
	next.Keys = slices.Delete(slices.Clone(a.Keys), i, i+1)
	st.accounts.put(&next)
	b.Pseudo = a.Pseudo
	out := hidden(e, b)
	if m := st.members.bySession(b.Session); m != nil { // whatever they are called by now
		out.Ended = st.lockOut(m, b)
	}
	return out
}

func (st *State) lockOut(m *Member, b Unregistered) []Ended {
	var ended []Ended
	for _, at := range m.Sessions {
		if at.KeyID == b.KeyID && at.Passed == 0 && at.ID != b.Session {
			st.drop(at.ID)
			ended = append(ended, Ended{at.ID, Ending{Cause: Reclaimed}})
		}
	}
	return ended
}

func (st *State) keepPrefs(e Event, b PrefsKept) Outcome {
	return st.amend(e, b.Account, func(a *Account) { a.Kept.merge(b.Prefs) })
}

func (st *State) see(e Event, b Seen) Outcome {
	return st.amend(e, b.Account, func(a *Account) { a.Seen = max(a.Seen, min(b.Upto, e.Seq)) })
}

func (st *State) ignore(e Event, b IgnoreSet) Outcome {
	return st.amend(e, b.Account, func(a *Account) { a.Ignored = Ignoring(a.Ignored, b.Who, b.Off) })
}

// Ignoring returns a list of those ignored with somebody added to it, or taken off.
// Somebody is on it once. The list given is not changed.
func Ignoring(list []Ignored, who Ignored, off bool) []Ignored {
	list = slices.DeleteFunc(slices.Clone(list), func(q Ignored) bool { return q.Matches(Signature{who.Pseudo, who.Member, who.Account}) })
	if !off {
		list = append(list, who)
	}
	return list[max(0, len(list)-MaxIgnored):]
}

// amend changes an account that is still the one meant.
func (st *State) amend(e Event, id Seq, change func(*Account)) Outcome {
	a := st.accounts.byID(id)
	if a == nil {
		return refused(e, ErrGone)
	}
	next := *a
	change(&next)
	st.accounts.touch(&next)
	return hidden(e, e.Body)
}

// Kept is what a registered member chose for good; nil is not chosen.
type Kept struct {
	Lang   *Lang   `json:"lang,omitempty"`
	Zone   *string `json:"zone,omitempty"` // its IANA name
	Hour12 *bool   `json:"hour12,omitempty"`
	Theme  *Theme  `json:"theme,omitempty"`
	Bell   *Bell   `json:"bell,omitempty"`
	Mouse  *bool   `json:"mouse,omitempty"`
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

// Has reports whether choosing so again would change nothing.
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
