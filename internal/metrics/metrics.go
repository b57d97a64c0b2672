// Package metrics shows the figures of a running server over HTTP, in the format of
// Prometheus, with the health checks and profiles that belong to them, and asks a server how it
// is. It owns the names of the figures, and their list in docs/metrics.md; what they are read
// from is package server's. Call [New] for the figures and [Serve] to show them.
//
// No label holds what somebody chose: no pseudo, no room, no address. A figure of a node never
// tells about a person.
//
//go:generate go test -run ^TestTheListOfFigures$ -update .
package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// namespace begins the name of every figure of salon's own.
const namespace = "salon"

// Bounds of the buckets, in seconds. Most writes take microseconds; a client that takes none is
// closed after ten seconds.
var (
	writeBuckets  = prometheus.ExponentialBuckets(25e-6, 4, 10)    // to 6.5 s
	commitBuckets = prometheus.ExponentialBuckets(100e-6, 2.5, 12) // to 2.4 s
	searchBuckets = prometheus.ExponentialBuckets(250e-6, 2.5, 9)  // to 0.38 s: a search is cut after a quarter of a second
)

// Measures are the figures that are measured as things happen. Their methods may be called from
// any goroutine.
type Measures struct {
	writes  *prometheus.HistogramVec
	sent    *prometheus.CounterVec
	commits prometheus.Histogram
	search  prometheus.Histogram
	refused *prometheus.CounterVec
}

func newMeasures() *Measures {
	histogram := func(name, help string, buckets []float64) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}
	}
	counter := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}
	}
	return &Measures{
		writes:  prometheus.NewHistogramVec(histogram("write_seconds", "How long it took to hand a write to a client's connection, by front.", writeBuckets), []string{labelFront}),
		sent:    prometheus.NewCounterVec(counter("sent_bytes_total", "Bytes that were to be written to clients, before they are encrypted, by front."), []string{labelFront}),
		commits: prometheus.NewHistogram(histogram("log_commit_seconds", "How long the log took to store an event proposed by this node: on the disk, or on a majority of the cluster's servers.", commitBuckets)),
		search:  prometheus.NewHistogram(histogram("search_seconds", "How long a search took, without the time that it waited for its turn.", searchBuckets)),
		refused: prometheus.NewCounterVec(counter("lines_refused_total", "Lines and requests that the room refused, by cause."), []string{labelCause}),
	}
}

func (m *Measures) all() []prometheus.Collector {
	return []prometheus.Collector{m.writes, m.sent, m.commits, m.search, m.refused}
}

// Writes returns what is told of each write on a front.
func (m *Measures) Writes(front string) func(bytes int, took time.Duration) {
	writes, sent := m.writes.WithLabelValues(front), m.sent.WithLabelValues(front)
	return func(bytes int, took time.Duration) {
		writes.Observe(took.Seconds())
		sent.Add(float64(bytes))
	}
}

// Committed is told how long the log took to store an event.
func (m *Measures) Committed(took time.Duration) { m.commits.Observe(took.Seconds()) }

// Searched is told how long a search took.
func (m *Measures) Searched(took time.Duration) { m.search.Observe(took.Seconds()) }

// Refused is told the code of why a line was refused.
func (m *Measures) Refused(code string) { m.refused.WithLabelValues(code).Inc() }

// New returns the figures of a server, and what is to be told of those that are measured. read
// is called at each scrape, from any goroutine, and returns false while there is nothing to be
// read yet. version is salon's, and goVersion that of Go.
func New(version, goVersion string, read func() (Reading, bool)) (*prometheus.Registry, *Measures) {
	m, r := newMeasures(), prometheus.NewRegistry()
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "build_info", Help: "1, with the versions of salon and of Go as labels."}, []string{labelVersion, labelGo})
	build.WithLabelValues(version, goVersion).Set(1)
	r.MustRegister(build, newCollector(read), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	r.MustRegister(m.all()...)
	return r, m
}

// collector reads the figures of the table at each scrape.
type collector struct {
	read  func() (Reading, bool)
	descs []*prometheus.Desc // in the order of the table
}

func newCollector(read func() (Reading, bool)) *collector {
	c := &collector{read: read}
	for i := range figures {
		c.descs = append(c.descs, figures[i].desc())
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	r, ok := c.read()
	if !ok {
		return
	}
	for i := range figures {
		f := &figures[i]
		f.read(&r, func(value float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(c.descs[i], f.kind(), value, labels...)
		})
	}
}
