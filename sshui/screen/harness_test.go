package screen

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"salon/internal/line/keys"
	"salon/room"
	"salon/room/state"
	"salon/room/text"
	"salon/sshui/rows"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// opening is when every test begins: a Sunday.
var opening = time.Date(2026, 11, 22, 14, 2, 0, 0, time.UTC)

// fakeRoom is a room as one session sees it, that does what a test says. The zero
// place is none, as in a real one.
type fakeRoom struct {
	now     time.Time
	arrived uint64
	first   uint64
	events  []*state.Event // at first, first+1, ...
	in      []state.Seq    // in which room each of them is shown
	where   state.Seq      // in which room something happens next
	looks   state.Seq
	rooms   *room.Rooms
	seq     state.Seq
	roster  *room.Roster
	prefs   room.Prefs
	me      text.Pseudo
	role    state.Role
	target  []text.Pseudo
	ignored map[text.Pseudo]bool
	// complete, if set, is what Tab offers.
	complete func(line string, pos int) (int, []string)
}

// newRoom returns an empty room that "eve" has just come to.
func newRoom() *fakeRoom {
	r := &fakeRoom{
		now: opening, arrived: 1, first: 1, me: "eve",
		prefs: room.Prefs{Zone: time.UTC}, ignored: map[text.Pseudo]bool{},
	}
	r.people("ann", "bob", "eve")
	return r
}

func (r *fakeRoom) Arrived() uint64            { return r.arrived }
func (r *fakeRoom) Held() (first, next uint64) { return r.first, r.first + uint64(len(r.events)) }
func (r *fakeRoom) Hides(e *state.Event) bool  { return r.ignored[e.Author()] }
func (r *fakeRoom) Roster() *room.Roster       { return r.roster }
func (r *fakeRoom) Available() []*room.Command { return available }
func (r *fakeRoom) Prefs() room.Prefs          { return r.prefs }
func (r *fakeRoom) Pseudo() text.Pseudo        { return r.me }
func (r *fakeRoom) Role() state.Role           { return r.role }
func (r *fakeRoom) Target() []text.Pseudo      { return r.target }
func (r *fakeRoom) held(place uint64) (int, bool) {
	return int(place - r.first), place >= r.first && place < r.first+uint64(len(r.events))
}

// available are the commands that a member may use.
var available = slices.DeleteFunc(slices.Clone(room.Commands()), func(c *room.Command) bool {
	return c.Need == room.Operators || c.Need == room.Moderators
})

func (r *fakeRoom) Rooms() *room.Rooms { return r.rooms }
func (r *fakeRoom) Looks() state.Seq   { return r.looks }
func (r *fakeRoom) Shows() state.Seq   { return r.looks }

func (r *fakeRoom) After(in state.Seq, place uint64) (uint64, *state.Event) {
	for place = max(place, r.first); ; place++ {
		if i, ok := r.held(place); !ok || r.in[i] == in || r.in[i] == everywhere {
			return place, r.at(place)
		}
	}
}

func (r *fakeRoom) Before(in state.Seq, place uint64) (uint64, *state.Event) {
	for place = min(place, r.first+uint64(len(r.events))); place > r.first; {
		place--
		if i, _ := r.held(place); r.in[i] == in || r.in[i] == everywhere {
			return place, r.events[i]
		}
	}
	return r.first, nil
}

// everywhere is where something happens that is shown in all rooms.
const everywhere state.Seq = 1<<64 - 1

func (r *fakeRoom) at(place uint64) *state.Event {
	if i, ok := r.held(place); ok {
		return r.events[i]
	}
	return nil
}

func (r *fakeRoom) PlaceOf(seq state.Seq) (place uint64, ok bool) {
	for i, e := range r.events {
		if seq != 0 && e.Seq == seq {
			return r.first + uint64(i), true
		}
	}
	return 0, false
}

func (r *fakeRoom) Complete(line string, pos int) (int, []string) {
	if r.complete == nil {
		return 0, nil
	}
	return r.complete(line, pos)
}

