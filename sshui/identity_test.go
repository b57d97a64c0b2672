package sshui

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/room/lang"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

// liar shows a key that it cannot sign with.
type liar struct{ gossh.Signer }

func (liar) Sign(io.Reader, []byte) (*gossh.Signature, error) {
	return nil, errors.New("it is not my key")
}

// entersAfter tries the methods one after the other, whatever they are.
func entersAfter(user string, methods ...gossh.AuthMethod) *gossh.ClientConfig {
	cfg := clientConfig(user)
	cfg.Auth = nil
	cfg.AuthCallback = func(*gossh.ClientAuthContext) (gossh.AuthMethod, error) {
		if len(methods) == 0 {
			return nil, errors.New("nothing left to try")
		}
		next := methods[0]
		methods = methods[1:]
		return next, nil
	}
	return cfg
}

// wantIdentity joins as the connection's user and checks with which key.
func (h *harness) wantIdentity(c *gossh.Client, user, key string) {
	h.T.Helper()
	openChannel(h.T, c).must("shell", nil)
	h.AwaitJoined(h.T, text.Pseudo(user))
	if got := h.about(h.T, user).KeyID; got != key {
		h.T.Errorf("%s has the key %q, want %q", user, got, key)
	}
}

func TestShowingSomebodysKeyWithoutSigningGivesNoIdentity(t *testing.T) {
	h := open(t)
	alice := newKey(t)
	stolen := entersAfter("alice", gossh.PublicKeys(liar{alice}), entering())
	h.wantIdentity(h.dialWith(stolen), "alice", "")
}

func TestShowingSomebodysKeyDoesNotOpenAnotherSessionOfTheirs(t *testing.T) {
	h := open(t)
	key := newKey(t)
	alice := h.pipe("alice", key)
	c := h.dialWith(entersAfter("alice", gossh.PublicKeys(liar{key}), entering()))
	s := openChannel(t, c)
	s.must("shell", nil)
	s.wantExit(exitRefused, lang.View{}.Error(&state.TakenError{Pseudo: "alice", By: "alice"}))
	alice.send("toujours là\n")
	h.AwaitSaid(t, "toujours là")
	if n := len(roomtest.Seen[state.Joined](h.Console)); n != 1 {
		t.Errorf("%d joins, want alice's alone", n)
	}
}

func TestOfSeveralKeysTheOneThatSignedCounts(t *testing.T) {
	h := open(t)
	shown, used := newKey(t), newKey(t)
	c := h.dialWith(entersAfter("bob", gossh.PublicKeys(liar{shown}), gossh.PublicKeys(used)))
	h.wantIdentity(c, "bob", keyID(used))
}

func TestEveryKindOfKeyIsAnIdentity(t *testing.T) {
	h := open(t)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, private := range map[string]any{"ecdsa": ec, "rsa": long} {
		key, err := gossh.NewSignerFromKey(private)
		if err != nil {
			t.Fatal(err)
		}
		h.wantIdentity(h.dial(name, key), name, keyID(key))
	}
}

