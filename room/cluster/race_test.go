//go:build race

package cluster

// pastEvents is how many messages are missed and fetched in tests: SQLite takes fifty times as
// long with the race detector.
const pastEvents = 300
