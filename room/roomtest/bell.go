// Package roomtest is what the tests of several packages have in common: a room with
// its operator's console (House), which remembers all that happened, and ways to wait
// for what must come. What a test waits for is something that it can observe, never a
// time; only a failure takes as long as Patience.
//
// It is imported by tests alone.
package roomtest

import (
	"bytes"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Patience is how long a test waits for what must come: a limit for failures only.
const Patience = 20 * time.Second

// Glance is the time between two looks at something that rings no Bell.
const Glance = time.Millisecond

// Until looks again every Glance until it sees what it waits for: for what nobody
// tells of, such as goroutines. It leaves the processor to others meanwhile.
func Until(t testing.TB, what func() string, ok func() bool) {
	t.Helper()
	for late := time.Now().Add(Patience); !ok(); time.Sleep(Glance) {
		if time.Now().After(late) {
			t.Fatal(what())
		}
	}
}

// Bell wakes those who wait for a change. Its zero value is ready.
type Bell struct {
	mu   sync.Mutex
	next chan struct{}
}

// Ring tells that something has changed. The change itself comes first.
func (b *Bell) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

func (b *Bell) rung() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

// Await looks at each change until it sees what it waits for. After Patience the test
// fails and says what.
func (b *Bell) Await(t testing.TB, what func() string, ok func() bool) {
	t.Helper()
	late := time.NewTimer(Patience)
	defer late.Stop()
	for {
		rung := b.rung()
		if ok() {
			return
		}
		select {
		case <-rung:
		case <-late.C:
			t.Fatal(what())
		}
	}
}

// Journal is a log, kept to be read while it is written. Its zero value is ready.
type Journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (j *Journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// String returns all that was written so far.
func (j *Journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// Goroutines counts those that have one of these functions on their stack, such as
// "salon/rawtcp.(*conn)".
func Goroutines(in ...string) (n int) {
	buf := make([]byte, 1<<20)
	size := runtime.Stack(buf, true)
	for size == len(buf) {
		buf = make([]byte, 2*len(buf))
		size = runtime.Stack(buf, true)
	}
	for stack := range strings.SplitSeq(string(buf[:size]), "\n\n") {
		for _, function := range in {
			if strings.Contains(stack, function) {
				n++
				break
			}
		}
	}
	return n
}
