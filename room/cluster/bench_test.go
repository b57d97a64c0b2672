package cluster

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"salon/room/state"
)

// BenchmarkPropose measures proposals through the cluster that SALON_NATS names: its URLs,
// with commas. It leaves them in its log.
func BenchmarkPropose(b *testing.B) {
	urls := os.Getenv("SALON_NATS")
	if urls == "" {
		b.Skip("SALON_NATS does not name a cluster")
	}
	access := Access{Servers: strings.Split(urls, ",")}
	if err := Init(b.Context(), InitOptions{Access: access}); err != nil && err != ErrExists {
		b.Fatal(err)
	}
	n, err := Open(b.Context(), Options{Access: access, Node: "bench", Store: newMemory()})
	if err != nil {
		b.Fatal(err)
	}
	defer n.Close()
	var done atomic.Uint64
	epoch := uint64(time.Now().UnixNano())
	for _, at := range []int{1, 16, 256} {
		b.Run(fmt.Sprint(at, " at once"), func(b *testing.B) {
			b.SetParallelism(at / 2)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					e := state.Event{ID: state.ID{Origin: epoch, N: done.Add(1)}, Body: state.Said{From: "ann", Text: "a message of a usual length, a few words"}}
					if _, err := n.Propose(b.Context(), e); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
