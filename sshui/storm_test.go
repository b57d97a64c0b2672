package sshui

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/room"
	"salon/room/roomtest"
	"salon/room/state"
)

// arrivingAtOnce is how many of a crowd log in at the same time.
const arrivingAtOnce = 8

// crowd are members on screens, each with a key, a connection and a line that is being typed.
type crowd struct {
	h       *harness
	members []crowdMember
	reading sync.WaitGroup
}

type crowdMember struct {
	name, draft string
	key         gossh.Signer
	raw         net.Conn
}

func newCrowd(t testing.TB, h *harness, size int) *crowd {
	t.Helper()
	c := &crowd{h: h, members: make([]crowdMember, size)}
	for i := range c.members {
		c.members[i] = crowdMember{name: fmt.Sprint("u", i), draft: fmt.Sprint("brouillon-", i, "-"), key: newKey(t)}
	}
	t.Cleanup(c.cut)
	return c
}

// arrive has everybody come in, and returns how long that took. Those who come for the
// first time type their draft; the others find it.
func (c *crowd) arrive(t testing.TB, back bool) time.Duration {
	t.Helper()
	began, failed := time.Now(), make(chan error, len(c.members))
	slots := make(chan struct{}, arrivingAtOnce)
	for i := range c.members {
		slots <- struct{}{}
		go func() {
			failed <- c.enter(&c.members[i], back)
			<-slots
		}()
	}
	for range c.members {
		if err := <-failed; err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(began)
}

func (c *crowd) enter(m *crowdMember, back bool) (err error) {
	if m.raw, err = net.DialTimeout("tcp", c.h.Addr, patience); err != nil {
		return err
	}
	m.raw.SetDeadline(time.Now().Add(3 * patience)) // a crowd
	over, channels, requests, err := gossh.NewClientConn(m.raw, c.h.Addr, clientConfig(m.name, m.key))
	if err != nil {
		return err
	}
	ch, more, err := gossh.NewClient(over, channels, requests).OpenChannel("session", nil)
	if err != nil {
		return err
	}
	go gossh.DiscardRequests(more)
	ch.SendRequest("pty-req", false, gossh.Marshal(ptyRequest{Term: "xterm", Columns: 80, Rows: 24}))
	ch.SendRequest("shell", false, nil)
	if !back {
		io.WriteString(ch, m.draft)
	}
	if err := readTo(ch, m.draft); err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	c.reading.Go(func() { io.Copy(io.Discard, ch) })
	return nil
}

// readTo reads until something has come.
func readTo(r io.Reader, want string) error {
	var got []byte
	for buf := make([]byte, 4<<10); !bytes.Contains(got, []byte(want)); {
		n, err := r.Read(buf)
		if got = append(got, buf[:n]...); err != nil {
			return fmt.Errorf("never shown %q: %w", want, err)
		}
	}
	return nil
}

// cut breaks every connection at once.
func (c *crowd) cut() {
	for _, m := range c.members {
		if m.raw != nil {
			m.raw.(*net.TCPConn).SetLinger(0)
			m.raw.Close()
		}
	}
	c.reading.Wait()
}

// awaitSeen waits until everybody has been shown that all came.
func (c *crowd) awaitSeen(t testing.TB) {
	t.Helper()
	roomtest.Until(t, func() string { return "not all are shown to have come" }, func() bool {
		came := len(roomtest.Seen[state.Joined](c.h.Console))
		for _, b := range roomtest.Seen[state.Gathered](c.h.Console) {
			came += b.In
		}
		return came == len(c.members)
	})
}

// awaitCut waits until the room knows that all were cut.
func (c *crowd) awaitCut(t testing.TB) {
	t.Helper()
	roomtest.Until(t, func() string { return "not all are cut" }, func() bool {
		lost := 0
		for _, p := range c.h.Order(t, "liste").(room.People).Members {
			if p.Lost {
				lost++
			}
		}
		return lost == len(c.members)
	})
}

// storm has a crowd cut and come back. Nobody else is shown anything.
func storm(t testing.TB, size int) (joined, back time.Duration, kept int64) {
	t.Helper()
	h := open(t, cutting, func(b *build) { b.room.GatherAbove, b.room.GatherEvery = 100, time.Second })
	c, before := newCrowd(t, h, size), heap()
	joined = c.arrive(t, false)
	c.awaitSeen(t)
	h.Forget()
	c.cut()
	c.awaitCut(t)
	kept = heap() - before
	back = c.arrive(t, true)
	if seen := h.Events(); len(seen) > 0 {
		t.Errorf("others are shown %v", seen)
	}
	c.cut() // before the next
	return joined, back, kept
}

// TestManyCutAtOnceComeBackUnnoticed, each to the line that they were typing.
func TestManyCutAtOnceComeBackUnnoticed(t *testing.T) { storm(t, 50) }

// BenchmarkAThousandCutAndBack is how quickly a crowd comes in, and comes back, and what
// is kept of each meanwhile.
func BenchmarkAThousandCutAndBack(b *testing.B) {
	const size = 1000
	for b.Loop() {
		joined, back, kept := storm(b, size)
		b.ReportMetric(size/joined.Seconds(), "joins/s")
		b.ReportMetric(size/back.Seconds(), "returns/s")
		b.ReportMetric(float64(kept)/size, "B-kept/member")
	}
}
