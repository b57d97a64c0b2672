package lang_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"salon/internal/classcache"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// joined opens sessions of a room of their own.
func joined(t testing.TB, entries ...room.Entry) []*room.Session {
	t.Helper()
	r, err := room.New(context.Background(), room.Config{}, room.NewMemoryLog(), room.NewMemoryStore())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	var sessions []*room.Session
	for _, e := range entries {
		s, err := r.Join(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		sessions = append(sessions, s)
	}
	return sessions
}

func reader(pseudo text.Pseudo, l state.Lang) room.Entry {
	return room.Entry{Pseudo: pseudo, Prefs: room.Prefs{Lang: l, Zone: time.UTC}}
}

func public(place uint64, text string) room.Item {
	return room.Item{Place: place, Event: &state.Event{Seq: 1, Time: at, Body: state.Said{From: "bob", Text: text}}}
}

func TestThePrinterEndsEveryLine(t *testing.T) {
	s := joined(t, reader("ann", state.French))[0]
	for eol, want := range map[string]string{"\n": "14:05 bob: un\n14:05 bob: deux\n", "\r\n": "14:05 bob: un\r\n14:05 bob: deux\r\n"} {
		p := lang.NewPrinter(eol)
		for range 2 {
			if got := string(p.Append(nil, public(1, "un\ndeux"), s)); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		if got := string(p.Append([]byte("before|"), room.Item{Reply: room.TopicIs{}}, s)); got != "before|* Pas de sujet pour l'instant."+eol {
			t.Errorf("%q", got)
		}
		if got := string(p.Append([]byte("before|"), room.Item{Reply: room.Turn{To: room.TurnUp}}, s)); got != "before|" {
			t.Errorf("what is for a screen is printed as %q", got)
		}
		if got := string(p.Line(nil, "a\nb")); got != "a"+eol+"b"+eol {
			t.Errorf("%q", got)
		}
	}
}

func TestEachReaderIsPrintedTheirOwnLanguageZoneAndClock(t *testing.T) {
	tokyo := reader("tom", state.English)
	tokyo.Prefs.Zone = time.FixedZone("Tokyo", 9*3600)
	twelve := reader("tim", state.English)
	twelve.Prefs.Hour12 = true
	json := reader("bot", state.English)
	json.Prefs.JSON = true
	s := joined(t, reader("ann", state.French), reader("bob", state.English), tokyo, twelve, json)
	p := lang.NewPrinter("\n")
	e := room.Item{Place: 1, Event: &state.Event{Time: at, Body: state.Joined{Pseudo: "zoé"}}}
	want := []string{
		"14:05 * zoé arrive\n", "14:05 * zoé joined\n", "23:05 * zoé joined\n", "2:05 PM * zoé joined\n",
		`{"type":"joined","time":"2026-11-22T14:05:00Z","from":"zoé"}` + "\n",
	}
	for range 2 {
		for i := range s {
			if got := string(p.Append(nil, e, s[i])); got != want[i] {
				t.Errorf("%s is printed %q, want %q", s[i].Pseudo(), got, want[i])
			}
		}
	}
}

func TestALineIsRenderedOnceForAClass(t *testing.T) {
	s := joined(t, reader("ann", state.French), reader("bob", state.French))
	p := lang.NewPrinter("\n")
	it, buf := public(1, "bonjour"), make([]byte, 0, 100)
	p.Append(buf, it, s[0])
	if n := testing.AllocsPerRun(100, func() { p.Append(buf, it, s[1]) }); n != 0 {
		t.Errorf("the second reader costs %v allocations", n)
	}
}

func TestPrivateMessagesArePrintedForEachReader(t *testing.T) {
	s := joined(t, reader("ann", state.English), reader("bob", state.English))
	p := lang.NewPrinter("\n")
	it := room.Item{Event: &state.Event{Time: at, Body: state.Whispered{From: "ann", To: []text.Pseudo{"bob"}, Text: "x"}}}
	for i, want := range []string{"me -> bob", "ann -> me"} {
		if got := string(p.Append(nil, it, s[i])); got != "14:05 [private] "+want+": x\n" {
			t.Errorf("%s is printed %q", s[i].Pseudo(), got)
		}
	}
}

func TestWhatOperatorsArePrintedIsNotShared(t *testing.T) {
	op := reader("op", state.English)
	op.Role = state.Operator
	s := joined(t, op, reader("ann", state.English))
	p := lang.NewPrinter("\n")
	it := room.Item{Place: 1, Event: &state.Event{Time: at, Body: state.Banned{Ban: state.Ban{Target: target("192.0.2.66"), Since: at}}}}
	for range 2 {
		if got := string(p.Append(nil, it, s[0])); !strings.Contains(got, "192.0.2.66") {
			t.Errorf("the operator is printed %q", got)
		}
		if got := string(p.Append(nil, it, s[1])); strings.Contains(got, "192.0.2.66") {
			t.Errorf("ann is printed %q", got)
		}
	}
}

// TestPlacesAndClassesBeyondWhatIsKept: the right line is printed when another
// took its slot, and for readers whose class was dropped for another.
func TestPlacesAndClassesBeyondWhatIsKept(t *testing.T) {
	var entries []room.Entry
	for i := range classcache.Max + 6 {
		e := reader(text.Pseudo(fmt.Sprintf("p%dx", i)), state.English)
		e.Prefs.Zone = time.FixedZone("", i*60)
		entries = append(entries, e)
	}
	s := joined(t, entries...)
	p := lang.NewPrinter("\n")
	for place := range uint64(3000) {
		reader := s[place%uint64(len(s))]
		want := lang.ViewOf(reader).Clock(at) + fmt.Sprintf(" bob: %d\n", place)
		if got := string(p.Append(nil, public(place, fmt.Sprint(place)), reader)); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	}
}

func TestManyPrintAtOnce(t *testing.T) {
	s := joined(t, reader("ann", state.French), reader("bob", state.English))
	p := lang.NewPrinter("\n")
	items := make([]room.Item, 200)
	for i := range items {
		items[i] = public(uint64(i), fmt.Sprint(i))
	}
	var printing sync.WaitGroup
	for i := range 8 {
		printing.Go(func() {
			for n, it := range items {
				if got := string(p.Append(nil, it, s[i%2])); got != fmt.Sprintf("14:05 bob: %d\n", n) {
					t.Errorf("%q", got)
				}
			}
		})
	}
	printing.Wait()
}

func BenchmarkPrintShared(b *testing.B) {
	s := joined(b, reader("ann", state.French))[0]
	p, it, buf := lang.NewPrinter("\n"), public(1, "bonjour à tous, comment allez-vous ?"), make([]byte, 0, 200)
	b.ReportAllocs()
	for b.Loop() {
		p.Append(buf, it, s)
	}
}
