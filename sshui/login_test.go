package sshui

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// loginRequest is an attempt to log in; rest may be nil.
func loginRequest(user, method string, rest any) []byte {
	request := authRequest{User: user, Service: "ssh-connection", Method: method}
	if rest != nil {
		request.Rest = gossh.Marshal(rest)
	}
	return gossh.Marshal(request)
}

// asksQuestions requests the questions that there are for somebody (RFC 4256, section 3.1).
func asksQuestions(user string) []byte {
	return loginRequest(user, "keyboard-interactive", struct{ Language, Devices string }{})
}

// showsKey shows a key that it does not sign with.
func showsKey(user string, key gossh.PublicKey) []byte {
	return loginRequest(user, "publickey", struct {
		Signed    bool
		Algorithm string
		Key       []byte
	}{false, key.Type(), key.Marshal()})
}

// ignored is an SSH_MSG_IGNORE of some size.
func ignored(size int) []byte {
	return gossh.Marshal(struct {
		Data string `sshtype:"2"`
	}{strings.Repeat("x", size)})
}

var debugged = gossh.Marshal(struct {
	Show       bool `sshtype:"4"`
	Text, Lang string
}{true, "x", ""})

// malformedAnswers are answers to one question that are none (RFC 4256, section 3.4).
var malformedAnswers = [][]byte{
	{61}, {61, 0, 0, 0, 0}, {61, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0}, {61, 0xff, 0xff, 0xff, 0xff},
	{61, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff}, {61, 0, 0, 0, 1, 0, 0, 0, 0, 0}, {50},
}

// closedAfter sends what next returns, at those intervals, until the connection is closed.
// It returns when that was, and how many of these were sent.
func (w *wire) closedAfter(begun time.Time, every time.Duration, next func(i int) []byte) (time.Duration, int) {
	closed := make(chan time.Duration, 1)
	go func() {
		var err error
		for err == nil {
			_, err = w.ReadPacket()
		}
		closed <- time.Since(begun)
	}()
	for i := 0; ; i++ {
		select {
		case took := <-closed:
			return took, i
		case <-time.After(every):
			w.tryWrite(next(i)) // it may have been closed meanwhile
		}
	}
}

// Nothing that a client does gives it more than the time for its login.
func TestALoginHasOneDeadline(t *testing.T) {
	key := newKey(t).PublicKey()
	for _, c := range []struct {
		name  string
		every time.Duration
		next  func(i int) []byte
	}{
		{"nothing", time.Hour, nil},
		{"malformed answers", 5 * time.Second, func(i int) []byte {
			if i%2 == 0 {
				return asksQuestions("ann")
			}
			return malformedAnswers[i/2]
		}},
		{"somebody else each time", 4 * time.Second, func(i int) []byte { return loginRequest(fmt.Sprint("ann", i), "none", nil) }},
		{"another way each time", 4 * time.Second, func(i int) []byte {
			return loginRequest("ann", []string{"none", "hostbased", "gssapi-with-mic", "", "\x00\xff"}[i%5], nil)
		}},
		{"another key each time", 4 * time.Second, func(int) []byte { return showsKey("ann", newKey(t).PublicKey()) }},
		{"the same key", time.Second, func(int) []byte { return showsKey("ann", key) }},
		{"SSH_MSG_IGNORE", time.Second, func(int) []byte { return ignored(30_000) }},
		{"SSH_MSG_IGNORE, faster than it is read", time.Second / 20, func(int) []byte { return ignored(30_000) }},
		{"SSH_MSG_DEBUG", time.Second / 10, func(int) []byte { return debugged }},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, wired, func(b *build) { b.pace = defaultPace() })
				h.register("ann", newKey(t))
				begun := time.Now()
				if took, _ := h.wireTo().closedAfter(begun, c.every, c.next); took != h.server.waits.login {
					t.Errorf("closed after %v, want %v", took, h.server.waits.login)
				}
				h.pipe("bob").wantTalking(h, "pendant ce temps")
			})
		})
	}
}

