package line

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func historyOf(lines ...string) *History {
	h := new(History)
	for _, line := range lines {
		h.Add(line)
	}
	return h
}

func TestHistoryGoesBackAndForth(t *testing.T) {
	h := historyOf("un", "deux", "deux", "", "  ", "trois")
	check := func(line string, ok bool, want string, wantOK bool) {
		t.Helper()
		if line != want || ok != wantOK {
			t.Errorf("got %q, %v; want %q, %v", line, ok, want, wantOK)
		}
	}
	older := func(current, want string, wantOK bool) {
		t.Helper()
		line, ok := h.show(h.back+1, current)
		check(line, ok, want, wantOK)
	}
	newer := func(current, want string, wantOK bool) {
		t.Helper()
		line, ok := h.show(h.back-1, current)
		check(line, ok, want, wantOK)
	}
	newer("brouillon", "", false)
	older("brouillon", "trois", true)
	older("trois", "deux", true)
	older("deux", "un", true)
	older("un", "", false)
	newer("un", "deux", true)
	newer("deux", "trois", true)
	newer("trois", "brouillon", true)
	newer("brouillon", "", false)

	older("x", "trois", true)
	h.Reset()
	newer("", "", false)
	older("y", "trois", true)
	h.Add("quatre")
	newer("", "", false)
	older("", "quatre", true)

	h = new(History)
	older("x", "", false)
	newer("x", "", false)
}

// TestChangedLinesAreFoundAgain: as in a shell, until a line is entered.
func TestChangedLinesAreFoundAgain(t *testing.T) {
	h := historyOf("un", "deux")
	for i, step := range []struct {
		by         int
		from, want string
	}{
		{1, "brouillon", "deux"}, {1, "DEUX", "un"}, {-1, "UN", "DEUX"}, {1, "DEUX !", "UN"}, {-1, "un", "DEUX !"},
		{1, "deux", "un"}, {-1, "un", "deux"}, {-1, "", "brouillon"}, {1, "autre", ""}, {-1, "fin", "autre"},
	} {
		if got, ok := h.show(h.back+step.by, step.from); got != step.want || !ok {
			t.Fatalf("step %d: from %q to %q, %v, not %q", i, step.from, got, ok, step.want)
		}
	}
	h.Add("trois")
	if got := h.all(); strings.Join(got, " ") != "un deux trois" {
		t.Errorf("once a line is entered there are %q", got)
	}
}

// TestWhatIsChangedIsBounded: what there is no room for is not left behind.
func TestWhatIsChangedIsBounded(t *testing.T) {
	h := historyOf("un", "deux", "trois")
	half := strings.Repeat("x", MaxBytes/2)
	for i, step := range []struct {
		by   int
		from string
		ok   bool
	}{{1, half, true}, {1, half, true}, {1, "x", false}, {-1, "x", false}, {1, "deux", true}} {
		if _, ok := h.show(h.back+step.by, step.from); ok != step.ok {
			t.Errorf("step %d, away from %d bytes: %v", i, len(step.from), ok)
		}
	}
}

func TestHistorySearches(t *testing.T) {
	h := historyOf("L'École", "le cœur", "ÉCOLE des Straße", "rien", "e\u0301cole")
	tests := []struct {
		text string
		skip int
		want string
	}{
		{"ecole", 0, "e\u0301cole"},
		{"école", 1, "ÉCOLE des Straße"},
		{"ECOLE", 2, "L'École"},
		{"ecole", 3, ""},
		{"coeur", 0, "le cœur"},
		{"CŒUR", 0, "le cœur"},
		{"strasse", 0, "ÉCOLE des Straße"},
		{"absent", 0, ""},
		{"", 0, "e\u0301cole"},
		{"r", -1, "rien"},
	}
	for _, tt := range tests {
		if line, ok := h.Search(tt.text, tt.skip); line != tt.want || ok != (tt.want != "") {
			t.Errorf("Search(%q, %d) = %q, %v; want %q", tt.text, tt.skip, line, ok, tt.want)
		}
	}
	h.show(h.back+1, "x")
	h.Search("ecole", 1)
	if line, _ := h.show(h.back+1, "e\u0301cole"); line != "rien" {
		t.Errorf("after a search Older gives %q", line)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	var h History
	for i := range 150 {
		h.Add(fmt.Sprint(i))
	}
	if n := len(h.all()); n != MaxLines || h.all()[0] != "50" {
		t.Errorf("%d lines from %q", n, h.all()[0])
	}
	big := strings.Repeat("x", Max)
	h.Add(big)
	h.Add(big[1:])
	h.Add("fin")
	if got := h.all(); len(got) != 2 || got[0] != big[1:] || got[1] != "fin" {
		t.Errorf("%d lines are left", len(got))
	}
	h.Add(strings.Repeat("y", MaxBytes+1))
	if got := h.all(); len(got) != 2 {
		t.Errorf("a line too long leaves %d", len(got))
	}
}

// all returns the lines by walking back, oldest first.
func (h *History) all() (lines []string) {
	h.Reset()
	for {
		line, ok := h.show(h.back+1, "")
		if !ok {
			h.Reset()
			return lines
		}
		lines = append([]string{line}, lines...)
	}
}

func TestHistoryKeepsTheNewest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var h History
		var want []string
		for range rapid.IntRange(0, 200).Draw(t, "lines") {
			line := strings.Repeat(rapid.SampledFrom([]string{"a", "é", " "}).Draw(t, "text"), rapid.SampledFrom([]int{0, 1, 2, 3000, 9000}).Draw(t, "length"))
			h.Add(line)
			if strings.TrimSpace(line) != "" && (len(want) == 0 || want[len(want)-1] != line) {
				want = append(want, line)
			}
		}
		for len(want) > MaxLines || len(strings.Join(want, "")) > MaxBytes {
			want = want[1:]
		}
		if got := h.all(); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%d lines are kept, want %d", len(got), len(want))
		}
	})
}

// TestUpSkipsTheLineThatIsShown: from a line that was refused and came back, up goes to the
// one before it; once something else was typed over it, to that line.
func TestUpSkipsTheLineThatIsShown(t *testing.T) {
	h := historyOf("before", "refused")
	var e Editor
	press := func(key, want string) {
		t.Helper()
		if h.Key(key, &e); e.Text() != want {
			t.Errorf("%s shows %q, not %q", key, e.Text(), want)
		}
	}
	e.Set("refused", 7)
	press("up", "before")
	press("down", "refused")
	h.Reset()
	e.Select()
	e.Insert("x")
	e.Set("", 0)
	press("up", "refused")
	press("up", "before")
}
