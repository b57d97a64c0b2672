package room

import (
	"net/netip"
	"sync"
	"time"
)

// gate counts the connections of each source, before anybody says who they are.
type gate struct {
	max int

	mu   sync.Mutex
	open map[netip.Prefix]int
}

func newGate(limit int) *gate { return &gate{max: limit, open: map[netip.Prefix]int{}} }

// Admit lets a connection in by its address alone, before any handshake: a
// banned address ([*BannedError]) and one connection too many from one source
// ([ErrTooMany]) are refused. The caller calls leave once the connection is
// closed.
func (r *Room) Admit(addr netip.Addr) (leave func(), err error) {
	addr = addr.Unmap().WithZone("")
	r.mu.Lock()
	ban, banned := r.state.BanOn("", "", addr, time.Now())
	r.mu.Unlock()
	if banned {
		return nil, &BannedError{ban}
	}
	return r.gate.enter(addr)
}

func (g *gate) enter(addr netip.Addr) (leave func(), err error) {
	if g.max <= 0 || !addr.IsValid() || addr.IsLoopback() {
		return func() {}, nil
	}
	from := source(addr)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open[from] >= g.max {
		return nil, ErrTooMany
	}
	g.open[from]++
	return sync.OnceFunc(func() { g.leave(from) }), nil
}

func (g *gate) leave(from netip.Prefix) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open[from]--; g.open[from] == 0 {
		delete(g.open, from)
	}
}

// source is what counts as one origin: an IPv4 address, or the /64 that an IPv6
// customer usually is given whole.
func source(addr netip.Addr) netip.Prefix {
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // never fails: bits fits the family
	return p
}
