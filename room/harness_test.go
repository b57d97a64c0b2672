package room_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// testRoom is a room under test. It lives in a bubble, where hours pass at once.
type testRoom struct {
	*testing.T
	room   *room.Room
	people []*person
}

// inRoom runs a test in a room with the promised defaults.
func inRoom(t *testing.T, test func(*testRoom)) {
	t.Helper()
	inRoomLike(t, room.DefaultConfig(), test)
}

// inFreeRoom runs a test in a room without limits.
func inFreeRoom(t *testing.T, test func(*testRoom)) {
	t.Helper()
	inRoomLike(t, room.Config{Limits: room.Limits{Replay: 20}}, test)
}

func inRoomLike(t *testing.T, cfg room.Config, test func(*testRoom)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		test(open(t, cfg, room.NewMemoryLog(), room.NewMemoryStore()))
	})
}

// open starts a room that the test's end closes.
func open(t *testing.T, cfg room.Config, log room.Log, store room.Store) *testRoom {
	t.Helper()
	cfg.PassMemory, cfg.PassTime = 8, 1 // no test waits for a hash
	r, err := room.New(t.Context(), cfg, log, store)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	h := &testRoom{T: t, room: r}
	t.Cleanup(h.close)
	return h
}

func (h *testRoom) close() {
	for _, p := range h.people {
		p.Close(state.Ending{Cause: state.Quit})
	}
	if err := h.room.Close(); err != nil {
		h.Errorf("Close: %v", err)
	}
}

// person is somebody with a session, at the keyboard and reading.
type person struct {
	*room.Session
	h *testRoom
}

// an entry for somebody who comes in over ssh without a key.
func as(pseudo text.Pseudo) room.Entry {
	return room.Entry{Pseudo: pseudo, Addr: netip.MustParseAddr("192.0.2.1"), Front: "ssh", Client: "OpenSSH_9.9"}
}

func withKey(pseudo text.Pseudo, key string) room.Entry {
	e := as(pseudo)
	e.KeyID = key
	return e
}

// onScreen is an entry for somebody whose terminal can show a screen.
func onScreen(pseudo text.Pseudo) room.Entry {
	e := as(pseudo)
	e.Screen = true
	return e
}

func from(pseudo text.Pseudo, addr string) room.Entry {
	e := as(pseudo)
	e.Addr = netip.MustParseAddr(addr)
	return e
}

// arrive joins somebody who has read nothing yet.
func (h *testRoom) arrive(e room.Entry) *person {
	h.Helper()
	s, err := h.room.Join(h.Context(), e)
	if err != nil {
		h.Fatalf("%s cannot join: %v", e.Pseudo, err)
	}
	p := &person{s, h}
	h.people = append(h.people, p)
	return p
}

// join joins people, and everyone reads until nothing is new.
func (h *testRoom) join(pseudos ...text.Pseudo) []*person {
	h.Helper()
	var joined []*person
	for _, pseudo := range pseudos {
		joined = append(joined, h.arrive(as(pseudo)))
	}
	h.settle()
	return joined
}

func (h *testRoom) two(a, b text.Pseudo) (_, _ *person) {
	h.Helper()
	p := h.join(a, b)
	return p[0], p[1]
}

func (h *testRoom) three(a, b, c text.Pseudo) (_, _, _ *person) {
	h.Helper()
	p := h.join(a, b, c)
	return p[0], p[1], p[2]
}

// operator joins an operator.
func (h *testRoom) operator(pseudo text.Pseudo) *person {
	h.Helper()
	e := as(pseudo)
	e.Role = state.Operator
	p := h.arrive(e)
	h.settle()
	return p
}

// console opens the session of whoever started the server.
func (h *testRoom) console() *person {
	p := &person{h.room.Watch(room.Prefs{}), h}
	h.people = append(h.people, p)
	return p
}

// settle has everyone read what is new, and drops it.
func (h *testRoom) settle() {
	synctest.Wait()
	for _, p := range h.people {
		p.items()
		p.woken()
	}
}

