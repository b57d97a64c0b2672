package load

import (
	"math"
	"math/big"
	"os"
	"sync/atomic"
	"time"
)

// tally counts what all members got. Members count at the same time.
type tally struct {
	id       int // makes names of two loads differ
	start    time.Time
	senders  int
	messages int // of each sender; the number after the last is a goodbye's
	rooms    int // that the members are spread over, in turn; 0: they are together

	onScreen    atomic.Int64             // messages shown, once for each member who has a screen
	offScreen   atomic.Int64             // and for each who has none
	doubled     atomic.Int64             // shown again by members without a screen
	upToDate    atomic.Int64             // members on screens who are up to date
	witnessed   atomic.Int64             // messages that the witness was shown
	witnessedOf []atomic.Int64           // the same of each sender
	waits       [64 * steps]atomic.Int64 // latencies, by bucket
	last        atomic.Int64             // when the last first sight was, since start
	lastSaid    atomic.Int64             // which message the witness was shown last, -1 for none
}

// steps is how many buckets share a power of two: latencies are told to within 1/16.
const steps = 16

func newTally(senders, messages, rooms int) *tally {
	t := &tally{rooms: rooms, id: os.Getpid() % 10000, start: time.Now(), senders: senders, messages: messages, witnessedOf: make([]atomic.Int64, senders)}
	t.lastSaid.Store(-1)
	return t
}

func (t *tally) now() time.Duration { return time.Since(t.start) }

// reader is what one member was shown. It belongs to the goroutine that reads for the
// member, and to the report once that has ended.
type reader struct {
	index   int           // among the members; those who talk come first
	screen  bool          // the same message may come again, or none of several
	witness bool          // it is no part of the load: it tells what the room said
	seen    big.Int       // has the bit of each message that the member was shown: see bit
	current time.Duration // when a screen was up to date; 0: never
}

// bit returns the number of a message among all of the load.
func (t *tally) bit(k mark) int { return k.sender*t.messages + k.n }

// delivered counts a message that a member was shown. What somebody on a terminal
// says does not count for them: it is seen there while it is being typed.
func (t *tally) delivered(m *reader, k mark, now time.Duration) {
	switch {
	case m.screen && m.index == k.sender:
	case k.n == t.messages && m.screen && m.current == 0: // a goodbye, shown after all that was said
		m.current = max(now, 1)
		t.upToDate.Add(1)
	case k.sender >= t.senders || k.n >= t.messages:
	case m.seen.Bit(t.bit(k)) == 0:
		m.seen.SetBit(&m.seen, t.bit(k), 1)
		t.first(m, k, now)
	case !m.screen && !m.witness:
		t.doubled.Add(1)
	}
}

// first counts a message that a member had not been shown before.
func (t *tally) first(m *reader, k mark, now time.Duration) {
	if m.witness {
		t.lastSaid.Store(int64(t.bit(k)))
		t.witnessed.Add(1)
		t.witnessedOf[k.sender].Add(1)
		return
	}
	if m.screen {
		t.onScreen.Add(1)
	} else {
		t.offScreen.Add(1)
	}
	t.waits[bucket(now-k.sent)].Add(1)
	t.last.Store(int64(now))
}

// bucket returns where a latency is counted.
func bucket(d time.Duration) int { return int(steps * math.Log2(float64(max(d, 1)))) }

// upper returns the latency that a bucket's contents do not exceed.
func upper(bucket int) time.Duration {
	return time.Duration(math.Ceil(math.Exp2(float64(bucket+1)/steps))) - 1
}

// latencies are how many messages took how long, by bucket.
type latencies [64 * steps]int64

// latencies returns those until now.
func (t *tally) latencies() (l latencies) {
	for i := range t.waits {
		l[i] = t.waits[i].Load()
	}
	return l
}

// since returns the latencies that came after others.
func (l latencies) since(before *latencies) latencies {
	for i := range l {
		l[i] -= before[i]
	}
	return l
}

// quantile returns the latency that a share of the messages did not exceed.
func (l *latencies) quantile(share float64) time.Duration {
	var all int64
	for _, n := range l {
		all += n
	}
	need := int64(share * float64(all))
	for i, n := range l {
		if need -= n; n > 0 && (need < 0 || need == 0 && share == 1) {
			return upper(i)
		}
	}
	return 0
}

// quantile returns the latency that a share of what was shown did not exceed.
func (t *tally) quantile(share float64) time.Duration {
	l := t.latencies()
	return l.quantile(share)
}

// progress returns a number that grows with all that a run waits for.
func (t *tally) progress() int64 { return t.shown() + t.upToDate.Load() + t.witnessed.Load() }

func (t *tally) shown() int64 { return t.onScreen.Load() + t.offScreen.Load() }

// due is how many messages a member is to get.
func (t *tally) due(m *reader) int64 {
	if m.screen && m.index < t.senders {
		return int64((t.senders - 1) * t.messages)
	}
	if t.rooms == 0 {
		return int64(t.senders * t.messages)
	}
	room := m.index % t.rooms
	return int64((t.senders - room + t.rooms - 1) / t.rooms * t.messages)
}

// summarised counts the messages that a screen passed over: the room said them,
// and the member was shown a later one of the same sender, or a goodbye.
func (t *tally) summarised(m *reader, said *big.Int) (n int64) {
	for sender := range t.senders {
		if sender == m.index {
			continue
		}
		passed := m.current > 0
		for i := (sender+1)*t.messages - 1; i >= sender*t.messages; i-- {
			switch {
			case m.seen.Bit(i) == 1:
				passed = true
			case passed && said.Bit(i) == 1:
				n++
			}
		}
	}
	return n
}
