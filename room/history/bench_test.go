package history

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/state/statetest"
	"salon/room/text"
)

// BenchmarkPropose is the group commit: each proposer waits for its message to
// be on the disk before the next.
func BenchmarkPropose(b *testing.B) {
	for _, proposers := range []int{1, 10, 1000} {
		b.Run(fmt.Sprint(proposers), func(b *testing.B) { benchPropose(b, proposers) })
	}
}

func benchPropose(b *testing.B, proposers int) {
	h := open(b, Options{Dir: b.TempDir()})
	var following sync.WaitGroup
	following.Go(func() { h.Follow(context.Background(), 0, h.applyAll) })
	defer following.Wait()
	defer h.Close()
	var next atomic.Int64
	latencies := make([][]time.Duration, proposers)
	text := strings.Repeat("bonjour à tous ", 4)
	b.ResetTimer()
	var talking sync.WaitGroup
	for p := range proposers {
		talking.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				before := time.Now()
				if _, err := h.Propose(b.Context(), state.Event{ID: state.ID{Origin: 1, N: uint64(n)}, Body: state.Said{From: "ann", Text: text}}); err != nil {
					b.Error(err)
				}
				latencies[p] = append(latencies[p], time.Since(before))
			}
		})
	}
	talking.Wait()
	b.StopTimer()
	all := slices.Concat(latencies...)
	slices.Sort(all)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(all[len(all)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(all[len(all)*99/100].Seconds()*1000, "p99-ms")
	b.ReportMetric(all[len(all)-1].Seconds()*1000, "max-ms")
}

// BenchmarkPastAMillion reads as people do; see million for its messages.
func BenchmarkPastAMillion(b *testing.B) {
	benchSearch(b, open(b, Options{Dir: million(b)}), millionBegan.AddDate(0, 0, 40))
}

func benchSearch(b *testing.B, h *History, day time.Time) {
	b.Run("last 50", func(b *testing.B) {
		for b.Loop() {
			wantSome(b, 50)(h.Last(b.Context(), nil, 50, 0))
		}
	})
	b.Run("last 50 of long ago", func(b *testing.B) {
		for b.Loop() {
			wantSome(b, 50)(h.Last(b.Context(), nil, 50, 500_000))
		}
	})
	for name, q := range map[string]state.Query{
		"common":                {Text: "the"},
		"less common":           {Text: word(500)},
		"one letter":            {Text: "k"},
		"rare":                  {Text: "serendipity"},
		"none":                  {Text: "xyzzy"},
		"two common":            {Text: "réunion train"},
		"author":                {By: "User7"},
		"author and common":     {By: "User7", Text: "bonjour"},
		"day":                   {From: day, To: day.AddDate(0, 0, 1)},
		"day and common":        {Text: "bonjour", From: day, To: day.AddDate(0, 0, 1)},
		"day, author and rarer": {Text: word(500), By: "User7", From: day, To: day.AddDate(0, 0, 30)},
		"signs":                 {Text: ":)"},
		"common long ago":       {Text: "formerly"},
	} {
		b.Run("search "+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := h.Search(b.Context(), nil, q, 50); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func wantSome(b *testing.B, n int) func([]state.Event, error) {
	return func(events []state.Event, err error) {
		if err != nil || len(events) != n {
			b.Fatalf("%d events, %v", len(events), err)
		}
	}
}

// word makes the n-th word of a language.
func word(n uint64) string {
	var s strings.Builder
	for n += 7; n > 0; n /= 20 {
		s.WriteByte("bcdfghjklmnpqrstvwxz"[n%20])
		s.WriteByte("aeiou"[n%5])
	}
	return s.String()
}

// BenchmarkStart is what a start takes: opening a file of a million messages, loading
// a snapshot and decoding the State.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	if err := os.CopyFS(dir, os.DirFS(million(b))); err != nil {
		b.Fatal(err)
	}
	b.Run("a million messages", func(b *testing.B) { benchStart(b, dir) })
	h := open(b, Options{Dir: dir})
	if err := h.Snapshot(b.Context(), state.Snapshot{Seq: 1_000_001, State: manyAccounts(100_000)}); err != nil {
		b.Fatal(err)
	}
	shut(b, h)
	b.Run("and 100000 accounts", func(b *testing.B) { benchStart(b, dir) })
}

func benchStart(b *testing.B, dir string) {
	var opening, loading time.Duration
	for b.Loop() {
		began := time.Now()
		h := open(b, Options{Dir: dir})
		opened := time.Now()
		s, err := h.Load(b.Context())
		if err == nil && s.State != nil {
			_, err = state.DecodeState(s.State)
		}
		if err != nil {
			b.Fatal(err)
		}
		opening, loading = opening+opened.Sub(began), loading+time.Since(opened)
		b.StopTimer()
		shut(b, h)
		b.StartTimer()
	}
	b.ReportMetric(float64(opening.Milliseconds())/float64(b.N), "open-ms")
	b.ReportMetric(float64(loading.Milliseconds())/float64(b.N), "load-ms")
}

// manyAccounts is a State with so many accounts, as they are: a key and preferences.
func manyAccounts(n int) []byte {
	in := state.Imported{Applied: 1_000_001}
	for i := range n {
		p := text.Pseudo(fmt.Sprint("member", i))
		in.Accounts = append(in.Accounts, &state.Account{
			ID: state.Seq(i + 1), Pseudo: p, Forms: p.Forms(), Keys: []string{fmt.Sprintf("SHA256:%043d", i)}, Since: time.Now().UTC().Truncate(time.Microsecond),
			Seen: state.Seq(i + 5), Kept: statetest.Prefs(),
		})
	}
	return state.Import(in).Encode()
}