// turnedAway wants a newcomer refused with an error of type E.
func turnedAway[E error](h *testRoom, e room.Entry) E {
	h.Helper()
	s, err := h.room.Join(h.Context(), e)
	if err == nil {
		h.people = append(h.people, &person{s, h})
	}
	return wantError[E](h, err)
}

func wantError[E error](h *testRoom, err error) E {
	h.Helper()
	e, ok := err.(E)
	if !ok {
		h.Fatalf("the error is %#v, want a %T", err, e)
	}
	return e
}

// does has a person do a line, which must be taken without a word to them.
func (p *person) does(lines ...string) {
	p.h.Helper()
	for _, line := range lines {
		if reply := p.asks(line); reply != nil {
			p.h.Errorf("%s did %.60q and was told %#v", p.Pseudo(), line, reply)
		}
	}
}

// asks has a person do a line and returns the reply.
func (p *person) asks(line string) room.Reply {
	p.h.Helper()
	reply, err := p.Do(p.h.Context(), line)
	if err != nil {
		p.h.Errorf("%s cannot do %.60q: %v", p.Pseudo(), line, err)
	}
	return reply
}

// tries has a person do a line that is to be refused, and returns why.
func (p *person) tries(line string) error {
	p.h.Helper()
	reply, err := p.Do(p.h.Context(), line)
	if err == nil || reply != nil {
		p.h.Errorf("%s did %.60q and was told %#v, %v", p.Pseudo(), line, reply, err)
	}
	return err
}

// refused has a person do a line that is to be refused with an error of type E.
func refused[E error](p *person, line string) E {
	p.h.Helper()
	return wantError[E](p.h, p.tries(line))
}

// replied has a person ask for a reply of type R.
func replied[R room.Reply](p *person, line string) R {
	p.h.Helper()
	reply := p.asks(line)
	r, ok := reply.(R)
	if !ok {
		p.h.Fatalf("%s asked %q and was told %#v", p.Pseudo(), line, reply)
	}
	return r
}

// items takes what is new for a person to see.
func (p *person) items() []room.Item {
	synctest.Wait()
	var all []room.Item
	for {
		batch := p.Take(make([]room.Item, 0, 64))
		if len(batch) == 0 {
			return all
		}
		all = append(all, batch...)
	}
}

