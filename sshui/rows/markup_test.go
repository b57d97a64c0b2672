package rows

import (
	"strings"
	"testing"

	"salon/room/state"
)

func TestCodeAndBoldAreShownAsSuch(t *testing.T) {
	for _, test := range []struct{ text, dark, mono string }{ // ` code ` between brackets, bold between braces
		{"lancer `go run .` ici", "lancer [ go run . ] ici", "lancer `go run .` ici"},
		{"``a ` b``", "[ a ` b ]", "``a ` b``"},
		{"un ` seul", "un ` seul", "un ` seul"},
		{"c'est **très** bien", "c'est {très} bien", "c'est {très} bien"},
		{"2**3**4 et ** a ** et **b", "2**3**4 et ** a ** et **b", "2**3**4 et ** a ** et **b"},
		{"`**a**` **b**", "[ **a** ] {b}", "`**a**` {b}"},
		{"**http://x.fr**/**y**/z", "{http://x.fr/y/z}", "{http://x.fr/y/z}"}, // one address
	} {
		for p, want := range map[Palette]string{Dark: test.dark, Mono: test.mono} {
			c := class(80)
			c.Palette = p
			f := c.Event(minute(5, state.Said{From: "bob", Text: test.text}), me(""), SameAuthor|SameMinute)
			wantSound(t, c, f)
			row := string(f.Bytes)
			row = row[strings.Index(row, "│")+len("│"):]
			row = strings.TrimPrefix(strings.TrimPrefix(row, unstyled), " ")
			row = strings.ReplaceAll(row, Dark.sgr(Code), "[")
			row = strings.ReplaceAll(row, unstyled+"[", "") // the same piece
			row = strings.ReplaceAll(row, bold, "{")
			var got strings.Builder
			closing := ""
			for row != "" {
				switch {
				case strings.HasPrefix(row, unstyled):
					got.WriteString(closing)
					closing, row = "", row[len(unstyled):]
					continue
				case row[0] == '[':
					closing = "]"
				case row[0] == '{':
					closing = "}"
				}
				got.WriteByte(row[0])
				row = row[1:]
			}
			if got.String()+closing != want {
				t.Errorf("palette %d: %q is shown as %q, want %q", p, test.text, got.String(), want)
			}
		}
	}
}

// TestCodeFitsItsRow, on rows of every width, also where they are filled.
func TestCodeFitsItsRow(t *testing.T) {
	for width := 1; width < 60; width++ {
		c := class(width)
		c.Palette = Dark
		for _, body := range []state.Body{state.Walled{Text: "`a b` c `de`"}, state.Said{From: "bob", Text: "`a b` c `de`"}} {
			wantSound(t, c, c.Event(minute(5, body), me(""), 0))
		}
	}
}

func TestABlockOfCodeStandsOnATint(t *testing.T) {
	said := state.Said{From: "bob", Text: "voici\n```go\nif x {\n  y()\n}\n```\nfin"}
	c := class(80)
	c.Palette = Dark
	if got, want := shown(c.Event(minute(5, said), me(""), 0)), " 14:05      bob │ voici\n                │  go     \n                │  if x { \n                │    y()  \n                │  }      \n                │ fin\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := shown(class(80).Event(minute(5, said), me(""), 0)); strings.Count(got, "```") != 2 {
		t.Errorf("without a tint it is not as it was typed:\n%s", got)
	}
}

func TestWhatWasSoughtStandsOut(t *testing.T) {
	for _, test := range []struct{ search, text, want string }{
		{"projecteur", "j'ai le Projecteur", "Projecteur"},
		{"ecole lien", "l'École, des liens", "École liens"},
		{"東京", "東京は雨", "東京"},
		{"lien", "https://a.fr/lien", ""},
		{"?", "quoi ?", ""},
	} {
		f := class(80).Found(minute(5, state.Said{From: "bob", Text: test.text}), me("ann"), test.search)
		var found []string
		for _, piece := range strings.Split(string(f.Bytes), boldReverse)[1:] {
			word, _, _ := strings.Cut(piece, unstyled)
			found = append(found, word)
		}
		if got := strings.Join(found, " "); got != test.want {
			t.Errorf("%q in %q: %q, want %q", test.search, test.text, got, test.want)
		}
	}
}
