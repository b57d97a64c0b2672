package room_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

func TestWhatIsSaidToEveryone(t *testing.T) {
	for line, want := range map[string]string{
		"bonjour":               "ann: bonjour",
		"  bonjour  ":           "ann:   bonjour",
		"@tous bonjour":         "ann: bonjour",
		"@Tous bonjour":         "ann: bonjour",
		"@all: hi":              "ann: hi",
		"@everyone, hi":         "ann: hi",
		"@all\nhi":              "ann: hi",
		"//x":                   "ann: /x",
		"//xyz hello":           "ann: /xyz hello",
		"// hello":              "ann: / hello",
		"//":                    "ann: /",
		`\@bob hi`:              "ann: @bob hi",
		`\@x`:                   "ann: @x",
		`\/liste`:               "ann: /liste",
		`\o/`:                   `ann: \o/`,
		"bob@example.org":       "ann: bob@example.org",
		"a // b":                "ann: a // b",
		"two\nlines":            "ann: two\nlines",
		"/me sourit":            "* ann sourit",
		"/MOI sourit":           "* ann sourit",
		"//me sourit":           "* ann sourit",
		"red \x1b[31mred":       "ann: red red",
		"a\tb\x00c":             "ann: a bc",
		strings.Repeat("é", 20): "ann: " + strings.Repeat("é", 20),
	} {
		inRoom(t, func(h *testRoom) {
			ann, bob := h.two("ann", "bob")
			ann.does(line)
			bob.sees(want)
		})
	}
}

func TestAnUnknownCommandIsNeverBroadcast(t *testing.T) {
	for line, near := range map[string]string{
		"/lsite": "list", "/msgg bob hi": "tell", "/hlep": "help", "/kick2 bob": "nick", "/": "", "/ hello": "",
		"/xyzzy": "", "/quiter": "quit", "/nic bob": "nick", "/ban2": "back", "/éàù": "",
	} {
		inRoom(t, func(h *testRoom) {
			ann, bob := h.two("ann", "bob")
			unknown := refused[*room.UnknownCommandError](ann, line)
			got := ""
			if unknown.Suggestion != nil {
				got = unknown.Suggestion.Name
			}
			if got != near {
				h.Errorf("%q: %q is suggested, want %q", line, got, near)
			}
			bob.sees()
		})
	}
}

func TestSuggestionsAreOfWhatOneMayDo(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, op := h.join("ann")[0], h.operator("op")
		if unknown := refused[*room.UnknownCommandError](ann, "/shutdwn"); unknown.Suggestion != nil {
			h.Errorf("ann is suggested %s", unknown.Suggestion.Name)
		}
		if unknown := refused[*room.UnknownCommandError](op, "/shutdwn"); unknown.Suggestion == nil || unknown.Suggestion.Name != "shutdown" {
			h.Errorf("op is suggested %v", unknown.Suggestion)
		}
		if unknown := refused[*room.UnknownCommandError](h.console(), "repl x"); unknown.Suggestion != nil && unknown.Suggestion.Need == room.Members {
			h.Errorf("the console is suggested %s", unknown.Suggestion.Name)
		}
	})
}

func TestTheNameOfAnUnknownCommandIsFitToShow(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		unknown := refused[*room.UnknownCommandError](ann, "/x\x1b]0;owned\a"+strings.Repeat("y", 1000))
		if name := unknown.Name; text.Clean(name, false) != name || len(name) > 40 {
			h.Errorf("the name is %q", name)
		}
	})
}

func TestLinesThatAreNothingOrTooMuch(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		for _, line := range []string{"", "   ", "\x1b[0m", "\u200b", "\x00", "\n\n"} {
			if err := ann.tries(line); !errors.Is(err, room.ErrEmpty) {
				h.Errorf("%q: %v", line, err)
			}
		}
		for _, line := range []string{strings.Repeat("x", 4097), strings.Repeat("\xffx", 1500)} {
			if err := ann.tries(line); !errors.Is(err, room.ErrTextTooLong) {
				h.Errorf("%.10q: %v", line, err)
			}
		}
		bob.sees()
		ann.does(strings.Repeat("x", 4096))
		bob.sees("ann: " + strings.Repeat("x", 4096))
	})
}

// TestEveryWordCallsItsCommand tries the whole table in both languages, cases
// and accents, as somebody who may do all of it.
func TestEveryWordCallsItsCommand(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		e := onScreen("op")
		e.Role = state.Operator
		screen := h.arrive(e)
		e = as("op2")
		e.Role = state.Operator
		lines := h.arrive(e)
		for _, c := range room.Commands() {
			op := screen
			if c.Need == room.Lines {
				op = lines
			}
			for _, word := range c.Words() {
				for _, typed := range []string{word, strings.ToUpper(word), text.Fold(word)} {
					if help := replied[room.Help](op, "/aide "+typed); help.One == nil || help.One.Name != c.Name {
						h.Errorf("%q calls %+v, not %s", typed, help.One, c.Name)
					}
				}
			}
		}
	})
}