// happens makes something happen in the room now.
func (r *fakeRoom) happens(b state.Body) room.Item {
	r.seq++
	e := &state.Event{Seq: r.seq, ID: state.ID{Origin: 1, N: uint64(r.seq)}, Time: r.now, Body: b}
	r.events, r.in = append(r.events, e), append(r.in, r.where)
	if _, all := b.(state.Walled); all {
		r.in[len(r.in)-1] = everywhere
	}
	return room.Item{Place: r.first + uint64(len(r.events)) - 1, Event: e}
}

func (r *fakeRoom) said(from, words string) room.Item {
	return r.happens(state.Said{From: text.Pseudo(from), Text: text.Clean(words, true)})
}

// whispered is a private message, to me unless others are named.
func (r *fakeRoom) whispered(from, words string, to ...text.Pseudo) room.Item {
	if len(to) == 0 {
		to = []text.Pseudo{r.me}
	}
	b := state.Whispered{From: text.Pseudo(from), To: to, Text: text.Clean(words, true)}
	return room.Item{Event: &state.Event{Time: r.now, Body: b}}
}

func (r *fakeRoom) joined(who string) room.Item {
	return r.happens(state.Joined{Pseudo: text.Pseudo(who), Front: "ssh"})
}

func (r *fakeRoom) left(who string) room.Item {
	return r.happens(state.Left{Pseudo: text.Pseudo(who), Cause: state.Quit})
}

// forget has the room forget its n oldest events.
func (r *fakeRoom) forget(n int) {
	n = min(n, len(r.events))
	r.events, r.in, r.first = r.events[n:], r.in[n:], r.first+uint64(n)
}

// arrive makes this the moment when the session came: what was said before is
// replayed.
func (r *fakeRoom) arrive() { _, r.arrived = r.Held() }

// people changes who is here.
func (r *fakeRoom) people(names ...string) {
	next := &room.Roster{Present: len(names)}
	if r.roster != nil {
		*next = *r.roster
		next.Present, next.People = len(names), nil
	}
	for _, name := range names {
		next.People = append(next.People, room.Attendee{Pseudo: text.Pseudo(name)})
	}
	r.roster = next
}

// rosters changes what the header and the list of names show.
func (r *fakeRoom) rosters(change func(*room.Roster)) {
	next := *r.roster
	next.People = slices.Clone(next.People)
	change(&next)
	r.roster = &next
}

// welcome is what a newcomer is shown first.
func (r *fakeRoom) welcome(last ...room.Item) room.Item {
	w := room.Welcome{Pseudo: r.me, Topic: r.roster.Topic, Present: r.roster.Present}
	for _, a := range r.roster.People {
		w.Names = append(w.Names, a.Pseudo)
	}
	for _, it := range last {
		w.Last = append(w.Last, *it.Event)
	}
	return room.Item{Reply: w}
}

// welcomeBack is what the owner of a registered pseudo is shown first who was here before.
func (r *fakeRoom) welcomeBack(last ...room.Item) room.Item {
	w := r.welcome(last...).Reply.(room.Welcome)
	w.Seen = 1
	return replied(w)
}

func replied(r room.Reply) room.Item { return room.Item{Reply: r} }

// testScreen is a Screen on an emulated terminal.
type testScreen struct {
	t      rapid.TB
	room   *fakeRoom
	shared *Shared
	term   Terminal
	*Screen
	vt    *vt.Emulator
	bells int
	title string
	hid   bool // the cursor
	esc   bool // the last key was a lone Esc
}

// newStage sets up a screen on a terminal of 256 colours that can be asked what it
// can do, opened and painted once. Each of with may change the testScreen before.
func newStage(t rapid.TB, width, height int, with ...func(*testScreen)) *testScreen {
	t.Helper()
	st := &testScreen{
		t: t, room: newRoom(), shared: &Shared{},
		term: Terminal{Width: width, Height: height, Palette: rows.Auto, Modern: true},
	}
	for _, f := range with {
		if f != nil {
			f(st)
		}
	}
	st.Screen = New(st.room, st.shared, st.term, st.room.now)
	st.vt = newEmulator(width, height)
	st.vt.SetCallbacks(vt.Callbacks{
		Bell:             func() { st.bells++ },
		Title:            func(s string) { st.title = s },
		CursorVisibility: func(visible bool) { st.hid = !visible },
	})
	st.write(st.Open(nil))
	st.frame()
	return st
}

