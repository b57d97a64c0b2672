package screen

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"salon/internal/line/keys"
	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// crowd is a list of n people.
func crowd(n int) room.Item {
	var p room.People
	for i := range n {
		p.Members = append(p.Members, room.Person{Pseudo: text.Pseudo(fmt.Sprintf("p%03d", i)), Since: opening})
	}
	return replied(p)
}

func TestAListIsChosenFrom(t *testing.T) {
	st := newStage(t, 60, 13)
	st.shows(crowd(50))
	st.has("En ligne · 50")
	st.keys("f1")
	st.has("Touches") // help on the keys of lists too
	st.shows(crowd(50))
	for _, c := range []struct{ keys, want string }{
		{"", "p000"}, {"down", "p001"}, {"ctrl+n", "p002"}, {"up", "p001"}, {"ctrl+p up up", "p000"},
		{"pgdn", "p007"}, {"pgdn pgup", "p007"}, {"end", "p049"}, {"down", "p049"}, {"home", "p000"},
		{"alt+end", "p049"}, {"alt+home", "p000"},
	} {
		st.keys(strings.Fields(c.keys)...)
		if got := st.reversed(); !strings.HasPrefix(got, c.want+" ") {
			t.Fatalf("after %q, %q is chosen", c.keys, got)
		}
	}
	st.input(keys.Wheel{})
	st.frame()
	if got := st.reversed(); !strings.HasPrefix(got, "p003") {
		t.Errorf("the wheel chooses %q", got)
	}
}

func TestEnterOnAPersonWritesToThem(t *testing.T) {
	st := newStage(t, 60, 12)
	st.shows(crowd(5))
	if a := st.keys("down", "enter"); a != (Action{}) {
		t.Fatalf("%+v", a)
	}
	st.hasNot("En ligne")
	st.types("salut")
	st.ends("  @p001  @p001 salut")

	st.shows(crowd(5)) // what is typed is for the room
	if a := st.keys("enter"); a != (Action{Line: "@p001 salut"}) {
		t.Fatalf("%+v", a)
	}
	st.hasNot("En ligne")

	st.shows(replied(room.People{}))
	st.keys("down", "enter")
	st.reads("^") // nobody to write to
}

func TestEnterOnWhatWasFoundGoesThere(t *testing.T) {
	st := newStage(t, 60, 12)
	first, second := st.room.said("bob", "le premier"), st.room.said("bob", "le second\nde deux lignes")
	st.shows(first, second)
	st.shows(many(st.room, 100)...)
	st.shows(found(first, second))
	st.has("Trouvé · mot (2)")
	if got := st.reversed(); !strings.Contains(got, "le second") || !strings.Contains(got, "de deux lignes") {
		t.Errorf("%q is chosen, not the newest", got)
	}
	st.keys("enter")
	st.hasNot("Trouvé")
	st.has("Fin pour descendre")
	if got := st.reversed(); !strings.Contains(got, "le second") || !strings.Contains(got, "de deux lignes") {
		t.Errorf("%q is pointed out", got)
	}
	st.keys("left")
	if got := st.reversed(); got != "" {
		t.Errorf("%q is pointed out after a key", got)
	}
	st.has("le second")

	st.shows(found(first, second))
	st.keys("ctrl+f") // a search is begun, but what was found is what is wanted
	st.keys("up", "enter")
	st.has("le premier")
	st.reads("^")
}

func TestWhatIsNoLongerHeldIsShownAmongWhatWasSaidAroundIt(t *testing.T) {
	st := newStage(t, 60, 12)
	old := st.room.said("bob", "ancien")
	st.shows(old)
	st.shows(many(st.room, 3)...)
	st.room.forget(2)
	st.shows(found(old))
	if a := st.keys("enter"); a.Request != (room.Around{Seq: old.Event.Seq}) {
		t.Fatalf("%+v", a)
	}
	if a := st.keys("enter"); a != (Action{}) {
		t.Errorf("it asks twice: %+v", a)
	}
	around := []state.Event{{Seq: old.Event.Seq - 1, Time: opening, Body: state.Said{From: "ann", Text: "avant"}}, *old.Event,
		{Seq: old.Event.Seq + 1, Time: opening, Body: state.Said{From: "ann", Text: "après"}}}
	st.shows(replied(room.Past{Around: old.Event.Seq, Asked: room.Around{Seq: old.Event.Seq}, Events: around}))
	st.has("Historique")
	st.has("avant")
	if got := st.reversed(); !strings.Contains(got, "ancien") {
		t.Errorf("%q is chosen", got)
	}
	st.shows(replied(room.Past{Around: 999, Events: around[:1]})) // it is kept nowhere
	st.has("Trop ancien : ce message n'est plus en mémoire.")
	st.has("Historique")
	st.keys("esc")
	st.hasNot("Trop ancien")
}

