package rawtcp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"

	"salon/room"
	"salon/room/roomtest"
	"salon/room/state"
)

func TestWhatOneSendsCannotCommandAnothersTerminalOrForgeALine(t *testing.T) {
	h := open(t)
	bob := h.enter("bob")
	ann := h.enter("ann")
	for i, line := range []string{
		"\x1b]0;titre\x07", "\x1b[2J\x1b[1;1H12:00 bob: forgé", "efface\rforgé", "n\x00u\x00l", "cloche\x07", "\xc2\x9b2J", "\x9b2Jx",
		"deux\u2028 bob: forgé", "\u0085 bob: forgé", "\v\f bob: forgé", "\x0e\x0f", "\u202egauche", "\xff\xff", "e\x08\x7f",
	} {
		last := fmt.Sprintf("fin %d", i)
		ann.send(line + "\r\n" + last + "\r\n")
		bob.awaitText("ann: " + last + "\r\n")
	}
	_, received, _ := strings.Cut(bob.String(), "ann arrive")
	if i := strings.IndexAny(received, "\x1b\x00\x07\x08\v\f\x0e\x0f\x7f\u009b\u0085\u2028\u202e"); i >= 0 {
		t.Errorf("bob is sent %q", received[i:min(len(received), i+40)])
	}
	if strings.Contains(strings.ReplaceAll(received, "\r\n", ""), "\r") || strings.Contains(strings.ReplaceAll(received, "\r\n", ""), "\n") {
		t.Errorf("bob is sent a lone CR or LF in %q", received)
	}
	for line := range strings.Lines(received) {
		if strings.Contains(line, "forgé") && !strings.Contains(line, " ann: ") {
			t.Errorf("a forged line: %q", line)
		}
	}
}

func TestALineInLatin1IsRead(t *testing.T) {
	h := open(t)
	bob := h.enter("bob")
	c := h.call()
	c.send("andr\xe9\r\n")
	c.awaitText("Bienvenue, andré")
	c.send("d\xe9j\xe0 vu \x80\r\n")
	bob.awaitText("andré: déjà vu €\r\n")
}

func TestARuneInTwoPiecesIsOneRune(t *testing.T) {
	h := open(t)
	ann, bob := h.enter("ann"), h.enter("bob")
	ann.send("caf\xc3")
	bob.wantTalking(h, "entre deux") // time goes by
	ann.send("\xa9\r\n")
	bob.awaitText("ann: café\r\n")
}

func TestBytesWithoutANewlineTakeNoMemory(t *testing.T) {
	h := open(t)
	ann := h.enter("ann")
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	block := bytes.Repeat([]byte("x"), 1<<20)
	for range 10 {
		if _, err := ann.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if after := heap(); after > before+4<<20 {
		t.Errorf("the heap grew by %d KiB", (after-before)>>10)
	}
	ann.send("\r\n")
	h.AwaitSaid(t, strings.Repeat("x", maxLine))
	ann.awaitText(french.LineCut)
	ann.wantTalking(h, "et après")
}

func TestAnOptionStormIsAnsweredInNoMoreBytesThanItTook(t *testing.T) {
	h := open(t)
	c := h.enter("ann")
	before := len(c.String())
	var storm strings.Builder
	for option := range 256 {
		for _, verb := range []string{"\xfb", "\xfc", "\xfd", "\xfe"} {
			storm.WriteString("\xff" + verb + string([]byte{byte(option)}))
		}
	}
	for range 20 {
		c.send(storm.String())
	}
	c.wantTalking(h, "après la tempête")
	// Each DO and each WILL is refused once, but for the timing mark, which is
	// answered each time.
	if got, most := len(c.String())-before, 3*(2*256+19)+100; got > most {
		t.Errorf("answered in %d bytes, want at most %d", got, most)
	}
}

// ourGoroutines counts those that serve connections.
func ourGoroutines() int { return roomtest.Goroutines("salon/rawtcp.(*conn)") }

func TestAnIdleSessionTakesTwoGoroutines(t *testing.T) {
	h := open(t)
	const sessions = 30
	for i := range sessions {
		h.enter(fmt.Sprint("ann", i))
	}
	if got := ourGoroutines(); got > 2*sessions {
		t.Errorf("%d goroutines for %d sessions", got, sessions)
	} else if got < sessions {
		t.Fatal("the goroutines are no longer recognised by their functions' names")
	}
}

func TestMembersComingAndGoingAtOnceLeaveNobodyBehind(t *testing.T) {
	h := open(t)
	var coming sync.WaitGroup
	for i := range 200 {
		coming.Go(func() {
			c, err := net.Dial("tcp", h.Addr)
			if err != nil {
				t.Error(err)
				return
			}
			io.WriteString(c, fmt.Sprintf("ann%d\r\nbonjour\r\n", i))
			if i%3 == 0 {
				c.(*net.TCPConn).SetLinger(0)
			}
			c.Close()
		})
	}
	coming.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	h.server.Shutdown(ctx) // waits for all of them, while the room stays open
	var here []room.Person
	roomtest.Until(t, func() string { return fmt.Sprintf("still here: %v", here) }, func() bool {
		here = h.Order(t, "liste").(room.People).Members
		return len(here) == 0 // who gave up coming in is put out when the log has let them in
	})
}

// brittle makes connections whose Write has a fault in it.
type brittle struct{ net.Listener }

type brittleConn struct{ *net.TCPConn }

func (b brittle) Accept() (net.Conn, error) {
	c, err := b.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return brittleConn{c.(*net.TCPConn)}, nil
}

func (b brittleConn) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("casse pour bob")) && bytes.Contains(p, []byte("moi")) {
		panic("another fault of ours")
	}
	return b.TCPConn.Write(p)
}

func TestAFaultOfOursEndsOneSessionWithAnApology(t *testing.T) {
	h := open(t, func(b *build) {
		b.store = roomtest.Faulty{MemoryStore: room.NewMemoryStore()}
		b.listen = func(l net.Listener) net.Listener { return brittle{l} }
	})
	ann, bob, dan := h.enter("ann"), h.enter("bob"), h.enter("dan")
	dan.send("/chercher x\r\n")
	dan.wantEnd(french.EndCrashed + "\r\n")
	h.wantLeft("dan", state.Crashed)
	h.Join("zoé").Do(t.Context(), "@bob casse pour bob")
	bob.wantEnd(french.EndCrashed + "\r\n")
	h.wantLeft("bob", state.Crashed)
	ann.wantTalking(h, "moi ça va")
	h.enter("bob") // the pseudo is free
}
