package cluster

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"salon/room"
	"salon/room/state"
)

// BenchmarkCatchUp measures how long a room takes to begin, with the whole log to apply: 100,000
// events, or SALON_EVENTS.
func BenchmarkCatchUp(b *testing.B) {
	events := 100_000
	if n, err := strconv.Atoi(os.Getenv("SALON_EVENTS")); err == nil {
		events = n
	}
	url := newClusterIn(b, b.TempDir())
	n := openNode(b, url, "one", newMemory())
	for i := range events {
		e := state.Event{ID: state.ID{Origin: 1, N: uint64(i + 1)}, Body: state.Walled{By: "ann", Text: "a message of a usual length, a few words"}}
		data, err := state.EncodeEvent(e)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := n.js.PublishMsgAsync(&nats.Msg{Subject: eventSubject + "one", Data: data}); err != nil {
			b.Fatal(err)
		}
		if i%1000 == 0 {
			<-n.js.PublishAsyncComplete()
		}
	}
	<-n.js.PublishAsyncComplete()
	n.Close()
	fmt.Fprintln(os.Stderr, "filled", b.Elapsed())
	for b.Loop() {
		begun := time.Now()
		late := openNode(b, url, "two", newMemory())
		r, err := room.New(b.Context(), room.Config{Node: "two"}, late, late)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(events)/time.Since(begun).Seconds(), "events/s")
		fmt.Fprintln(os.Stderr, events, "events in", time.Since(begun))
		r.Close()
	}
}