func TestAboveTheFirstThatWasFoundIsThePageBefore(t *testing.T) {
	page := func(from, n int, r room.Past) room.Item {
		for i := range n {
			r.Events = append(r.Events, state.Event{Seq: state.Seq(from + i), Time: opening, Body: state.Said{From: "bob", Text: fmt.Sprintf("mot %d.", from+i)}})
		}
		return replied(r)
	}
	st := newStage(t, 60, 12)
	st.shows(page(500, 20, room.Past{Search: "mot", More: true}))
	st.has("Trouvé · mot (20+)")
	if a := st.keys("home"); a != (Action{}) {
		t.Errorf("going to the first asks for %+v", a)
	}
	if a := st.keys("up"); a.Request != (room.Older{}) {
		t.Fatalf("above the first: %+v", a)
	}
	if a := st.keys("up"); a != (Action{}) {
		t.Errorf("it asks twice: %+v", a)
	}
	st.shows(page(480, 20, room.Past{Search: "mot", More: true, Continued: true, Asked: room.Older{}}))
	st.has("Trouvé · mot (40+)")
	if got := st.reversed(); !strings.Contains(got, "mot 499.") {
		t.Errorf("%q is chosen", got)
	}
	st.keys("down")
	if got := st.reversed(); !strings.Contains(got, "mot 500.") {
		t.Errorf("%q is below", got)
	}
	st.keys("home")
	if a := st.input(keys.Wheel{Up: true}); a.Request != (room.Older{}) {
		t.Errorf("the wheel asks for %+v", a)
	}
	st.Failed(room.Older{})
	st.shows(replied(room.Failure{Err: state.ErrUnavailable}))
	st.has("Échec : réessayez.")
	if a := st.keys("pgup"); a.Request != (room.Older{}) {
		t.Errorf("after a failure: %+v", a)
	}
	st.shows(page(1, 3, room.Past{Search: "mot", Continued: true, Asked: room.Older{}}))
	st.has("Trouvé · mot (43)")
	st.keys("home")
	if a := st.keys("up"); a != (Action{}) {
		t.Errorf("above the very first: %+v", a)
	}
	st.keys("esc")
	st.shows(page(1, 2, room.Past{Search: "mot", Continued: true})) // /suite, typed later
	st.has("Trouvé · mot (2)")
}

// TestASearchThatWasCutSaysSoAndGoesOn above the first that was found.
func TestASearchThatWasCutSaysSoAndGoesOn(t *testing.T) {
	page := func(seq state.Seq, r room.Past) room.Item {
		r.Search, r.Events = "mot", []state.Event{{Seq: seq, Time: opening, Body: state.Said{From: "bob", Text: "mot"}}}
		return replied(r)
	}
	st := newStage(t, 60, 12)
	st.shows(page(500, room.Past{More: true, Searched: opening}))
	st.has("Recherche interrompue : messages parcourus depuis")
	if a := st.keys("up"); a.Request != (room.Older{}) {
		t.Fatalf("above the first: %+v", a)
	}
	st.shows(page(10, room.Past{Continued: true, Asked: room.Older{}}))
	st.has("Trouvé · mot (2)")
	st.hasNot("Recherche interrompue")
}

func TestWhatWasFoundIsBounded(t *testing.T) {
	st := newStage(t, 60, 12)
	var events []state.Event
	for i := range 600 {
		events = append(events, state.Event{Seq: state.Seq(i), Time: opening, Body: state.Said{From: "bob", Text: "mot"}})
	}
	st.shows(replied(room.Past{Search: "mot", More: true, Events: events}))
	st.shows(replied(room.Past{Search: "mot", Continued: true, Events: events}))
	st.has("Trouvé · mot (1000)")
}

