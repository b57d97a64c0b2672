package screen

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"pgregory.net/rapid"

	"salon/internal/line/keys"
	"salon/room"
	"salon/room/state"
	"salon/room/text"
	"salon/sshui/rows"
)

// TestFramesLeaveWhatARepaintLeaves: whatever happens, all frames so far leave the
// very picture that painting everything on a new terminal leaves: characters,
// styles, links, cursor and title. And then there is nothing more to paint.
//
// One exception is the design's: what the room forgets while somebody looks at it
// stays there until something has it painted anew, see (*actor).forget.
func TestFramesLeaveWhatARepaintLeaves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := enter(t)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			a.act()
			if rapid.IntRange(0, 3).Draw(t, "wait") > 0 {
				a.check()
			}
		}
		a.check()
	})
}

// actor makes random things happen to a testScreen.
type actor struct {
	*rapid.T
	*testScreen
	coming []room.Item // has happened and was not shown yet
}

// enter opens a screen on a room where something has been going on.
func enter(t *rapid.T) *actor {
	a := &actor{T: t}
	w, h := drawSize(t)
	a.testScreen = newStage(t, w, h, func(st *testScreen) {
		a.testScreen = st
		st.term.Palette = rapid.SampledFrom([]rows.Palette{rows.Mono, rows.Basic, rows.Auto}).Draw(t, "palette")
		st.term.Modern = rapid.Bool().Draw(t, "modern")
		st.room.complete = actorOffers
		st.room.prefs = drawPrefs(t)
		for range rapid.IntRange(0, 30).Draw(t, "before") {
			a.happen()
		}
		st.room.arrive()
	})
	last := a.coming
	a.coming = nil
	if rapid.IntRange(0, 3).Draw(t, "welcomed") > 0 {
		a.coming = append(a.coming, a.room.welcome(last...))
	}
	return a
}

// drawSize draws a terminal's, mostly a usual one.
func drawSize(t *rapid.T) (w, h int) {
	switch rapid.IntRange(0, 9).Draw(t, "size") {
	case 0, 1:
		return 20, 5
	case 2, 3:
		return 30, 8
	case 4, 5:
		return 80, 24
	case 6, 7:
		return 120, 40
	case 8:
		return rapid.IntRange(15, 125).Draw(t, "w"), rapid.IntRange(3, 30).Draw(t, "h")
	}
	return rapid.IntRange(1, 500).Draw(t, "w"), rapid.IntRange(1, 200).Draw(t, "h")
}

func drawPrefs(t *rapid.T) room.Prefs {
	zones := []*time.Location{time.UTC, time.FixedZone("far", -11*3600)}
	return room.Prefs{
		Lang:   rapid.SampledFrom([]state.Lang{state.French, state.English}).Draw(t, "lang"),
		Theme:  rapid.SampledFrom([]state.Theme{state.ThemeAuto, state.ThemeLight, state.ThemeDark, state.ThemeMono}).Draw(t, "theme"),
		Bell:   rapid.SampledFrom([]state.Bell{state.BellMentions, state.BellNone, state.BellAll}).Draw(t, "bell"),
		Zone:   rapid.SampledFrom(zones).Draw(t, "zone"),
		Hour12: rapid.Bool().Draw(t, "hour12"),
		Mouse:  rapid.Bool().Draw(t, "mouse"),
	}
}

var people = []string{"ann", "bob", "cléo", "eve", "unpseudodevingtsigns", "אבי", "李雷"}

func (a *actor) who(label string) string { return rapid.SampledFrom(people).Draw(a.T, label) }

// words are what texts are made of.
var words = []string{
	"bonjour", "à", "tous", "@eve", "@ann,", "@EVE:", "mot-très-long-" + strings.Repeat("ouioui", 30),
	"日本語のとても長い文章です。", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇫🇷", "e\u0301a\u0308\u0323", "שלום", "עולם", "مرحبا",
	"https://exemple.org/doc?a=1", "(http://exemple.org/une/adresse/qui/est/longue/" + strings.Repeat("x", 90) + ")",
	"\x1b[31mrouge\x1b[2J", "\x1b]2;titre\a", "\u009b5A", "\r", "\x00", "\t", "\u202e", "", " ", "«", "?", "\n", "\n\n",
}