// Tries are counted, whatever the time between them.
func TestALoginHasSoManyTries(t *testing.T) {
	key := newKey(t).PublicKey()
	for _, c := range []struct {
		name string
		most int // how many are taken; another one is the end
		next func(i int) []byte
	}{
		{"questions, and in place of an answer others", 2 * maxAnswers, func(int) []byte { return asksQuestions("ann") }},
		{"keys", maxAuthTries, func(int) []byte { return showsKey("ann", newKey(t).PublicKey()) }},
		{"the same key as somebody else", maxAuthTries, func(i int) []byte { return showsKey(fmt.Sprint("ann", i), key) }},
		{"the same key", 128, func(int) []byte { return showsKey("ann", key) }}, // the library's bound: nothing is looked at again
		{"ways that there are not", maxAuthTries, func(i int) []byte { return loginRequest("ann", fmt.Sprint("x", i), nil) }},
		{"none", maxAuthTries + 1, func(int) []byte { return loginRequest("ann", "none", nil) }}, // the first is how one asks for the ways
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, wired)
				h.register("ann", newKey(t))
				_, sent := h.wireTo().closedAfter(time.Now(), time.Millisecond, c.next)
				if sent < c.most || sent > c.most+1 {
					t.Errorf("closed after %d, want %d", sent, c.most)
				}
			})
		})
	}
}

// What does not belong into a login ends it at once.
func TestALoginOfAnotherKindEndsAtOnce(t *testing.T) {
	for name, packet := range map[string][]byte{
		"a service again": gossh.Marshal(struct {
			Name string `sshtype:"5"`
		}{"ssh-userauth"}),
		"a service that there is not": gossh.Marshal(authRequest{"ann", "ssh-nothing", "none", nil}),
		"SSH_MSG_UNIMPLEMENTED":       {3, 0, 0, 0, 1},
		"a session": gossh.Marshal(struct {
			Kind                string `sshtype:"90"`
			Our, Window, Packet uint32
		}{"session", 0, 1, 1}),
		"a global request": gossh.Marshal(struct {
			Kind  string `sshtype:"80"`
			Reply bool
		}{"keepalive@openssh.com", true}),
		"that it has logged in":        {authPassed},
		"an answer that nobody wanted": {61, 0, 0, 0, 0},
		"an empty request":             {50},
		"an endless pseudo":            {50, 0xff, 0xff, 0xff, 0xff},
		"half a key": loginRequest("ann", "publickey", struct {
			Signed    bool
			Algorithm string
		}{true, gossh.KeyAlgoED25519}),
		"NEWKEYS":              {21},
		"a message of no kind": {255},
		"nothing":              {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, wired)
				w, begun := h.wireTo(), time.Now()
				w.tryWrite(packet)
				if io.Copy(io.Discard, w); time.Since(begun) > 0 {
					t.Errorf("closed after %v", time.Since(begun))
				}
			})
		})
	}
}

// A pseudo, a way or a key of any size is refused as a small one is.
func TestALoginMayBeOfAnySize(t *testing.T) {
	h := open(t)
	long := strings.Repeat("ﷺ", 40_000)
	for _, packet := range [][]byte{
		loginRequest(long, "none", nil), loginRequest("ann", long, nil), loginRequest("ann", "password", struct {
			Change   bool
			Password string
		}{false, long}),
		loginRequest("ann", "publickey", struct {
			Signed         bool
			Algorithm, Key string
		}{false, long, long}),
		loginRequest("ann", "publickey", struct {
			Signed         bool
			Algorithm, Key string
		}{false, gossh.KeyAlgoED25519, long}),
	} {
		w := h.wireTo()
		w.write(packet)
		w.expect(authFailed)
		if got := w.enter("ann"); got != authPassed {
			t.Errorf("after that, entering answers %d", got)
		}
		w.Close()
	}
	w := h.wireTo()
	if got := w.enter(long); got != authPassed { // the session will say that it is no pseudo
		t.Errorf("a long pseudo answers %d", got)
	}
}
