package sshui

import (
	"crypto/ed25519"
	"log/slog"
	"net"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
	gossh "golang.org/x/crypto/ssh"

	"salon/internal/front"
	"salon/room"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = roomtest.Patience

// harness is a room with an ssh front on a port of its own, and its operator's
// console.
type harness struct {
	*roomtest.Harness
	server *Server
}

// unlimited reads as fast as a client sends, while so many bytes are unread.
func unlimited(unread int) pace { return pace{unread: unread} }

// build changes what a harness is made from, before it opens.
type build struct {
	room   room.Config
	cfg    Config
	waits  timeouts
	pace   pace
	store  room.Store
	listen func(net.Listener) net.Listener
	wired  bool // see [roomtest.Harness.Wire]
	limits front.Limits
}

// wired is a harness that stands in a time of its own.
func wired(b *build) { b.wired = true }

// patientAtEOF is a harness in which the end of somebody's input is always explained, if
// it has an explanation: however slow the machine is.
func patientAtEOF(b *build) { b.waits.eof = patience }

// open opens a harness for the length of a test: no limits of rate, French, and
// default timeouts, unless change says otherwise.
func open(t testing.TB, change ...func(*build)) *harness {
	t.Helper()
	b := build{waits: defaultTimeouts(), pace: unlimited(maxUnread), store: room.NewMemoryStore(), cfg: Config{Version: "salon", HostKeys: []gossh.Signer{newKey(t)}}}
	b.waits.lost = time.Millisecond // few tests are about what a client said last
	for _, c := range change {
		c(&b)
	}
	h := &harness{Harness: roomtest.Open(t, b.room, b.store)}
	if b.wired {
		h.Wire()
	}
	log := b.cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	b.cfg.Admission = front.NewAdmission(b.limits, log)
	t.Cleanup(b.cfg.Admission.Close)
	var err error
	if h.server, err = newServer(b.cfg, h.Room, b.waits, b.pace); err != nil {
		t.Fatal(err)
	}
	h.Serve(h.server, b.listen)
	return h
}

// about is what the console is told about one member.
func (h *harness) about(t testing.TB, who string) room.Person {
	t.Helper()
	return h.Order(t, "info "+who).(room.Profile).Person
}

// wantSaid checks all that somebody has said.
func (h *harness) wantSaid(t testing.TB, who text.Pseudo, want ...string) {
	t.Helper()
	if got := h.Said(who); !slices.Equal(got, want) {
		t.Errorf("%s said %.1000q, want %.1000q", who, got, want)
	}
}

// wantLeft checks how somebody has left.
func (h *harness) wantLeft(t testing.TB, who text.Pseudo, cause state.Cause) {
	t.Helper()
	if got := h.AwaitLeft(t, who); got.Cause != cause {
		t.Errorf("%s left by %v, want %v", who, got.Cause, cause)
	}
}

// present is who the console is told is here.
func (h *harness) present(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, p := range h.Order(t, "liste").(room.People).Members {
		names = append(names, string(p.Pseudo))
	}
	return names
}

func newKey(t testing.TB) gossh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func keyID(key gossh.Signer) string { return gossh.FingerprintSHA256(key.PublicKey()) }

// asked is a client without a key that answers what it is asked while it logs in; ""
// answers what is not among the answers.
type asked struct {
	answers   map[string]string
	questions []string
	echoed    bool // one of them was to be shown while it is typed
}

func (a *asked) answer(_, _ string, questions []string, echoes []bool) ([]string, error) {
	a.questions = append(a.questions, questions...)
	a.echoed = a.echoed || slices.Contains(echoes, true)
	var answers []string
	for _, q := range questions {
		answers = append(answers, a.answers[q])
	}
	return answers, nil
}

// dial logs in without a key.
func (a *asked) dial(h *harness, user string) *gossh.Client {
	cfg := clientConfig(user)
	cfg.Auth = []gossh.AuthMethod{gossh.KeyboardInteractive(a.answer)}
	c := h.dialWith(cfg)
	if a.echoed {
		h.T.Errorf("%q: a secret is shown while it is typed", a.questions)
	}
	return c
}

// run does one command.
func (a *asked) run(h *harness, user, command string) *clientChannel {
	s := openChannel(h.T, a.dial(h, user))
	s.must("exec", execRequest{command})
	s.exit()
	return s
}

func with(question, answer string) *asked {
	return &asked{answers: map[string]string{question: answer}}
}
