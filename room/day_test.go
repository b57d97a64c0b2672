package room_test

import (
	"context"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
)

func TestHistoryOfADayAndSearchByAuthorAndDay(t *testing.T) {
	inRoom(t, func(h *house) {
		ann, bob := h.join("ann")[0], h.join("bob")[0]
		ann.does("first train")
		time.Sleep(24 * time.Hour)
		today := time.Now()
		ann.does("second train")
		bob.does("third train")
		for line, want := range map[string][]string{
			"/historique":                               {"first train", "second train", "third train"},
			"/history today":                            {"second train", "third train"},
			"/historique hier":                          {"first train"},
			"/historique avant-hier":                    nil,
			"/historique aujourd'hui":                   {"second train", "third train"},
			"/chercher train @ann":                      {"first train", "second train"},
			"/chercher @ann":                            {"first train", "second train"},
			"/search train yesterday":                   {"first train"},
			"/search train @BOB today":                  {"third train"},
			"/search train @nobody today":               nil,
			"/search yesterday @ann":                    {"first train"},
			"/historique " + today.Format("2006-01-02"): {"second train", "third train"},
			"/historique " + today.Format("02/01/2006"): {"second train", "third train"},
		} {
			time.Sleep(time.Second)
			r, err := ann.Do(context.Background(), line)
			past, ok := r.(room.Past)
			if err != nil || !ok {
				t.Fatalf("%s: %v, %v", line, r, err)
			}
			var got []string
			for _, e := range past.Events {
				got = append(got, e.Body.(state.Said).Text)
			}
			if len(got) != len(want) {
				t.Errorf("%s found %q, want %q", line, got, want)
				continue
			}
			for i := range got {
				if got[i] != want[i] {
					t.Errorf("%s found %q, want %q", line, got, want)
				}
			}
		}
		for _, line := range []string{"/chercher", "/historique 32/13/2026", "/historique demain"} {
			if _, err := ann.Do(context.Background(), line); err == nil {
				t.Errorf("%s is understood", line)
			}
		}
	})
}

// TestADayAloneOrInQuotesIsAWord: else it could not be sought.
func TestADayAloneOrInQuotesIsAWord(t *testing.T) {
	inFreeRoom(t, func(h *house) {
		ann := h.join("ann")[0]
		ann.does("nothing much")
		sleep(24 * time.Hour)
		ann.does("hier, nothing")
		for line, want := range map[string]int{
			"/chercher hier": 1, "/search yesterday": 0, "/chercher \"hier\"": 1, "/chercher “hier” nothing": 1, "/chercher \"hier\" today": 1,
			"/chercher \"hier\" yesterday": 0, "/chercher nothing hier": 1, "/chercher aujourd'hui hier": 1, "/chercher hier hier": 0, "/chercher \"much\"": 0,
		} {
			if n := len(replied[room.Past](ann, line).Events); n != want {
				h.Errorf("%s finds %d, want %d", line, n, want)
			}
		}
	})
}