// sees wants exactly this to be new for a person.
func (p *person) sees(want ...string) {
	p.h.Helper()
	var got []string
	for _, it := range p.items() {
		got = append(got, sketch(it))
	}
	if !slices.Equal(got, want) {
		p.h.Errorf("%s sees\n\t%s\nwant\n\t%s", p.Pseudo(), strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// woken reports whether a person's writer was woken because there is something
// to read, and forgets it.
func (p *person) woken() bool {
	synctest.Wait()
	select {
	case <-p.Wake():
		return true
	default:
		return false
	}
}

// left wants a person's session to have ended, and returns how.
func (p *person) left(want state.Cause) state.Ending {
	p.h.Helper()
	synctest.Wait()
	why := p.Ending()
	if why == nil {
		p.h.Fatalf("%s is still here", p.Pseudo())
	}
	if why.Cause != want {
		p.h.Errorf("%s left because of %v, want %v", p.Pseudo(), why.Cause, want)
	}
	return *why
}

func (p *person) stays() {
	p.h.Helper()
	synctest.Wait()
	if why := p.Ending(); why != nil {
		p.h.Errorf("%s left: %v", p.Pseudo(), why)
	}
}

// present wants exactly these people to be listed.
func (h *testRoom) present(want ...text.Pseudo) {
	h.Helper()
	c := h.room.Watch(room.Prefs{})
	defer c.Close(state.Ending{Cause: state.Quit})
	reply, err := c.Do(h.Context(), "list")
	list, ok := reply.(room.People)
	if !ok {
		h.Fatalf("list gave %#v, %v", reply, err)
	}
	var got []text.Pseudo
	for _, m := range list.Members {
		got = append(got, m.Pseudo)
	}
	if !slices.Equal(got, want) {
		h.Errorf("present are %q, want %q", got, want)
	}
}

// sketch draws what a person sees of an item in a few characters.
func sketch(it room.Item) string {
	if it.Event == nil {
		return sketchReply(it.Reply)
	}
	switch b := it.Event.Body.(type) {
	case state.Said:
		if b.Removed != nil {
			return fmt.Sprintf("%s: (deleted by %s, own %v)", b.From, b.Removed.By, b.Removed.Own)
		}
		if b.Action {
			return fmt.Sprintf("* %s %s", b.From, b.Text)
		}
		return fmt.Sprintf("%s: %s", b.From, b.Text)
	case state.Whispered:
		return fmt.Sprintf("%s -> %v: %s", b.From, b.To, b.Text)
	case state.Joined:
		return fmt.Sprintf("+%s", b.Pseudo)
	case state.Left:
		return strings.TrimSpace(fmt.Sprintf("-%s (%v) %s", b.Pseudo, b.Cause, b.Text))
	case state.Renamed:
		return fmt.Sprintf("%s = %s", b.From, b.To)
	case state.Gathered:
		return fmt.Sprintf("+%d -%d =%d", b.In, b.Out, b.Present)
	}
	return sketchDecision(it.Event.Body)
}

func sketchDecision(body state.Body) string {
	by := func(p text.Pseudo) string {
		if p == "" {
			return "console"
		}
		return string(p)
	}
	switch b := body.(type) {
	case state.Deleted:
		return fmt.Sprintf("%s deleted %s's", by(b.By), b.Author)
	case state.Forgotten:
		return fmt.Sprintf("%s is forgotten", b.Pseudo)
	case state.RoomJoined:
		return fmt.Sprintf("%s at %s", b.Pseudo, b.In)
	case state.TopicSet:
		return fmt.Sprintf("topic by %s: %s", by(b.By), b.Text)
	case state.Walled:
		return fmt.Sprintf("wall by %s: %s", by(b.By), b.Text)
	case state.Kicked:
		if b.Flood {
			return fmt.Sprintf("%s kicked for flooding", b.Pseudo)
		}
		return fmt.Sprintf("%s kicked by %s: %s", b.Pseudo, by(b.By), b.Reason)
	case state.Banned:
		return fmt.Sprintf("%v banned by %s for %v: %s, gone %v", b.Ban.Target, by(b.Ban.By), b.Ban.For, b.Ban.Reason, b.Gone)
	case state.Unbanned:
		return fmt.Sprintf("%v unbanned by %s", b.Target, by(b.By))
	case state.Muted:
		return fmt.Sprintf("%s muted by %s for %v", b.Pseudo, by(b.By), b.For)
	case state.Unmuted:
		return fmt.Sprintf("%s unmuted by %s", b.Pseudo, by(b.By))
	case state.SlowSet:
		return fmt.Sprintf("slow by %s: %v", by(b.By), b.Every)
	case state.ShutdownPlanned:
		return fmt.Sprintf("closing in %v by %s: %s", b.In, by(b.By), b.Reason)
	case state.ShutdownCountdown:
		return fmt.Sprintf("closing in %v", b.Left)
	case state.ShutdownCancelled:
		return fmt.Sprintf("not closing, by %s", by(b.By))
	}
	return fmt.Sprintf("%#v", body)
}

func sketchReply(r room.Reply) string {
	if s, ok := sketchRoom(r); ok {
		return s
	}
	switch r := r.(type) {
	case room.Welcome:
		return "welcome"
	case room.Skipped:
		return fmt.Sprintf("skipped %d", r.Count)
	case room.Failure:
		return "! " + r.Err.Error()
	case room.People:
		return fmt.Sprintf("list of %d", len(r.Members))
	case room.Past:
		return fmt.Sprintf("past of %d", len(r.Events))
	}
	return fmt.Sprintf("%#v", r)
}

// sleep lets time pass.
func sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// fingerprint returns that of a key, as it could be.
func fingerprint(name string) string {
	return state.KeyPrefix + name + strings.Repeat("A", 43-len(name))
}
