package line_test

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"salon/internal/line"
)

// checkedPrompt is a testPrompt and what its screen must show: every line written, in order, then the prompt and what is typed.
type checkedPrompt struct {
	*testPrompt
	width, height int
	written       []string
	typed         string
	pos           int
	sent          []string
}

// TestTheScreenIsWhatWasWrittenThenWhatIsTyped lets people type, edit, enter and drop lines while messages arrive.
// ASCII only: wide characters are a known limit.
func TestTheScreenIsWhatWasWrittenThenWhatIsTyped(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := &checkedPrompt{width: rapid.IntRange(4, 40).Draw(rt, "width"), height: rapid.IntRange(2, 12).Draw(rt, "height")}
		tty := newTTY(d.width, d.height)
		tty.perRead = rapid.IntRange(0, 3).Draw(rt, "bytes per read")
		d.testPrompt = newSeat(tty, line.Options{})
		defer d.leave()
		rt.Repeat(map[string]func(*rapid.T){
			"":      d.check,
			"type":  d.typeText,
			"write": d.write,
			"enter": func(*rapid.T) { d.press("\r"); d.sent = append(d.sent, d.typed); d.typed, d.pos = "", 0 },
			"drop": func(*rapid.T) {
				if d.typed != "" {
					d.press("\x03")
					d.typed, d.pos = "", 0
				}
			},
			"left":      func(*rapid.T) { d.press("\x1b[D"); d.pos = max(d.pos-1, 0) },
			"right":     func(*rapid.T) { d.press("\x1b[C"); d.pos = min(d.pos+1, len(d.typed)) },
			"home":      func(*rapid.T) { d.press("\x01"); d.pos = 0 },
			"end":       func(*rapid.T) { d.press("\x1b[4~"); d.pos = len(d.typed) },
			"backspace": func(*rapid.T) { d.press("\x7f"); d.cut(max(d.pos-1, 0), d.pos) },
			"delete":    func(*rapid.T) { d.press("\x1b[3~"); d.cut(d.pos, min(d.pos+1, len(d.typed))) },
			"rub out":   func(*rapid.T) { d.press("\x15"); d.cut(0, d.pos) },
		})
	})
}

func (d *checkedPrompt) typeText(rt *rapid.T) {
	room := d.width*(d.height-1) - len("> ") - len(d.typed) // x/term cannot edit what has left the screen
	if room <= 0 {
		return
	}
	text := rapid.StringOfN(rapid.RuneFrom(nil, printable), 1, min(room, 60), -1).Draw(rt, "text")
	d.press(text)
	d.typed = d.typed[:d.pos] + text + d.typed[d.pos:]
	d.pos += len(text)
}

func (d *checkedPrompt) write(rt *rapid.T) {
	lines := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom(nil, printable), 0, 2*d.width, -1), 1, 4).Draw(rt, "lines")
	d.say(rt, strings.Join(lines, "\n")+"\n")
	d.written = append(d.written, lines...)
}

func (d *checkedPrompt) cut(from, to int) {
	d.typed = d.typed[:from] + d.typed[to:]
	d.pos = from
}

func (d *checkedPrompt) check(rt *rapid.T) {
	var want []string
	for _, line := range d.written {
		want = append(want, d.wrap(line)...)
	}
	first := len(want)
	want = append(want, d.wrap(strings.TrimRight("> "+d.typed, " "))...)
	if got := d.rows(); !slices.Equal(got, want) {
		rt.Fatalf("the screen shows\n%s\n\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	x := len("> ") + d.pos
	if row, column := d.cursor(); row != first+x/d.width || column != x%d.width {
		rt.Fatalf("cursor at %d, %d, want %d, %d", row, column, first+x/d.width, x%d.width)
	}
	if got := d.entered(); !slices.Equal(got, d.sent) {
		rt.Fatalf("entered %q, want %q", got, d.sent)
	}
}

// wrap returns the rows that a line takes, and how rows() shows them.
func (d *checkedPrompt) wrap(line string) []string {
	var rows []string
	for len(line) > d.width {
		rows = append(rows, strings.TrimRight(line[:d.width], " "))
		line = line[d.width:]
	}
	return append(rows, strings.TrimRight(line, " "))
}

func TestMessagesFromManyWhileSomebodyTypes(t *testing.T) {
	const writers, each = 4, 50
	s := start(t, 30, 10, line.Options{})
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				s.say(t, strconv.Itoa(w)+" says "+strconv.Itoa(i)+"\n")
			}
		})
	}
	for range each {
		s.press("a line that is wider than thirty columns\r")
	}
	s.press("draft")
	all.Wait()

	rows := s.rows()
	if last := rows[len(rows)-1]; last != "> draft" || len(rows) != writers*each+1 {
		t.Errorf("%d rows, the last is %q", len(rows), last)
	}
	next := make([]int, writers)
	for _, row := range rows[:len(rows)-1] {
		w := int(row[0] - '0')
		if want := strconv.Itoa(w) + " says " + strconv.Itoa(next[w]); row != want {
			t.Fatalf("row %q where %q was due", row, want)
		}
		next[w]++
	}
	if n := len(s.entered()); n != each {
		t.Errorf("%d lines entered, want %d", n, each)
	}
}
