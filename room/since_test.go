package room_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"salon/room"
	"salon/room/state"
)

// said returns what was said in a page of the past.
func said(p room.Past) (all []string) {
	for _, e := range p.Events {
		all = append(all, e.Body.(state.Said).Text)
	}
	return all
}

func TestAProgramThatComesBackHasNoGap(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann, bot := h.two("ann", "bot")
		ann.does("one")
		seq := bot.items()[0].Event.Seq
		ann.does("two", "three")
		bot.does("/quitter")
		ann.does("four")
		again := h.arrive(as("bot"))
		ann.does("five")
		p := replied[room.Past](again, fmt.Sprintf("/json since=%d", seq))
		if got := said(p); !slices.Equal(got, []string{"two", "three", "four", "five"}) || p.More || p.Since != seq || !again.Prefs().JSON {
			h.Errorf("the bot missed %q, %+v", got, p)
		}
		if got := said(replied[room.Past](again, "/json since=99999999")); got != nil {
			h.Errorf("%q was said after the end", got)
		}
		for _, line := range []string{"/json since=", "/json since=-1", "/json since=x", "/json since=1 2", "/json maybe"} {
			refused[*room.UsageError](again, line)
		}
	})
}

// TestNothingComesTwiceToAProgramThatCameForJSON: what it was shown since it came is
// not in what it missed.
func TestNothingComesTwiceToAProgramThatCameForJSON(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		ann.does("one")
		e := as("bot")
		e.Prefs.JSON = true
		bot := h.arrive(e)
		ann.does("two")
		if got := said(replied[room.Past](bot, "/json since=0")); !slices.Equal(got, []string{"one"}) {
			h.Errorf("the bot missed %q", got)
		}
	})
}

func TestAPlaceThatIsTooOldIsSaidToBe(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		for i := range 1002 {
			ann.does(fmt.Sprint("message ", i))
		}
		bot := h.arrive(as("bot"))
		p := replied[room.Past](bot, "/json since=1")
		if !p.More || len(p.Events) != 1000 || said(p)[0] != "message 2" {
			h.Fatalf("%d messages, more %v", len(p.Events), p.More)
		}
		if earlier := said(replied[room.Past](bot, "/more")); !slices.Equal(earlier, []string{"message 0", "message 1"}) {
			h.Errorf("before them came %q", earlier)
		}
		ann.does(strings.Repeat("x", 4000))
	})
}
