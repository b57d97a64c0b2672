package screen

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/charmbracelet/x/ansi"

	"salon/internal/line/keys"
	"salon/room"
	"salon/sshui/rows"
)

// fullHouse is a testScreen beside forty people where thirty messages were said.
func fullHouse(t testing.TB, width, height int) *testScreen {
	st := newStage(t, width, height, func(st *testScreen) {
		var names []string
		for i := range 40 {
			names = append(names, fmt.Sprint("membre", i))
		}
		st.room.people(names...)
	})
	st.shows(st.room.welcome())
	for i := range 30 {
		st.shows(st.room.said("ann", fmt.Sprint("un message comme les autres, le numéro ", i)))
	}
	return st
}

// again shows an event as if it had never been shown, and paints it.
func (st *testScreen) again(items []room.Item, dst []byte) []byte {
	end, upTo, marker := st.transcript.end, st.painted.upTo, st.painted.marker
	st.Show(items, st.room.now)
	dst = st.Frame(dst)
	st.transcript.end, st.painted.upTo, st.painted.marker = end, upTo, marker
	return dst
}

var costSizes = []struct{ width, height int }{{80, 24}, {200, 40}}

// BenchmarkFrameOfOneMoreSession is what an event costs for one more session whose
// class has been shown it already: the copy of bytes that all share.
func BenchmarkFrameOfOneMoreSession(b *testing.B) {
	for _, size := range costSizes {
		for _, name := range []string{"looking", "away"} {
			b.Run(fmt.Sprintf("%dx%d/%s", size.width, size.height, name), func(b *testing.B) {
				st := fullHouse(b, size.width, size.height)
				if name == "away" { // the unread marker and the title count it too
					st.focuses(false)
					st.shows(st.room.said("ann", "un"), st.room.said("ann", "deux"))
				}
				items := []room.Item{st.room.said("bob", "un message comme les autres, et un de plus")}
				buf := st.again(items, nil)
				b.ReportAllocs()
				for b.Loop() {
					buf = st.again(items, buf[:0])
				}
				b.ReportMetric(float64(len(buf)), "B/frame")
			})
		}
	}
}

// TestOneMoreSessionAllocatesNothing: nor does one that is not looking.
func TestOneMoreSessionAllocatesNothing(t *testing.T) {
	for _, size := range costSizes {
		for _, looking := range []bool{true, false} {
			st := fullHouse(t, size.width, size.height)
			if !looking {
				st.focuses(false)
				st.shows(st.room.said("ann", "un"), st.room.said("ann", "deux"))
			}
			items := []room.Item{st.room.said("bob", "un message comme les autres")}
			buf := make([]byte, 0, 16<<10)
			if n := testing.AllocsPerRun(100, func() { st.again(items, buf) }); n > 0 {
				t.Errorf("%v, looking %v: %v allocations", size, looking, n)
			}
			if n := testing.AllocsPerRun(100, func() { st.Frame(buf) }); n > 0 {
				t.Errorf("%v, looking %v: %v allocations for a frame of nothing", size, looking, n)
			}
		}
	}
}

// TestScreensThatLookAlikeShare what stands around the transcript.
func TestScreensThatLookAlikeShare(t *testing.T) {
	st := fullHouse(t, 200, 40)
	header := func(width int) *header {
		s := New(st.room, st.shared, st.term, st.room.now)
		s.Resize(width, 40)
		s.Frame(s.Open(nil))
		return s.header
	}
	before := header(200)
	if header(200) != before || header(199) == before {
		t.Error("screens that look alike have headers of their own, or others do not")
	}
	if st.room.people("ann"); header(200) == before {
		t.Error("the header is that of the roster before")
	}
}

// BenchmarkScreen tells what a screen weighs that has been welcomed and has shown 30
// messages, besides what all share.
func BenchmarkScreen(b *testing.B) {
	const many = 1000
	st := fullHouse(b, 200, 40)
	welcome := []room.Item{st.room.welcome()}
	buf := make([]byte, 0, 64<<10)
	for b.Loop() {
		var before, after runtime.MemStats
		screens := make([]*Screen, many)
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range screens {
			s := New(st.room, st.shared, st.term, st.room.now)
			buf = s.Open(buf[:0])
			s.Show(welcome, st.room.now)
			buf = s.Frame(buf[:0])
			for place := s.transcript.end.place; place < uint64(30); place++ {
				s.Show([]room.Item{{Place: place, Event: st.room.at(place)}}, st.room.now)
				buf = s.Frame(buf[:0])
			}
			screens[i] = s
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/many, "B/screen")
		runtime.KeepAlive(screens)
	}
	b.ReportMetric(float64(unsafe.Sizeof(Screen{})), "B/struct")
}

// TestFrameOfNothing: an idle screen is sent nothing, whatever happened before.
func TestFrameOfNothing(t *testing.T) {
	for _, what := range []string{"", "pgup", "f1", "alt+l", "ctrl+f", "ctrl+r", "alt+u"} {
		st := talked(t, 80, 24, 50)
		if what != "" {
			st.keys(what)
		}
		st.passes(48 * time.Hour)
		if b := st.frame(); len(b) > 0 {
			t.Errorf("after %q: %q", what, b)
		}
	}
}

