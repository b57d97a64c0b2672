package lang_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"go.uber.org/goleak"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // what a session that names no zone is shown
	goleak.VerifyTestMain(m)
}

// at is when everything in these tests happens, and now is when it is told.
var (
	at  = time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC)
	now = at.Add(time.Minute)
)

func french() lang.View  { return lang.View{Lang: state.French, Zone: time.UTC, Me: "ann"} }
func english() lang.View { return lang.View{Lang: state.English, Zone: time.UTC, Me: "ann"} }

var verb = regexp.MustCompile(`%(\[\d+\])?[a-z%]`)

// TestEveryTextIsInEveryLanguage also holds them to take the same arguments in
// the same order.
func TestEveryTextIsInEveryLanguage(t *testing.T) {
	fr := lang.Of(state.French)
	for _, l := range lang.All()[1:] {
		compareTexts(t, reflect.ValueOf(*fr), reflect.ValueOf(*lang.Of(l)))
		compareTexts(t, reflect.ValueOf(fr.Screen), reflect.ValueOf(lang.Of(l).Screen))
		compareTexts(t, reflect.ValueOf(fr.Manual), reflect.ValueOf(lang.Of(l).Manual))
	}
}

func compareTexts(t *testing.T, fr, other reflect.Value) {
	for i := range fr.NumField() {
		name := fr.Type().Field(i).Name
		if fr.Field(i).Kind() != reflect.String {
			continue
		}
		f, o := fr.Field(i).String(), other.Field(i).String()
		if f == "" || o == "" {
			t.Errorf("%s is %q in French and %q in another language", name, f, o)
		}
		if a, b := verb.FindAllString(f, -1), verb.FindAllString(o, -1); !slices.Equal(a, b) {
			t.Errorf("%s takes %q in French and %q in %q", name, a, b, o)
		}
		if strings.ContainsFunc(f+o, unicode.IsControl) {
			t.Errorf("%s holds a control character", name)
		}
	}
}

// everyCommand returns all commands, also those of a node of several.
func everyCommand() []*room.Command { return append(room.Commands(), room.NodeCommands()...) }

func TestEveryCommandIsExplainedInEveryLanguage(t *testing.T) {
	known := map[string]bool{}
	for _, c := range everyCommand() {
		known[c.Name] = true
		for _, l := range lang.All() {
			fr, other := lang.Of(state.French).Help[c.Name], lang.Of(l).Help[c.Name]
			if other.Does == "" || (fr.Args == "") != (other.Args == "") {
				t.Errorf("%s: %+v in French, %+v in another language", c.Name, fr, other)
			}
		}
		for _, v := range []lang.View{french(), english()} {
			if usage := v.Usage(c); usage == "" || strings.Contains(usage, "  ") || strings.HasSuffix(usage, " ") {
				t.Errorf("the usage of %s is %q", c.Name, usage)
			}
		}
	}
	for _, l := range lang.All() {
		for name := range lang.Of(l).Help {
			if !known[name] {
				t.Errorf("there is help on %q, which is no command", name)
			}
		}
	}
}

// TestTheHelpOnEveryCommandHasAnExample: the last words between quotes, which call it.
func TestTheHelpOnEveryCommandHasAnExample(t *testing.T) {
	quoted := regexp.MustCompile(`(?:« ([^»]+) »|"([^"]+)")\.$`)
	for _, v := range []lang.View{french(), english()} {
		for _, c := range everyCommand() {
			more := v.More(c)
			example := quoted.FindStringSubmatch(more[0])
			if example == nil {
				t.Errorf("the help on %s is %q", c.Name, more)
				continue
			}
			typed := example[1] + example[2]
			if called, _ := room.Calls(typed); !strings.HasPrefix(typed, "@") && (called == nil || called.Word(v.Lang) != c.Word(v.Lang)) {
				t.Errorf("%q is an example of %s", typed, c.Name)
			}
			v.Console = true
			if console := v.More(c)[0]; strings.Contains(console, "/"+c.Word(v.Lang)) {
				t.Errorf("the console reads %q", console)
			}
			v.Console = false
		}
	}
}

// TestTheHelpSaysHowArgumentsAreWritten, in every language.
func TestTheHelpSaysHowArgumentsAreWritten(t *testing.T) {
	fr := lang.Of(state.French)
	for _, l := range lang.All() {
		if forms := lang.Of(l).HelpForms; len(forms) != len(fr.HelpForms) {
			t.Errorf("there are %d forms of arguments, and %d in French", len(forms), len(fr.HelpForms))
		}
	}
	if got := strings.Join(french().More(command("ban")), "\n"); !strings.Contains(got, "2h") || !strings.Contains(got, "SHA256") || !strings.Contains(got, "/bannir") {
		t.Errorf("the help on ban is %q", got)
	}
}

// TestNoWordCallsTwoCommands: commands are accepted in both languages, so a word
// of one may not mean something else in the other.
func TestNoWordCallsTwoCommands(t *testing.T) {
	calls := map[string]string{}
	for _, c := range room.Commands() {
		for _, w := range c.Words() {
			if w == "" || strings.ContainsAny(w, " /@,") {
				t.Errorf("%s is called by %q", c.Name, w)
			}
			if other := calls[text.Fold(w)]; other != "" && other != c.Name {
				t.Errorf("%q calls %s and %s", w, other, c.Name)
			}
			calls[text.Fold(w)] = c.Name
		}
		if c.Name != "say" && (c.Word(state.French) == "" || c.Word(state.English) == "") {
			t.Errorf("%s has no word in one language", c.Name)
		}
	}
}

