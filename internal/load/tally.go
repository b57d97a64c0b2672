package load

import (
	"context"
	"math/bits"
	"os"
	"sync/atomic"
	"time"
)

// tally counts what all members got. Members count at the same time.
type tally struct {
	id       int // makes names of two loads differ
	start    time.Time
	senders  int
	messages int // of each sender

	unique  atomic.Int64
	doubled atomic.Int64
	waits   [64 * steps]atomic.Int64 // latencies, by bucket
	last    atomic.Int64             // when the last first sight was, since start
}

// steps is how many buckets share a power of two: latencies are told to within
// 1/16.
const steps = 16

func newTally(senders, messages int) *tally {
	return &tally{id: os.Getpid() % 10000, start: time.Now(), senders: senders, messages: messages}
}

// bitset remembers which messages a member has seen. It belongs to that member's
// reader.
type bitset []uint64

func (t *tally) newSeen() bitset { return make(bitset, (t.senders*t.messages+63)/64) }

// delivered counts a message that came to a member.
func (t *tally) delivered(m *member, sender, n int, sent time.Duration) {
	if sender >= t.senders || n >= t.messages {
		return
	}
	i := sender*t.messages + n
	if bit := uint64(1) << (i % 64); m.seen[i/64]&bit == 0 {
		m.seen[i/64] |= bit
		now := time.Since(t.start)
		t.unique.Add(1)
		t.waits[bucket(now-sent)].Add(1)
		t.last.Store(int64(now))
	} else if !m.screen {
		t.doubled.Add(1)
	}
}

// bucket is where a latency is counted: its power of two in microseconds, and
// its step within it.
func bucket(d time.Duration) int {
	us := uint64(max(d.Microseconds(), 0))
	if us < steps {
		return int(us)
	}
	power := bits.Len64(us) - 5 // us>>power is in steps..2*steps-1
	return (power+1)*steps + int(us>>power) - steps
}

// upper is the latency that a bucket's contents do not exceed.
func upper(bucket int) time.Duration {
	if bucket < 2*steps {
		return time.Duration(bucket) * time.Microsecond
	}
	power := bucket/steps - 1
	return time.Duration((uint64(bucket%steps+steps)+1)<<power-1) * time.Microsecond
}

// quantile returns the latency that a share of deliveries did not exceed.
func (t *tally) quantile(share float64) time.Duration {
	var all int64
	for i := range t.waits {
		all += t.waits[i].Load()
	}
	need := int64(share * float64(all))
	for i := range t.waits {
		if need -= t.waits[i].Load(); need < 0 || need == 0 && share == 1 {
			return upper(i)
		}
	}
	return 0
}

// wait waits until everything expected has come, or nothing new for a while.
func (t *tally) wait(ctx context.Context, expected int64, settle time.Duration) error {
	before, since := t.unique.Load(), time.Now()
	for t.unique.Load() < expected {
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return err
		}
		if now := t.unique.Load(); now != before {
			before, since = now, time.Now()
		} else if time.Since(since) > settle {
			return nil
		}
	}
	return nil
}

func (t *tally) report(r *Report, readers []*member) {
	r.Expected = int64(len(readers)) * int64(t.senders) * int64(t.messages)
	r.Delivered, r.Doubled = t.unique.Load(), t.doubled.Load()
	r.P50, r.P99, r.Max = t.quantile(0.5), t.quantile(0.99), t.quantile(1)
}
