package state

import (
	"time"

	"salon/room/text"
)

// Event is a fact about the room, in its place in the log's order.
//
// Seq, Time and Stamp come from the log, never from the proposer. An event that a
// room makes for its own readers, of a kind that is not Logged, has no place in the
// log and carries Seq 0.
type Event struct {
	Seq  Seq
	ID   ID
	Time time.Time // what the wall clock said, UTC, in whole microseconds: for people. It may go back
	// Stamp is the log's own clock, in whole microseconds: for rules. It may go back where the
	// clock of another server takes over; the State counts no time then, and goes on from there.
	Stamp time.Duration
	Body  Body
}

// Body is what happened: one of the types of body.go, each declared as a [Kind].
type Body interface {
	// apply changes a State as the event e, whose body it is, says; or refuses it and
	// changes nothing.
	apply(st *State, e Event) Outcome
}

// signed is a body that has an author, who may be ignored.
type signed interface{ signature() Signature }

func (b Said) signature() Signature      { return Signature{b.From, b.Member, b.Account} }
func (b Whispered) signature() Signature { return Signature{b.From, b.Member, b.Account} }

// Signature returns the author of a signed event; ok is false for any other event.
func (e *Event) Signature() (from Signature, ok bool) {
	if s, ok := e.Body.(signed); ok {
		return s.signature(), true
	}
	return Signature{}, false
}

// Author returns the pseudo that the author of a signed event had; "" for any other
// event, whose author cannot be ignored.
func (e *Event) Author() text.Pseudo {
	from, _ := e.Signature()
	return from.Pseudo
}

// Outcome is what an event changed.
type Outcome struct {
	Event Event // completed with what only the State knew
	Shown bool  // the room shows it to everyone
	Again bool  // it was applied before, or is out of date: nothing was done
	Err   error // refused: nothing but the memory of the refusal has changed
	Ended []Ended
}

// Whether the room shows an event to everyone.
const (
	shown  = true
	hidden = false
)

// done is the outcome of an event that was applied: b is its body, completed.
func done(e Event, b Body, shown bool, ended ...Ended) Outcome {
	e.Body = b
	return Outcome{Event: e, Shown: shown, Ended: ended}
}

// refuse is the outcome of an event that was refused.
func refuse(e Event, why error) Outcome { return Outcome{Event: e, Err: why} }
