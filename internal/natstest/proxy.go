package natstest

import (
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy stands between clients and one server, and does what Faults say. All methods may be
// called from any goroutine.
type Proxy struct {
	to       string
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex
	random  *rand.Rand
	faults  Faults
	changed chan struct{} // closed when faults change
	links   map[*link]struct{}
	closed  bool
}

// Faults are what is wrong with a network. The zero value lets everything through, at once.
type Faults struct {
	Refuse bool          // new connections are reset
	Freeze bool          // nothing passes, and nothing ends: what was sent arrives after it
	Delay  time.Duration // everything arrives later by this
	Jitter time.Duration // and by up to this, at random; the order stays
	Rate   int           // bytes a second in each direction of a connection; 0: no limit
	// Judge says what becomes of each message; nil: it passes. It is called by one goroutine at
	// a time, may use the random numbers that it is given, and calls no method of the Proxy.
	Judge func(m Message, random *rand.Rand) Verdict
}

// Verdict is what becomes of a message.
type Verdict int

// What becomes of a message.
const (
	Pass Verdict = iota
	Drop
	// Hold lets messages with other subjects overtake this one, a few of them and for
	// holdTime at most; those with its own subject stay behind it.
	Hold
)

// NewProxy starts a proxy of a server until the test ends. What is random follows from the
// seed, which the test prints.
func NewProxy(t testing.TB, to string, seed uint64) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{to: to, listener: l, random: rand.New(rand.NewPCG(seed, 0)), changed: make(chan struct{}), links: map[*link]struct{}{}}
	p.running.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// Addr is where clients connect to.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Set has the proxy do what f says from now on, on all connections, and nothing else.
func (p *Proxy) Set(f Faults) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = f
	close(p.changed)
	p.changed = make(chan struct{})
}

// Cut resets all connections.
func (p *Proxy) Cut() { p.each((*link).reset) }

// CutInMessage resets each connection that there is in the middle of the next message that it
// carries.
func (p *Proxy) CutInMessage() { p.each(func(l *link) { l.cutting.Store(true) }) }

func (p *Proxy) each(do func(*link)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		do(l)
	}
}

// now returns the faults, and what is closed when there are others.
func (p *Proxy) now() (Faults, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults, p.changed
}

// judge says what becomes of a message.
func (p *Proxy) judge(m *Message) Verdict {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m == nil || p.faults.Judge == nil {
		return Pass
	}
	return p.faults.Judge(*m, p.random)
}

// late returns when what was sent now arrives.
func (p *Proxy) late() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	by := p.faults.Delay
	if p.faults.Jitter > 0 {
		by += time.Duration(p.random.Int64N(int64(p.faults.Jitter)))
	}
	return time.Now().Add(by)
}

// overtaking returns how many messages may overtake one that is held.
func (p *Proxy) overtaking() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return 1 + p.random.IntN(maxOvertaking)
}

// accept takes connections until the proxy is closed.
func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		if f, _ := p.now(); f.Refuse {
			reset(client)
			continue
		}
		server, err := net.DialTimeout("tcp", p.to, time.Second)
		if err != nil {
			reset(client)
			continue
		}
		p.join(client, server)
	}
}

// join carries what two connections say to each other.
func (p *Proxy) join(client, server net.Conn) {
	l := &link{proxy: p, client: client, server: server, ended: make(chan struct{}), asked: map[string]string{}}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.faults.Refuse { // since it was accepted
		l.reset()
		return
	}
	p.links[l] = struct{}{}
	up, down := newLane(l, client, server, false), newLane(l, server, client, true)
	for _, n := range []*lane{up, down} {
		p.running.Go(n.read)
		p.running.Go(func() { n.write(); p.remove(l) })
	}
}

// remove ends a link.
func (p *Proxy) remove(l *link) {
	l.reset()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
}

// close ends the proxy and waits until nothing of it runs.
func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.listener.Close()
	p.Cut()
	p.running.Wait()
}