// TestTextsNameCommandsThatExist: a text that tells what to type must be right.
func TestTextsNameCommandsThatExist(t *testing.T) {
	words := map[string]bool{"x": true}
	for _, c := range everyCommand() {
		for _, w := range c.Words() {
			words[w] = true
		}
	}
	command := regexp.MustCompile(`(^|[\s«"(])/([\p{L}]+)`)
	for _, l := range lang.All() {
		texts := reflect.ValueOf(*lang.Of(l))
		for i := range texts.NumField() {
			if name := texts.Type().Field(i).Name; name == "ExecUsage" || texts.Field(i).Kind() != reflect.String {
				continue
			}
			for _, found := range command.FindAllStringSubmatch(texts.Field(i).String(), -1) {
				if !words[found[2]] {
					t.Errorf("%s says /%s, which is no command", texts.Type().Field(i).Name, found[2])
				}
			}
		}
	}
}

func TestHelpFitsEightyColumns(t *testing.T) {
	for _, v := range []lang.View{french(), english()} {
		v.Screen = true
		var onScreen []*room.Command
		for _, c := range everyCommand() {
			if c.Need == room.Screens {
				onScreen = append(onScreen, c)
			}
		}
		for _, r := range []room.Reply{room.Welcome{Pseudo: "ann"}, room.Help{Commands: onScreen}} {
			for line := range strings.SplitSeq(v.Reply(r, now), "\n") {
				if n := len([]rune(line)); n > 80 {
					t.Errorf("%d columns: %s", n, line)
				}
			}
		}
	}
}

func TestTheLanguageOfALocale(t *testing.T) {
	for _, test := range []struct {
		env  map[string]string
		want state.Lang
	}{
		{map[string]string{}, state.French},
		{map[string]string{"LANG": "en_US.UTF-8"}, state.English},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, state.French},
		{map[string]string{"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8", "LC_ALL": "en_GB"}, state.English},
		{map[string]string{"LC_ALL": "C", "LANG": "en_US.UTF-8"}, state.English},
		{map[string]string{"LC_ALL": "C.UTF-8", "LC_MESSAGES": "POSIX", "LANG": "en"}, state.English},
		{map[string]string{"LANG": "xx_XX.UTF-8"}, state.French},
	} {
		if got := lang.FromLocale(func(name string) string { return test.env[name] }, state.French); got != test.want {
			t.Errorf("%v asks for %v, want %v", test.env, got, test.want)
		}
	}
	if got := lang.FromLocale(func(string) string { return "" }, state.English); got != state.English {
		t.Errorf("no locale asks for %v", got)
	}
}

func TestDurationsAreToldInTheLargestWholeUnitAndNeverTooShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", -5 * time.Second: "0 s", 1: "1 s", time.Second: "1 s", 1500 * time.Millisecond: "2 s", 59 * time.Second: "59 s",
		time.Minute: "1 min", 90 * time.Second: "90 s", 2 * time.Minute: "2 min", 121 * time.Second: "3 min", 10 * time.Minute: "10 min",
		time.Hour: "1 h", 90 * time.Minute: "90 min", 25 * time.Hour: "25 h", 24 * time.Hour: "1 j", 47 * time.Hour: "47 h",
		48*time.Hour + 1: "3 j", 365 * 24 * time.Hour: "365 j", time.Hour - 1: "1 h",
	} {
		if got := lang.Duration(d, state.French); got != want {
			t.Errorf("%v is told as %q, want %q", d, got, want)
		}
	}
	if got := lang.Duration(48*time.Hour, state.English); got != "2 d" {
		t.Errorf("two days are told as %q", got)
	}
}

func TestTimesAreToldAsTheReaderWantsThem(t *testing.T) {
	tokyo := time.FixedZone("Tokyo", 9*3600)
	for _, test := range []struct {
		view lang.View
		want string
	}{
		{lang.View{}, "14:05"}, {lang.View{Zone: tokyo}, "23:05"}, {lang.View{Hour12: true}, "2:05 PM"},
		{lang.View{Zone: tokyo, Hour12: true}, "11:05 PM"},
	} {
		if got := test.view.Clock(at); got != test.want {
			t.Errorf("%+v: %q, want %q", test.view, got, test.want)
		}
	}
	for other, want := range map[time.Time]string{
		at: "14:05", at.Add(-24 * time.Hour): "21/11/2026 14:05", at.AddDate(-1, 0, 0): "22/11/2025 14:05", at.Add(10 * time.Hour): "23/11/2026 00:05",
	} {
		if got := (lang.View{Zone: time.UTC}).Moment(other, at); got != want {
			t.Errorf("%v is told on %v as %q, want %q", other, at, got, want)
		}
	}
	if got := english().Moment(at.Add(-24*time.Hour), at); got != "2026-11-21 14:05" {
		t.Errorf("the day before is told in English as %q", got)
	}
	if got := (lang.View{Zone: tokyo}).Moment(at.Add(time.Hour), at); got != "23/11/2026 00:05" {
		t.Errorf("a time after Tokyo's midnight is told as %q", got)
	}
}

// source reads a file of package room.
func source(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
