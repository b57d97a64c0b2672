package room

import (
	"context"
	"errors"
	"maps"
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

// SetAccess changes who may join and as what, from now on. The sessions of this node end
// that could not join any more, but for a password that was changed: it returns what they
// gave to join, with the pseudo that they have now. Who becomes an operator, or is one no
// more, gets a Notice. It returns once the log has their new roles, or cannot take them.
func (r *Room) SetAccess(a Access) (putOut []Entry) {
	a.Operators, a.Allow = maps.Clone(a.Operators), maps.Clone(a.Allow)
	a.MOTD = cleanMOTD(a.MOTD)
	r.mu.Lock()
	r.access = &a
	outsiders, changed := r.outsidersLocked(), r.refreshRolesLocked()
	r.mu.Unlock()
	for _, s := range outsiders {
		s.End(state.Ending{Cause: state.Disallowed})
		e := s.from
		e.Pseudo = s.Pseudo()
		putOut = append(putOut, e)
	}
	ctx, cancel := context.WithTimeout(context.Background(), departTimeout)
	defer cancel()
	for _, b := range changed {
		r.propose(ctx, b) // refused for a session that has ended
	}
	return putOut
}

// outsidersLocked returns the members' sessions that may not stay.
func (r *Room) outsidersLocked() (list []*Session) {
	for _, s := range r.everyoneLocked() {
		if s.member && s.ctx.Err() == nil && !r.mayStayLocked(s) {
			list = append(list, s)
		}
	}
	return list
}

func (r *Room) mayStay(s *Session) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mayStayLocked(s)
}

// mayStayLocked reports whether a session is one of those that Access lets in, by their key
// or by the pass phrase of an account that there still is. One that is not in the State is
// for Join to judge, once it is.
func (r *Room) mayStayLocked(s *Session) bool {
	if r.access.allows(s.from.KeyID) {
		return true
	}
	m := r.state.Member(s.id)
	return m == nil || r.state.AccountByID(m.Attendance(s.id).Passed) != nil
}

// refreshRolesLocked gives every session the role that its key has now, and returns
// what to propose.
func (r *Room) refreshRolesLocked() []state.RoleSet {
	var changed []state.RoleSet
	for _, s := range r.everyoneLocked() {
		role := r.roleLocked(s.from)
		if !s.member || role == s.Role() {
			continue
		}
		s.role.Store(uint32(role))
		r.reseatLocked(s)
		notice := Notice{What: NowGuest}
		if role >= state.Operator {
			notice.What = NowOperator
		}
		s.post(Item{Reply: notice})
		changed = append(changed, state.RoleSet{Session: s.id, Role: role})
	}
	return changed
}

// roleLocked returns the role that the front vouches for, or that the key has.
func (r *Room) roleLocked(e Entry) state.Role { return max(e.Role, r.access.role(e.KeyID)) }

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
