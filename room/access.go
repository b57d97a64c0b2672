package room

import (
	"errors"
	"net/netip"
	"strings"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// Access is who may join, and as what. It comes from files that can be read again
// while the room runs.
type Access struct {
	// Operators are the keys of operators, by fingerprint (SHA256:...), with a
	// name for each that the room does not use.
	Operators map[string]string
	// Allow are the only keys that may join, besides operators' and those who give
	// the pass phrase of an account; nil: everybody may.
	Allow map[string]bool
	// Password is asked of everybody who joins; "": nobody is asked. It may be
	// an argon2id hash in PHC string format; see [CheckPassword].
	Password string
	// MOTD is shown to newcomers before anything else. It is cleaned; what is
	// beyond MaxText bytes or MaxLines lines is cut.
	MOTD string
}

// role returns the role of a key.
func (a *Access) role(keyID string) state.Role {
	if _, ok := a.Operators[keyID]; ok && keyID != "" {
		return state.Operator
	}
	return state.Guest
}

// allows reports whether a key may join.
func (a *Access) allows(keyID string) bool {
	return a.Allow == nil || keyID != "" && (a.Allow[keyID] || a.role(keyID) >= state.Operator)
}

// cleanMOTD cleans a text for everybody and cuts it to what a message may be.
func cleanMOTD(typed string) string {
	typed = text.Clean(typed, true)
	if lines := strings.SplitAfterN(typed, "\n", text.MaxLines+1); len(lines) > text.MaxLines {
		typed = strings.Join(lines[:text.MaxLines], "")
	}
	if len(typed) > text.MaxText {
		typed = strings.ToValidUTF8(typed[:text.MaxText], "")
	}
	return text.Clean(typed, true)
}

// Entry is what somebody gives to join.
type Entry struct {
	Pseudo   text.Pseudo
	KeyID    string // fingerprint of the key that signed, "" without one
	Addr     netip.Addr
	Front    string // "ssh" or "tcp"
	Client   string
	Role     state.Role // that the front vouches for; the room adds what the key may do, see [Access]
	Prefs    Prefs
	Pass     string // pass phrase of the pseudo, as typed; "" when none was given. See Room.Lacks
	Password string // the room's, as typed; "" when none was given. See Room.Lacks
	Quiet    bool   // a one-shot command: not announced, not listed, not welcomed
	Script   bool   // no person reads along: refused in the last minute before a shutdown
	Paced    bool   // read more slowly instead of refusing what comes too fast; in slow mode, only what is Script too
	// Patience is how long a message waits, of those that are Paced: what would have to wait
	// longer is refused at once. 0: for ever.
	Patience time.Duration
	Screen   bool // a terminal that can show a screen: only there do commands that Need Screens exist
}

// Proof is a secret that is asked for before somebody joins.
type Proof uint8

// The proofs, in the order in which they are asked for.
const (
	RoomPassword Proof = iota // the room's own
	PassPhrase                // of the entry's pseudo
)

// Give sets the secret that was typed for a proof. An empty password is
// [ErrWrongPassword]; without a phrase the pseudo is not theirs
// ([*state.RegisteredError]), but another may be.
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

// Forget clears the secret that an error of [Room.Join] is about, and reports whether
// there is one: it is to be asked for again. After too many guesses, when
// neither was checked, the pass phrase is cleared first.
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