func (a *actor) text() string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 12).Draw(a.T, "words"), " ")
}

// acts are all that can happen.
var acts = map[string]func(*actor){
	"happen": (*actor).happen, "show": (*actor).show, "burst": (*actor).burst, "whisper": (*actor).whisper, "reply": (*actor).reply,
	"overlay": (*actor).overlay, "press": (*actor).press, "type": (*actor).typing, "paste": (*actor).paste, "change": (*actor).change,
	"ignore": (*actor).ignore, "wait": (*actor).wait, "focus": (*actor).focus, "resize": (*actor).resize,
	"configure": (*actor).configure, "forget": (*actor).forget, "report": (*actor).report,
	"reopen": (*actor).reopen, "wander": (*actor).wander, "elsewhere": (*actor).elsewhere,
}

// deeds are the names of acts, the more usual ones more often.
var deeds = append(slices.Sorted(maps.Keys(acts)), "happen", "happen", "happen", "wander", "show", "show", "press", "press", "press")

func (a *actor) act() { acts[rapid.SampledFrom(deeds).Draw(a.T, "act")](a) }

// happen makes something happen in the room, to be shown later.
func (a *actor) happen() {
	who := a.who("who")
	p := text.Pseudo(who)
	var it room.Item
	switch rapid.IntRange(0, 11).Draw(a.T, "event") {
	case 0:
		it = a.room.joined(who)
	case 1:
		it = a.room.left(who)
	case 2:
		it = a.room.happens(state.Renamed{From: p, To: "autre"})
	case 3:
		topic := text.Clean(a.text(), false)
		a.room.rosters(func(r *room.Roster) { r.Topic.Text = topic })
		it = a.room.happens(state.TopicSet{By: p, Text: topic})
	case 4:
		it = a.room.happens(state.Walled{By: p, Text: text.Clean(a.text(), true)})
	case 5:
		it = a.room.happens(state.Gathered{In: 3, Out: 2, Present: 431})
	case 6:
		it = a.room.happens(state.Said{From: p, Text: text.Clean(a.text(), false), Action: true})
	case 7:
		it = a.room.happens(state.CameBack{}) // that nobody is shown
	default:
		it = a.room.said(who, a.text())
	}
	a.come(it)
}

// come has something shown later, if it may be.
func (a *actor) come(it room.Item) {
	if !a.room.Hides(it.Event) {
		a.coming = append(a.coming, it)
	}
}

// burst is more than one frame's rows, or nearly so.
func (a *actor) burst() {
	from := a.who("who")
	for i := range rapid.IntRange(2, 2*a.term.Height%90+5).Draw(a.T, "burst") {
		a.come(a.room.said(from, fmt.Sprint("rafale ", i)))
	}
	a.show()
}

func (a *actor) show() {
	dropped := a.transcript.dropped
	asked := a.Show(a.coming, a.room.now)
	a.coming = nil
	if around, ok := asked.Request.(room.Around); ok && rapid.Bool().Draw(a.T, "answered") {
		a.coming = append(a.coming, replied(a.room.around(around)))
	}
	if a.transcript.dropped > dropped { // as in forget
		a.Repaint()
	}
}

func (a *actor) whisper() {
	if who := a.who("who"); who == "eve" {
		a.come(a.room.whispered(who, a.text(), "ann", "bob"))
	} else {
		a.come(a.room.whispered(who, a.text()))
	}
}

func (a *actor) reply() {
	replies := []room.Reply{
		room.Notice{What: room.NowAway}, room.Notice{What: room.NowNamed, Name: "eve"},
		room.Failure{Err: &state.UnknownMemberError{Name: "anm", Suggestion: "ann"}}, room.Failure{Err: room.ErrEmpty},
		room.TopicIs{}, room.Ignoring{Names: []text.Pseudo{"ann", "bob"}}, room.Skipped{Count: 3},
		room.Stats{}, room.Past{Search: "rien"}, room.Help{One: available[3], Commands: available}, a.room.welcome().Reply,
	}
	r := rapid.SampledFrom(replies).Draw(a.T, "reply")
	for range rapid.SampledFrom([]int{1, 1, 1, 1, 1, 1, 1, 180}).Draw(a.T, "times") {
		a.coming = append(a.coming, replied(r))
	}
}