// TestFramesAreSynchronized where the terminal can, from first to last byte.
func TestFramesAreSynchronized(t *testing.T) {
	st := newStage(t, 80, 24)
	if b := st.shows(st.room.said("ann", "un")); bytes.Contains(b, []byte("?2026")) {
		t.Errorf("nobody said that it can: %q", b)
	}
	st.input(keys.Synchronized{Supported: true})
	b := string(st.shows(st.room.said("ann", "deux")))
	if !strings.HasPrefix(b, ansi.SetModeSynchronizedOutput) || !strings.HasSuffix(b, ansi.ResetModeSynchronizedOutput) || strings.Count(b, "?2026") != 2 {
		t.Errorf("%q", b)
	}
}

// TestAppendedFrameIsSmall: what comes at the bottom costs its own bytes, also below
// an unread marker that says what it did.
func TestAppendedFrameIsSmall(t *testing.T) {
	st := talked(t, 80, 24, 50)
	st.focuses(false)
	st.hears("un", "deux")
	st.focuses(true)
	for range 3 {
		it := st.room.said("ann", "bonjour")
		b := st.shows(it)
		if own := len(st.shared.rows.Event(st.class, it.Place, it.Event, 0).Bytes); len(b) > own+50 {
			t.Errorf("%d bytes for %d: %q", len(b), own, b)
		}
	}
}

// TestBurstIsPaintedOnce: of more than there is room for, only what stays.
func TestBurstIsPaintedOnce(t *testing.T) {
	for _, n := range []int{23, 80, 1000} {
		st := talked(t, 80, 24, 50)
		for range n {
			st.Show([]room.Item{st.room.said("ann", "une phrase de quelques mots")}, st.room.now)
		}
		frame := len(st.frame())
		st.Repaint()
		if all := len(st.frame()); frame > all {
			t.Errorf("%d messages take %d bytes, painting everything %d", n, frame, all)
		}
	}
}

// TestHeaderKnowsMe: that I am away is said to me, whatever I am called by then.
func TestHeaderKnowsMe(t *testing.T) {
	st := newStage(t, 80, 24, english)
	st.room.rosters(func(r *room.Roster) { r.People[0].Away = true })
	st.frame()
	st.hasNot(st.texts().YouAreAway)
	st.room.me = "ann"
	st.frame()
	st.has(st.texts().YouAreAway)
}

// TestTerminalIsGivenBack: all that was turned on is turned off, and the main screen
// is as it was.
func TestTerminalIsGivenBack(t *testing.T) {
	st := newStage(t, 80, 24, func(st *testScreen) { st.room.prefs.Mouse = true })
	st.input(keys.Kitty{})
	frame := string(st.frame())
	if !strings.Contains(frame, kittyOn) {
		t.Errorf("the kitty protocol is not on: %q", frame)
	}
	st.keys("alt+l")
	b := string(st.Close(nil))
	for _, off := range []string{mouseOff, kittyOff, ansi.ResetModeBracketedPaste, ansi.ResetModeFocusEvent, oldTitle, ansi.SetModeAutoWrap, wholeScroll, ansi.ResetModeAltScreenSaveCursor, ansi.ShowCursor} {
		if strings.Count(b, off) != 1 {
			t.Errorf("no %q in %q", off, b)
		}
	}
	st.write([]byte(b))
	if st.vt.IsAltScreen() || st.hid {
		t.Error("still on the other screen, or without a cursor")
	}
	if again := string(st.Close(nil)); strings.Contains(again, kittyOff) || strings.Contains(again, mouseOff) {
		t.Errorf("turned off twice: %q", again)
	}
}

// TestMarkerCountsInPlace: the number in the marker is painted over the one before,
// with any number of digits and in any width.
func TestMarkerCountsInPlace(t *testing.T) {
	for _, width := range []int{20, 25, 30, 40, 80, 200} {
		for _, palette := range []rows.Palette{rows.Mono, rows.Auto} {
			st := newStage(t, width, 24, func(st *testScreen) { st.term.Palette = palette })
			for _, n := range []int{1, 2, 9, 10, 11, 99, 100, 12345} {
				st.unread.markerCount = n
				text := st.texts().NewMessage
				if n > 1 {
					text = fmt.Sprintf(st.texts().NewMessages, n)
				}
				var p frameWriter
				st.paintMarker(&p)
				if want := st.class.Rule(rows.Marker, text); string(p.b) != want {
					t.Errorf("%d columns, %d messages: %q, not %q", width, n, p.b, want)
				}
			}
		}
	}
}

// TestNamesAreListed beside the transcript where there is room, each with what is
// special, and the others counted.
func TestNamesAreListed(t *testing.T) {
	st := newStage(t, 110, 10, english)
	st.room.rosters(func(r *room.Roster) {
		r.People[0].Away, r.People[1].Operator = true, true
	})
	st.frame()
	for i, want := range []string{"│ Here 3", "│   ann (away)", "│ ★ bob", "│   eve", "│"} {
		if row := st.rows()[1+i]; !strings.HasSuffix(row, want) {
			t.Errorf("row %d: %q does not end in %q", i, row, want)
		}
	}
	st.room.rosters(func(r *room.Roster) { r.Present = 50 })
	st.shows(st.room.said("ann", "un"))
	st.has("│   and 47 more")
	st.room.people(strings.Fields("a b c d e f g h i j k l")...)
	st.shows(st.room.said("ann", "deux"))
	st.has("│   f")
	st.has("│   and 6 more")
	st.resizes(109, 10)
	st.hasNot("│   and")
}
