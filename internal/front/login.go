package front

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// Login is a connection that was let in, from its first byte to its end. Until Done it
// counts as one that has not logged in. How it fails is logged, and held against its
// source, once.
type Login struct {
	Addr netip.Addr // the client's, also behind a proxy; the zero Addr when it has none

	admission *Admission
	source    *source
	front     string
	since     time.Time
	hangUp    func() // called when it has to make room for others
	quiet     bool   // a proxy's own: nothing that it does is logged or held against it
	exempt    bool   // nothing is held against its source
	penalized bool   // let in only to prove a key
	over      bool   // Done, or failed; guarded by the admission's mu
}

// Penalty returns how long only keys that somebody has vouched for (see
// [room.Room.Vouched]) may log in on this connection, because of earlier failures from
// its source; 0 when others may too. It does not depend on what happens after the
// connection was let in.
func (l *Login) Penalty() time.Duration {
	if !l.penalized {
		return 0
	}
	l.admission.mu.Lock()
	defer l.admission.mu.Unlock()
	return max(l.source.penalty(time.Now()), time.Second)
}

// Done says that the client has logged in: its session has joined, or, where logging in
// comes before sessions, has begun. More calls do nothing.
func (l *Login) Done() {
	l.admission.mu.Lock()
	defer l.admission.mu.Unlock()
	l.over = true
	l.admission.doneLocked(l)
}

// Late says that the client took too long to log in.
func (l *Login) Late() { l.fail(tooLate, CodeTooLate, "no login", "too late") }

// Foreign says that the client speaks another protocol.
func (l *Login) Foreign(protocol string) { l.fail(garbage, CodeGarbage, "handshake failed", protocol) }

// Broken says why a handshake has ended: the connection was lost, or the client broke
// the protocol.
func (l *Login) Broken(err error) {
	const hungUp = "ssh: disconnect, reason "
	var timeout net.Error
	switch why := err.Error(); {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		l.Late()
	case errors.Is(err, net.ErrClosed): // by the server, which has said why
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		strings.Contains(why, "EOF"), strings.HasPrefix(why, hungUp):
		l.ended()
	default:
		l.fail(garbage, CodeGarbage, "handshake failed", why)
	}
}

// TurnedAway says that the client may not log in, because of earlier failures from its
// source.
func (l *Login) TurnedAway(why *room.PenaltyError) { l.fail(0, lang.Code(why), "refused", why.Error()) }

// fail counts and logs how the login has failed.
func (l *Login) fail(o offence, code, event, why string) {
	a := l.admission
	a.mu.Lock()
	over := l.over || l.quiet
	l.over = true
	if !over {
		l.penalizeLocked(o)
		a.tally.refuse(AtLogin, code)
	}
	a.mu.Unlock()
	if !over {
		a.note(l.front, l.Addr, event, slog.String("why", cut(why)))
	}
}

// Refused says that the room did not let somebody join. If it is for what they lack to
// prove who they are, or for who they are, it is a failed login.
func (l *Login) Refused(pseudo text.Pseudo, keyID string, err error) {
	event := "not let in"
	_, banned := errors.AsType[*state.BannedError](err)
	if banned || errors.Is(err, room.ErrWrongPass) || errors.Is(err, room.ErrWrongPassword) || errors.Is(err, room.ErrNotAllowed) {
		event = "login failed"
		l.admission.mu.Lock()
		l.penalizeLocked(wrongSecret)
		l.admission.mu.Unlock()
	}
	if errors.Is(err, context.Canceled) {
		return // the server closes
	}
	l.admission.refuse(AtLogin, lang.Code(err))
	l.admission.note(l.front, l.Addr, event, slog.String("pseudo", string(pseudo)), slog.String("key", keyID), slog.String("why", cut(err.Error())))
}

// penalizeLocked adds the time of an offence to the source. What may not log in anyway makes
// nothing longer.
func (l *Login) penalizeLocked(o offence) {
	if !l.exempt && !l.penalized && l.source.penalize(o, time.Now(), l.admission.limits.MaxPenalty) {
		l.admission.tally.penalties++
	}
}

// displace closes a connection that makes room for others.
func (l *Login) displace() {
	a := l.admission
	a.mu.Lock()
	over := l.over
	l.over = true
	if !over {
		a.tally.refuse(AtConnection, CodeDisplaced)
	}
	a.mu.Unlock()
	l.hangUp()
	if !over {
		a.note(l.front, l.Addr, "refused", slog.String("why", "the oldest login of the source that has most"))
	}
}

// close counts the connection no more.
func (l *Login) close() {
	a := l.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	a.doneLocked(l)
	l.source.open--
}

// ended says that the connection has ended. If nothing was said of how it failed, the
// client has hung up.
func (l *Login) ended() { l.fail(gone, CodeHungUp, "no login", "hung up") }

// maxWhy is how many bytes of a reason are logged: strangers have a part in some.
const maxWhy = 200

func cut(why string) string { return strings.ToValidUTF8(why[:min(len(why), maxWhy)], "") }