func TestWhatIsTypedClosesHelpAndGoesIntoTheLine(t *testing.T) {
	st := newStage(t, 60, 12, func(st *testScreen) { st.room.complete = offers })
	for _, c := range []struct{ key, want string }{{"b", "  #salon  b"}, {"tab", "  #salon  b"}} {
		st.keys("f1")
		st.has("Touches")
		st.keys(c.key)
		st.hasNot("Touches")
		st.ends(c.want)
	}
	st.keys("f1", "backspace", "left")
	st.has("Touches") // editing does not
	st.reads("^")
	for _, key := range []string{"f1", "esc", "enter", "ctrl+c", "alt+u", "alt+p", "alt+n", "alt+l"} {
		st.keys("f1", "esc", "f1", key)
		st.hasNot("Touches")
		st.keys("esc")
	}
}

func TestHelpScrolls(t *testing.T) {
	for _, z := range []size{{20, 5}, {30, 8}, {80, 24}, {120, 40}} {
		st := newStage(t, z.width, z.height, english)
		st.keys("f1")
		var seen strings.Builder
		for before := ""; before != st.picture(); st.keys("down") {
			before = st.picture()
			seen.WriteString(before)
		}
		st.keys("up")
		for _, want := range []string{"Keys", "Commands", "same as Alt", "help on keys"} {
			if !strings.Contains(seen.String(), want) {
				t.Errorf("%v: nowhere does help say %q", z, want)
			}
		}
		end := st.picture()
		st.keys("end", "up")
		if st.picture() != end {
			t.Errorf("%v: after the end, up does not go up at once:\n%s", z, st.picture())
		}
	}
}

func TestHelpNamesEveryCommandThatOneMayUse(t *testing.T) {
	st := newStage(t, 120, 100)
	st.keys("f1")
	for _, c := range available {
		usage, does := st.viewer().Explain(c)
		st.has(usage)
		st.has(does)
	}
	st.hasNot("/kick")
}

func TestOverlaysFollowTheSizeOfTheTerminal(t *testing.T) {
	st := newStage(t, 60, 12)
	st.shows(crowd(50))
	st.keys("end")
	for _, z := range []size{{20, 5}, {120, 40}, {19, 4}, {30, 8}, {60, 12}} {
		st.resizes(z.width, z.height)
		if z.width < minWidth {
			st.has("Trop petit")
			continue
		}
		if got := st.reversed(); !strings.HasPrefix(got, "p049") {
			t.Errorf("%v: %q is chosen", z, got)
		}
		st.has("Échap : fermer")
	}
	st.keys("home")
	st.has("p000")
}

func TestOverlaysFollowTheLanguage(t *testing.T) {
	st := newStage(t, 60, 12)
	st.keys("f1")
	st.room.prefs.Lang = state.English
	st.frame()
	st.has("Keys")
	st.has("Esc: close")
}

func TestNothingIsWiderThanTheScreen(t *testing.T) {
	long := strings.Repeat("日本", 40)
	for _, z := range []size{{20, 5}, {21, 7}, {33, 9}, {59, 10}, {60, 10}, {61, 10}} {
		for _, lang := range []state.Lang{state.French, state.English} {
			st := newStage(t, z.width, z.height, func(st *testScreen) { st.room.prefs.Lang = lang })
			st.shows(replied(room.Past{Search: long, Events: []state.Event{{Time: opening, Body: state.Said{From: "bob", Text: long}}}}))
			checkWidth(t, st)
			st.shows(replied(room.People{Members: []room.Person{{Pseudo: text.Pseudo(long[:60]), Since: opening, Away: &state.Away{Text: long, Since: opening}}}}))
			checkWidth(t, st)
			st.keys("f1")
			checkWidth(t, st)
		}
	}
}

func checkWidth(t *testing.T, st *testScreen) {
	t.Helper()
	for _, it := range st.overlay.items {
		if w := ansi.StringWidth(it.text); w > st.vt.Width() {
			t.Errorf("%d columns of %d: %q", w, st.vt.Width(), it.text)
		}
	}
}

