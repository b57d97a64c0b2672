package state

import "salon/room/text"

// Removal says that a message was taken back: its words are gone.
type Removal struct {
	By  text.Pseudo `json:"by,omitempty"`  // who did it; "" for the console
	Own bool        `json:"own,omitempty"` // its author did
}

// erasing is a body that takes messages back.
type erasing interface {
	takes(at Seq, s Said) bool
	removal() Removal
}

// Erases reports whether an event takes messages back: a [Deleted] or a [Forgotten].
func (e *Event) Erases() bool {
	_, ok := e.Body.(erasing)
	return ok
}

// Takes returns what an event leaves of a message, as it was shown, that it takes back; ok is
// false for any other, and for one that has no words any more.
func (e *Event) Takes(said *Event) (left Said, ok bool) {
	by, erases := e.Body.(erasing)
	s, isSaid := said.Body.(Said)
	if !erases || !isSaid || said.Seq >= e.Seq || !by.takes(said.Seq, s) {
		return Said{}, false
	}
	return e.Without(s)
}

// Without returns what an event leaves of a message that it takes back, which may be as it was
// proposed; ok is false for one that has no words any more.
func (e *Event) Without(s Said) (left Said, ok bool) {
	by, erases := e.Body.(erasing)
	if !erases || s.Removed != nil {
		return s, false
	}
	removal := by.removal()
	s.Text, s.Action, s.Mentions, s.Removed = "", false, nil, &removal
	return s, true
}

func (b Deleted) takes(at Seq, _ Said) bool { return at == b.Message }
func (b Deleted) removal() Removal          { return Removal{By: b.By, Own: b.Own} }

func (b Forgotten) takes(_ Seq, s Said) bool {
	return s.Member == b.Member || b.Account != 0 && s.Account == b.Account
}

func (b Forgotten) removal() Removal { return Removal{By: b.Pseudo, Own: true} }

func (b Deleted) apply(st *State, e Event) Outcome {
	if b.Session != (ID{}) {
		m := st.Member(b.Session)
		if m == nil {
			return refuse(e, ErrGone)
		}
		b.By = m.Pseudo
	}
	if b.In = ""; st.Room(b.Room) != nil {
		b.In = st.Room(b.Room).in()
	}
	return done(e, b, shown)
}

func (b Forgotten) apply(st *State, e Event) Outcome {
	m := st.Member(b.Session)
	if m == nil {
		return refuse(e, ErrGone)
	}
	b.Member, b.Pseudo, b.Account = m.ID, m.Pseudo, 0
	if a := st.Owned(b.Session); a != nil {
		b.Account = a.ID
		st.accounts.remove(a)
	}
	return done(e, b, shown)
}
