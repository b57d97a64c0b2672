package sshui

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/room/roomtest"
)

// flooded returns a connection read at the default pace, in a bubble, into which
// packets of that size come without end.
func flooded(t *testing.T, packet int) *paced {
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	go func() {
		for b, err := make([]byte, packet), error(nil); err == nil; {
			_, err = theirs.Write(b)
		}
	}()
	return newPaced(ours, defaultPace())
}

func TestAConnectionIsReadNoFasterThanItsPace(t *testing.T) {
	for _, packet := range []int{36, 1 << 20} {
		for _, buffer := range []int{512, 4 << 10, 256 << 10} {
			synctest.Test(t, func(t *testing.T) {
				p := flooded(t, packet)
				start, read, b := time.Now(), 0, make([]byte, buffer)
				moments := map[time.Time]bool{}
				for time.Since(start) < 10*time.Second {
					n, err := p.Read(b)
					if err != nil {
						t.Fatal(err)
					}
					if time.Since(start) < 10*time.Second {
						read += n
						moments[time.Now()] = true
					}
				}
				if most := readBurst + 10*readRate + buffer; read > most {
					t.Errorf("%d bytes at a time into %d: %d read in 10 s, more than %d", packet, buffer, read, most)
				}
				if least := readBurst + 9*readRate; read < least {
					t.Errorf("%d bytes at a time into %d: %d read in 10 s, less than %d", packet, buffer, read, least)
				}
				if len(moments) > 10*8+1 { // see front.Pace: seldom
					t.Errorf("%d bytes at a time into %d: woken %d times in 10 s", packet, buffer, len(moments))
				}
			})
		}
	}
}

func TestWhatComesWithinThePaceIsReadAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := flooded(t, 4<<10)
		for range 20 {
			start := time.Now()
			if _, err := io.CopyN(io.Discard, p, 64<<10); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 0 {
				t.Fatalf("waited %v", took)
			}
			time.Sleep(2 * time.Second)
		}
	})
}

func TestAReadThatWaitsIsReleasedByClosing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const later = 10 * time.Millisecond
		p := flooded(t, 4<<10)
		io.CopyN(io.Discard, p, readBurst+1)
		start := time.Now()
		time.AfterFunc(later, func() { p.Close() })
		if _, err := p.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) || time.Since(start) != later {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// The deadline of a login cannot wait behind what came too fast for long.
func TestAReadThatWaitsFailsSoonAfterItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := flooded(t, 4<<10)
		start := time.Now()
		p.SetDeadline(start.Add(time.Second))
		_, err := io.Copy(io.Discard, p)
		if took := time.Since(start); !errors.Is(err, os.ErrDeadlineExceeded) || took > 5*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// few bytes unread hold a connection back.
const few = 64 << 10

// visit is a session channel between a client and a server that reads as the test
// does, over a connection without a limit of pace.
type visit struct {
	wire   *paced
	client *gossh.Client
	server *gossh.ServerConn
}

// visitFrom makes one, in a bubble. So many bytes may come unread.
func visitFrom(t *testing.T, unread int) (*visit, <-chan gossh.NewChannel) {
	ours, theirs := net.Pipe()
	v := &visit{wire: newPaced(roomtest.Post(ours), unlimited(unread))}
	cfg := &gossh.ServerConfig{NoClientAuth: true}
	cfg.AddHostKey(newKey(t))
	var offers <-chan gossh.NewChannel
	var serving sync.WaitGroup
	serving.Go(func() {
		var requests <-chan *gossh.Request
		var err error
		if v.server, offers, requests, err = gossh.NewServerConn(v.wire, cfg); err != nil {
			t.Error(err)
			return
		}
		go gossh.DiscardRequests(requests)
	})
	c, chans, requests, err := gossh.NewClientConn(theirs, "", clientConfig("ann"))
	if err != nil {
		t.Fatal(err)
	}
	v.client = gossh.NewClient(c, chans, requests)
	serving.Wait()
	t.Cleanup(func() { v.client.Close(); v.server.Close() })
	return v, offers
}

// channel opens a session channel, and returns both its ends.
func (v *visit) channel(t *testing.T, offers <-chan gossh.NewChannel) (theirs gossh.Channel, ours *pacedChannel) {
	t.Helper()
	var accepting sync.WaitGroup
	accepting.Go(func() {
		ch, requests, err := (<-offers).Accept()
		if err != nil {
			t.Error(err)
			return
		}
		ours = newPacedChannel(v.wire, ch)
		go func() {
			gossh.DiscardRequests(requests)
			ours.end()
		}()
	})
	theirs, requests, err := v.client.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	go gossh.DiscardRequests(requests)
	accepting.Wait()
	return theirs, ours
}

// writing sends a text, so many bytes in each packet, and then its end. It tells
// how much has been taken.
func writing(ch gossh.Channel, text string, each int) (sent func() int, done chan struct{}) {
	var mu sync.Mutex
	n := 0
	done = make(chan struct{})
	go func() {
		defer close(done)
		for rest := text; rest != ""; rest = rest[min(each, len(rest)):] {
			if _, err := io.WriteString(ch, rest[:min(each, len(rest))]); err != nil {
				return
			}
			mu.Lock()
			n += min(each, len(rest))
			mu.Unlock()
		}
		ch.CloseWrite()
	}()
	return func() int { mu.Lock(); defer mu.Unlock(); return n }, done
}

// letters are n bytes that can be told apart.
func letters(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d\n", i)
	}
	return b.String()[:n]
}

