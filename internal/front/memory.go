package front

import (
	"math"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	// memoryShare is how much of the memory limit may be in use before nobody else is let
	// in, in percent. The rest is for those inside, and for garbage.
	memoryShare = 80
	// loginMemory is what one login may still come to take, in bytes: a session on a full
	// screen takes 84 KB.
	loginMemory = 96 << 10
	// collectEvery is how often, at most, a collection is run to learn how much of the
	// memory in use is garbage.
	collectEvery = time.Second
)

// memory tells how much memory there is for newcomers.
type memory struct {
	mu        sync.Mutex
	collected time.Time
	samples   []metrics.Sample
}

// What memory is read from.
const (
	mappedBytes = iota
	freeBytes
	releasedBytes
	objectBytes // garbage included
	liveBytes   // at the last collection
)

// left returns how many bytes are left of memoryShare of a limit, 0 for none. It counts
// garbage as used, unless that leaves less than need: then it runs a collection, or, if
// that was less than collectEvery ago, trusts what it knows.
func (m *memory) left(limit, need int64) int64 {
	if limit <= 0 {
		return math.MaxInt64
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	most := limit / 100 * memoryShare
	used, live := m.read()
	if left := most - used; left >= need {
		return left
	}
	if left := most - live; left < need { // without any garbage
		return left
	}
	if now := time.Now(); now.Sub(m.collected) >= collectEvery {
		m.collected = now
		runtime.GC()
		used, _ = m.read()
	}
	return most - used
}

// read returns the bytes in use, and what they would be with nothing allocated since the
// last collection.
func (m *memory) read() (used, live int64) {
	if m.samples == nil {
		for _, name := range []string{
			mappedBytes: "/memory/classes/total:bytes", freeBytes: "/memory/classes/heap/free:bytes", releasedBytes: "/memory/classes/heap/released:bytes",
			objectBytes: "/memory/classes/heap/objects:bytes", liveBytes: "/gc/heap/live:bytes",
		} {
			m.samples = append(m.samples, metrics.Sample{Name: name})
		}
	}
	metrics.Read(m.samples)
	value := func(i int) int64 { return int64(m.samples[i].Value.Uint64()) }
	used = value(mappedBytes) - value(freeBytes) - value(releasedBytes)
	return used, used - value(objectBytes) + min(value(liveBytes), value(objectBytes))
}