// The usual changes to a testScreen.

func english(st *testScreen) { st.room.prefs.Lang = state.English }
func mono(st *testScreen)    { st.term.Palette = rows.Mono }

// newEmulator returns an emulator that answers no questions: its answers would go to
// a pipe that nobody reads. It wraps wide characters at the right edge in another
// way than terminals do; that plays no part while autowrap is off, as it is but in
// the copy view.
func newEmulator(width, height int) *vt.Emulator {
	e := vt.NewEmulator(max(width, 1), max(height, 1))
	e.RegisterCsiHandler(ansi.Command('?', '$', 'p'), func(ansi.Params) bool { return true })
	e.RegisterOscHandler(11, func([]byte) bool { return true })
	return e
}

func (st *testScreen) write(b []byte) {
	st.t.Helper()
	if _, err := st.vt.Write(b); err != nil {
		st.t.Fatal(err)
	}
}

// frame paints what has changed and returns it.
func (st *testScreen) frame() []byte {
	st.t.Helper()
	b := st.Frame(nil)
	st.write(b)
	return b
}

// shows has the room show things, in one frame, which it returns.
func (st *testScreen) shows(items ...room.Item) []byte {
	st.t.Helper()
	st.Show(items, st.room.now)
	return st.frame()
}

// input gives the screen what its terminal sends, without a frame.
func (st *testScreen) input(e keys.Event) Action {
	if k, ok := e.(keys.Key); ok {
		k.AfterEsc = st.esc
		st.esc = k.Name == "esc"
		e = k
	}
	return st.Input(e, st.room.now)
}

// keys presses keys by their names, each followed by a frame, and returns what the
// last of them left to do. A single character is typed.
func (st *testScreen) keys(names ...string) (a Action) {
	st.t.Helper()
	for _, name := range names {
		k := keys.Key{Name: name}
		if utf8.RuneCountInString(name) == 1 {
			k = keys.Key{Text: name}
		}
		a = st.input(k)
		st.frame()
	}
	return a
}

// types types a text at once.
func (st *testScreen) types(text string) {
	st.t.Helper()
	st.input(keys.Key{Text: text})
	st.frame()
}

// pastes pastes a text.
func (st *testScreen) pastes(text string) {
	st.t.Helper()
	st.input(keys.Paste{Text: text})
	st.frame()
}

// focuses tells the screen that its window has the keyboard, or no longer.
func (st *testScreen) focuses(in bool) {
	st.t.Helper()
	st.input(keys.Focus{In: in})
	st.frame()
}

// passes lets time pass.
func (st *testScreen) passes(d time.Duration) { st.room.now = st.room.now.Add(d) }

// resizes changes the terminal's size.
func (st *testScreen) resizes(width, height int) {
	st.t.Helper()
	st.vt.Resize(max(width, 1), max(height, 1))
	st.Resize(width, height)
	st.Repaint() // the size may be what it was
	st.frame()
}

// rows are what is to be seen, without the blanks at their ends.
func (st *testScreen) rows() []string { return rowsOf(st.vt) }

func rowsOf(e *vt.Emulator) []string {
	list := make([]string, e.Height())
	for y := range list {
		var text strings.Builder
		for x := range e.Width() {
			if c := e.CellAt(x, y); c != nil {
				text.WriteString(c.Content)
			}
		}
		list[y] = strings.TrimRight(text.String(), " ")
	}
	return list
}

// picture is all rows as one text.
func (st *testScreen) picture() string { return strings.Join(st.rows(), "\n") }

// cursor is where it is, from 0.
func (st *testScreen) cursor() (row, column int) {
	at := st.vt.CursorPosition()
	return at.Y, at.X
}

// has fails the test unless a row holds a text.
func (st *testScreen) has(text string) {
	st.t.Helper()
	if !strings.Contains(st.picture(), text) {
		st.t.Fatalf("no %q in\n%s", text, st.picture())
	}
}

// hasNot fails the test if a row holds a text.
func (st *testScreen) hasNot(text string) {
	st.t.Helper()
	if strings.Contains(st.picture(), text) {
		st.t.Fatalf("%q in\n%s", text, st.picture())
	}
}
