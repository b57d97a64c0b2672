//go:build unix

package main

import (
	"bytes"
	"regexp"
	"slices"
	"sync"
	"time"
)

// words are what was meant to be seen.
type words struct {
	mu   sync.Mutex
	list []string
}

func (w *words) add(word string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, word)
}

func (w *words) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.list)
}

// ear keeps all that somebody is sent.
type ear struct {
	name string
	mu   sync.Mutex
	all  bytes.Buffer
	more *sync.Cond // more was heard
}

func newEar(name string) *ear {
	e := &ear{name: name}
	e.more = sync.NewCond(&e.mu)
	return e
}

func (e *ear) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.more.Broadcast()
	return e.all.Write(p)
}

func (e *ear) String() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.all.String()
}

func (e *ear) len() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.all.Len()
}

// awaits waits until found says so of all that was heard. It reports whether it did, within patience.
func (e *ear) awaits(found func(heard []byte) bool) bool {
	late, wake := time.Now().Add(patience), time.AfterFunc(patience, e.more.Broadcast)
	defer wake.Stop()
	e.mu.Lock()
	defer e.mu.Unlock()
	for !found(e.all.Bytes()) {
		if !time.Now().Before(late) {
			return false
		}
		e.more.Wait()
	}
	return true
}

// heard reports whether a text was heard behind a place.
func (e *ear) heard(text string, from int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return bytes.Contains(e.all.Bytes()[from:], []byte(text))
}

// hears waits until a text was heard behind a place, as awaits does.
func (e *ear) hears(text string, from int) bool {
	return e.awaits(func(heard []byte) bool {
		if bytes.Contains(heard[from:], []byte(text)) {
			return true
		}
		from = max(from, len(heard)-len(text))
		return false
	})
}

// await waits until something was heard that matches.
func (l *leaks) await(e *ear, expr string) {
	l.Helper()
	re := regexp.MustCompile("(?m)" + expr)
	if !e.awaits(re.Match) {
		l.Fatalf("%s never hears %#q, but\n%s", e.name, expr, e)
	}
}
