package room

import (
	"net/netip"
	"time"

	"golang.org/x/time/rate"
)

// Bounds on what one member may ask for, over all their sessions.
const (
	// lineRate and lineBurst bound lines of any kind, commands included, unless
	// Limits allow more messages than that. Lines above it wait.
	lineRate, lineBurst = 20, 40
	// requestRate and requestBurst bound what keys ask for; [Session.Ask] waits
	// above it.
	requestRate, requestBurst = 5, 10
	// strikeBurst is how many messages may be refused as too fast before the next one
	// kicks its sender; every strikeEvery one refusal is forgiven.
	strikeBurst, strikeEvery = 30, 2 * time.Second
)

// Limits are what one person may ask of the room.
type Limits struct {
	Rate  float64 // messages per second of one member; 0: no limit
	Burst int     // messages at once
	// Replay is how many of the last messages a newcomer is shown.
	Replay int
	// Makers is who may make rooms, and MaxRooms how many there may be besides the first: one
	// more is refused until one is closed.
	Makers   Makers
	MaxRooms int
}

// messages returns the rate and the burst of a member's messages.
func (l Limits) messages() (rate.Limit, int) { return l.perSecond(l.Rate), l.Burst }

// lines returns the rate and the burst of a member's lines of any kind.
func (l Limits) lines() (rate.Limit, int) {
	return l.perSecond(max(lineRate, 2*l.Rate)), max(lineBurst, 2*l.Burst)
}

// requests returns the rate and the burst of what a member's keys ask for.
func (l Limits) requests() (rate.Limit, int) { return l.perSecond(requestRate), requestBurst }

// perSecond returns n per second, or no limit where members have none.
func (l Limits) perSecond(n float64) rate.Limit {
	if l.Rate <= 0 {
		return rate.Inf
	}
	return rate.Limit(n)
}

// Source returns what counts as one origin of connections and of guesses: an IPv4 address,
// however it is written, or the /64 that an IPv6 customer usually is given whole; the zero
// Prefix for the zero Addr.
func Source(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // never fails: bits fits the family
	return p
}
