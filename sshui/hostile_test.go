package sshui

import (
	"fmt"
	"math"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"testing/synctest"

	gossh "golang.org/x/crypto/ssh"

	"salon/room/lang"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

// heap is what the last of a few collections found in use.
func heap() int64 {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	runtime.GC()
	runtime.GC() // what pools held
	metrics.Read(live)
	return int64(live[0].Value.Uint64())
}

// mostHeld is how much memory one hostile session may hold.
const mostHeld = 4 << 20

// In a bubble's time keys cost nothing, so that nobody has to rest: see meter.
func TestWhatNeverEndsHoldsNoMemoryAndItsEndGivesTheKeyboardBack(t *testing.T) {
	const much = 8 << 20 // a client cannot be ahead of its reader by more than a window of 2 MiB
	for _, c := range []struct{ name, begin, end string }{
		{"OSC", "\x1b]11;", "\x1b\\"},
		{"OSC ended by BEL", "\x1b]52;c;", "\a"},
		{"DCS", "\x1bP1$r", "\x1b\\"},
		{"APC", "\x1b_G", "\x1b\\"},
		{"CSI", "\x1b[1", "m"},
		{"paste", "\x1b[200~", "\x1b[201~"},
		{"text", "", "\x15"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, wired)
				ann := h.enterTerminal("ann")
				before := heap()
				ann.send(c.begin)
				for range much / maxWrite {
					ann.send(strings.Repeat("1", maxWrite))
				}
				roomtest.Until(t, func() string { return fmt.Sprintf("8 MiB hold %d KiB", (heap()-before)>>10) }, func() bool {
					return heap()-before <= mostHeld // it may still be on its way through
				})
				ann.send(c.end)
				if c.name == "paste" { // too long to be taken without a question
					ann.awaitBottom(t, fmt.Sprintf(lang.ScreenOf(state.French).PasteCut, text.MaxLines, text.MaxText>>10))
					ann.send("n")
				}
				ann.awaitBottom(t, nothingTyped)
				ann.wantTalking(h, "après")
				ann.send("\x04")
				ann.wantExit(exitDone)
			})
		})
	}
}

func TestKeysMayComeAByteAtATime(t *testing.T) {
	h := open(t)
	ann := h.enterTerminal("ann")
	for _, c := range []struct{ keys, said string }{
		{"été 漢字 🙂\r", "été 漢字 🙂"},
		{"bc\x1b[Da\x1b[H>\x1b[F<\r", ">bac<"},
		{"\x1b[200~collé\x1b[201~ !\r", "collé !"},
		{"un\x1b\rdeux\r", "un\ndeux"}, // Alt-Enter
	} {
		for i := range len(c.keys) {
			ann.send(c.keys[i : i+1])
		}
		h.AwaitSaid(t, c.said)
	}
	ann.wantTalking(h, "voilà")
}

func TestAStormOfResizesLeavesTheLastSize(t *testing.T) {
	h := open(t)
	ann, bob := h.enterTerminal("ann"), h.pipe("bob")
	ann.send("gardé")
	for i := range uint32(1000) {
		size := []uint32{0, 1, 80, 200, math.MaxUint32, 20 + i}[i%6]
		if _, err := ann.SendRequest("window-change", false, gossh.Marshal(windowChange{size, size, size, size})); err != nil {
			t.Fatal(err)
		}
	}
	bob.wantTalking(h, "pendant ce temps")
	ann.resize(100, 30)
	ann.awaitBottom(t, nothingTyped+" gardé")
	ann.awaitMatch(t, "bob │ pendant ce temps")
	ann.send("\x15")
	ann.wantTalking(h, "après la tempête")
	ann.awaitTypingIn(t, 29)
}
