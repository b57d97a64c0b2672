package operator_test

import (
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"

	"salon/room/operator"
	"salon/room/state"
)

// tty is a terminal with somebody in front of it: an emulated screen and the
// keys that are pressed.
type tty struct {
	mu      sync.Mutex
	changed *sync.Cond
	screen  *vt.Emulator
	typed   []byte
	closed  bool
}

func newTTY(w, h int) *tty {
	t := &tty{screen: vt.NewEmulator(w, h)}
	t.changed = sync.NewCond(&t.mu)
	return t
}

func (t *tty) Read(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.typed) == 0 && !t.closed {
		t.changed.Wait()
	}
	if len(t.typed) == 0 {
		return 0, io.EOF
	}
	n := copy(b, t.typed)
	t.typed = t.typed[n:]
	return n, nil
}

func (t *tty) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.screen.Write(b)
}

// press types keys and returns when they have done all that they do.
func (t *tty) press(keys string) {
	t.mu.Lock()
	t.typed = append(t.typed, keys...)
	t.changed.Broadcast()
	t.mu.Unlock()
	synctest.Wait()
}

func (t *tty) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.changed.Broadcast()
}

// rows returns what is on the screen, without the empty rows at the end.
func (t *tty) rows() []string {
	synctest.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	var rows []string
	for y := range t.screen.Height() {
		rows = append(rows, t.row(func(x int) *uv.Cell { return t.screen.CellAt(x, y) }))
	}
	for len(rows) > 0 && rows[len(rows)-1] == "" {
		rows = rows[:len(rows)-1]
	}
	return rows
}

func (t *tty) row(cell func(x int) *uv.Cell) string {
	var row strings.Builder
	for x := range t.screen.Width() {
		if c := cell(x); c != nil {
			row.WriteString(c.Content)
		}
	}
	return strings.TrimRight(row.String(), " ")
}

// terminal is a console on a terminal and the operator in front of it.
type terminal struct {
	*harness
	*tty
	ended   chan error // what ReadTerminal returned
	stopped chan struct{}
}

func atTerminal(t *testing.T, test func(*terminal)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		d := &terminal{harness: h, tty: newTTY(80, 24), ended: make(chan error, 1), stopped: make(chan struct{}, 8)}
		h.console = operator.NewTerminal(h.room, state.French, d.tty, 80, 24, func() { d.stopped <- struct{}{} })
		h.open()
		go func() { d.ended <- h.console.ReadTerminal(h.Context()) }()
		t.Cleanup(d.tty.close)
		d.press("")
		test(d)
	})
}

func (d *terminal) shows(want ...string) {
	d.harness.Helper()
	if got := d.rows(); !slices.Equal(got, want) {
		d.harness.Errorf("the screen shows\n%s\n\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTypedTextSurvivesWhatHappensAboveIt(t *testing.T) {
	atTerminal(t, func(d *terminal) {
		d.press("wall bon")
		ann := d.join("ann", "192.0.2.1", "")
		d.say(ann, "salut")
		d.shows("00:00 * ann arrive", "00:00 ann: salut", "salon> wall bon")
		d.press("jour")
		d.say(ann, "quoi ?")
		d.press("\r")
		d.shows("00:00 * ann arrive", "00:00 ann: salut", "00:00 ann: quoi ?", "00:00 *** Annonce : bonjour", "salon>")
	})
}

func TestTabCompletesCommandsAndNames(t *testing.T) {
	atTerminal(t, func(d *terminal) {
		d.join("zébulon", "192.0.2.1", "")
		d.press("ki\tze\t")
		d.shows("00:00 * zébulon arrive", "salon> kick zébulon")
		d.press("\r")
		d.shows("00:00 * zébulon arrive", "00:00 * Expulsion de zébulon par l'opérateur", "salon>")
	})
}

func TestAnswersAndComplaintsStandAboveThePrompt(t *testing.T) {
	atTerminal(t, func(d *terminal) {
		d.press("liste\rlsite\r")
		d.shows("* Personne n'est là.", "00:00 x La commande « lsite » n'existe pas. Vouliez-vous dire liste ?", "salon>")
		d.console.Write([]byte("time=now msg=logged\n"))
		d.press("x")
		d.shows("* Personne n'est là.", "00:00 x La commande « lsite » n'existe pas. Vouliez-vous dire liste ?", "time=now msg=logged", "salon> x")
	})
}

func TestCtrlDClosesTheConsoleAndTheRoomGoesOn(t *testing.T) {
	atTerminal(t, func(d *terminal) {
		d.press("\x04")
		if err := <-d.ended; err != nil {
			d.harness.Errorf("the console ended with %v", err)
		}
		d.join("ann", "192.0.2.1", "")
		d.shows("00:00 * ann arrive")
		d.stays()
	})
}

func TestCtrlCStopsTheServerAndNotTheRoomBehindItsBack(t *testing.T) {
	atTerminal(t, func(d *terminal) {
		d.press("half a line\x03")
		if len(d.stopped) != 0 {
			d.harness.Error("Ctrl-C on a line stops the server")
		}
		d.press("\x03")
		if len(d.stopped) != 1 {
			d.harness.Errorf("Ctrl-C on an empty line stops the server %d times", len(d.stopped))
		}
		d.stays()
		d.press("wall still here\r")
		if rows := d.rows(); !slices.Contains(rows, "00:00 *** Annonce : still here") {
			d.harness.Errorf("the screen shows\n%s", strings.Join(rows, "\n"))
		}
	})
}

func TestANarrowTerminal(t *testing.T) {
	atTerminal(t, func(d *terminal) {
		d.console.SetSize(20, 10)
		d.press("wall x")
		d.press("\r")
		d.shows("00:00 *** Annonce : x", "salon>")
	})
}

func TestATerminalThatIsGoneEndsTheReadingOnly(t *testing.T) {
	atTerminal(t, func(d *terminal) {
		d.press("wall half")
		d.tty.close()
		<-d.ended
		d.stays()
	})
}
