package sshui

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
)

// withRooms is a room in which everybody may make others, and speaks at a rate.
var withRooms = room.Config{Limits: room.Limits{Rate: 2, Burst: 5, Replay: 20, Makers: room.EveryoneMakes, MaxRooms: 20}}

// saidIn is what ann has said, each after the room where.
func (b *bubble) saidIn() (list []string) {
	b.t.Helper()
	for _, s := range b.messages() {
		list = append(list, strings.TrimSpace(string(s.In)+" "+s.Text))
	}
	return list
}

func (b *bubble) wantSaidIn(want ...string) {
	b.t.Helper()
	if got := b.saidIn(); !slices.Equal(got, want) {
		b.t.Errorf("said %q, want %q:\n%s", got, want, b.picture())
	}
}

// Keys of a terminal.
const (
	altOne, altTwo, altThree = "\x1b1", "\x1b2", "\x1b3"
	altLeft                  = "\x1b[1;3D"
)

// TestKeysBehindASwitchAreForTheRoomThatIsShownNext, though nothing of it has been painted.
func TestKeysBehindASwitchAreForTheRoomThatIsShownNext(t *testing.T) {
	inBubble(t, withRooms, nil, func(b *bubble) {
		b.send("/join #dev\r")
		b.calm()
		b.send("pour dev" + altOne + "pour tous\r" + altTwo + " seul\r")
		b.calm()
		b.wantSaidIn("pour tous", "#dev pour dev seul")
		b.send("reste" + altLeft)
		b.calm()
		b.want("  #salon  ")
		b.send(altLeft)
		b.calm()
		b.want("  #dev  reste")
	})
}

// TestLinesThatWaitAreSaidWhereTheyWereEntered, whatever is looked at by then.
func TestLinesThatWaitAreSaidWhereTheyWereEntered(t *testing.T) {
	inBubble(t, withRooms, nil, func(b *bubble) {
		b.send("/join #dev\r")
		b.calm()
		lines := numbered(12)
		b.send(strings.Join(lines, "\r") + "\r" + altOne + "pour tous\r")
		time.Sleep(20 * time.Second)
		b.calm()
		var want []string
		for _, line := range lines {
			want = append(want, "#dev "+line)
		}
		b.wantSaidIn(append(want, "pour tous")...)
	})
}

// TestLinesBehindAMoveGoWhereItLeads, or nowhere if it is refused.
func TestLinesBehindAMoveGoWhereItLeads(t *testing.T) {
	inBubble(t, withRooms, nil, func(b *bubble) {
		b.send("/join #dev\run\r/join #salon\rdeux\r")
		b.calm()
		b.wantSaidIn("#dev un", "deux")
		b.says("bob", "/join #caché")
		b.says("bob", "/private on")
		b.send("/join #caché\rentre nous\rsuite")
		b.calm()
		b.wantSaidIn("#dev un", "deux")
		b.send("\r")
		b.calm()
		b.wantSaidIn("#dev un", "deux")
		b.want("envoyer à #salon.")
		b.send("\x15/leave #dev\r/join #deux\rtrois\r/leave\rquatre\r")
		time.Sleep(10 * time.Second)
		b.calm()
		if got := b.saidIn(); len(got) < 2 || got[len(got)-1] != "quatre" || got[len(got)-2] != "#deux trois" {
			t.Errorf("said %q:\n%s", got, b.picture())
		}
	})
}

// TestNothingOfARoomThatIsClosedIsSaidElsewhere: neither what waits nor what is being typed.
func TestNothingOfARoomThatIsClosedIsSaidElsewhere(t *testing.T) {
	inBubble(t, withRooms, nil, func(b *bubble) {
		b.says("bob", "/join #dev")
		b.send("#dev\r")
		b.calm()
		lines := numbered(12)
		b.send(strings.Join(lines, "\r") + "\rle mot de ")
		synctest.Wait()
		b.says("bob", "/close")
		b.send("passe\r")
		b.calm()
		time.Sleep(10 * time.Second)
		b.calm()
		for _, line := range b.saidIn() {
			if !strings.HasPrefix(line, "#dev ") {
				t.Errorf("said %q to everyone", line)
			}
		}
		b.want("envoyer à tous.", "  #salon  passe")
	})
}

// TestLineModeGoesFromRoomToRoom within a terminal, and the screen is where it is after it.
func TestLineModeGoesFromRoomToRoom(t *testing.T) {
	inBubble(t, withRooms, nil, func(b *bubble) {
		b.send("/texte\r")
		b.calm()
		b.send("/join #dev\run\r")
		b.calm()
		b.says("bob", "pour tous")
		b.calm()
		b.wantSaidIn("#dev un")
		if strings.Contains(b.picture(), "pour tous") {
			t.Errorf("not the line of another room:\n%s", b.picture())
		}
		b.send("#salon\rdeux\r/join #dev\r")
		b.calm()
		b.wantSaidIn("#dev un", "deux")
		b.send("/texte non\r")
		b.calm()
		b.want("  #dev  ", "ann │ un")
		b.send(altOne)
		b.calm()
		b.want("  #salon  ", "bob │ pour tous", "ann │ deux")
	})
}

// TestASwitchIsShownAtOnce, with the first frame.
func TestASwitchIsShownAtOnce(t *testing.T) {
	inBubble(t, withRooms, nil, func(b *bubble) {
		b.send("/join #dev\r")
		b.calm()
		for range 2000 {
			b.says("bob", "/me parle")
			time.Sleep(time.Second)
		}
		b.calm()
		before, now := b.count(), time.Now()
		b.send(altOne)
		time.Sleep(frameGap)
		synctest.Wait()
		if w := b.since(before); len(w) == 0 || w[0].when.Sub(now) > 0 {
			t.Errorf("shown %v", w)
		}
		b.want("  #salon  ", "bob parle")
	})
}

// TestLinesBehindALeaveOfTheFirstRoomAreSaidThere: it is refused, but they are where they were
// meant to be.
func TestLinesBehindALeaveOfTheFirstRoomAreSaidThere(t *testing.T) {
	inBubble(t, slowly, nil, func(b *bubble) {
		b.send("/sortir\rbonjour\r")
		b.calm()
		if got := b.said(); !slices.Equal(got, []string{"bonjour"}) {
			t.Errorf("said %q:\n%s", got, b.picture())
		}
	})
}

// TestWhatIsTypedBehindAQuestionIsAskedAbout: Enter asked about another line.
func TestWhatIsTypedBehindAQuestionIsAskedAbout(t *testing.T) {
	inBubble(t, withRooms, nil, func(b *bubble) {
		b.says("bob", "/join #caché")
		b.says("bob", "/private on")
		b.send("/join #caché\rentre nous\r")
		b.calm()
		b.send("\r")
		b.calm()
		b.want("Entrée encore")
		b.send(" et plus\r")
		b.calm()
		b.wantSaidIn()
		b.want("Entrée encore")
		b.send("\r")
		b.calm()
		b.wantSaidIn("entre nous et plus")
	})
}
