package load_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"salon/internal/load"
)

var (
	soakFor = flag.Duration("soak", 0, "how long TestSoak lasts, with 200 members; 0: a moment, with few")
	chart   = flag.String("svg", "", "where TestSoak draws its chart")
)

// inside is what this process, the server's too, knows of itself.
func inside() (goroutines int, heap int64) {
	live := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	runtime.GC()
	metrics.Read(live)
	return runtime.NumGoroutine(), int64(live[0].Value.Uint64() + live[1].Value.Uint64())
}

// TestSoak: among members who disturb, nobody else misses anything, and what comes and
// goes leaves nothing. With -soak it takes its time: what grows is printed.
func TestSoak(t *testing.T) {
	ssh, tcp := open(t)
	c := load.Config{
		SSH: ssh, TCP: tcp, Screen: 2, Line: 2, Raw: 2, Senders: 6, Rate: 2, Restless: 4, Churn: 80, Soak: 2500 * time.Millisecond,
		Settle: 200 * time.Millisecond, Parallel: 8, Size: 80, Width: 80, Height: 24, PID: []int{os.Getpid()}, Inside: inside,
	}
	if *soakFor > 0 {
		c.Screen, c.Line, c.Raw, c.Soak, c.Churn, c.Progress = 0, 0, 0, *soakFor, 10_000, os.Stderr
		c = c.Soaking()
	}
	r, err := load.Soak(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var text, drawn bytes.Buffer
	r.WriteTo(&text)
	t.Logf("\n%s", &text)
	if err := r.WriteSVG(&drawn); err != nil {
		t.Fatal(err)
	}
	if *chart != "" {
		if err := os.WriteFile(*chart, drawn.Bytes(), 0o644); err != nil {
			t.Error(err)
		}
	}
	if r.Lost() != 0 || r.Doubled != 0 {
		t.Errorf("%d lost, %d doubled", r.Lost(), r.Doubled)
	}
	if r.Lives < 4 || len(r.Samples) < 2 {
		t.Errorf("restless members lived %d times, and there are %d samples", r.Lives, len(r.Samples))
	}
	if !r.Churn.Back {
		t.Errorf("a churn left something behind: %+v", r.Churn)
	}
	for _, want := range []string{"restless    ", "resident", "growth  ", "churn  "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	wantXML(t, drawn.Bytes(), "resident", "heap", "descriptors", "goroutines", "p99")
}

// wantXML finds words in the text of a document.
func wantXML(t *testing.T, document []byte, words ...string) {
	t.Helper()
	var text strings.Builder
	for d := xml.NewDecoder(bytes.NewReader(document)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if words, ok := token.(xml.CharData); ok {
			text.Write(words)
		}
	}
	for _, word := range words {
		if !strings.Contains(text.String(), word) {
			t.Errorf("the chart does not show %q", word)
		}
	}
}

// TestGrowthIsToldByItsSlope: what is before the warm-up does not count.
func TestGrowthIsToldByItsSlope(t *testing.T) {
	r := &load.SoakReport{}
	for i := range 100 {
		s := load.Sample{At: time.Duration(i) * time.Minute, Heap: int64(1000 + 2*i)}
		if i < 20 {
			s.Heap = 5_000_000
		}
		r.Samples = append(r.Samples, s)
	}
	if got := r.Slope(func(s *load.Sample) float64 { return float64(s.Heap) }); got < 119.9 || got > 120.1 {
		t.Errorf("it grows by %v in an hour, want 120", got)
	}
	if got := (&load.SoakReport{}).Slope(nil); got != 0 {
		t.Errorf("nothing grows by %v in an hour", got)
	}
}

// TestAChurnAloneNeedsNoMembers.
func TestAChurnAloneNeedsNoMembers(t *testing.T) {
	_, tcp := open(t)
	r, err := load.Soak(t.Context(), load.Config{TCP: tcp, Churn: 40, Inside: inside})
	if err != nil || r.Report != nil || !r.Churn.Back {
		t.Errorf("%+v, %v", r, err)
	}
}
