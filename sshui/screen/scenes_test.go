package screen

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"salon/internal/line/keys"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
)

// scene is what a picture shows, in one size and language.
type scene struct {
	name string // says what it is there for
	size
	lang state.Lang
	set  func(*testScreen) // before the session begins; nil: nothing
	play func(*testScreen)
}

type size struct{ width, height int }

// Each scene is there for what no other shows. A size, a language or a colour that
// changes nothing but what another scene shows already needs no picture of its own.
var scenes = []scene{
	{"welcome-after-the-day-before", size{80, 24}, state.French, lively, arrives},
	{"welcome-beside-away-and-operator", size{120, 40}, state.English, lively, arrives},
	{"welcome-with-the-date-in-short", size{20, 5}, state.English, lively, arrives},
	{"talk-on-the-least-terminal", size{20, 5}, state.French, nil, talks},
	{"talk-without-gutter", size{30, 8}, state.English, nil, talks},
	{"talk-with-each-mark", size{80, 24}, state.French, nil, talks},
	{"talk-beside-names", size{120, 40}, state.English, nil, talks},
	{"mention-rings", size{80, 24}, state.French, nil, isCalled},
	{"mention-without-gutter", size{20, 5}, state.English, nil, isCalled},
	{"private-names-who-reads-it", size{80, 24}, state.English, nil, whispers},
	{"private-prompt-in-short", size{30, 8}, state.French, nil, whispers},
	{"below-in-figures", size{20, 5}, state.French, nil, readsBack},
	{"below-in-words", size{80, 24}, state.English, nil, readsBack},
	{"below-beside-names", size{120, 40}, state.French, nil, readsBack},
	{"unread-marker", size{80, 24}, state.English, nil, looksAway},
	{"unread-marker-cut", size{30, 8}, state.French, nil, looksAway},
	{"unread-out-of-view", size{20, 5}, state.French, nil, looksAway},
	{"help-in-french", size{80, 24}, state.French, nil, func(st *testScreen) { talks(st); st.keys("f1") }},
	{"help-over-the-names", size{120, 40}, state.English, nil, func(st *testScreen) { talks(st); st.keys("f1") }},
	{"help-scrolled-to-its-end", size{80, 24}, state.English, nil, func(st *testScreen) { talks(st); st.keys("f1", "end") }},
	{"help-in-one-column", size{30, 8}, state.French, nil, func(st *testScreen) { talks(st); st.keys("f1", "end") }},
	{"search-prompt", size{80, 24}, state.French, nil, func(st *testScreen) { talks(st); st.types("bon"); st.keys("ctrl+f"); st.types("lien") }},
	{"found-on-two-days", size{80, 24}, state.English, nil, finds},
	{"found-without-gutter", size{30, 8}, state.French, nil, finds},
	{"people-one-chosen", size{80, 24}, state.French, lively, chooses},
	{"people-cut", size{20, 5}, state.English, lively, chooses},
	{"completion-offers", size{80, 24}, state.French, nil, completes},
	{"completion-without-room", size{30, 8}, state.English, nil, completes},
	{"paste-is-asked-about", size{80, 24}, state.English, nil, pastesMuch},
	{"paste-is-asked-in-short", size{20, 5}, state.French, nil, pastesMuch},
	{"recall-prompt", size{80, 24}, state.English, nil, recalls},
	{"recall-prompt-in-short", size{20, 5}, state.French, nil, recalls},
	{"hint-beside-the-line", size{80, 24}, state.French, nil, func(st *testScreen) { talks(st); st.keys("ctrl+c") }},
	{"hint-below-the-line", size{20, 5}, state.English, nil, func(st *testScreen) { talks(st); st.keys("ctrl+c") }},
	{"bare-lines", size{80, 24}, state.English, nil, func(st *testScreen) { talks(st); st.keys("alt+l") }},
	{"bare-lines-wrapped", size{20, 5}, state.French, nil, func(st *testScreen) { talks(st); st.keys("alt+l") }},
	{"too-small-but-types", size{19, 4}, state.French, nil, typesOn},
	{"one-cell", size{1, 1}, state.English, nil, typesOn},
	{"widest-without-gutter", size{39, 24}, state.English, nil, typesOn},
	{"highest-without-header", size{80, 7}, state.French, nil, typesOn},
	{"header-cut", size{20, 8}, state.French, crowded, talks},
	{"header-with-all-notes", size{80, 8}, state.English, crowded, talks},
	{"names-more-than-fit", size{120, 12}, state.French, crowded, talks},
	{"rooms-beside-the-talk", size{120, 40}, state.French, nil, wanders},
	{"rooms-beside-the-talk", size{120, 40}, state.English, nil, wanders},
	{"rooms-in-the-header", size{80, 24}, state.French, nil, wanders},
	{"rooms-in-the-header", size{80, 24}, state.English, nil, wanders},
	{"rooms-in-the-header", size{40, 12}, state.French, nil, wanders},
	{"rooms-in-the-header", size{40, 12}, state.English, nil, wanders},
	{"rooms-without-header", size{20, 5}, state.French, nil, wanders},
	{"rooms-unread-when-coming-back", size{80, 24}, state.French, nil, comesBack},
	{"rooms-more-than-fit", size{120, 12}, state.English, nil, followsMany},
	{"rooms-on-a-key", size{80, 24}, state.English, nil, func(st *testScreen) { wanders(st); st.keys("f1", "pgdn") }},
	{"farewell", size{80, 24}, state.English, nil, leaves},
}

