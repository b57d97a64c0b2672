package load

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// panel is one chart: several series over the same time.
type panel struct {
	title  string // with the unit
	series []series
}

// series is one line of a chart.
type series struct {
	name   string
	colour string
	of     func(*Sample) float64
}

// panels are the charts of a soak. A series that was not measured is left out.
var panels = []panel{
	{"memory, MiB", []series{
		{"resident", "#0072b2", func(s *Sample) float64 { return float64(s.Usage.Memory) / (1 << 20) }},
		{"heap", "#d55e00", func(s *Sample) float64 { return float64(s.Heap) / (1 << 20) }},
	}},
	{"count", []series{
		{"descriptors", "#0072b2", func(s *Sample) float64 { return float64(s.Usage.Descriptors) }},
		{"threads", "#d55e00", func(s *Sample) float64 { return float64(s.Usage.Threads) }},
		{"goroutines", "#009e73", func(s *Sample) float64 { return float64(s.Goroutines) }},
	}},
	{"CPU, % of a core", []series{
		{"CPU", "#0072b2", func(s *Sample) float64 { return 100 * s.CPU }},
	}},
	{"latency, ms", []series{
		{"p50", "#0072b2", func(s *Sample) float64 { return float64(s.P50) / 1e6 }},
		{"p99", "#d55e00", func(s *Sample) float64 { return float64(s.P99) / 1e6 }},
	}},
}

// The layout of a chart, in pixels.
const (
	chartWidth, chartHeight = 900, 200 // of one panel, its axes included
	plotLeft, plotRight     = 70, 880
	plotTop, plotBottom     = 30, 165 // within a panel
	chartTicks              = 5       // numbers on each axis, zero aside
	chartPoints             = 400     // of a line: more samples are drawn as the largest among neighbours
)

// WriteSVG draws the samples as charts, one above the other.
func (r *SoakReport) WriteSVG(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n",
		chartWidth, chartHeight*len(panels))
	fmt.Fprintln(&b, `<rect width="100%" height="100%" fill="white"/>`)
	for i, p := range panels {
		fmt.Fprintf(&b, `<g transform="translate(0,%d)">`+"\n", i*chartHeight)
		p.draw(&b, r.Samples)
		fmt.Fprintln(&b, "</g>")
	}
	fmt.Fprintln(&b, "</svg>")
	_, err := io.WriteString(w, b.String())
	return err
}

// draw draws one panel.
func (p *panel) draw(b *strings.Builder, samples []Sample) {
	top, end := 1.0, time.Second
	for i := range samples {
		end = max(end, samples[i].At)
		for _, s := range p.series {
			top = max(top, s.of(&samples[i]))
		}
	}
	fmt.Fprintf(b, `<text x="%d" y="20" font-weight="bold">%s</text>`+"\n", plotLeft, p.title)
	for tick := range chartTicks + 1 {
		share := float64(tick) / chartTicks
		x, y := plotX(share), plotY(share)
		fmt.Fprintf(b, `<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%.4g</text>`+"\n", plotLeft, y, plotRight, plotLeft-6, y+4, share*top)
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle">%.3g min</text>`+"\n", x, plotBottom+18, share*end.Minutes())
	}
	fmt.Fprintf(b, `<path d="M%d %dV%dH%d" fill="none" stroke="black"/>`+"\n", plotLeft, plotTop, plotBottom, plotRight)
	drawn := 0
	for _, s := range p.series {
		if line := s.points(samples, top, end); line != "" {
			fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s"/>`+"\n", line, s.colour)
			fmt.Fprintf(b, `<text x="%d" y="20" fill="%s">%s</text>`+"\n", plotLeft+200+120*drawn, s.colour, s.name)
			drawn++
		}
	}
}

func plotX(share float64) float64 { return plotLeft + share*(plotRight-plotLeft) }

func plotY(share float64) float64 { return plotBottom - share*(plotBottom-plotTop) }

// points are those of a line; "" for a series that is always 0, which was not measured.
func (s *series) points(samples []Sample, top float64, end time.Duration) string {
	var b strings.Builder
	measured := false
	group := 1 + len(samples)/chartPoints
	for i := 0; i < len(samples); i += group {
		v := 0.0
		for j := i; j < min(i+group, len(samples)); j++ {
			v = max(v, s.of(&samples[j]))
		}
		measured = measured || v > 0
		fmt.Fprintf(&b, "%.1f,%.1f ", plotX(float64(samples[i].At)/float64(end)), plotY(v/top))
	}
	if !measured {
		return ""
	}
	return strings.TrimSpace(b.String())
}
