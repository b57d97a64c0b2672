package room_test

import (
	"fmt"
	"strings"
	"testing"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

func TestATranscriptCanBeReadAgainAndFromBefore(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		ann.does("one", "two")
		bob := h.arrive(as("bob"))
		ann.does("three", "@bob private")
		first, next := bob.Held()
		var all []string
		for place := first; place < next; place++ {
			all = append(all, sketch(room.Item{Event: bob.At(place)}))
		}
		if got, want := strings.Join(all, ", "), "+ann, ann: one, ann: two, +bob, ann: three"; got != want {
			h.Errorf("the ring holds %s, want %s", got, want)
		}
		if got := sketch(room.Item{Event: bob.At(bob.Arrived())}); got != "ann: three" {
			h.Errorf("bob's reading begins with %s", got)
		}
		for _, it := range bob.items() {
			if it.Place != 0 && bob.At(it.Place) != it.Event {
				h.Errorf("%s is not found at its place", sketch(it))
			}
		}
		for _, place := range []uint64{0, next, next + 1, next + 1<<40} {
			if e := bob.At(place); e != nil {
				h.Errorf("place %d of [%d, %d) holds %s", place, first, next, sketch(room.Item{Event: e}))
			}
		}
	})
}

func TestWhoArrivesInAnEmptyRoomHasNothingBefore(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		console := h.console()
		if first, next := console.Held(); first != next || console.Arrived() != next || console.At(first) != nil {
			h.Errorf("an empty room holds [%d, %d), the console arrived at %d", first, next, console.Arrived())
		}
		if place, ok := console.PlaceOf(1); ok {
			h.Errorf("an empty room holds the first event at %d", place)
		}
	})
}

func TestWhatLeftTheRingIsNotFound(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		ann.does("the first")
		_, next := ann.Held()
		said := next - 1
		seq := ann.At(said).Seq
		if place, ok := ann.PlaceOf(seq); !ok || place != said {
			h.Errorf("the first message is at %d, %v; want %d", place, ok, said)
		}
		arrived := ann.Arrived()
		for i := range 9000 {
			ann.does(fmt.Sprint(i))
		}
		first, next := ann.Held()
		if next-first != 8192 || first <= said || ann.Arrived() != arrived {
			h.Errorf("the ring holds [%d, %d), ann arrived at %d", first, next, ann.Arrived())
		}
		if place, ok := ann.PlaceOf(seq); ok || ann.At(said) != nil {
			h.Errorf("the first message, forgotten, is found at %d", place)
		}
		for _, place := range []uint64{first, next - 1} {
			if got, ok := ann.PlaceOf(ann.At(place).Seq); !ok || got != place {
				h.Errorf("what is at %d is found at %d, %v", place, got, ok)
			}
		}
	})
}

// TestWhatASearchFindsHasAPlace in the ring, even among events that are not in the log.
func TestWhatASearchFindsHasAPlace(t *testing.T) {
	inRoomLike(t, room.Config{GatherAbove: 1, GatherEvery: 1}, func(h *testRoom) {
		ann := h.join("ann", "bob")[0]
		for i := range 5 {
			h.join(text.Pseudo(fmt.Sprint("p", i, "x")))
			sleep(2)
			ann.does(fmt.Sprint("word ", i))
		}
		for _, line := range []string{"/chercher word", "/historique"} {
			past := replied[room.Past](ann, line)
			if len(past.Events) != 5 {
				h.Fatalf("%s finds %d messages", line, len(past.Events))
			}
			for i, e := range past.Events {
				place, ok := ann.PlaceOf(e.Seq)
				if !ok || sketch(room.Item{Event: ann.At(place)}) != fmt.Sprint("ann: word ", i) {
					h.Errorf("message %d is found at %d, %v", i, place, ok)
				}
			}
		}
		_, next := ann.Held()
		for _, seq := range []state.Seq{0, 1 << 40} {
			if place, ok := ann.PlaceOf(seq); ok {
				h.Errorf("event %d is at %d of %d", seq, place, next)
			}
		}
		if place, ok := ann.PlaceOf(ann.At(next-1).Seq - 1); ok {
			h.Errorf("who came among others was never shown, and is found at %d", place)
		}
	})
}

func TestATranscriptHidesWhomItsReaderIgnores(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bob := h.two("ann", "bob")
		bob.does("hello")
		_, next := ann.Held()
		e := ann.At(next - 1)
		if ann.Hides(e) {
			h.Error("bob is hidden from the start")
		}
		ann.asks("/ignorer bob")
		bob.does("/pseudo rob", "again")
		if !ann.Hides(e) || !ann.Hides(ann.At(next+1)) || ann.Hides(ann.At(next)) || bob.Hides(e) {
			h.Error("ann ignores bob, and hides other than what he says, or bob does")
		}
		ann.asks("/entendre rob")
		if ann.Hides(e) {
			h.Error("bob, heard again, is hidden")
		}
	})
}
