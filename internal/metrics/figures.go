package metrics

import "github.com/prometheus/client_golang/prometheus"

// Reading is all that is read at one scrape. None of it is by person, room or address.
type Reading struct {
	Members, Rooms, Nodes int
	Sessions              map[string]int    // by front
	Ended                 map[string]uint64 // sessions, by the cause of their end
	Events                map[string]uint64 // by kind
	Delivered             uint64
	Place                 uint64
	Lag                   uint64
	Failing, ReadOnly     bool // see state.Health
	Accepted, Penalties   uint64
	Refused               map[Refusal]uint64
	Logins, Sources       int
	RowsFound, RowsMade   uint64            // of screens
	LinesFound, LinesMade map[string]uint64 // by front
	LogLinesDropped       uint64
	History               *History // nil: everything is in memory
}

// Refusal is where somebody was refused, and why.
type Refusal struct{ Stage, Cause string }

// History is what a data directory holds, and what was done to it.
type History struct {
	Database, WAL   int64 // bytes
	Waiting         int
	Pruned, Commits uint64
}

// Names of labels. There is no other, and none holds what somebody chose.
const (
	labelFront   = "front"   // ssh or tcp
	labelKind    = "kind"    // of an event
	labelCause   = "cause"   // a code
	labelStage   = "stage"   // connection or login
	labelFile    = "file"    // database or wal
	labelCache   = "cache"   // rows of screens, lines
	labelResult  = "result"  // hit or miss
	labelVersion = "version" // of salon, and of Go
	labelGo      = "go"
)

// figure is one metric.
type figure struct {
	name, help string
	counter    bool // a gauge otherwise
	labels     []string
	read       func(r *Reading, emit emit)
}

// emit gives one value, with the values of the labels in their order.
type emit func(value float64, labels ...string)

// one is a figure without labels.
func one[N int | int64 | uint64](of func(*Reading) N) func(*Reading, emit) {
	return func(r *Reading, emit emit) { emit(float64(of(r))) }
}

// truth is a figure that is 1 or 0.
func truth(of func(*Reading) bool) func(*Reading, emit) {
	return one(func(r *Reading) int {
		if of(r) {
			return 1
		}
		return 0
	})
}

// by is a figure with one label.
func by[N int | uint64](of func(*Reading) map[string]N) func(*Reading, emit) {
	return func(r *Reading, emit emit) {
		for label, n := range of(r) {
			emit(float64(n), label)
		}
	}
}

// kept is a figure of a data directory; there is none without one.
func kept[N int | uint64](of func(*History) N) func(*Reading, emit) {
	return func(r *Reading, emit emit) {
		if r.History != nil {
			emit(float64(of(r.History)))
		}
	}
}

// figures is the table of all that is read at a scrape. What is measured as it happens is in
// [Measures].
var figures = []figure{
	{name: "members", help: "People in the room, on all nodes; those who lost their connection and may come back count.", read: one(func(r *Reading) int { return r.Members })},
	{name: "sessions", help: "Sessions of people on this node, by the front that they came through. Somebody may have several.", labels: []string{labelFront}, read: by(func(r *Reading) map[string]int { return r.Sessions })},
	{name: "sessions_ended_total", help: "Sessions on this node that ended, by cause. Those closed because their client read too slowly have the cause slow.", counter: true, labels: []string{labelCause}, read: by(func(r *Reading) map[string]uint64 { return r.Ended })},
	{name: "rooms", help: "Rooms, with #salon.", read: one(func(r *Reading) int { return r.Rooms })},
	{name: "events_total", help: "Events that this node applied since it is up, by kind: what was said is said.", counter: true, labels: []string{labelKind}, read: by(func(r *Reading) map[string]uint64 { return r.Events })},
	{name: "deliveries_total", help: "Events and replies that sessions on this node took, to show them.", counter: true, read: one(func(r *Reading) uint64 { return r.Delivered })},
	{name: "connections_accepted_total", help: "Connections that were let in, also those that never logged in.", counter: true, read: one(func(r *Reading) uint64 { return r.Accepted })},
	{name: "connections_unauthenticated", help: "Open connections that have not logged in.", read: one(func(r *Reading) int { return r.Logins })},
	{name: "sources_remembered", help: "Sources, an IPv4 address or an IPv6 /64 each, whose connections and failures are remembered.", read: one(func(r *Reading) int { return r.Sources })},
	{name: "refusals_total", help: "Connections that were turned away, and logins that failed, by cause.", counter: true, labels: []string{labelStage, labelCause}, read: func(r *Reading, emit emit) {
		for why, n := range r.Refused {
			emit(float64(n), why.Stage, why.Cause)
		}
	}},
	{name: "penalties_total", help: "How often a source began to be kept out, for its failures to log in.", counter: true, read: one(func(r *Reading) uint64 { return r.Penalties })},
	{name: "render_cache_requests_total", help: "How often what was to be shown had been made before (hit) or was made (miss): rows of full screens (rows), lines over ssh and over raw TCP (lines_ssh, lines_tcp).", counter: true, labels: []string{labelCache, labelResult}, read: func(r *Reading, emit emit) {
		emit(float64(r.RowsFound), "rows", "hit")
		emit(float64(r.RowsMade), "rows", "miss")
		for front, n := range r.LinesFound {
			emit(float64(n), "lines_"+front, "hit")
		}
		for front, n := range r.LinesMade {
			emit(float64(n), "lines_"+front, "miss")
		}
	}},
	{name: "log_lines_dropped_total", help: "Lines of the technical log that were lost because they could not be written.", counter: true, read: one(func(r *Reading) uint64 { return r.LogLinesDropped })},
	{name: "log_place", help: "The number of the last event that this node applied.", read: one(func(r *Reading) uint64 { return r.Place })},
	{name: "log_lag_events", help: "Events that the log holds, or other nodes have applied, and this node has not.", read: one(func(r *Reading) uint64 { return r.Lag })},
	{name: "log_failing", help: "1 while what is said cannot be recorded, or not be said at all; else 0.", read: truth(func(r *Reading) bool { return r.Failing })},
	{name: "log_read_only", help: "1 while nothing can be said because no majority of the cluster answers; else 0.", read: truth(func(r *Reading) bool { return r.ReadOnly })},
	{name: "nodes_up", help: "Nodes of the cluster that are up, with this one.", read: one(func(r *Reading) int { return r.Nodes })},
	{name: "history_size_bytes", help: "Size of the history, by file: salon.db (database) and its write-ahead log (wal).", labels: []string{labelFile}, read: func(r *Reading, emit emit) {
		if r.History != nil {
			emit(float64(r.History.Database), "database")
			emit(float64(r.History.WAL), "wal")
		}
	}},
	{name: "history_waiting_messages", help: "Messages that are still to be written to the history.", read: kept(func(h *History) int { return h.Waiting })},
	{name: "history_pruned_messages_total", help: "Messages that were deleted as too old or too many (--keep, --keep-size).", counter: true, read: kept(func(h *History) uint64 { return h.Pruned })},
	{name: "history_commits_total", help: "Commits of events to the history's log.", counter: true, read: kept(func(h *History) uint64 { return h.Commits })},
}

// full is the name that Prometheus knows.
func (f *figure) full() string { return prometheus.BuildFQName(namespace, "", f.name) }

func (f *figure) desc() *prometheus.Desc {
	return prometheus.NewDesc(f.full(), f.help, f.labels, nil)
}

func (f *figure) kind() prometheus.ValueType {
	if f.counter {
		return prometheus.CounterValue
	}
	return prometheus.GaugeValue
}
