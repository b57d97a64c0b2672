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
	// memory in use is garbage; collectFull, how often while too little of it is.
	collectEvery = time.Second
	collectFull  = 10 * time.Second
)

// memory tells how much memory there is for newcomers.
type memory struct {
	mu      sync.Mutex
	next    time.Time // no collection is run before
	samples []metrics.Sample
}

// What memory is read from.
const (
	mappedBytes = iota
	freeBytes
	releasedBytes
)

// left returns how many bytes are left of memoryShare of a limit, 0 for none. It counts
// garbage as used, unless that leaves less than need: then it runs a collection, if it
// may already.
func (m *memory) left(limit, need int64) int64 {
	if limit <= 0 {
		return math.MaxInt64
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	most := limit / 100 * memoryShare
	left := most - m.read()
	if now := time.Now(); left < need && !now.Before(m.next) {
		runtime.GC()
		left = most - m.read()
		m.next = now.Add(collectEvery)
		if left < need {
			m.next = now.Add(collectFull)
		}
	}
	return left
}

// read returns the bytes in use.
func (m *memory) read() int64 {
	if m.samples == nil {
		for _, name := range []string{
			mappedBytes: "/memory/classes/total:bytes", freeBytes: "/memory/classes/heap/free:bytes", releasedBytes: "/memory/classes/heap/released:bytes",
		} {
			m.samples = append(m.samples, metrics.Sample{Name: name})
		}
	}
	metrics.Read(m.samples)
	value := func(i int) int64 { return int64(m.samples[i].Value.Uint64()) }
	return value(mappedBytes) - value(freeBytes) - value(releasedBytes)
}