func TestHelpListsWhatOneMayDo(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		has := func(p *person, line, name string) bool {
			for _, c := range replied[room.Help](p, line).Commands {
				if c.Name == name {
					return true
				}
			}
			return false
		}
		ann, op, console := h.join("ann")[0], h.operator("op"), h.console()
		for _, test := range []struct {
			p    *person
			name string
			want bool
		}{
			{ann, "nick", true}, {ann, "kick", false}, {op, "nick", true}, {op, "kick", true}, {console, "nick", false}, {console, "kick", true},
		} {
			if has(test.p, "/aide", test.name) != test.want {
				h.Errorf("%q in the help of %q: %v", test.name, test.p.Pseudo(), !test.want)
			}
		}
		if !replied[room.Help](console, "aide").Console || replied[room.Help](ann, "/?").Console {
			h.Error("help does not know where it is asked")
		}
		refused[*room.UnknownCommandError](ann, "/aide kick")
		if unknown := refused[*room.UnknownCommandError](ann, "/aide lsite"); unknown.Suggestion == nil {
			h.Error("nothing is suggested for /aide lsite")
		}
		if one := replied[room.Help](ann, "/help /liste").One; one == nil || one.Name != "list" {
			h.Errorf("/help /liste is about %+v", one)
		}
	})
}

func TestSettings(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		for _, step := range []struct {
			line string
			what room.What
			text string
		}{
			{"/lang en", room.NowLang, ""}, {"/heure 12", room.NowClock, "12"}, {"/fuseau Europe/Paris", room.NowZone, "Europe/Paris"}, {"/json", room.NowJSON, ""},
		} {
			if n := replied[room.Notice](ann, step.line); n.What != step.what || n.Text != step.text {
				h.Errorf("%s: %+v", step.line, n)
			}
		}
		p := ann.Prefs()
		if p.Lang != state.English || !p.Hour12 || !p.JSON || p.Zone.String() != "Europe/Paris" {
			h.Errorf("ann is spoken to with %+v", p)
		}
		for _, line := range []string{"/lang xx", "/heure 13"} {
			refused[*room.UsageError](ann, line)
		}
		for _, line := range []string{"/fuseau Mars/Olympus", "/fuseau ../../etc/passwd", "/fuseau Local", "/tz " + strings.Repeat("x", 65)} {
			if err := ann.tries(line); err == nil {
				h.Errorf("%.30s is a time zone", line)
			}
		}
		if got := ann.Prefs(); got != p {
			h.Errorf("what is refused changes %+v to %+v", p, got)
		}
	})
}

func TestATimeZoneIsShared(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		one, err := h.room.Zone("Europe/Paris")
		two, _ := h.room.Zone("Europe/Paris")
		if err != nil || one != two {
			h.Error("the same name gives two locations")
		}
	})
}

func TestLanguagesAreReadAsPeopleWriteThem(t *testing.T) {
	for s, want := range map[string]state.Lang{
		"fr": state.French, "FR": state.French, "fr_FR.UTF-8": state.French, "français": state.French, "French": state.French,
		"en": state.English, "en_GB.UTF-8": state.English, "English": state.English, "anglais": state.English,
	} {
		if got, ok := room.ParseLang(s); !ok || got != want {
			t.Errorf("%q is %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "C", "POSIX", "C.UTF-8", "xx", "x"} {
		if got, ok := room.ParseLang(s); ok {
			t.Errorf("%q is %v", s, got)
		}
	}
}

func TestWhatAProgramPrintsIsSaidAsItIs(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		for _, line := range []string{"/usr/bin/ld: cannot find -lfoo", "    indented", "/home/ann/main.go:12:3: undefined"} {
			ann.does(line)
			bob.sees("ann: " + line)
		}
		if unknown := refused[*room.UnknownCommandError](ann, "/usr is no path"); unknown.Name != "usr" {
			h.Errorf("%q is unknown", unknown.Name)
		}
		refused[*state.UnknownMemberError](ann, "@babel/core@7.0 installed")
		bob.sees()
	})
}

func TestAMessageHasNoMoreLinesThanFit(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		most := "x" + strings.Repeat("\ny", text.MaxLines-1)
		ann.does(most)
		bob.sees("ann: " + most)
		for _, line := range []string{most + "\ny", "@bob x" + strings.Repeat("\n", 4000) + "y", "x" + strings.Repeat("\u2028", 1000) + "y"} {
			if err := ann.tries(line); !errors.Is(err, room.ErrTooManyLines) {
				h.Errorf("%d lines: %v", strings.Count(line, "\n"), err)
			}
		}
		bob.sees()
	})
}

