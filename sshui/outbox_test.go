package sshui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/sshui/screen"
)

// slowly is a room in which ann may say so much.
var slowly = room.Config{Limits: room.Limits{Rate: 2, Burst: 5}}

func TestLinesThatComeTooFastAreSaidInOrderWhileTheScreenLivesOn(t *testing.T) {
	inBubble(t, slowly, nil, func(b *bubble) {
		lines := numbered(12)
		b.send(strings.Join(lines, "\r") + "\r")
		time.Sleep(maxGap / 2)
		b.calm() // long enough for one more than the burst
		if got := b.said(); !slices.Equal(got, lines[:6]) {
			t.Errorf("said %q", got)
		}
		b.want("En attente : 6")
		b.send("/heure 24\r")
		b.send("à moitié ta")
		b.says("bob", "je vous lis")
		b.calm()
		b.want(nothingTyped+" à moitié ta", "bob │ je vous lis", "En attente : 6") // one less to say, one more to do
		b.send("\x1b[5~")                                                          // PgUp
		b.calm()
		b.want("Fin pour descendre")
		b.send("\x1b[F")
		time.Sleep(3 * time.Second)
		b.calm()
		if got := b.said(); !slices.Equal(got, lines) {
			t.Errorf("in the end said %q", got)
		}
		b.want("│ ligne 12", "Heure sur 24 heures", nothingTyped+" à moitié ta")
		if strings.Contains(b.picture(), "En attente") {
			t.Errorf("nothing waits any more, but\n%s", b.picture())
		}
	})
}

func TestWhoeverLeavesDoesNotWaitForTheirLines(t *testing.T) {
	for name, leave := range map[string]string{"ctrl-d": "\x04", "ctrl-c": "\x03\x03"} {
		inBubble(t, slowly, nil, func(b *bubble) {
			b.send(strings.Join(numbered(30), "\r") + "\r")
			time.Sleep(maxGap / 2)
			b.calm()
			b.want("En attente : 24")
			b.send(leave)
			b.wantEnd(frameGap, exitDone)
			if got := len(b.said()); got != 6 {
				t.Errorf("%s: said %d lines", name, got)
			}
		})
	}
}

func TestWhatWasEnteredRightBeforeLeavingIsSaid(t *testing.T) {
	for _, leave := range []string{"\x04", "\x03\x03", "/quitter\r"} {
		for _, text := range []string{"", "/texte"} {
			inBubble(t, room.Config{}, nil, func(b *bubble) {
				b.send(text + "\r")
				b.calm()
				b.send("un\rdeux\rau revoir\r" + leave + "trop tard\r")
				b.wantEnd(defaultTimeouts().eof+frameGap, exitDone)
				if got := b.said(); !slices.Equal(got, []string{"un", "deux", "au revoir"}) {
					t.Errorf("%q, %q: said %q", text, leave, got)
				}
			})
		}
	}
}

func TestALineThatTheOutboxHasNoRoomForIsGivenBack(t *testing.T) {
	inBubble(t, slowly, nil, func(b *bubble) {
		lines := numbered(6 + maxOutbox + 1)
		enter := func(lines []string) {
			b.send(strings.Join(lines, "\r") + "\r")
			synctest.Wait()
		}
		enter(lines[:6]) // five are said at once, one is about to be
		enter(lines[6 : 6+maxOutbox])
		enter(lines[6+maxOutbox:])
		time.Sleep(frameGap)
		synctest.Wait()
		b.want(nothingTyped + " " + lines[6+maxOutbox])
		b.send("\x03autre chose\r") // instead of it
		time.Sleep(frameGap)
		synctest.Wait()
		b.want(nothingTyped+" autre chose", fmt.Sprint("En attente : ", maxOutbox+1))
		time.Sleep(time.Second)
		b.send("\r")
		b.calm()
		if strings.Contains(b.bottom(), "autre chose") {
			t.Errorf("there is room again, but\n%s", b.picture())
		}
	})
}

// TestLinesBeyondTheOutboxAreNotOne: a paste on a terminal that does not say so is typed
// line by line, faster than they can wait. Of those that cannot the last stays, and the
// others are recalled.
func TestLinesBeyondTheOutboxAreNotOne(t *testing.T) {
	inBubble(t, slowly, nil, func(b *bubble) {
		lines := numbered(6 + maxOutbox + 3)
		b.send(strings.Join(lines[:6], "\r") + "\r")
		synctest.Wait()
		b.send(strings.Join(lines[6:], "\r") + "\r")
		up := "\x1b[A\x1b[A" // the first ends the selection
		for _, line := range []string{lines[6+maxOutbox+2], lines[6+maxOutbox+1], lines[6+maxOutbox]} {
			time.Sleep(frameGap)
			synctest.Wait()
			b.want(nothingTyped+" "+line, fmt.Sprint("En attente : ", maxOutbox+1))
			b.send(up)
			up = "\x1b[A"
		}
	})
}

// TestLinesBehindARefusedTargetAreSaidToNobody: whoever typed them meant somebody alone.
func TestLinesBehindARefusedTargetAreSaidToNobody(t *testing.T) {
	inBubble(t, slowly, nil, func(b *bubble) {
		b.says("bob", "bonjour")
		b.send("@bbo\rentre nous un\rentre nous deux\r")
		b.calm()
		if got := b.said(); len(got) > 0 {
			t.Fatalf("to everyone %q:\n%s", got, b.picture())
		}
		b.want("Rien n'est parti", nothingTyped+" entre nous ")
		b.send("\r") // sent again, it would go to everyone: Enter asks
		b.calm()
		if got := b.said(); len(got) > 0 {
			t.Fatalf("to everyone %q:\n%s", got, b.picture())
		}
		b.send("\x15pour tous\r")
		b.calm()
		if got := b.said(); !slices.Equal(got, []string{"pour tous"}) {
			t.Errorf("said %q:\n%s", got, b.picture())
		}
	})
}

// TestLinesBehindAnUnansweredTargetWaitForIt: they go to whom it names, or nowhere.
func TestLinesBehindAnUnansweredTargetWaitForIt(t *testing.T) {
	for name, want := range map[string]string{"bob": "(à bob) entre nous", "bbo": "Rien n'est parti"} {
		inBubble(t, slowly, nil, func(b *bubble) {
			b.says("bob", "bonjour")
			lines := numbered(12)
			b.send(strings.Join(lines, "\r") + "\r@" + name + "\rentre nous\r")
			time.Sleep(frameGap)
			synctest.Wait()
			b.want("  @" + name + "  ")
			time.Sleep(10 * time.Second)
			b.calm()
			if got := b.said(); !slices.Equal(got, lines) {
				t.Fatalf("%s: to everyone %q:\n%s", name, got, b.picture())
			}
			b.want(want)
		})
	}
}

// TestALineThatArrivedWithATargetIsBehindIt, however long what lies between took to do: its
// author had seen no refusal.
func TestALineThatArrivedWithATargetIsBehindIt(t *testing.T) {
	o := outbox{}
	change := o.number(screen.Action{Line: "@bbo"})
	o.decided, o.refused = change.target, change.target // before the rest of the same read
	if e := o.number(screen.Action{Line: "entre nous"}); e.behind != change.target {
		t.Errorf("behind %d, want %d", e.behind, change.target)
	}
	o.seen = o.decided
	if e := o.number(screen.Action{Line: "vu le refus"}); e.behind != 0 {
		t.Errorf("behind %d, want none", e.behind)
	}
}
