package load

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// warmUp is the share of a soak that does not count for what grows: caches fill, and the
// collector finds its pace.
const warmUp = 0.2

// Slope returns how fast something grew after the warm-up, per hour, by least squares; 0
// if there are too few samples to tell.
func (r *SoakReport) Slope(of func(*Sample) float64) float64 {
	samples := r.Samples[int(warmUp*float64(len(r.Samples))):]
	n := float64(len(samples))
	var x, y, xx, xy float64
	for i := range samples {
		t, v := samples[i].At.Hours(), of(&samples[i])
		x, y, xx, xy = x+t, y+v, xx+t*t, xy+t*v
	}
	d := n*xx - x*x
	if len(samples) < 2 || d <= 0 {
		return 0
	}
	return (n*xy - x*y) / d
}

// soakRows is about how many rows the table of a soak has.
const soakRows = 20

// WriteTo writes the report for people.
func (r *SoakReport) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	if r.Report != nil {
		r.Report.WriteTo(&b)
	}
	if len(r.Samples) > 0 {
		fmt.Fprintf(&b, "restless    %d members who disturbed, who joined %d times\n", r.Report.Config.Restless, r.Lives)
		r.writeSamples(&b)
		fmt.Fprint(&b, "growth      after the warm-up, per hour: ")
		for i, s := range []series{panels[0].series[0], panels[0].series[1], panels[1].series[0], panels[1].series[2]} {
			fmt.Fprintf(&b, "%s%s %+.2f", [...]string{"", ", "}[min(i, 1)], s.name, r.Slope(s.of))
		}
		fmt.Fprintln(&b, " (memory in MiB)")
	}
	if r.Churn != nil {
		r.Churn.write(&b)
	}
	return b.WriteTo(w)
}

// writeSamples writes the table: of several samples in one row, the latest, with the
// longest latencies and the highest CPU.
func (r *SoakReport) writeSamples(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n%9s %9s %9s %7s %8s %11s %7s %9s %9s\n", "time", "resident", "heap", "fds", "threads", "goroutines", "cpu", "p50", "p99")
	group := max(1, len(r.Samples)/soakRows)
	for i := 0; i < len(r.Samples); i += group {
		row := r.Samples[min(i+group, len(r.Samples))-1]
		for _, s := range r.Samples[i:min(i+group, len(r.Samples))] {
			row.CPU, row.P50, row.P99 = max(row.CPU, s.CPU), max(row.P50, s.P50), max(row.P99, s.P99)
		}
		fmt.Fprintf(b, "%9v %5.1f MiB %9s %7d %8d %11s %5.0f %% %9v %9v\n", row.At.Round(time.Second),
			float64(row.Usage.Memory)/(1<<20), row.heap(), row.Usage.Descriptors, row.Usage.Threads, row.goroutines(),
			100*row.CPU, row.P50.Round(100*time.Microsecond), row.P99.Round(100*time.Microsecond))
	}
	fmt.Fprintln(b)
}

func (r *ChurnReport) write(b *bytes.Buffer) {
	fmt.Fprintf(b, "churn       %d connections opened and closed in %v, %.0f/s\n", r.Connections, r.Took.Round(time.Millisecond), float64(r.Connections)/r.Took.Seconds())
	verdict := "as before"
	if !r.Back {
		verdict = "NOT as before"
	}
	fmt.Fprintf(b, "            %s after %v: descriptors %d -> %d, goroutines %s -> %s, resident %.1f -> %.1f MiB, heap %s -> %s\n", verdict, r.BackAfter.Round(time.Millisecond),
		r.Before.Usage.Descriptors, r.After.Usage.Descriptors, r.Before.goroutines(), r.After.goroutines(),
		float64(r.Before.Usage.Memory)/(1<<20), float64(r.After.Usage.Memory)/(1<<20), r.Before.heap(), r.After.heap())
}

// heap and goroutines are "-" where they are not known.
func (s *Sample) heap() string {
	if s.Heap == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f MiB", float64(s.Heap)/(1<<20))
}

func (s *Sample) goroutines() string {
	if s.Goroutines == 0 {
		return "-"
	}
	return fmt.Sprint(s.Goroutines)
}