// either is a text in the language of the testScreen.
func (st *testScreen) either(fr, en string) string {
	if st.room.prefs.Lang == state.English {
		return en
	}
	return fr
}

// lively makes the room one with a topic, people away and operators, and something
// said before, on another day and on this.
func lively(st *testScreen) {
	r := st.room
	r.me = "eve"
	r.people("ann", "bob", "cléo", "eve", "zoé")
	r.rosters(func(next *room.Roster) {
		next.Topic = state.Topic{Text: st.either("la sortie de dimanche", "next Sunday's outing"), By: "zoé", Set: opening.Add(-time.Hour)}
		next.People[1].Away, next.People[4].Operator = true, true
	})
	r.now = opening.Add(-20 * time.Hour)
	r.said("bob", st.either("à demain !", "see you tomorrow!"))
	r.now = opening.Add(-3 * time.Minute)
	r.said("ann", st.either("bonjour à tous", "hello everyone"))
	r.arrive()
	r.now = opening
}

// crowded is a room that closes soon, in slow mode, with many people, me away.
func crowded(st *testScreen) {
	st.room.me = "eve"
	names := []string{"eve", "un-pseudo-de-vingt-c", "日本語の名前です長い長い", "אבי"}
	for i := range 40 {
		names = append(names, fmt.Sprintf("personne%02d", i))
	}
	st.room.people(names...)
	st.room.rosters(func(next *room.Roster) {
		next.Present = 1203
		next.Slow = 5 * time.Second
		next.Shutdown = &state.Plan{At: opening.Add(time.Hour)}
		next.Topic.Text = "שלום sujet"
		next.People[0].Away = true
		next.People[1].Operator = true
	})
}

func arrives(st *testScreen) {
	var last []room.Item
	for i := range st.room.events {
		last = append(last, room.Item{Event: st.room.events[i]})
	}
	st.shows(st.room.welcome(last...))
	st.passes(time.Minute)
	st.shows(st.room.joined("léo"))
}

// talks is a bit of everything.
func talks(st *testScreen) {
	r := st.room
	st.focuses(true)
	st.shows(r.said("ann", st.either("bonjour à tous", "hello everyone")))
	st.passes(time.Minute)
	st.shows(
		r.said("bob", st.either("salut ann, le lien est là :\nhttps://exemple.org/doc", "hi ann, here is the link:\nhttps://example.org/doc")),
		r.joined("cléo"),
	)
	st.shows(r.happens(state.Said{From: "cléo", Text: st.either("sourit", "smiles"), Action: true}))
	st.passes(time.Minute)
	st.shows(r.said("eve", st.either("bienvenue cléo 👋 日本", "welcome cléo 👋 日本")))
	st.shows(replied(room.Failure{Err: &state.UnknownMemberError{Name: "anm", Suggestion: "ann"}}))
	st.shows(replied(room.Notice{What: room.NowBack}))
	st.shows(r.happens(state.Walled{Text: st.either("mise à jour ce soir", "update tonight")}), r.left("bob"))
}

func isCalled(st *testScreen) {
	talks(st)
	st.shows(st.room.said("bob", st.either("@eve tu as vu ?", "@eve have you seen it?")))
	st.shows(st.room.said("bob", st.either("demande à @ann", "ask @ann")))
}

func whispers(st *testScreen) {
	r := st.room
	talks(st)
	st.shows(r.whispered("ann", st.either("à tout de suite", "see you soon")))
	st.shows(r.whispered("eve", st.either("d'accord", "all right"), "ann"), r.whispered("bob", "ok ?", "eve", "ann"))
	st.types("@ann ")
	st.types(st.either("j'arrive", "coming"))
}

