// Package state is the replicated part of a room: the events that its log orders,
// the State that they add up to, and how both are written down.
//
// A State is a deterministic machine. It reads no clock, takes no lock, starts no
// goroutine and draws no random number: the same events give the same State, and
// the same [State.Hash], on every node, in every process and after every restart.
package state
