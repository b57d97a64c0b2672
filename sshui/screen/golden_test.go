package screen

import (
	"flag"
	"fmt"
	"image/color"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/sshui/keys"
)

var update = flag.Bool("update", false, "write the pictures in testdata anew")

// scene is what a picture shows.
type scene struct {
	name  string
	sizes []size       // nil: the usual ones
	set   func(*stage) // before the session begins; nil: asEve
	play  func(*stage)
}

type size struct{ width, height int }

var usual = []size{{20, 5}, {30, 8}, {80, 24}, {120, 40}}

var scenes = []scene{
	{name: "arrival", set: lively, play: arrives},
	{name: "talk", play: talks},
	{name: "mention", play: isCalled},
	{name: "private", play: whispers},
	{name: "below", play: readsBack},
	{name: "unread", play: looksAway},
	{name: "help", play: func(st *stage) { talks(st); st.keys("f1") }},
	{name: "help-end", play: func(st *stage) { talks(st); st.keys("f1", "end") }},
	{name: "asking", play: func(st *stage) { talks(st); st.types("bon"); st.keys("ctrl+f"); st.types("lien") }},
	{name: "search", play: finds},
	{name: "people", set: lively, play: func(st *stage) { talks(st); st.shows(everybody()); st.keys("down", "down") }},
	{name: "completion", play: completes},
	{name: "paste", play: func(st *stage) { talks(st); st.pastes(strings.Repeat("une ligne\n", 12)) }},
	{name: "recall", play: recalls},
	{name: "leaving", play: func(st *stage) { talks(st); st.keys("ctrl+c") }},
	{name: "bare", play: func(st *stage) { talks(st); st.keys("alt+l") }},
	{name: "fallback", sizes: []size{{19, 4}, {10, 3}, {1, 1}, {39, 24}, {80, 7}}, play: func(st *stage) { talks(st); st.types("@ann salut") }},
	{name: "crowd", sizes: []size{{20, 8}, {80, 8}, {120, 12}}, set: crowded, play: talks},
	{name: "farewell", play: leaves},
}

// TestPictures holds every scene in every size and both languages to its picture in
// testdata, which also lists the styles that it has with colours and without: what
// is to be read is the same. -update writes them anew, to be looked at.
func TestPictures(t *testing.T) {
	for _, sc := range scenes {
		sizes := sc.sizes
		if sizes == nil {
			sizes = usual
		}
		for _, z := range sizes {
			for l, with := range map[string][]func(*stage){"fr": nil, "en": {english}} {
				name := fmt.Sprintf("%s-%dx%d-%s", sc.name, z.width, z.height, l)
				t.Run(name, func(t *testing.T) { picture(t, sc, z, name, with) })
			}
		}
	}
}

func picture(t *testing.T, sc scene, z size, name string, with []func(*stage)) {
	if sc.set == nil {
		sc.set = asEve
	}
	with = append(with, sc.set)
	coloured := newStage(t, z.width, z.height, with...)
	sc.play(coloured)
	plain := newStage(t, z.width, z.height, append(with, mono)...)
	sc.play(plain)
	if coloured.picture() != plain.picture() {
		t.Errorf("without colours it reads\n%s\n\nwith them\n%s", plain.picture(), coloured.picture())
	}
	got := framed(coloured) + "\n\ncolour\n" + styles(coloured) + "\nmono\n" + styles(plain)
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is no longer so (-update, if that is right):\n%s", file, got)
	}
}

// framed is what is to be seen, between edges, and the cursor.
func framed(st *stage) string {
	var b strings.Builder
	edge := "+" + strings.Repeat("-", st.vt.Width()) + "+\n"
	b.WriteString(edge)
	for _, row := range st.rows() {
		b.WriteString("|" + row + strings.Repeat(" ", max(0, st.vt.Width()-ansi.StringWidth(row))) + "|\n")
	}
	row, column := st.cursor()
	where := fmt.Sprintf("cursor %d,%d", row, column)
	if st.hid {
		where = "no cursor"
	}
	fmt.Fprintf(&b, "%s%s · title %q · bells %d", edge, where, st.title, st.bells)
	return b.String()
}

// styles lists what is not plain: row, column, style and text. What is as on the row
// above, such as edges, is left out.
func styles(st *stage) string {
	var b strings.Builder
	var above, here map[string]bool
	for y := range st.vt.Height() {
		above, here = here, map[string]bool{}
		var text, last string
		from := 0
		flush := func() {
			if last != "" && strings.TrimSpace(text) != "" {
				run := fmt.Sprintf("%-3d %-22s %s\n", from, last, strings.TrimRight(text, " "))
				if here[run] = true; !above[run] {
					fmt.Fprintf(&b, "%3d,%s", y, run)
				}
			}
			text = ""
		}
		for x := range st.vt.Width() {
			c := st.vt.CellAt(x, y)
			if c == nil || c.Width == 0 && c.Content == "" {
				continue
			}
			if s := styleOf(c); s != last {
				flush()
				last, from = s, x
			}
			text += c.Content
		}
		flush()
	}
	return b.String()
}

