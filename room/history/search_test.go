package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/room/state"
	"salon/room/text"
)

// saidAt makes a spoken event.
func saidAt(seq state.Seq, at time.Time, who text.Pseudo, text string) state.Event {
	return state.Event{Seq: seq, ID: state.ID{Origin: 1, N: uint64(seq)}, Time: at.UTC().Truncate(time.Microsecond), Body: state.Said{From: who, Text: text}}
}

// store applies spoken events that were never proposed, and writes them down.
func (h *History) store(t testing.TB, events []state.Event) {
	t.Helper()
	for batch := range slices.Chunk(events, 5000) {
		h.Apply(batch[len(batch)-1].Seq, batch)
		if err := h.maintenance.write(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAQueryFindsTheSame in memory, in the table and in the index.
func TestAQueryFindsTheSame(t *testing.T) {
	at := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	said := []struct {
		who  text.Pseudo
		text string
	}{
		{"ann", "Une École près du cœur"}, {"bob", "les trains de nuit"}, {"Jean-Luc", "l’été, c'est aujourd’hui :)"},
		{"ann", "100% sûr, C++ et c#"}, {"bob", "Straße, encyclopædia"}, {"Ελένη", "Καλημέρα Κόσμε"}, {"李", "你好世界"},
		{"ann", "the schools are closed"}, {"train", "ann"}, {"bob", "e\u0301te\u0301 décomposé"}, {"dan", "😀 smile"},
	}
	histories := map[string]*History{"memory": open(t, Options{Dir: t.TempDir()}), "table": openAlone(t, Options{Dir: t.TempDir(), recent: 1})}
	histories["index"] = open(t, Options{Dir: t.TempDir(), recent: 1})
	for _, h := range histories {
		for i, s := range said {
			h.store(t, []state.Event{saidAt(state.Seq(i+1), at.Add(time.Duration(i)*time.Minute), s.who, s.text)})
		}
	}
	histories["index"].flush(t)
	for query, want := range map[string][]state.Seq{
		"ecole": {1}, "ÉCOLE": {1}, "coeur": {1}, "cœur": {1}, "train": {2, 9}, "trains": {2}, "ete": {3, 10}, "l'ete": {3}, "aujourd'hui": {3},
		":)": {3}, "100%": {4}, "c++": {4}, "c#": {4}, "c": {1, 3, 4, 8}, "strasse": {5}, "encyclopaedia": {5}, "ελενη": {6}, "καλ": {6},
		"世界": {7}, "好": {7}, "李": {7}, "school": {8}, "ann": {1, 4, 8, 9}, "jean-luc": {3}, "luc": {3}, "jean luc ete": {3}, "😀": {11}, "decompose": {10},
		"closed schools": {8}, "closed trains": nil, "hool": nil, "": {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, "( ) *": nil, `"`: nil, "NEAR": nil,
	} {
		for name, h := range histories {
			wantPlaces(t, name, h, state.Query{Text: query}, want)
		}
	}
}

func wantPlaces(t testing.TB, name string, h *History, q state.Query, want []state.Seq) {
	t.Helper()
	got, err := h.Search(t.Context(), nil, q, 20)
	var seqs []state.Seq
	for _, e := range got {
		seqs = append(seqs, e.Seq)
	}
	if err != nil || !slices.Equal(seqs, want) {
		t.Errorf("%s: %+v finds %v, %v, want %v", name, q, seqs, err, want)
	}
}

// TestTimesAreFoundAfterTheClockWentBack compares with looking at every event.
func TestTimesAreFoundAfterTheClockWentBack(t *testing.T) {
	start := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for seed := range uint64(3) {
		h := open(t, Options{Dir: t.TempDir(), recent: 1})
		events := steppingBack(start, rand.New(rand.NewPCG(seed, 1)))
		h.store(t, events)
		h.flush(t)
		rapid.Check(t, func(r *rapid.T) {
			from := start.Add(time.Duration(rapid.IntRange(-600, 1200).Draw(r, "from")) * time.Minute)
			to := from.Add(time.Duration(rapid.IntRange(0, 600).Draw(r, "to")) * time.Minute)
			word := rapid.SampledFrom([]string{"", "1"}).Draw(r, "word")
			var want []state.Seq
			for _, e := range events {
				if !e.Time.Before(from) && e.Time.Before(to) && strings.HasSuffix(e.Body.(state.Said).Text, word) {
					want = append(want, e.Seq)
				}
			}
			wantPlaces(t, "table", h, state.Query{Text: word, From: from, To: to}, want[max(0, len(want)-20):])
		})
	}
}

// steppingBack are events while somebody keeps setting the clock back.
func steppingBack(start time.Time, random *rand.Rand) []state.Event {
	at, seq := start, state.Seq(0)
	var events []state.Event
	for range 40 {
		seq += state.Seq(1 + random.IntN(3))
		if random.IntN(10) == 0 {
			at = at.Add(-time.Duration(random.IntN(600)) * time.Minute)
		}
		at = at.Add(time.Duration(random.IntN(60)) * time.Minute)
		events = append(events, saidAt(seq, at, "ann", fmt.Sprint("word ", seq%2)))
	}
	return events
}

// TestProgressIsToldNowAndThen while an index is made that was missing.
func TestProgressIsToldNowAndThen(t *testing.T) {
	const n = 8_000
	var reports [][2]int64
	h := openAlone(t, Options{Dir: t.TempDir(), Progress: func(done, total int64) { reports = append(reports, [2]int64{done, total}) }})
	var events []state.Event
	for i := range state.Seq(n) {
		events = append(events, saidAt(i+1, time.Now(), "ann", randomWords(uint64(i), 5)))
	}
	h.store(t, events)
	began := time.Now()
	h.flush(t)
	took := time.Since(began)
	if len(reports) == 0 || len(reports) > 1+int(took/reportEvery) {
		t.Fatalf("in %v there are %d reports: %v", took, len(reports), reports)
	}
	if last := reports[len(reports)-1]; last[0] != last[1] || last[1] < n-2*indexEvents {
		t.Errorf("the last was %v", last)
	}
}

// randomWords is a message of so many words.
func randomWords(n uint64, words int) string {
	random := rand.New(rand.NewPCG(n, 1))
	var text strings.Builder
	for range words {
		text.WriteString(word(uint64(random.ExpFloat64()*300)) + " ")
	}
	return text.String()
}
