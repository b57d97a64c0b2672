package room

import (
	"errors"

	"salon/room/state"
)

// Proof is a secret that the door asks for.
type Proof uint8

// The proofs, in the order in which they are asked for.
const (
	RoomPassword Proof = iota // the room's own
	PassPhrase                // of the entry's pseudo
)

// Lacks returns the secrets that an entry must still give before it joins. [Room.Join]
// looks at all of them at once.
func (r *Room) Lacks(e *Entry) (list []Proof) {
	if e.Password == "" && r.NeedsPassword() {
		list = append(list, RoomPassword)
	}
	if e.Pass == "" && r.NeedsPass(e.Pseudo, e.KeyID) {
		list = append(list, PassPhrase)
	}
	return list
}

// Give takes what was typed for a proof. Nothing is no password ([ErrWrongPassword]),
// and without a phrase the pseudo is not theirs ([*state.RegisteredError]): another may be.
func (e *Entry) Give(p Proof, typed string) error {
	switch {
	case p == RoomPassword && typed == "":
		return ErrWrongPassword
	case p == RoomPassword:
		e.Password = typed
	case typed == "":
		return &state.RegisteredError{Pseudo: e.Pseudo, By: e.Pseudo}
	default:
		e.Pass = typed
	}
	return nil
}

// Forget drops the secret that an error of [Room.Join] is about, and reports whether
// there is one: it is to be asked for again. Of two that were not looked at, the
// password is kept: if it is wrong, that will be said next.
func (e *Entry) Forget(err error) bool {
	_, tooFast := errors.AsType[*GuessError](err)
	switch {
	case errors.Is(err, ErrWrongPass), tooFast && e.Pass != "":
		e.Pass = ""
	case errors.Is(err, ErrWrongPassword), tooFast:
		e.Password = ""
	default:
		return false
	}
	return true
}
