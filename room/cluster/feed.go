package cluster

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"salon/room"
	"salon/room/state"
)

const (
	// maxLive is how many live events wait to be looked at, and maxEarly how many are held
	// that came before the ones they follow. Others are dropped and read from the stream.
	maxLive  = 8192
	maxEarly = 4096
	// lookEvery is how often a node looks in the stream for events that did not reach it.
	lookEvery = 200 * time.Millisecond
	// againAfter is how long it waits at least between two looks for the same hole: a copy of
	// the stream may be a little behind.
	againAfter = 10 * time.Millisecond
	fetchTime  = 500 * time.Millisecond
)

// feed moves events from the stream to the tail, in order, each once: as they are published
// again once stored, and from the stream itself those that this did not bring.
type feed struct {
	n    *Node
	live chan *nats.Msg

	mu    sync.Mutex // guards place and known
	place state.Place
	known state.Seq // an event that the stream has

	// The goroutine's own.
	next   state.Seq
	early  map[state.Seq]state.Event
	looked time.Time // when it last looked for a hole
	batch  []state.Event
}

// start has the feed go on from an event.
func (f *feed) start(n *Node, next state.Seq) error {
	f.n, f.next, f.early, f.live = n, next, map[state.Seq]state.Event{}, make(chan *nats.Msg, maxLive)
	f.place = state.Place{Seq: next - 1}
	if _, err := n.conn.ChanSubscribe(liveSubject+"*", f.live); err != nil {
		return err
	}
	n.running.Go(f.work)
	return nil
}

// given returns the last event that was given to the tail; without its stamp if that was
// before the node began.
func (f *feed) given() state.Place {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.place
}

// expect notes that the stream has an event.
func (f *feed) expect(seq state.Seq) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known = max(f.known, seq)
}

func (f *feed) work() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case m := <-f.live:
			f.take(m)
			for n := len(f.live); n > 0 && len(f.early) < room.BatchEvents; n-- {
				f.take(<-f.live)
			}
			f.push()
			if len(f.early) > 0 && time.Since(f.looked) >= againAfter {
				f.look()
			}
		case <-tick.C:
			if len(f.early) > 0 || f.n.has(f.next) {
				f.look()
			}
		case <-f.n.run.Done():
			return
		}
	}
}

// take holds a live event until it is its turn.
func (f *feed) take(m *nats.Msg) {
	e, err := decode(m)
	switch {
	case e.Seq < f.next, e.Seq > f.next && len(f.early) >= maxEarly:
		return
	case err != nil && e.Seq > f.next: // read again when it is its turn
		return
	case err != nil:
		f.n.fail(err)
		return
	}
	f.early[e.Seq] = e
}

// push gives the tail what comes next, as far as it has room.
func (f *feed) push() {
	for len(f.early) > 0 {
		f.batch = f.batch[:0]
		for free := f.n.tail.Load().Free(room.BatchEvents); len(f.batch) < min(free, room.BatchEvents); f.next++ {
			e, ok := f.early[f.next]
			if !ok {
				break
			}
			delete(f.early, f.next)
			f.batch = append(f.batch, e)
		}
		if len(f.batch) == 0 {
			return
		}
		last := f.batch[len(f.batch)-1]
		f.mu.Lock()
		f.place = state.Place{Seq: last.Seq, Stamp: last.Stamp}
		f.mu.Unlock()
		raise(&f.n.last, uint64(last.Seq))
		f.n.tail.Load().Push(f.batch)
	}
}

// look reads from the stream what is there and has not come, until there is no more or the
// tail is full.
func (f *feed) look() {
	for f.n.run.Err() == nil && f.n.tail.Load().Free(room.BatchEvents) > 0 {
		f.looked = time.Now()
		ctx, cancel := context.WithTimeout(f.n.run, fetchTime)
		events, err := f.n.fetch(ctx, f.next, room.BatchEvents, nil)
		cancel()
		if len(events) > 0 && events[0].Seq > f.next {
			f.skip(events[0].Seq)
		}
		for _, e := range events {
			f.early[e.Seq] = e
		}
		f.push()
		if bad, ok := errors.AsType[*decodeError](err); ok && bad.seq == f.next {
			f.n.fail(bad)
			return
		}
		if len(events) < room.BatchEvents {
			return
		}
	}
}

// skip goes on behind events that the stream has no more: they are behind its bounds, or were
// erased. Those who follow have to restore a snapshot.
func (f *feed) skip(to state.Seq) {
	f.n.log.Info("cluster: the stream has no more what comes next", "from", f.next, "to", to)
	raise(&f.n.gone, uint64(to-1))
	for seq := range f.early {
		if seq < to {
			delete(f.early, seq)
		}
	}
	f.next = to
	f.n.tail.Swap(room.NewTail(to)).Close()
}

// decodeError is an event that this program cannot read, and so cannot go beyond.
type decodeError struct {
	seq state.Seq
	err error // a *state.VersionError if a newer program wrote it
}

func (e *decodeError) Error() string { return fmt.Sprintf("event %d: %v", e.seq, e.err) }
func (e *decodeError) Unwrap() error { return e.err }

// decode reads an event of the stream as it is published again and as a direct get returns it.
// An event that cannot be read is a *decodeError; it has its Seq.
func decode(m *nats.Msg) (state.Event, error) {
	seq, err := strconv.ParseUint(m.Header.Get(headerSeq), 10, 64)
	if err != nil {
		return state.Event{}, err
	}
	at, err := time.Parse(time.RFC3339Nano, m.Header.Get(headerTime))
	if err != nil {
		return state.Event{}, err
	}
	e, err := state.DecodeEvent(m.Data)
	e.Seq, e.Time = state.Seq(seq), at.UTC().Truncate(time.Microsecond)
	e.Stamp = stampOf(e.Time)
	if err != nil {
		err = &decodeError{e.Seq, err}
	}
	return e, err
}

// Headers of a message that comes from a stream (nats-server, ADR-28 and ADR-31).
const (
	headerSeq  = "Nats-Sequence"
	headerTime = "Nats-Time-Stamp"
)
