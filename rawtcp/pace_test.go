package rawtcp

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"salon/internal/front"
	"salon/room"
	"salon/room/roomtest"
	"salon/room/state"
)

// tally counts what is read of an endless source, and how often.
type tally struct {
	io.Reader
	bytes, reads int
}

func (s *tally) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	s.bytes += n
	s.reads++
	return n, err
}

func TestWhatNeverEndsIsReadAtAPace(t *testing.T) {
	for name, pattern := range map[string]string{"a line": "x", "erased as it comes": "é\x7f", "telnet": "\xff\xf1\xff\xfd\x06"} {
		for _, oneByte := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				const span = 10 * time.Second
				src := &tally{Reader: endless(pattern, 1<<40)}
				if oneByte {
					src.Reader = iotest.OneByteReader(src.Reader)
				}
				r := newLineReader(src, defaultPace(), func([]byte) {})
				for start := time.Now(); time.Since(start) < span; {
					if err := r.fill(); err != nil {
						t.Fatal(err)
					}
					if tok := r.scan(); tok.kind != tokenNone {
						t.Fatalf("%s is %q", name, write(tok))
					}
				}
				most := readBurst + int(span/time.Second)*readRate
				if src.bytes+src.reads*readCost > most+readSize+2*readCost || src.bytes+src.reads*readCost < most*8/10 {
					t.Errorf("%s, one byte at a time: %v: %d bytes in %d reads in %v", name, oneByte, src.bytes, src.reads, span)
				}
			})
		}
	}
}

// allowed gives the longest lines, as many as the limits on lines allow by default.
type allowed struct {
	start time.Time
	lines int
	rest  string
}

func (a *allowed) Read(b []byte) (int, error) {
	if a.rest == "" {
		const atOnce, each = 40, time.Second / 20
		if a.lines++; a.lines > atOnce {
			time.Sleep(time.Until(a.start.Add(time.Duration(a.lines-atOnce) * each)))
		}
		a.rest = strings.Repeat("x", maxLine) + "\r\n"
	}
	n := copy(b, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

func TestLinesThatTheLimitsAllowAreReadAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &allowed{start: time.Now()}
		r := newLineReader(src, defaultPace(), func([]byte) {})
		for range 2000 {
			if _, err := r.next(); err != nil {
				t.Fatal(err)
			}
			if d := r.pace.Delay(); d > 0 {
				t.Fatalf("after %d lines in %v it waits %v", src.lines, time.Since(src.start), d)
			}
		}
	})
}

func TestAServerReadsAtTheDefaultPace(t *testing.T) {
	h := open(t)
	got := New(Config{}, h.Room)
	defer got.Shutdown(t.Context())
	for rate, want := range map[float64]front.Pace{0: {}, 2: defaultPace(), 20: front.NewPace(80*maxLine, 160*maxLine)} {
		h.Room.SetLimits(room.Limits{Rate: rate, Burst: 5})
		if pace := newConn(got, h.Dial(), &front.Login{}).in.pace; pace != want {
			t.Errorf("with %v messages a second its pace is %+v", rate, pace)
		}
	}
}

// The answer is a line in return for two bytes.
func TestAreYouThereIsAnsweredAsOftenAsALineMayBeSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const asked, lines, atOnce, perSecond = 500, 20, 40, 20
		h := open(t, wired, func(b *build) { b.room.Rate, b.room.Burst = 2, 5 })
		c, start := h.enter("ann"), time.Now()
		c.send(strings.Repeat("\xff\xf6", asked) + strings.Repeat("/xyzzy\n", lines) + "@tous fini\n")
		for {
			time.Sleep(time.Second)
			took := time.Since(start)
			answers := strings.Count(c.String(), french.StillHere) + strings.Count(c.String(), "xyzzy")
			if most := atOnce + perSecond*int(took/time.Second); answers > most {
				t.Fatalf("%d answers in %v, want at most %d", answers, took, most)
			}
			if strings.Contains(c.String(), ": fini") {
				break
			}
			if took > 2*asked*time.Second/perSecond {
				t.Fatalf("%d answers in %v", answers, took)
			}
		}
		if got := strings.Count(c.String(), french.StillHere); got != asked {
			t.Errorf("%d answers of %d", got, asked)
		}
	})
}

func TestAVisitorIsNotAskedAgainForEver(t *testing.T) {
	h := open(t)
	c := h.call()
	c.send("\xff\xf6")
	c.awaitText(hello + hello)
	c.send(strings.Repeat("\xff\xf6", 100))
	c.wantEnd(strings.Repeat(hello, visitorTries) + french.TooManyTries + "\r\n" + willLogout)
	if strings.Count(c.String(), hello) != visitorTries || len(roomtest.Seen[state.Joined](h.Console)) != 0 {
		t.Errorf("told %q", c)
	}
}

func TestAnEndlessLineDelaysNobodyElseAndEndsWithItsNewline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired, func(b *build) { b.room.Rate, b.room.Burst, b.pace = 2, 5, defaultPace() })
		ann, bob := h.enter("ann"), h.enter("bob")
		start := time.Now()
		ann.send(strings.Repeat("x", readBurst+3*readRate))
		for i := range 5 {
			before := time.Now()
			bob.wantTalking(h, fmt.Sprint("pendant ce temps ", i))
			if took := time.Since(before); took > 0 {
				t.Errorf("bob waits %v", took)
			}
			time.Sleep(100 * time.Millisecond)
		}
		ann.send("\nbonjour\n")
		ann.awaitText(french.LineCut)
		ann.awaitText(": bonjour")
		if took := time.Since(start); took < 2*time.Second || took > 6*time.Second {
			t.Errorf("read after %v", took)
		}
	})
}

// TestInSlowModeEachLineIsAnsweredAtOnce to a client that sends a line and waits for its answer.
func TestInSlowModeEachLineIsAnsweredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, wired, func(b *build) { b.room.Rate, b.room.Burst, b.pace = 2, 5, defaultPace() })
		p := h.patient("ann")
		defer p.Close()
		h.Order(t, "slow 8")
		p.settle()
		start := time.Now()
		for i, want := range []string{" ann: un\r\n", "Mode lent : prochain message dans 8 s.\r\n", "Mode lent : prochain message dans 8 s.\r\n", " en ligne :\r\n"} {
			line := []string{"un", "deux", "trois", "/liste"}[i]
			if answer, _, err := p.ask(line); err != nil || len(answer) == 0 || !strings.HasSuffix(answer[0], want) {
				t.Errorf("%q: answered %q (%v), want %q", line, answer, err, want)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("it took %v", took)
		}
	})
}