func readsBack(st *testScreen) {
	r := st.room
	for i := range 60 {
		st.passes(time.Second)
		st.shows(r.said([]string{"ann", "bob"}[i%2], fmt.Sprintf("message %d", i+1)))
	}
	st.keys("pgup")
	st.passes(2 * time.Minute)
	st.shows(r.said("ann", "a"), r.said("bob", "@eve b"), r.said("ann", "c"), r.said("ann", "d"))
}

func looksAway(st *testScreen) {
	r := st.room
	talks(st)
	st.focuses(false)
	st.passes(time.Minute)
	st.shows(r.said("ann", st.either("tu es là ?", "are you there?")))
	st.shows(r.said("bob", "@eve ?"), r.whispered("ann", st.either("alors ?", "well?")))
}

func finds(st *testScreen) {
	talks(st)
	var found []state.Event
	for i, text := range []string{"un lien", "le lien https://exemple.org/doc", "@eve le lien ?", "liens"} {
		when := opening.Add(time.Duration(i/2-1) * 24 * time.Hour)
		found = append(found, state.Event{Seq: state.Seq(100 + i), Time: when, Body: state.Said{From: "bob", Text: text}})
	}
	st.shows(replied(room.Past{Search: "lien", Events: found}))
	st.keys("up")
}

// everybody is a list of people.
func everybody() room.Item {
	return replied(room.People{Members: []room.Person{
		{Pseudo: "ann", Since: opening.Add(-26 * time.Hour)},
		{Pseudo: "bob", Since: opening.Add(-time.Hour), Away: &state.Away{Text: "déjeuner", Since: opening}},
		{Pseudo: "cléo", Since: opening.Add(-time.Minute), Operator: true},
		{Pseudo: "eve", Since: opening},
	}})
}

// offers completes names of people and commands, as a room does.
func offers(line string, pos int) (int, []string) {
	start := strings.LastIndexAny(line[:pos], " ,") + 1
	var list []string
	for _, w := range []string{"@ann ", "@andré ", "@bob ", "@tous ", "/aide ", "/aller ", "/absent "} {
		if start < pos && strings.HasPrefix(w, line[start:pos]) {
			list = append(list, w)
		}
	}
	return start, list
}

func chooses(st *testScreen) {
	talks(st)
	st.shows(everybody())
	st.keys("down", "down")
}

func pastesMuch(st *testScreen) {
	talks(st)
	st.pastes(strings.Repeat("une ligne\n", 12))
}

func typesOn(st *testScreen) {
	talks(st)
	st.types("@ann salut")
}

func completes(st *testScreen) {
	st.room.complete = offers
	talks(st)
	st.types("@an")
}

func recalls(st *testScreen) {
	talks(st)
	for _, line := range []string{"bonjour à tous", "@ann bonsoir", "merci"} {
		st.types(line)
		st.keys("enter")
	}
	st.types("oui")
	st.keys("ctrl+r", "b", "o", "n")
}

// leaves is what is left on a terminal: what was there before, and one line.
func leaves(st *testScreen) {
	modes := map[ansi.Mode]bool{}
	st.vt.SetCallbacks(vt.Callbacks{
		EnableMode:       func(m ansi.Mode) { modes[m] = true },
		DisableMode:      func(m ansi.Mode) { delete(modes, m) },
		CursorVisibility: func(visible bool) { st.hid = !visible },
	})
	st.write([]byte(ansi.ResetModeAltScreenSaveCursor + "$ ssh salon\r\n"))
	clear(modes)
	st.write(st.Open(nil))
	st.frame()
	talks(st)
	st.input(keys.Focus{In: true})
	st.room.prefs.Mouse = true
	st.keys("f1", "esc")
	if len(modes) < 5 {
		st.t.Errorf("only the modes %v were ever on", slices.Collect(maps.Keys(modes)))
	}
	st.write(st.Close(nil))
	delete(modes, ansi.ModeTextCursorEnable)
	delete(modes, ansi.ModeAutoWrap)
	if len(modes) > 0 || st.hid || st.vt.IsAltScreen() {
		st.t.Errorf("left with the modes %v, other screen %v, cursor hidden %v", modes, st.vt.IsAltScreen(), st.hid)
	}
	l := st.room.prefs.Lang
	said := lang.Farewell(&state.Ending{Cause: state.Quit}, st.viewer()) + " " + fmt.Sprintf(lang.ScreenOf(l).Summary, lang.Duration(12*time.Minute, l), 1)
	st.write([]byte(said + "\r\n"))
}
