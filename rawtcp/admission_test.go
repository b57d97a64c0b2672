package rawtcp

import (
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"salon/internal/front"
	"salon/room/roomtest"
)

// callFrom connects from an address of this machine.
func (h *harness) callFrom(addr string) net.Conn {
	h.T.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(addr)}}
	c, err := d.Dial("tcp", h.Addr)
	if err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// reads returns what comes up to the end of the question, or of the connection.
func reads(c net.Conn) string {
	var got []byte
	for b := make([]byte, 1); !strings.HasSuffix(string(got), hello); {
		if _, err := io.ReadFull(c, b); err != nil {
			break
		}
		got = append(got, b[0])
	}
	return string(got)
}

func TestAStrangerWithoutEndIsRefusedAndNobodyElse(t *testing.T) {
	var log roomtest.Journal
	h := open(t, func(b *build) {
		b.limits = front.Limits{PerSource: 512, LoginsPerSource: 64, ConnectBurst: 256, MaxPenalty: time.Minute}
		b.log = slog.New(slog.NewTextHandler(&log, nil))
	})
	refused := 0
	for range 100 {
		if reads(h.callFrom("127.0.0.2")) == french.TooManyNew+"\r\n" {
			refused++
		}
	}
	if refused < 30 || refused > 36 { // one a second is let through
		t.Errorf("%d of 100 are refused", refused)
	}
	for _, addr := range []string{"127.0.0.3", "127.0.0.1"} {
		if got := reads(h.callFrom(addr)); got != hello {
			t.Errorf("%s is told %q", addr, got)
		}
	}
	for range 5 {
		c := h.callFrom("127.0.0.4")
		reads(c)
		io.WriteString(c, "GET / HTTP/1.1\r\n\r\n")
		io.ReadAll(c)
	}
	before, after, _ := strings.Cut(french.Penalty, "%s")
	if got := strings.TrimSpace(reads(h.callFrom("127.0.0.4"))); !strings.HasPrefix(got, before) || !strings.HasSuffix(got, after) {
		t.Errorf("after five failures it is told %q", got)
	}
	for _, want := range []string{
		`msg=refused front=tcp addr=127.0.0.2 why="room: too many new connections from this source"`, `msg="handshake failed" front=tcp addr=127.0.0.4 why=HTTP`,
		`msg=refused front=tcp addr=127.0.0.4 why="room: too many failures from this source, wait `,
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log says nothing of %s:\n%s", want, &log)
		}
	}
}

// The logins that count are those under way: whoever is in makes room for others.
func TestWhoeverIsInIsNotUnderWay(t *testing.T) {
	h := open(t, func(b *build) { b.limits = front.Limits{LoginsPerSource: 1} })
	for _, pseudo := range []string{"ann", "bob", "zoé"} {
		c := h.callFrom("127.0.0.2")
		if got := reads(c); got != hello {
			t.Fatalf("%s is told %q", pseudo, got)
		}
		io.WriteString(c, pseudo+"\r\n")
		for got := ""; !strings.Contains(got, "Bienvenue"); {
			b := make([]byte, 4096)
			n, err := c.Read(b)
			if err != nil {
				t.Fatal(err)
			}
			got += string(b[:n])
		}
	}
}