func TestACertificateCountsAsItsKey(t *testing.T) {
	h := open(t)
	authority, key := newKey(t), newKey(t)
	cert := &gossh.Certificate{
		Key: key.PublicKey(), CertType: gossh.UserCert, KeyId: "operator", ValidPrincipals: []string{"somebody"},
		ValidBefore: uint64(time.Now().Add(time.Hour).Unix()),
	}
	if err := cert.SignCert(rand.Reader, authority); err != nil {
		t.Fatal(err)
	}
	certified, err := gossh.NewCertSigner(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	h.wantIdentity(h.dial("cléo", certified), "cléo", keyID(key))
	again := openChannel(t, h.dial("cléo", key))
	again.must("shell", nil)
	again.out.awaitText(t, "Bienvenue, cléo")
}

func TestTheSameKeyOpensAnotherSessionOfTheSameMember(t *testing.T) {
	h := open(t)
	key := newKey(t)
	first := h.pipe("alice", key)
	second := openChannel(t, h.dial("alice", key))
	second.must("shell", nil)
	second.send("d'ici\n")
	first.out.awaitText(t, "alice: d'ici")
	if n := len(h.about(t, "alice").Fronts); n != 2 {
		t.Errorf("alice has %d sessions, want 2", n)
	}
	second.CloseWrite()
	second.wantExit(exitDone)
	first.CloseWrite()
	first.wantExit(exitDone)
	h.AwaitLeft(t, "alice")
	if joined, left := roomtest.Seen[state.Joined](h.Console), roomtest.Seen[state.Left](h.Console); len(joined) != 1 || len(left) != 1 {
		t.Errorf("announced %d times in and %d out, want once each", len(joined), len(left))
	}
}

func TestATakenPseudoIsRefusedToAnotherKeyAndToNone(t *testing.T) {
	h := open(t)
	h.pipe("alice", newKey(t))
	for _, keys := range [][]gossh.Signer{{newKey(t)}, nil} {
		for _, name := range []string{"alice", "Alice", "Аlice"} { // the last with a Cyrillic letter
			s := openChannel(t, h.dial(name, keys...))
			s.must("shell", nil)
			s.wantExit(exitRefused)
			if s.out.String() != "" || !strings.Contains(s.err.String(), "« "+name+" »") {
				t.Errorf("%s: shown %q, and on stderr %q", name, s.out, s.err)
			}
		}
	}
}

func TestAUserChangedBetweenAttemptsIsTheLastOne(t *testing.T) {
	h := open(t)
	alices, mallorys := newKey(t), newKey(t)
	for _, c := range []struct {
		name, user, key string
		login           func(w *wire) byte
	}{
		{"alice's key shown under her name, entered without one", "mallory", "", func(w *wire) byte {
			w.offer("alice", alices.PublicKey())
			return w.enter("mallory")
		}},
		{"alice's key shown under her name, entered by her name", "alice", "", func(w *wire) byte {
			w.offer("alice", alices.PublicKey())
			w.auth("mallory", "password", gossh.Marshal(struct {
				Change   bool
				Password string
			}{false, "x"}))
			return w.enter("alice")
		}},
		{"alice's key shown, another signed as somebody else", "mallory", keyID(mallorys), func(w *wire) byte {
			w.offer("alice", alices.PublicKey())
			got, _ := w.sign("mallory", "mallory", mallorys)
			return got
		}},
		{"another key shown as somebody else, then signed as alice", "alice", keyID(mallorys), func(w *wire) byte {
			w.offer("mallory", mallorys.PublicKey())
			w.offer("alice", alices.PublicKey())
			got, _ := w.sign("alice", "alice", mallorys)
			return got
		}},
		{"a key signed with after keyboard-interactive was never asked", "bob", keyID(mallorys), func(w *wire) byte {
			w.auth("alice", "none", nil)
			got, _ := w.sign("bob", "bob", mallorys)
			return got
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := h.wireTo()
			if got := c.login(w); got != authPassed {
				t.Fatalf("login answered %d", got)
			}
			h.Forget()
			w.shell()
			j := roomtest.Await(t, h.Console, "somebody joins", func(state.Joined) bool { return true })
			if string(j.Pseudo) != c.user || j.KeyID != c.key {
				t.Errorf("joined as %s with the key %q, want %s and %q", j.Pseudo, j.KeyID, c.user, c.key)
			}
			w.Close()
			h.AwaitLeft(t, j.Pseudo)
		})
	}
}

func TestASignatureForAnotherUserDoesNotLogIn(t *testing.T) {
	h := open(t)
	w := h.wireTo()
	if got, err := w.sign("alice", "mallory", newKey(t)); err == nil && got == authPassed {
		t.Error("logged in as alice with a signature for mallory")
	}
}

func TestNobodyEntersWithoutBeingAskedForAKey(t *testing.T) {
	h := open(t)
	if got := h.wireTo().auth("alice", "none", nil); got != authFailed {
		t.Errorf(`"none" answered %d, want a refusal: OpenSSH would show no key after it`, got)
	}
}
