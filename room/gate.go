package room

import (
	"net/netip"
	"sync"

	"salon/room/state"
)

// gate counts the connections of each source, before anybody says who they are.
type gate struct {
	mu   sync.Mutex
	open map[netip.Prefix]int
}

func newGate() *gate { return &gate{open: map[netip.Prefix]int{}} }

// Admit lets a connection in by its address alone, before any handshake: a
// banned address ([*state.BannedError]) and one connection too many from one source
// ([ErrTooMany]) are refused. The caller calls leave once the connection is
// closed.
func (r *Room) Admit(addr netip.Addr) (leave func(), err error) {
	addr = addr.Unmap().WithZone("")
	now := r.log.Now().Stamp
	r.mu.Lock()
	ban, banned := r.state.BanOn(state.Visitor{Addr: addr}, r.state.TickAt(now))
	r.mu.Unlock()
	if banned {
		return nil, &state.BannedError{Ban: ban}
	}
	return r.gate.enter(addr, r.limits.Load().MaxPerSource)
}

// enter counts a connection, also while there is no limit: one may be set.
func (g *gate) enter(addr netip.Addr, most int) (leave func(), err error) {
	if !addr.IsValid() || addr.IsLoopback() {
		return func() {}, nil
	}
	from := source(addr)
	g.mu.Lock()
	defer g.mu.Unlock()
	if most > 0 && g.open[from] >= most {
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