// overlay opens something over the transcript, or turns it.
func (a *actor) overlay() {
	found := room.Past{Search: "mot"}
	for i := range a.room.events {
		if e := a.room.events[i]; state.KindOf(e.Body).Spoken && i%2 == 0 {
			found.Events = append(found.Events, *e)
		}
	}
	present := room.People{}
	for _, name := range people {
		present.Members = append(present.Members, room.Person{Pseudo: text.Pseudo(name), Since: opening, Fronts: []string{"ssh"}})
	}
	replies := []room.Reply{found, present, room.Help{Commands: available}}
	for to := room.TurnUp; to <= room.TurnKeys; to++ {
		replies = append(replies, room.Turn{To: to})
	}
	a.coming = append(a.coming, replied(rapid.SampledFrom(replies).Draw(a.T, "overlay")))
	a.show()
}

// press presses keys that have a name.
func (a *actor) press() {
	names := []string{
		"pgup", "pgup", "pgdn", "pgdn", "end", "home", "alt+home", "alt+end", "alt+u", "alt+p", "alt+n", "esc", "esc", "enter", "enter",
		"f1", "alt+l", "ctrl+l", "ctrl+f", "ctrl+r", "ctrl+c", "ctrl+u", "ctrl+y", "tab", "shift+tab", "alt+enter", "up", "down",
		"alt+1", "alt+2", "alt+3", "alt+left", "alt+right", "left", "right", "backspace", "ctrl+w", "ctrl+a", "ctrl+e", "space", "f5",
	}
	for range rapid.IntRange(1, 3).Draw(a.T, "times") {
		a.looks(a.input(keys.Key{Name: rapid.SampledFrom(names).Draw(a.T, "key")}))
	}
	if rapid.IntRange(0, 5).Draw(a.T, "wheel") == 0 {
		a.input(keys.Wheel{Up: rapid.Bool().Draw(a.T, "up")})
	}
}

func (a *actor) typing() {
	a.input(keys.Key{Text: rapid.SampledFrom([]string{"a", "é", "日", "/li", "@an", "@ann bonjour ", "👩‍👩‍👧‍👦", "o", "n", strings.Repeat("mot ", 30)}).Draw(a.T, "typed")})
}

func (a *actor) paste() { a.input(keys.Paste{Text: a.text()}) }

// change changes what the header and the names say.
func (a *actor) change() {
	n := rapid.IntRange(0, 60).Draw(a.T, "present")
	a.room.rosters(func(r *room.Roster) {
		r.People = nil
		for i := range n {
			name := text.Pseudo(people[i%len(people)])
			r.People = append(r.People, room.Attendee{Pseudo: name, Away: i%3 == 1, Operator: i%5 == 2})
		}
		r.Present = n + rapid.IntRange(0, 1).Draw(a.T, "more")*400
		r.Slow = time.Duration(rapid.IntRange(0, 1).Draw(a.T, "slow")) * 10 * time.Second
		r.Shutdown = nil
		if rapid.Bool().Draw(a.T, "closing") {
			r.Shutdown = &state.Plan{At: a.room.now.Add(time.Minute)}
		}
	})
}

// ignore hides somebody, or no longer.
func (a *actor) ignore() {
	who := text.Pseudo(a.who("who"))
	a.show()
	n := room.Notice{What: room.NowIgnored, Name: who}
	if a.room.ignored[who] {
		n.What = room.NowUnignored
	}
	a.room.ignored[who] = !a.room.ignored[who]
	a.coming = append(a.coming, replied(n))
	a.show()
}

func (a *actor) wait() {
	ds := []time.Duration{time.Second, 61 * time.Second, time.Hour, 25 * time.Hour}
	a.passes(rapid.SampledFrom(ds).Draw(a.T, "time"))
}

