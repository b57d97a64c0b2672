package room

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"maps"
	"strings"

	"salon/room/state"
	"salon/room/text"
)

// Access is who may enter, and as what. It comes from files that can be read again
// while the room runs.
type Access struct {
	// Operators are the keys that moderate, by fingerprint (SHA256:...), with a
	// name for each that the room does not look at.
	Operators map[string]string
	// Allow are the only keys that may enter, besides operators' and whoever gives
	// the pass phrase of an account; nil: everybody may.
	Allow map[string]bool
	// Password is asked of everybody who enters; "": nobody is asked. It may be
	// an argon2id hash in PHC string format; see [CheckPassword].
	Password string
	// MOTD is shown to newcomers before anything else. It is cleaned; what is
	// beyond MaxText bytes or MaxLines lines is cut.
	MOTD string
}

// role returns what a key may do.
func (a *Access) role(keyID string) state.Role {
	if _, ok := a.Operators[keyID]; ok && keyID != "" {
		return state.Operator
	}
	return state.Guest
}

// admits reports whether a key may enter.
func (a *Access) admits(keyID string) bool {
	return a.Allow == nil || keyID != "" && (a.Allow[keyID] || a.role(keyID) >= state.Operator)
}

// SetAccess changes who may enter and as what, from now on. Those who are here
// stay, and those who become operators, or are none any more, are told. It returns
// once the log has taken their new roles, or cannot.
func (r *Room) SetAccess(a Access) {
	a.Operators, a.Allow = maps.Clone(a.Operators), maps.Clone(a.Allow)
	a.MOTD = notice(a.MOTD)
	r.mu.Lock()
	r.access = &a
	changed := r.newRolesLocked()
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), departTimeout)
	defer cancel()
	for _, b := range changed {
		r.propose(ctx, b) // refused for a session that has ended
	}
}

// notice cuts a text for everybody to what a message may be.
func notice(words string) string {
	words = text.Clean(words, true)
	if lines := strings.SplitAfterN(words, "\n", text.MaxLines+1); len(lines) > text.MaxLines {
		words = strings.Join(lines[:text.MaxLines], "")
	}
	if len(words) > text.MaxText {
		words = strings.ToValidUTF8(words[:text.MaxText], "")
	}
	return text.Clean(words, true)
}

// newRolesLocked gives every session the role that its key has now, and returns
// what the log is to be told.
func (r *Room) newRolesLocked() []state.RoleSet {
	var changed []state.RoleSet
	for _, s := range r.order {
		role := r.roleLocked(s.from)
		if !s.member || role == s.Role() {
			continue
		}
		s.role.Store(uint32(role))
		told := Notice{What: NowGuest}
		if role >= state.Operator {
			told.What = NowOperator
		}
		s.post(Item{Reply: told})
		changed = append(changed, state.RoleSet{Session: s.id, Role: role})
	}
	return changed
}

// roleLocked is what somebody may do: what their front says, or their key.
func (r *Room) roleLocked(p provenance) state.Role { return max(p.vouched, r.access.role(p.keyID)) }

// NeedsPassword reports whether the room has a password, which an Entry must bring.
func (r *Room) NeedsPassword() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.access.Password != ""
}

// NeedsPass reports whether a pseudo is registered with a pass phrase and the key
// (or none, "") is not one that opens it: a front then asks for the phrase and
// brings it with the Entry.
func (r *Room) NeedsPass(p text.Pseudo, keyID string) bool {
	k := p.Key()
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.state.Account(k)
	return a != nil && a.Pass != "" && !a.Opens(keyID, 0)
}

// prove looks at what somebody brings to the door, before the log is asked: the
// room's password, the pass phrase of the pseudo, the key. It returns the account
// that the phrase opens, 0 for none. The room's lock is not held while it computes.
func (r *Room) prove(ctx context.Context, e Entry) (passed state.Seq, err error) {
	now, k := r.log.Now().Stamp, e.Pseudo.Key()
	r.mu.Lock()
	err = r.closedLocked(e, now)
	access, id, hashed := r.access, state.Seq(0), ""
	if a := r.state.Account(k); a != nil && !a.Opens(e.KeyID, 0) {
		id, hashed = a.ID, a.Pass
	}
	r.mu.Unlock()
	if err != nil {
		return 0, err
	}
	given := e.Pass != "" && hashed != ""
	if !access.admits(e.KeyID) && !given {
		return 0, ErrNotAllowed
	}
	if err := r.checkPassword(ctx, access.Password, e); err != nil || !given {
		return 0, err
	}
	return id, r.checkPass(ctx, e, hashed)
}

// checkPassword asks for the room's password. Somebody who brings none has not
// guessed.
func (r *Room) checkPassword(ctx context.Context, want string, e Entry) error {
	if want == "" {
		return nil
	}
	switch {
	case e.Password == "":
		return ErrNoPassword
	case len(e.Password) > maxSecret:
		return ErrWrongPassword
	}
	right, err := r.authLimiter.guess(e.Addr, "")
	if err != nil {
		return err
	}
	if same, err := r.samePassword(ctx, want, text.Clean(e.Password, false)); err != nil || !same {
		return orElse(err, ErrWrongPassword)
	}
	right()
	return nil
}

// samePassword compares hashes, whose length tells nothing.
func (r *Room) samePassword(ctx context.Context, want, given string) (bool, error) {
	if strings.HasPrefix(want, phcName) {
		return r.hasher.verify(ctx, given, want)
	}
	a, b := sha256.Sum256([]byte(text.Clean(want, false))), sha256.Sum256([]byte(given))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1, nil
}

// checkPass asks for a pseudo's pass phrase.
func (r *Room) checkPass(ctx context.Context, e Entry, hashed string) error {
	right, err := r.authLimiter.guess(e.Addr, e.Pseudo.Key())
	if err != nil {
		return err
	}
	phrase, ok := passPhrase(e.Pass)
	if !ok {
		return ErrWrongPass
	}
	if same, err := r.hasher.verify(ctx, phrase, hashed); err != nil || !same {
		return orElse(err, ErrWrongPass)
	}
	right()
	return nil
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
