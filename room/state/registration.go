package state

import (
	"cmp"
	"slices"

	"salon/room/text"
)

// Unlock returns the account of a pseudo if the proof opens it, and nil if nobody has
// registered the pseudo. Otherwise it returns a [*RegisteredError], also for a pseudo
// that looks like another that is registered, even to the owner of that one: who has
// registered xi is not XI beside somebody's Xl. Of two that are both registered each stays
// its owner's as they wrote it: tables may have changed since.
func (st *State) Unlock(p text.Pseudo, f text.Forms, keyID string, passed Seq) (*Account, error) {
	mine := st.accounts.get(f.Key)
	opens := mine.Opens(keyID, passed)
	if opens && p == mine.Pseudo {
		return mine, nil
	}
	other := st.accounts.alike(f, mine)
	if mine != nil && !opens {
		other = mine
	}
	if other != nil {
		return nil, &RegisteredError{Pseudo: p, By: other.Pseudo}
	}
	return mine, nil
}

func (b Registered) apply(st *State, e Event) Outcome {
	if b.Session != (ID{}) {
		if m := st.Member(b.Session); m == nil || m.Forms.Key != b.Forms.Key {
			return refuse(e, ErrGone) // left, or called otherwise by now
		}
	}
	a := st.accounts.get(b.Forms.Key)
	who := Visitor{Pseudo: b.Pseudo, Forms: b.Forms, KeyID: b.KeyID}
	if err := cmp.Or(st.banned(who), st.Registrable(a, b)); err != nil {
		return refuse(e, err)
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
	if m := st.Member(b.Session); m != nil && a == nil {
		next.Rooms = m.Rooms
	}
	st.accounts.put(&next)
	if m := st.Member(b.Session); m != nil && b.Pass != "" {
		m = m.copied()
		m.Attendance(b.Session).Passed = next.ID
		st.members.put(m)
	}
	return done(e, b, hidden)
}

// Registrable returns why b cannot register its pseudo, or change its account a; nil if
// it can now.
func (st *State) Registrable(a *Account, b Registered) error {
	held := st.accounts.keys[b.KeyID]
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
	if other := st.accounts.alike(b.Forms, nil); a == nil && other != nil {
		return &RegisteredError{Pseudo: b.Pseudo, By: other.Pseudo}
	}
	return nil
}

func (b Unregistered) apply(st *State, e Event) Outcome {
	a := st.accounts.ids[b.Account]
	switch {
	case a == nil:
		return refuse(e, &NotInForceError{NotRegistered, string(b.Pseudo)})
	case b.KeyID != "":
		return b.takeKey(st, e, a)
	}
	st.accounts.remove(a)
	b.Pseudo = a.Pseudo
	return done(e, b, hidden)
}

// takeKey removes one key from an account. Other sessions of the member who asks end if
// they used it: a key is removed because somebody else may have it.
func (b Unregistered) takeKey(st *State, e Event, a *Account) Outcome {
	i := slices.Index(a.Keys, b.KeyID)
	switch {
	case i < 0:
		return refuse(e, &NotInForceError{NotAKey, b.KeyID})
	case len(a.Keys) == 1 && a.Pass == "":
		return refuse(e, ErrLastKey)
	}
	next := *a
	next.Keys = slices.Delete(slices.Clone(a.Keys), i, i+1)
	st.accounts.put(&next)
	b.Pseudo = a.Pseudo
	out := done(e, b, hidden)
	m := st.Member(b.Session)
	if m == nil {
		return out
	}
	for _, at := range m.Sessions { // whatever they are called by now
		if at.KeyID == b.KeyID && at.Passed == 0 && at.ID != b.Session {
			st.members.drop(at.ID)
			out.Ended = append(out.Ended, Ended{at.ID, Ending{Cause: Reclaimed}})
		}
	}
	return out
}

func (b PrefsKept) apply(st *State, e Event) Outcome {
	return st.amend(e, b.Account, func(a *Account) { a.Kept.merge(b.Prefs) })
}

func (b Seen) apply(st *State, e Event) Outcome {
	return st.amend(e, b.Account, func(a *Account) { a.Seen = max(a.Seen, min(b.Upto, e.Seq)) })
}

func (b IgnoreSet) apply(st *State, e Event) Outcome {
	return st.amend(e, b.Account, func(a *Account) { a.Ignored = Ignoring(a.Ignored, b.Who, b.Off) })
}

// amend changes an account by its ID.
func (st *State) amend(e Event, id Seq, change func(*Account)) Outcome {
	a := st.accounts.ids[id]
	if a == nil {
		return refuse(e, ErrGone)
	}
	next := *a
	change(&next)
	st.accounts.put(&next)
	return done(e, e.Body, hidden)
}