func (a *actor) focus() { a.input(keys.Focus{In: rapid.Bool().Draw(a.T, "in")}) }

func (a *actor) resize() {
	w, h := drawSize(a.T)
	a.vt.Resize(w, h)
	a.Resize(w, h)
	a.Repaint() // the size may be what it was
}

// configure changes how the member wants to be spoken to, or is called.
func (a *actor) configure() {
	a.room.prefs = drawPrefs(a.T)
	if rapid.IntRange(0, 3).Draw(a.T, "rename") == 0 {
		a.room.me = rapid.SampledFrom([]text.Pseudo{"eve", "ann", "eve2"}).Draw(a.T, "me")
	}
}

// forget has the room forget. What is in view is painted anew then: until it is,
// it stays.
func (a *actor) forget() {
	a.check()
	before := a.repainted()
	a.room.forget(rapid.IntRange(1, len(a.room.events)+1).Draw(a.T, "forgotten"))
	if difference(before, a.repainted()) != "" {
		a.Repaint()
	}
}

func (a *actor) report() {
	reports := []keys.Event{keys.Synchronized{Supported: true}, keys.Kitty{}, keys.Background{Dark: true}, keys.Background{}}
	a.input(rapid.SampledFrom(reports).Draw(a.T, "report"))
	a.Waiting(rapid.IntRange(0, 2).Draw(a.T, "waiting"))
	if rapid.Bool().Draw(a.T, "refused") {
		a.Restore(a.Looks(), "@anm salut, 李雷")
	}
}

// reopen gives the terminal back and takes it again, as line mode does in between.
func (a *actor) reopen() {
	a.write(a.Close(nil))
	if a.vt.IsAltScreen() {
		a.Fatal("closed, and not on the main screen")
	}
	a.Resume("pas encore envoyé")
	a.write(a.Open(nil))
}

// check paints a frame, and then compares.
func (a *actor) check() {
	a.clean(a.frame())
	if again := a.frame(); len(again) > 0 {
		a.Fatalf("a second frame: %q", again)
	}
	if a.Screen.copying { // it stands still: a repaint shows what has come since
		return
	}
	if d := difference(a.vt, a.repainted()); d != "" {
		a.Fatal(d)
	}
}

// repainted is a new terminal on which all was painted that is to be seen.
func (a *actor) repainted() *vt.Emulator {
	s, c := *a.Screen, *a.conversation
	s.conversation, s.input.line = &c, &c.draft
	if s.overlay != nil {
		o := *s.overlay
		o.items = nil
		s.overlay = &o
	}
	e := newEmulator(s.term.Width, s.term.Height)
	e.Write(s.Frame(s.Open(nil)))
	return e
}

// difference says where two terminals differ, "" if they do not.
func difference(frames, repaint *vt.Emulator) string {
	if a, b := frames.CursorPosition(), repaint.CursorPosition(); a != b {
		return fmt.Sprintf("the cursor is at %v, not at %v", a, b)
	}
	for y := range repaint.Height() {
		for x := range repaint.Width() {
			if a, b := frames.CellAt(x, y), repaint.CellAt(x, y); !a.Equal(b) {
				return fmt.Sprintf("row %d, column %d: %#v, repainted %#v\n%s", y, x, a, b, beside(frames, repaint))
			}
		}
	}
	return ""
}

// beside shows the rows that two terminals do not show alike.
func beside(frames, repaint *vt.Emulator) string {
	var text strings.Builder
	ours, theirs := rowsOf(frames), rowsOf(repaint)
	for y := range theirs {
		if ours[y] != theirs[y] {
			fmt.Fprintf(&text, "%3d: %s\nnot: %s\n", y, ours[y], theirs[y])
		}
	}
	return text.String()
}

// clean fails the test if a frame holds a control character that is not ours.
func (a *actor) clean(frame []byte) {
	if r, found := foreign(frame); found {
		a.Fatalf("%q in a frame: %q", r, frame)
	}
}