// TestWhatHappensUnderAnOverlayIsThereAfterIt.
func TestWhatHappensUnderAnOverlayIsThereAfterIt(t *testing.T) {
	st := newStage(t, 120, 12)
	st.keys("f1")
	if b := st.shows(st.room.said("ann", "bonjour"), st.room.joined("zoé")); len(b) > 60 {
		t.Errorf("a message under help costs %d bytes: %q", len(b), b)
	}
	st.room.people("ann", "zoé")
	st.frame()
	st.hasNot("zoé")
	st.keys("esc")
	st.has("bonjour")
	st.has("│   zoé")
}

func TestAReplyToHelpOnOneCommandIsSaidAmongTheEvents(t *testing.T) {
	st := newStage(t, 80, 12)
	st.shows(replied(room.Help{Commands: available, One: available[3]}))
	st.hasNot("Échap")
	st.shows(replied(room.Help{Commands: available}))
	st.has("Échap : fermer")
	st.keys("esc")
	st.shows(replied(room.Past{Search: "rien"}))
	st.hasNot("Échap")
	st.has("rien")
	st.shows(replied(room.Past{Events: []state.Event{{Time: opening.Add(-48 * time.Hour), Body: state.Said{From: "bob", Text: "hier"}}}}))
	st.has("Historique")
	st.has("vendredi 20 novembre 2026")
}

// TestHelpOnOneCommandIsLaidOutAsInHelp.
func TestHelpOnOneCommandIsLaidOutAsInHelp(t *testing.T) {
	ban := room.Commands()[slices.IndexFunc(room.Commands(), func(c *room.Command) bool { return c.Name == "ban" })]
	for width, want := range map[int]string{
		30: "/ban pseudo|clé|ip|cidr\n [durée] [raison]\n   interdire l'entrée (30s,\n   10m, 2h, 3j, 1sem) ; une\n   adresse IPv6 avec son /64\n",
		70: "  /ban pseudo|clé|ip|cidr [durée] [raison]\n" + strings.Repeat(" ", 30) + "interdire l'entrée (30s, 10m, 2h, 3j,\n" +
			strings.Repeat(" ", 30) + "1sem) ; une adresse IPv6 avec son /64\n",
	} {
		st := newStage(t, width, 30)
		st.shows(replied(room.Help{One: ban}))
		st.has(want)
		st.has("aussi : /ban, /bannir\n")
		st.has("durée : 30s, 10m, 2h, 3j,")
	}
}

// TestFoundMessagesAreGoneTo: also when answers and private messages stand among
// those of the room.
func TestFoundMessagesAreGoneTo(t *testing.T) {
	st := talked(t, 80, 24, 0)
	var found []state.Event
	for i := range 100 {
		st.shows(replied(room.TopicIs{}), st.room.said("ann", fmt.Sprintf("message %d.", i)))
		found = append(found, *st.room.events[i])
	}
	st.shows(replied(room.Past{Search: "message", Events: found[:51]}))
	st.keys("enter")
	st.has("message 50.")
}

// TestAPageGoesWhereItWasAskedFor: nowhere, once that was closed or shows something else.
func TestAPageGoesWhereItWasAskedFor(t *testing.T) {
	past := func(search string, r room.Past) room.Item {
		r.Search, r.Events = search, []state.Event{{Seq: 9, Time: opening, Body: state.Said{From: "bob", Text: search}}}
		return replied(r)
	}
	page := past("avant", room.Past{Continued: true, Asked: room.Older{}})
	st := newStage(t, 60, 12)
	st.shows(past("mot", room.Past{More: true}))
	st.keys("up", "esc")
	st.shows(page)
	st.hasNot("Trouvé")

	st.shows(past("mot", room.Past{More: true}))
	if a := st.keys("up"); a != (Action{Request: room.Older{}}) {
		t.Fatalf("once that is answered, it asks for %+v", a)
	}
	st.keys("ctrl+f", "x")
	if a := st.keys("enter"); a != (Action{Request: room.Search{Text: "x"}}) {
		t.Fatalf("while the page is on its way, a search asks for %+v", a)
	}
	st.shows(past("x", room.Past{Asked: room.Search{Text: "x"}}))
	st.shows(page)
	st.has("Trouvé · x (1)")
}
