package operator_test

import (
	"bytes"
	"context"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"salon/room"
	"salon/room/operator"
	"salon/room/state"
	"salon/room/text"
)

// TestMain lets the clock of every console begin at midnight: a console names no
// zone, and the bubbles of these tests begin at midnight UTC.
func TestMain(m *testing.M) {
	time.Local = time.UTC
	goleak.VerifyTestMain(m)
}

// harness is a room with a console on a pipe, in a bubble where hours pass at once.
type harness struct {
	*testing.T
	room    *room.Room
	console *operator.Console
	out     *screen
	members []*room.Session
}

// screen keeps what is written to it.
type screen struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

// take returns what was written since the last take.
func (s *screen) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.buf.Reset()
	return s.buf.String()
}

func inRoom(t *testing.T, l state.Lang, test func(*harness)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		h.out = &screen{}
		h.console = operator.New(h.room, l, h.out)
		h.open()
		test(h)
	})
}

func newHarness(t *testing.T) *harness {
	r, err := room.New(t.Context(), room.DefaultConfig(), room.NewMemoryLog(), room.NewMemoryStore())
	if err != nil {
		t.Fatal(err)
	}
	return &harness{T: t, room: r}
}

// open follows the room on the console, until the test's end.
func (h *harness) open() {
	var following sync.WaitGroup
	following.Go(h.console.Follow)
	h.Cleanup(func() {
		for _, s := range h.members {
			s.Close(state.Ending{Cause: state.Quit})
		}
		h.console.Close()
		following.Wait()
		h.room.Close()
	})
}

// join lets somebody in.
func (h *harness) join(pseudo text.Pseudo, addr, key string) *room.Session {
	h.Helper()
	s, err := h.room.Join(h.Context(), room.Entry{Pseudo: pseudo, KeyID: key, Addr: netip.MustParseAddr(addr), Front: "ssh", Client: "OpenSSH_9.9"})
	if err != nil {
		h.Fatalf("%s cannot join: %v", pseudo, err)
	}
	h.members = append(h.members, s)
	return s
}

func (h *harness) say(s *room.Session, line string) {
	h.Helper()
	if _, err := s.Do(h.Context(), line); err != nil {
		h.Errorf("%s cannot say %q: %v", s.Pseudo(), line, err)
	}
}

// types hands the console these lines, to the end of its input.
func (h *harness) types(lines string) {
	h.console.Read(h.Context(), strings.NewReader(lines))
}

// prints wants exactly these lines to be new on the console.
func (h *harness) prints(lines ...string) {
	h.Helper()
	synctest.Wait()
	want := strings.Join(lines, "\n") + "\n"
	if len(lines) == 0 {
		want = ""
	}
	if got := h.out.take(); got != want {
		h.Errorf("the console shows\n%s\nwant\n%s", got, want)
	}
}

// stays wants the room to be open.
func (h *harness) stays() {
	h.Helper()
	synctest.Wait()
	select {
	case <-h.room.Stopped():
		h.Error("the room has stopped")
	default:
	}
	s, err := h.room.Join(context.Background(), room.Entry{Pseudo: "visitor", Quiet: true})
	if err != nil {
		h.Errorf("nobody can join: %v", err)
		return
	}
	s.Close(state.Ending{Cause: state.Quit})
}
