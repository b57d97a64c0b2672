package main

import (
	"net"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// A wave is waveSize connections or more that came one after the other; it is over
// when none has come for waveCalm.
const (
	waveSize = 50
	waveCalm = 3 * time.Second
)

// waves gives back to the system, once a wave of arrivals is over, the memory that
// letting people in took and being there does not need: handshakes make several
// times what a session keeps, and the collector would hold on to it. While nobody
// comes it costs nothing.
type waves struct {
	free func() // collectAll

	mu    sync.Mutex
	came  int
	timer *time.Timer // runs during a wave
}

func newWaves() *waves { return &waves{free: collectAll} }

// collectAll collects garbage twice, since pools give up what they hold at the second,
// and gives the memory back.
func collectAll() {
	runtime.GC()
	debug.FreeOSMemory()
}

// on returns a listener that counts who comes.
func (w *waves) on(l net.Listener) net.Listener { return &counted{l, w} }

type counted struct {
	net.Listener
	waves *waves
}

func (c *counted) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.waves.arrived()
	}
	return conn, err
}

func (w *waves) arrived() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer == nil {
		w.timer = time.AfterFunc(waveCalm, w.over)
	}
	w.came++
	w.timer.Reset(waveCalm)
}

func (w *waves) over() {
	w.mu.Lock()
	large := w.came >= waveSize
	w.came = 0
	w.mu.Unlock()
	if large {
		w.free()
	}
}
