package load_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/hostkeys"
	"salon/internal/load"
	"salon/rawtcp"
	"salon/room"
	"salon/sshui"
)

// open serves a room on this machine until the test ends.
func open(t *testing.T) (ssh, tcp string) {
	t.Helper()
	cfg := room.DefaultConfig()
	cfg.Rate = 0
	r, err := room.New(context.Background(), cfg, room.NewMemoryLog(), room.NewMemoryStore())
	if err != nil {
		t.Fatal(err)
	}
	key, err := hostkeys.Ephemeral()
	if err != nil {
		t.Fatal(err)
	}
	overSSH, err := sshui.New(sshui.Config{HostKeys: []gossh.Signer{key}, Version: "salon"}, r)
	if err != nil {
		t.Fatal(err)
	}
	overTCP := rawtcp.New(rawtcp.Config{}, r)
	a, b := listen(), listen()
	go overSSH.Serve(a)
	go overTCP.Serve(b)
	t.Cleanup(func() {
		r.Stop("")
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		overSSH.Shutdown(ctx)
		overTCP.Shutdown(ctx)
		r.Close()
	})
	return a.Addr().String(), b.Addr().String()
}

func TestALoadIsReportedWhole(t *testing.T) {
	ssh, tcp := open(t)
	var progress bytes.Buffer
	r, err := load.Run(t.Context(), load.Config{
		SSH: ssh, TCP: tcp, Screen: 3, Line: 3, Raw: 4, Width: 80, Height: 24, Stalled: 2, Parallel: 4,
		Senders: 4, Burst: 5, Size: 100, Settle: 10 * time.Millisecond, Progress: &progress,
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Expected != 8*4*5-5 || r.Lost() != 0 || r.Doubled != 0 { // one who talks has a screen
		t.Errorf("%d expected, %d lost, %d doubled", r.Expected, r.Lost(), r.Doubled)
	}
	if r.P50 <= 0 || r.P99 < r.P50 || r.Max < r.P99 {
		t.Errorf("latencies are %v, %v, %v", r.P50, r.P99, r.Max)
	}
	var text bytes.Buffer
	r.WriteTo(&text)
	for _, want := range []string{"10 (3 ssh screen 80x24, 3 ssh line, 4 raw tcp; 2 never read)", "155 of 155, 0 lost, 0 doubled", " summarised by a repaint", " bytes to each member in 10ms"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, text.String())
		}
	}
	if !strings.Contains(progress.String(), "10 of 10 members") {
		t.Errorf("progress is %q", progress.String())
	}
}

func TestALoadAtARateTakesItsTime(t *testing.T) {
	_, tcp := open(t)
	r, err := load.Run(t.Context(), load.Config{TCP: tcp, Raw: 2, Senders: 1, Rate: 50, Duration: 200 * time.Millisecond, Settle: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if r.Expected != 2*10 || r.Lost() != 0 || r.TalkTime < 150*time.Millisecond {
		t.Errorf("%d expected, %d lost, in %v", r.Expected, r.Lost(), r.TalkTime)
	}
}

func TestAServerThatIsNotThereIsSaid(t *testing.T) {
	l := listen()
	l.Close()
	_, err := load.Run(t.Context(), load.Config{TCP: l.Addr().String(), Raw: 2, Senders: 1, Burst: 1})
	if _, ok := errors.AsType[*net.OpError](err); !ok {
		t.Errorf("the error is %v", err)
	}
}

// TestALoadCanBeInterrupted: also while a server that says nothing is waited for.
func TestALoadCanBeInterrupted(t *testing.T) {
	for name, c := range map[string]load.Config{"ssh": {Screen: 2}, "lines": {Line: 1}, "raw TCP": {Raw: 2}} {
		t.Run(name, func(t *testing.T) {
			l := listen()
			defer l.Close()
			ctx, interrupt := context.WithCancel(t.Context())
			go func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					defer conn.Close()
					interrupt()
				}
			}()
			c.SSH, c.TCP, c.Senders, c.Burst, c.Width, c.Height = l.Addr().String(), l.Addr().String(), 1, 1, 80, 24
			if _, err := load.Run(ctx, c); !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
