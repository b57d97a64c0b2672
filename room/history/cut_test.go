package history

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// several returns what people may say, of which searches find some.
func several(n int) []state.Event {
	var events []state.Event
	talk, at := newChatter(), time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for i := range n {
		said := talk.message(i)
		switch i % 7 {
		case 0:
			said += " l’école, 100% \x00 * :)"
		case 1:
			said = "世界" + said + " the-the e\u0301"
		}
		events = append(events, saidAt(state.Seq(1+i), at.Add(time.Duration(i)*time.Hour), text.Pseudo([]string{"ann", "bob", "Jean-Luc", "李"}[i%4]), said))
	}
	return events
}

// wanted returns the numbers of the events that a query is for, by a look at each.
func wanted(events []state.Event, q state.Query) (want []state.Seq) {
	p := newPattern(q)
	for _, s := range newSpoken(events) {
		if p.matchesSpoken(s) {
			want = append(want, s.event.Seq)
		}
	}
	return want
}

// pages searches, and goes on where the search was cut, until it is not.
func pages(t *testing.T, h *History, q state.Query, most int) (found []state.Seq) {
	t.Helper()
	for range most {
		got, err := h.Search(t.Context(), nil, q, most)
		var page []state.Seq
		for _, e := range got {
			page = append(page, e.Seq)
		}
		found = append(page, found...)
		cut, ok := errors.AsType[*state.CutError](err)
		switch {
		case err == nil:
			return found
		case !ok:
			t.Fatalf("%+v: %v", q, err)
		case q.Before != 0 && cut.Before >= q.Before:
			t.Fatalf("%+v is cut before %d, where it was before", q, cut.Before)
		case len(page) > 0 && page[0] < cut.Before:
			t.Fatalf("%+v is cut before %d, and finds %d", q, cut.Before, page[0])
		}
		q.Before = cut.Before
	}
	t.Fatalf("%+v has no end", q)
	return nil
}

// TestASearchThatIsCutGoesOn until it has found all, each message once, wherever it is: in
// memory, in the table, in the index.
func TestASearchThatIsCutGoesOn(t *testing.T) {
	const n = 150
	events := several(n)
	for name, o := range map[string]Options{"memory": {}, "table": {recent: 1}, "index": {recent: 10}} {
		o.Dir, o.search = t.TempDir(), time.Nanosecond
		h := openAlone(t, o)
		h.store(t, events)
		if name == "index" {
			h.flush(t)
		}
		for _, text := range []string{"the", "de", "l'ecole", ":)", "世界", "世", "the-the", "e", "ann", "d :)", "xyzzy", strings.Repeat("the- ", 500)} {
			q := state.Query{Text: text}
			if got, want := pages(t, h, q, n+2), wanted(events, q); !slices.Equal(got, want) {
				t.Errorf("%s: %.20q finds %v, want %v", name, text, got, want)
			}
		}
		if last, err := h.Last(t.Context(), nil, n, 0); err != nil || len(last) != n {
			t.Errorf("%s: the last are %d, %v", name, len(last), err)
		}
	}
}

// TestTheIndexIsAskedForFewRareWords: it could not be interrupted.
func TestTheIndexIsAskedForFewRareWords(t *testing.T) {
	var sample []*spoken
	for i := range 100 {
		said := "bonjour"
		if i%10 == 0 {
			said += " train"
		}
		sample = append(sample, newSpoken([]state.Event{saidAt(state.Seq(i), time.Now(), "ann", said)})...)
	}
	for query, want := range map[string]string{
		"bonjour":                     ``,
		"bonjour train":               `"train"*`,
		"bonjour gare":                `"gare"*`,
		"train gare":                  `"gare"* AND "train"*`,
		"a b c d e f g":               `"c"* AND "d"* AND "e"* AND "f"*`, // everything has a or b
		"世界世界世界":                      `"世 界 世 界"`,
		"世界 une deux trois":           `"世 界" AND "une"* AND "deux"*`,
		"bonjour-train":               `"train"*`,
		":)":                          ``,
		strings.Repeat("x-", 1000):    `"x x x x"`,
		strings.Repeat("bonjour ", 9): ``,
	} {
		p := newPattern(state.Query{Text: query})
		if got := p.expression(sample, 1_000_000); got != want {
			t.Errorf("%.30q asks for %s, want %s", query, got, want)
		}
	}
	p := newPattern(state.Query{By: "Jean-Luc", Text: "train"})
	if got, want := p.expression(sample, 1_000_000), `author : "jean luc" AND "train"*`; got != want {
		t.Errorf("asks for %s, want %s", got, want)
	}
}

// FuzzQuery types anything: no query may fail, and it finds what looking at each message
// finds, also when it is cut after each of them.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{"ecole", `"`, "a*", "NEAR(", "author:x", "-a", "^b", "é 100%", "\x00", "\xff", "世界", strings.Repeat("(", 500)} {
		f.Add(s, "ann")
	}
	for _, list := range hostile() {
		for _, q := range list {
			f.Add(q.Text, string(q.By))
		}
	}
	const n = 30
	events := several(n)
	h := open(f, Options{Dir: f.TempDir(), recent: 1})
	h.store(f, events)
	h.flush(f)
	hasty := &History{recorder: h.recorder, search: time.Nanosecond}
	f.Fuzz(func(t *testing.T, words, by string) {
		if len(words) > text.MaxText || len(by) > text.MaxText {
			t.Skip("nobody can type that")
		}
		q := state.Query{Text: words, By: text.Pseudo(by)}
		want := wanted(events, q)
		for name, h := range map[string]*History{"at once": h, "in pieces": hasty} {
			if got := pages(t, h, q, n+2); !slices.Equal(got, want) {
				t.Errorf("%s %q by %q finds %v, want %v", name, words, by, got, want)
			}
		}
		p := newPattern(q)
		if asked := p.lookups(); len(asked) > maxWeighed {
			t.Errorf("%q weighs %d words", words, len(asked))
		}
		if asked := strings.Fields(p.expression(nil, n)); len(asked) > 2*maxAsked+1 {
			t.Errorf("%q asks for %s", words, fmt.Sprint(asked))
		}
	})
}
