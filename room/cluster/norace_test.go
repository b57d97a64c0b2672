//go:build !race

package cluster

// pastEvents is how many messages are missed and fetched in tests.
const pastEvents = 5000
