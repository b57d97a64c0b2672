package screen

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"salon/internal/line/keys"
	"salon/room"
	"salon/sshui/rows"
)

// maxPainted is more than any frame has: the 500x200 of the largest terminal, each
// cell of it a character of several bytes in a style of its own.
const maxPainted = 500 * 200 * 12

// FuzzScreen has a terminal send anything, in pieces, between what happens in the
// room and changes of its size. Nothing that a stranger typed controls the terminal,
// no frame is large, and what is to be seen is what a repaint shows.
func FuzzScreen(f *testing.F) {
	f.Add(uint8(80), uint8(24), []byte("bonjour\r\x1b[5~\x1b[5~\x1b[6~\x1bOP\x1b\x1b[F"))
	f.Add(uint8(20), uint8(5), []byte("\x1b[200~un\ndeux\ntrois\nquatre\ncinq\nsix\x1b[201~o\x12un\x12\r/li\t\t\r"))
	f.Add(uint8(1), uint8(1), []byte("日本\x1b\r語\x01\x0b\x19\x14\x06mot\r\x1bl\x1bu\x1bp\x1bn\x0c\x1b[I\x1b[O"))
	f.Add(uint8(200), uint8(40), []byte("\x1b[?2026;2$y\x1b[?1u\x1b]11;rgb:ffff/ffff/ffff\x07\x1b[<64;1;1M\x1b[<65;1;1M"))
	f.Add(uint8(33), uint8(9), []byte("@bo\x1b[Z\x1b[Z\x1b\x1b\x03\x03\x04\xff\xfe\x9b2J"))
	f.Add(uint8(120), uint8(30), []byte("un\x1b2deux\x1b3\x1b[1;3D\r\x1b1\x1b2\x1b\x1b[C#dev\r/join #tp2\r"))
	f.Fuzz(func(t *testing.T, width, height uint8, sent []byte) {
		if len(sent) > 1<<10 {
			t.Skip("time")
		}
		st := newStage(t, int(width), int(height), func(st *testScreen) {
			st.term.Width, st.term.Height = max(st.term.Width, 1), max(st.term.Height, 1)
			st.room.complete = actorOffers
			if len(sent)%2 == 1 {
				st.room.follows(dev, tp2)
			}
		})
		var d keys.Decoder
		for n := 1; len(sent) > 0; n++ {
			piece := sent[:min(len(sent), 1+int(sent[0])%16)]
			sent = sent[len(piece):]
			d.Feed(piece, func(e keys.Event) { obeyed(st, st.Input(e, st.room.now)) })
			bounded(t, st.shows(st.room.said("ann", string(piece)), st.room.whispered("bob", string(piece))))
			switch n % 8 {
			case 2:
				st.passes(time.Hour)
			case 3:
				st.in((st.room.looks+dev)%(2*dev), "bob", "@eve "+string(piece))
			case 4:
				st.resizes(1+int(piece[0])%130, 1+int(piece[len(piece)-1])%50)
			case 6:
				st.resizes(int(width), int(height))
			}
		}
		bounded(t, st.frame())
		a := actor{testScreen: st}
		if d := difference(st.vt, a.repainted()); d != "" && !st.Screen.copying {
			t.Error(d)
		}
	})
}

// obeyed does what a key asks of the front: a line is said.
func obeyed(st *testScreen, a Action) {
	st.obeys(a)
	if a.Line != "" && !strings.HasPrefix(a.Line, "/") {
		st.Show([]room.Item{st.room.said(string(st.room.me), a.Line)}, st.room.now)
	}
}

// actorOffers completes what begins with a sign that calls somebody or a command.
func actorOffers(line string, pos int) (int, []string) {
	start := strings.LastIndexAny(line[:pos], " \n") + 1
	switch {
	case strings.HasPrefix(line[start:], "@"):
		return start, []string{"@ann ", "@李雷 ", "@אבי "}
	case strings.HasPrefix(line[start:], "/"):
		return start, []string{"/liste "}
	}
	return start, nil
}

// bounded fails the test if a frame is large, or holds what is not ours.
func bounded(t *testing.T, frame []byte) {
	t.Helper()
	if len(frame) > maxPainted {
		t.Errorf("a frame of %d bytes", len(frame))
	}
	if r, found := foreign(frame); found {
		t.Errorf("%q in a frame: %q", r, frame)
	}
}

// ours are all sequences that a frame may hold. A link's target is visible ASCII.
var ours = regexp.MustCompile(`\x1b(\[\?25[lh]|\[\?2026[lh]|\[\?7[lh]|\[\?100[06][lh]|\[\d+;\d+H|\[\d+C|\[\d*;?\d*r|\[K|\[2J|\[[\d;]*m|\[>1u|\[<u` +
	`|\]2;salon( \(\d+\+?\))?\x1b\\|\]8;(id=\d+;[!-~]+|;)\x1b\\)`)

// foreign finds a character in a frame that controls a terminal, and that we have
// not written.
func foreign(frame []byte) (rune, bool) {
	for _, r := range ours.ReplaceAllString(string(frame), "") {
		if r < ' ' && r != '\r' && r != '\n' && r != '\a' || 0x7f <= r && r < 0xa0 || r == '\u202e' {
			return r, true
		}
	}
	return 0, false
}

// BenchmarkRepaint is what painting everything costs on the largest terminal.
func BenchmarkRepaint(b *testing.B) {
	st := newStage(b, 500, 200, func(st *testScreen) { st.term.Palette = rows.Auto })
	for range 200 {
		st.Show([]room.Item{st.room.said("ann", strings.Repeat("日本 https://exemple.org/ ", 15))}, st.room.now)
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		st.Repaint()
		buf = st.Frame(buf[:0])
	}
	b.ReportMetric(float64(len(buf)), "B/frame")
}