func TestAClientThatSendsTinyPacketsIsHeldBackAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, offers := visitFrom(t, few)
		theirs, ours := v.channel(t, offers)
		const smallest = 36 // bytes, encrypted
		text := letters(2*few/smallest + 4321)
		sent, done := writing(theirs, text, 1)
		synctest.Wait() // nothing moves any more
		if n := sent(); n < few/2/smallest || n > few/smallest+100 || !v.wire.isFull() {
			t.Errorf("%d bytes taken, full: %v", n, v.wire.isFull())
		}
		var got bytes.Buffer
		for b := make([]byte, 4098); ; {
			n, err := ours.Read(b)
			got.Write(b[:n])
			if err != nil {
				break
			}
			synctest.Wait()
		}
		<-done
		if got.String() != text {
			t.Errorf("%d bytes came of %d, or not the same", got.Len(), len(text))
		}
	})
}

// A reader whose buffer is filled by the very last byte cannot tell that it was.
func TestAClientHeldBackIsReadAgainWhenNothingIsLeft(t *testing.T) {
	for _, buffer := range []int{1, 7, 100, 4096} {
		synctest.Test(t, func(t *testing.T) {
			v, offers := visitFrom(t, few)
			theirs, ours := v.channel(t, offers)
			text := letters(5_000)
			writing(theirs, text, 1)
			synctest.Wait()
			var got strings.Builder
			if _, err := io.CopyBuffer(&got, ours, make([]byte, buffer)); err != nil || got.String() != text {
				t.Errorf("%d bytes came of %d (%v), or not the same", got.Len(), len(text), err)
			}
		})
	}
}

func TestAWindowOfLinesIsTakenWholeFromAPipeThatIsReadSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, offers := visitFrom(t, maxUnread)
		theirs, _ := v.channel(t, offers)
		const window, line = 2 << 20, 80
		_, done := writing(theirs, letters(window/line*line), line)
		synctest.Wait()
		select {
		case <-done:
		default:
			t.Error("held back")
		}
		if _, _, err := v.client.SendRequest("still there?", true, nil); err != nil || v.wire.isFull() {
			t.Errorf("no longer heard: %v", err)
		}
	})
}