func styleOf(c *uv.Cell) string {
	var words []string
	for i, name := range []string{"bold", "faint", "italic", "blink", "blink", "reverse", "conceal", "struck"} {
		if c.Style.Attrs&(1<<i) != 0 {
			words = append(words, name)
		}
	}
	if c.Style.Underline != uv.UnderlineNone {
		words = append(words, "underline")
	}
	words = append(words, colour("", c.Style.Fg)...)
	words = append(words, colour("on ", c.Style.Bg)...)
	if c.Link.URL != "" {
		words = append(words, "link")
	}
	return strings.Join(words, " ")
}

func colour(before string, c color.Color) []string {
	switch c := c.(type) {
	case nil:
		return nil
	case ansi.IndexedColor:
		return []string{fmt.Sprintf("%s%d", before, c)}
	case ansi.BasicColor:
		return []string{fmt.Sprintf("%sbasic %d", before, c)}
	}
	return []string{fmt.Sprintf("%s%v", before, c)}
}

// either is a text in the language of the stage.
func (st *stage) either(fr, en string) string {
	if st.room.prefs.Lang == state.English {
		return en
	}
	return fr
}

// asEve makes me eve: nobody is called "moi" for good.
func asEve(st *stage) {
	st.room.me = "eve"
	st.room.people("ann", "bob", "eve")
}

// lively makes the room one with a topic, people away and operators, and something
// said before, on another day and on this.
func lively(st *stage) {
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
func crowded(st *stage) {
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

func arrives(st *stage) {
	var last []room.Item
	for i := range st.room.events {
		last = append(last, room.Item{Event: st.room.events[i]})
	}
	st.shows(st.room.welcome(last...))
	st.passes(time.Minute)
	st.shows(st.room.joined("léo"))
}

// talks is a bit of everything.
func talks(st *stage) {
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

func isCalled(st *stage) {
	talks(st)
	st.shows(st.room.said("bob", st.either("@eve tu as vu ?", "@eve have you seen it?")))
	st.shows(st.room.said("bob", st.either("demande à @ann", "ask @ann")))
}

func whispers(st *stage) {
	r := st.room
	talks(st)
	st.shows(r.whispered("ann", st.either("à tout de suite", "see you soon")))
	st.shows(r.whispered("eve", st.either("d'accord", "all right"), "ann"), r.whispered("bob", "ok ?", "eve", "ann"))
	st.types("@ann ")
	st.types(st.either("j'arrive", "coming"))
}

func readsBack(st *stage) {
	r := st.room
	for i := range 60 {
		st.passes(time.Second)
		st.shows(r.said([]string{"ann", "bob"}[i%2], fmt.Sprintf("message %d", i+1)))
	}
	st.keys("pgup")
	st.passes(2 * time.Minute)
	st.shows(r.said("ann", "a"), r.said("bob", "@eve b"), r.said("ann", "c"), r.said("ann", "d"))
}

func looksAway(st *stage) {
	r := st.room
	talks(st)
	st.focuses(false)
	st.passes(time.Minute)
	st.shows(r.said("ann", st.either("tu es là ?", "are you there?")))
	st.shows(r.said("bob", "@eve ?"), r.whispered("ann", st.either("alors ?", "well?")))
}

func finds(st *stage) {
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

func completes(st *stage) {
	st.room.complete = offers
	talks(st)
	st.types("@an")
}

func recalls(st *stage) {
	talks(st)
	for _, line := range []string{"bonjour à tous", "@ann bonsoir", "merci"} {
		st.types(line)
		st.keys("enter")
	}
	st.types("oui")
	st.keys("ctrl+r", "b", "o", "n")
}

// leaves is what is left on a terminal: what was there before, and one line.
func leaves(st *stage) {
	modes := map[ansi.Mode]bool{}
	st.vt.SetCallbacks(vt.Callbacks{
		EnableMode:       func(m ansi.Mode) { modes[m] = true },
		DisableMode:      func(m ansi.Mode) { delete(modes, m) },
		CursorVisibility: func(visible bool) { st.hid = !visible },
	})
	st.write([]byte(mainScreen + "$ ssh salon\r\n"))
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
	said := lang.Farewell(&state.Ending{Cause: state.Quit}, st.eyes()) + " " + fmt.Sprintf(lang.ScreenOf(l).Summary, lang.Duration(12*time.Minute, l), 1)
	st.write([]byte(said + "\r\n"))
}