// TestWhatSpeaks: commands that only change or ask something do not, unknown ones
// among them, since they are never broadcast.
func TestWhatSpeaks(t *testing.T) {
	for _, line := range []string{
		"bonjour", "@ann salut", "@tous salut", "/msg ann oui", "/MP ann oui", "//tell ann oui", "/r oui", "/répondre oui", "/me sourit",
		"//moi sourit", "//x", "/usr/bin: non trouvé", `\/liste`, "  indenté",
	} {
		if !room.Speaks(line) {
			t.Errorf("%q does not speak", line)
		}
	}
	for _, line := range []string{"", "  ", "/aller haut", "/go up", "//liste", "/heure 24", " /Aide", "/pseudo bob", "/absent", "/xyzzy", "/"} {
		if room.Speaks(line) {
			t.Errorf("%q speaks", line)
		}
	}
}

func TestHistoryOfADayAndSearchByAuthorAndDay(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.join("ann")[0], h.join("bob")[0]
		ann.does("first train")
		time.Sleep(24 * time.Hour)
		today := time.Now()
		ann.does("second train")
		bob.does("third train")
		for line, want := range map[string][]string{
			"/historique":                               {"first train", "second train", "third train"},
			"/history today":                            {"second train", "third train"},
			"/historique hier":                          {"first train"},
			"/historique avant-hier":                    nil,
			"/historique aujourd'hui":                   {"second train", "third train"},
			"/chercher train @ann":                      {"first train", "second train"},
			"/chercher @ann":                            {"first train", "second train"},
			"/search train yesterday":                   {"first train"},
			"/search train @BOB today":                  {"third train"},
			"/search train @nobody today":               nil,
			"/search yesterday @ann":                    {"first train"},
			"/historique " + today.Format("2006-01-02"): {"second train", "third train"},
			"/historique " + today.Format("02/01/2006"): {"second train", "third train"},
		} {
			time.Sleep(time.Second)
			r, err := ann.Do(context.Background(), line)
			past, ok := r.(room.Past)
			if err != nil || !ok {
				t.Fatalf("%s: %v, %v", line, r, err)
			}
			var got []string
			for _, e := range past.Events {
				got = append(got, e.Body.(state.Said).Text)
			}
			if len(got) != len(want) {
				t.Errorf("%s found %q, want %q", line, got, want)
				continue
			}
			for i := range got {
				if got[i] != want[i] {
					t.Errorf("%s found %q, want %q", line, got, want)
				}
			}
		}
		for _, line := range []string{"/chercher", "/historique 32/13/2026", "/historique demain"} {
			if _, err := ann.Do(context.Background(), line); err == nil {
				t.Errorf("%s is understood", line)
			}
		}
	})
}

// TestADayAloneOrInQuotesIsAWord: else it could not be searched for.
func TestADayAloneOrInQuotesIsAWord(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		ann.does("nothing much")
		sleep(24 * time.Hour)
		ann.does("hier, nothing")
		for line, want := range map[string]int{
			"/chercher hier": 1, "/search yesterday": 0, "/chercher \"hier\"": 1, "/chercher “hier” nothing": 1, "/chercher \"hier\" today": 1,
			"/chercher \"hier\" yesterday": 0, "/chercher nothing hier": 1, "/chercher aujourd'hui hier": 1, "/chercher hier hier": 0, "/chercher \"much\"": 0,
		} {
			if n := len(replied[room.Past](ann, line).Events); n != want {
				h.Errorf("%s finds %d, want %d", line, n, want)
			}
		}
	})
}

// TestSettingsAloneSayWhatIsSet, and what can be chosen; nothing changes.
func TestSettingsAloneSayWhatIsSet(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.arrive(onScreen("ann"))
		for _, set := range []string{"", "/theme sombre", "/cloche tout", "/souris oui", "/lang en", "/heure 12", "/fuseau Europe/Paris"} {
			if set != "" {
				ann.asks(set)
			}
			before := ann.Prefs()
			for line, what := range map[string]room.What{"/lang": room.NowLang, "/heure": room.NowClock, "/tz": room.NowZone, "/theme": room.NowTheme, "/bell": room.NowBell} {
				if n := replied[room.Notice](ann, line); n.What != what || n.Choices == nil {
					h.Errorf("%s: %+v", line, n)
				}
			}
			if n := replied[room.Notice](ann, "/souris"); (n.What == room.NowMouse) != before.Mouse || n.Choices == nil {
				h.Errorf("/souris: %+v", n)
			}
			if ann.Prefs() != before {
				h.Errorf("after %q asking has changed %+v to %+v", set, before, ann.Prefs())
			}
		}
		if n := replied[room.Notice](ann, "/fuseau"); n.Text != "Europe/Paris" {
			h.Errorf("/fuseau: %+v", n)
		}
	})
}
