package front

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"

	"salon/room"
	"salon/room/roomtest"
)

// door is a front that says to each client who it is, and then what it sends.
type door struct {
	*roomtest.Harness
	conns   *Conns
	journal roomtest.Journal
}

// openDoor opens a door for which connections from 127.0.0.2 come through a proxy.
func openDoor(t *testing.T) *door {
	d := &door{Harness: roomtest.Open(t, room.Config{}, room.NewMemoryStore())}
	log := slog.New(slog.NewTextHandler(&d.journal, nil))
	limits := Limits{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}, MaxPenalty: time.Minute}
	d.conns = NewConns(Config{
		Name: "test", Room: d.Room, Log: log, Admission: NewAdmission(limits, log), Linger: time.Second,
		Refusal: func(why error) []byte { return []byte(why.Error() + "\n") },
	})
	d.conns.Serve = func(c net.Conn, l *Login) {
		d.conns.Run(c, l, func() {
			io.WriteString(c, l.Addr.String()+"\n")
			io.Copy(c, c)
		})
	}
	t.Cleanup(d.conns.Admission.Close)
	d.Harness.Serve(d, nil)
	return d
}

func (d *door) Serve(l net.Listener) error { return d.conns.Accept(l) }

func (d *door) Shutdown(ctx context.Context) error {
	d.conns.Shutdown(ctx)
	return nil
}

// from connects from an address of this machine, and sends what is given.
func (d *door) from(t *testing.T, addr, sent string) *net.TCPConn {
	t.Helper()
	c, err := net.DialTCP("tcp", &net.TCPAddr{IP: net.ParseIP(addr)}, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(d.Addr)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(roomtest.Patience))
	io.WriteString(c, sent)
	return c
}

// v2 is a header of version 2, with a TLV that no buffer holds at once.
func v2(t *testing.T, from, to string, command proxyproto.ProtocolVersionAndCommand) string {
	t.Helper()
	h := proxyproto.HeaderProxyFromAddrs(2, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(from)), net.TCPAddrFromAddrPort(netip.MustParseAddrPort(to)))
	h.Command = command
	h.SetTLVs([]proxyproto.TLV{{Type: proxyproto.PP2_TYPE_NOOP, Value: make([]byte, 1000)}})
	b, err := h.Format()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAProxyNamesTheClient(t *testing.T) {
	d := openDoor(t)
	for name, test := range map[string]struct{ from, header, want string }{
		"version 1":       {"127.0.0.2", "PROXY TCP4 192.0.2.7 192.0.2.1 4242 22\r\n", "192.0.2.7"},
		"IPv6":            {"127.0.0.2", "PROXY TCP6 2001:db8::7 2001:db8::1 4242 22\r\n", "2001:db8::7"},
		"IPv4 in IPv6":    {"127.0.0.2", "PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.1 4242 22\r\n", "192.0.2.7"},
		"version 2":       {"127.0.0.2", v2(t, "192.0.2.7:4242", "192.0.2.1:22", proxyproto.PROXY), "192.0.2.7"},
		"version 2, IPv6": {"127.0.0.2", v2(t, "[2001:db8::7]:4242", "[2001:db8::1]:22", proxyproto.PROXY), "2001:db8::7"},
		"its own":         {"127.0.0.2", v2(t, "192.0.2.7:4242", "192.0.2.1:22", proxyproto.LOCAL), "127.0.0.2"},
		"unknown":         {"127.0.0.2", "PROXY UNKNOWN\r\n", "127.0.0.2"},
	} {
		t.Run(name, func(t *testing.T) {
			c := d.from(t, test.from, test.header+"hello\n")
			in := bufio.NewReader(c)
			for _, want := range []string{test.want, "hello"} {
				if got, err := in.ReadString('\n'); got != want+"\n" {
					t.Errorf("got %q (%v), want %s", got, err, want)
				}
			}
			io.WriteString(c, "again\n")
			if got, _ := in.ReadString('\n'); got != "again\n" {
				t.Errorf("then got %q", got)
			}
		})
	}
	c := d.from(t, "127.0.0.3", "PROXY TCP4 192.0.2.7 192.0.2.1 4242 22\r\n")
	c.CloseWrite()
	if got, _ := io.ReadAll(c); string(got) != "127.0.0.3\nPROXY TCP4 192.0.2.7 192.0.2.1 4242 22\r\n" {
		t.Errorf("of a stranger the header is parsed: %q", got)
	}
	d.Order(t, "ban 192.0.2.7 1h")
	if got, _ := io.ReadAll(d.from(t, "127.0.0.2", "PROXY TCP4 192.0.2.7 192.0.2.1 4242 22\r\n")); !strings.Contains(string(got), "banned") {
		t.Errorf("a banned client is told %q", got)
	}
}

// TestAHealthCheckLeavesNoTrace: whoever looks whether the port is open is not logged, nor
// held against the proxy. Whoever else says nothing that a proxy says is closed.
func TestAHealthCheckLeavesNoTrace(t *testing.T) {
	d := openDoor(t)
	for range 100 {
		d.from(t, "127.0.0.2", "").Close()
		c := d.from(t, "127.0.0.2", v2(t, "127.0.0.2:1", "127.0.0.1:2", proxyproto.LOCAL))
		c.CloseWrite()
		if got, err := io.ReadAll(c); err != nil || string(got) != "127.0.0.2\n" {
			t.Fatalf("told %q (%v)", got, err)
		}
	}
	if d.journal.String() != "" {
		t.Errorf("logged:\n%s", &d.journal)
	}
	for _, sent := range []string{"SSH-2.0-x\r\n", "PROXY TCP4 192.0.2.7\r\n", "PROXY UNIX a b\r\n", "\r\n\r\n\x00\r\nQUIT\n\x21\x31\x00\xd8" + strings.Repeat("x", 216)} {
		got, _ := io.ReadAll(d.from(t, "127.0.0.2", sent))
		if len(got) > 0 {
			t.Errorf("%q is answered %q", sent, got)
		}
	}
	if n := strings.Count(d.journal.String(), `msg="proxy refused" front=test addr=127.0.0.2 why="PROXY header: `); n != 4 {
		t.Errorf("logged:\n%s", &d.journal)
	}
}

// TestAHeaderThatDoesNotComeKeepsNobodyWaiting: neither others, nor the shutdown.
func TestAHeaderThatDoesNotComeKeepsNobodyWaiting(t *testing.T) {
	d := openDoor(t)
	for range 50 {
		d.from(t, "127.0.0.2", "PROXY TC")
		d.from(t, "127.0.0.2", "")
	}
	c := d.from(t, "127.0.0.1", "")
	if got, err := bufio.NewReader(c).ReadString('\n'); got != "127.0.0.1\n" {
		t.Errorf("told %q (%v)", got, err)
	}
	c.Close()
	start := time.Now()
	d.Close()
	if took := time.Since(start); took > headerTimeout-time.Second {
		t.Errorf("the shutdown took %v", took)
	}
}