func TestAPipeThatIsNeverCaughtUpWithIsHeldBackByItsWindowAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, offers := visitFrom(t, maxUnread)
		theirs, ours := v.channel(t, offers)
		_, done := writing(theirs, letters(2*maxUnread), 16<<10)
		for b := make([]byte, 4098); ; {
			synctest.Wait()
			if v.wire.isFull() {
				t.Fatal("held back by the wire")
			}
			if _, err := ours.Read(b); err != nil {
				break
			}
		}
		<-done
	})
}

func TestOneSessionThatDoesNotReadHoldsItsWholeConnectionBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, offers := visitFrom(t, few)
		theirs, ours := v.channel(t, offers)
		_, other := v.channel(t, offers)
		go io.Copy(io.Discard, other)
		_, done := writing(theirs, letters(5_000), 1)
		if synctest.Wait(); !v.wire.isFull() {
			t.Error("the other, which has read all, lets it go on")
		}
		go io.Copy(io.Discard, ours)
		<-done
	})
}

func TestWhatComesAsStderrIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, offers := visitFrom(t, maxUnread)
		theirs, ours := v.channel(t, offers)
		var got bytes.Buffer
		go io.Copy(&got, ours)
		if _, err := io.Copy(theirs.Stderr(), strings.NewReader(letters(5<<20))); err != nil {
			t.Fatal(err)
		}
		io.WriteString(theirs, "et voilà")
		if synctest.Wait(); got.String() != "et voilà" {
			t.Errorf("%q", &got)
		}
	})
}

// heldBack makes a connection that is full of what its one session does not read.
func heldBack(t *testing.T) (*visit, *pacedChannel) {
	t.Helper()
	v, offers := visitFrom(t, few)
	theirs, ours := v.channel(t, offers)
	writing(theirs, letters(5_000), 1)
	if synctest.Wait(); !v.wire.isFull() {
		t.Fatal("not held back")
	}
	return v, ours
}

func TestASessionThatNobodyReadsAnyMoreIsRelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, ours := heldBack(t)
		ours.Close()
		if synctest.Wait(); v.wire.isFull() {
			t.Error("still held back")
		}
		if _, _, err := v.client.SendRequest("still there?", true, nil); err != nil {
			t.Error(err)
		}
	})
}

func TestAConnectionHeldBackNoticesThatItsClientIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, ours := heldBack(t)
		v.client.Close()
		for err := error(nil); err == nil; synctest.Wait() {
			_, err = io.WriteString(ours, "encore là ?")
		}
		if err := v.server.Wait(); err == nil {
			t.Error("it did not")
		}
	})
}

func TestAConnectionHeldBackIsClosedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, _ := heldBack(t)
		v.wire.Close()
		v.server.Wait()
	})
}

// A client held back cannot answer: its answers wait behind what it has sent.
func TestWhoeverIsHeldBackIsNotLostForIt(t *testing.T) {
	h := open(t, func(b *build) { b.room.Rate, b.room.Burst, b.pace.unread = 0.001, 1, few })
	_, done := writing(h.pipe("make"), strings.Repeat("x\n", few), 1)
	defer func() { h.Close(); <-done }()
	under := h.server.conns.Open()[0].(*conn)
	roomtest.Until(t, func() string { return "never held back" }, under.isFull)
	for range 2 * maxUnanswered {
		h.server.sendKeepalives()
	}
	if n := under.unanswered.Load(); n > 1 {
		t.Errorf("asked %d times for an answer that cannot come", n)
	}
}

func TestAServerReadsAtTheDefaultPace(t *testing.T) {
	srv, err := New(Config{HostKeys: []gossh.Signer{newKey(t)}}, open(t).Room)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { srv.Serve(l) })
	defer serving.Wait()
	defer srv.Shutdown(t.Context())
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	roomtest.Until(t, func() string { return "never served" }, func() bool { return len(srv.conns.Open()) == 1 })
	if got := srv.conns.Open()[0].(*conn).pace; got != defaultPace() {
		t.Errorf("its pace is %+v", got)
	}
}
