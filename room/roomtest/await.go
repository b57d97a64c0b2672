// Package roomtest is what the tests of several packages share: a room with its
// operator's console, which records all events ([Open] opens both), and functions that
// wait for something observable, never for a time; only a failure takes as long as
// [Patience]. Only tests import it.
package roomtest

import (
	"bytes"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Patience is how long a test waits for what must come: a limit for failures only.
const Patience = 20 * time.Second

// Until calls ok every millisecond until it returns true: for what no Bell announces, such
// as goroutines. After Patience the test fails and prints what.
func Until(t testing.TB, what func() string, ok func() bool) {
	t.Helper()
	for late := time.Now().Add(Patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal(what())
		}
	}
}

// Bell wakes the goroutines that wait for a change. Its zero value is ready.
type Bell struct {
	mu   sync.Mutex
	next chan struct{}
}

// Ring announces a change, which has been made before.
func (b *Bell) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

// Await calls ok at each change until it returns true. After Patience the test fails and
// prints what.
func (b *Bell) Await(t testing.TB, what func() string, ok func() bool) {
	t.Helper()
	late := time.NewTimer(Patience)
	defer late.Stop()
	for {
		b.mu.Lock()
		if b.next == nil {
			b.next = make(chan struct{})
		}
		rung := b.next
		b.mu.Unlock()
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

// Journal is a log that can be read while it is written. Its zero value is ready.
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

// Goroutines counts the goroutines that have one of these functions on their stack, such as
// "salon/rawtcp.(*conn)".
func Goroutines(in ...string) (n int) {
	buf := make([]byte, 1<<20)
	size := runtime.Stack(buf, true)
	for size == len(buf) {
		buf = make([]byte, 2*len(buf))
		size = runtime.Stack(buf, true)
	}
	for stack := range strings.SplitSeq(string(buf[:size]), "\n\n") {
		if slices.ContainsFunc(in, func(function string) bool { return strings.Contains(stack, function) }) {
			n++
		}
	}
	return n
}
