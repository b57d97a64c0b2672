package room_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// replayed is what a welcome shows of the past, with a bar before what is new.
func replayed(w room.Welcome) []string {
	var all []string
	for _, e := range w.Last {
		line := sketch(room.Item{Event: &e})
		if w.Missed > 0 && e.Seq > w.Seen && !slices.ContainsFunc(all, func(l string) bool { return l[0] == '|' }) {
			line = "|" + line
		}
		all = append(all, line)
	}
	return all
}

func TestAnOwnerIsShownWhatTheyMissed(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		bob := h.join("bob")[0]
		bob.does("before")
		ann, w := h.welcomed(withKey("ann", "SHA256:A"))
		if w.Seen != 0 || w.Missed != 0 {
			h.Errorf("a guest is welcomed with %+v", w)
		}
		ann.told(room.NowRegistered, "/inscrire")
		bob.does("read")
		ann.does("mine")
		ann.items()
		bob.does("not read") // told to ann, whose connection breaks first
		ann.Close(state.Ending{Cause: state.Lost})
		bob.does("missed")
		h.console().does("wall hear")
		quiet := withKey("ann", "SHA256:A")
		quiet.Quiet = true
		shot := h.arrive(quiet)
		shot.does("by a script")
		shot.goes()
		second, w := h.welcomed(withKey("ann", "SHA256:A"))
		if got, want := replayed(w), []string{"bob: before", "bob: read", "ann: mine", "|bob: not read", "bob: missed", "wall by console: hear", "ann: by a script"}; !slices.Equal(got, want) || w.Missed != 3 {
			h.Errorf("ann is shown %q, %d missed", got, w.Missed)
		}
		_, w = h.welcomed(withKey("ann", "SHA256:A")) // a third session, while the second reads
		if w.Seen != 0 || w.Missed != 0 {
			h.Errorf("her other session is welcomed with %+v", w)
		}
		h.settle()
		second.goes()
		h.people[len(h.people)-1].goes()
		_, w = h.welcomed(withKey("ann", "SHA256:A"))
		if w.Seen == 0 || w.Missed != 0 {
			h.Errorf("she missed nothing, and is welcomed with %+v", w)
		}
	})
}

func TestWhatEndsAnOwnersVisitHoweverItEnds(t *testing.T) {
	for name, end := range map[string]func(h *testRoom, ann *person){
		"quit":   func(h *testRoom, ann *person) { ann.does("/quitter bye") },
		"kick":   func(h *testRoom, ann *person) { h.console().does("kick ann") },
		"ban":    func(h *testRoom, ann *person) { h.console().asks("ban ann 1s") },
		"rename": func(h *testRoom, ann *person) { ann.does("/pseudo away", "/pseudo ann") },
		"lost":   func(h *testRoom, ann *person) {},
	} {
		t.Run(name, func(t *testing.T) {
			inFreeRoom(t, func(h *testRoom) {
				ann, bob := h.owner("ann", "SHA256:A"), h.join("bob")[0]
				bob.does("read")
				ann.items()
				end(h, ann)
				ann.items()
				ann.goes()
				bob.does("missed")
				sleep(time.Second)
				_, w := h.welcomed(withKey("ann", "SHA256:A"))
				if got := replayed(w); !slices.Equal(got, []string{"bob: read", "|bob: missed"}) || w.Missed != 1 {
					h.Errorf("ann is shown %q, %d missed", got, w.Missed)
				}
			})
		})
	}
}

func TestAnOwnerIsShownMoreThanOthersUpToTwoHundred(t *testing.T) {
	for missed, want := range map[int]int{3: 20, 20: 20, 21: 21, 150: 150, 500: 200} {
		inFreeRoom(t, func(h *testRoom) {
			bob := h.join("bob")[0]
			for i := range 30 {
				bob.does(fmt.Sprint("old ", i))
			}
			h.owner("ann", "SHA256:A").goes()
			for i := range missed {
				bob.does(fmt.Sprint("new ", i))
			}
			_, w := h.welcomed(withKey("ann", "SHA256:A"))
			if len(w.Last) != want || w.Missed != min(missed, want) {
				h.Errorf("of %d missed, %d are shown, %d counted", missed, len(w.Last), w.Missed)
			}
			if _, w := h.welcomed(as("cleo")); len(w.Last) != 20 || w.Missed != 0 {
				h.Errorf("a guest is shown %d, %d missed", len(w.Last), w.Missed)
			}
		})
	}
}

// TestARestartInTheMiddleOfAConversation, whichever is closed first, the room or its
// sessions.
func TestARestartInTheMiddleOfAConversation(t *testing.T) {
	for _, frontsFirst := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			log, store := keptLog{room.NewMemoryLog()}, room.NewMemoryStore()
			defer log.MemoryLog.Close()
			before := open(t, room.Config{Limits: room.Limits{Replay: 20}}, log, store)
			ann, bob := before.owner("ann", "SHA256:A"), before.join("bob")[0]
			bob.does("one", "two")
			ann.items()
			bob.does("three")
			if frontsFirst {
				before.room.Stop("")
				ann.goes()
				bob.goes()
			}
			before.room.Close()
			after := open(t, room.Config{Limits: room.Limits{Replay: 20}}, log, store)
			again, w := after.welcomed(withKey("ann", "SHA256:A"))
			want := []string{"bob: one", "bob: two", "|bob: three"}
			if !frontsFirst { // the log was told when she registered, and not since
				want = []string{"|bob: one", "bob: two", "bob: three"}
			}
			if got := replayed(w); !slices.Equal(got, want) {
				t.Errorf("ann is shown %q, want %q", got, want)
			}
			again.sees()
		})
	}
}

// TestACrashForgetsOnlyTheLastMinuteOfWhatWasRead: who speaks has read.
func TestACrashForgetsOnlyTheLastMinuteOfWhatWasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, store := keptLog{room.NewMemoryLog()}, room.NewMemoryStore()
		defer log.MemoryLog.Close()
		before := open(t, room.Config{Limits: room.Limits{Replay: 20}}, log, store)
		ann, bob := before.owner("ann", "SHA256:A"), before.join("bob")[0]
		bob.does("one")
		ann.items()
		time.Sleep(2 * time.Minute)
		ann.does("answer")
		synctest.Wait()
		bob.does("two")
		ann.items()
		before.room.Close() // its sessions had no time to leave
		after := open(t, room.Config{Limits: room.Limits{Replay: 20}}, log, store)
		_, w := after.welcomed(withKey("ann", "SHA256:A"))
		if got, want := replayed(w), []string{"bob: one", "ann: answer", "|bob: two"}; !slices.Equal(got, want) {
			t.Errorf("ann is shown %q, want %q", got, want)
		}
	})
}

// TestWhatWasSaidBeforeARestartCanBeScrolledBackTo, and is handed out once.
func TestWhatWasSaidBeforeARestartCanBeScrolledBackTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, store := keptLog{room.NewMemoryLog()}, room.NewMemoryStore()
		defer log.MemoryLog.Close()
		before := open(t, room.Config{Limits: room.Limits{Replay: 3}}, log, store)
		bob := before.join("bob")[0]
		for i := range 600 {
			bob.does(fmt.Sprint(i))
		}
		bob.does("@bob a private one")
		before.room.Close()

		after := open(t, room.Config{Limits: room.Limits{Replay: 3}}, log, store)
		console := after.console()
		ann, w := after.welcomed(as("ann"))
		if len(w.Last) != 3 {
			t.Errorf("ann is replayed %d messages", len(w.Last))
		}
		first, next := ann.Held()
		if n := ann.Arrived() - first; n != 501 || next != ann.Arrived() { // and her own arrival
			t.Errorf("before ann, %d events are held", n)
		}
		for place := first; place < first+500; place++ {
			if got, want := sketch(room.Item{Event: ann.At(place)}), fmt.Sprint("bob: ", 100+place-first); got != want {
				t.Fatalf("place %d holds %s, want %s", place, got, want)
			}
		}
		if place, ok := ann.PlaceOf(w.Last[2].Seq); !ok || place != first+499 {
			t.Errorf("the last message is at %d, %v", place, ok)
		}
		ann.does("after")
		ann.sees("ann: after")
		console.sees("+ann", "ann: after")
	})
}

func TestOnlyAMegabyteIsTakenOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, store := keptLog{room.NewMemoryLog()}, room.NewMemoryStore()
		defer log.MemoryLog.Close()
		before := open(t, room.Config{}, log, store)
		bob := before.join("bob")[0]
		for range 400 {
			bob.does(strings.Repeat("x", text.MaxText))
		}
		before.room.Close()
		first, next := open(t, room.Config{}, log, store).console().Held()
		if n := next - first; n != 256 {
			t.Errorf("%d long messages are held", n)
		}
	})
}

// TestWhatTheLogGivesAgainIsShownOnce: without a snapshot, all of it comes from there.
func TestWhatTheLogGivesAgainIsShownOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, store := room.NewMemoryLog(), room.NewMemoryStore()
		store.Apply(3, []state.Event{{Seq: 3, Time: time.Now(), Body: state.Said{From: "bob", Text: "x"}}})
		for i, b := range []state.Body{state.NodeUp{Node: "another"}, state.Joined{Pseudo: "bob", Forms: text.Pseudo("bob").Forms()}, state.Said{Session: state.ID{N: 2}, Text: "x"}} {
			log.Propose(t.Context(), state.Event{ID: state.ID{N: uint64(i + 1)}, Body: b})
		}
		console := open(t, room.Config{}, log, store).console()
		synctest.Wait()
		var all []string
		for first, next := console.Held(); first < next; first++ {
			all = append(all, sketch(room.Item{Event: console.At(first)}))
		}
		if want := []string{"bob: x"}; !slices.Equal(all, want) {
			t.Errorf("%q is held, want %q", all, want)
		}
	})
}

// gapStore has a hole in what it gives.
type gapStore struct{ *room.MemoryStore }

func (s gapStore) Last(ctx context.Context, in state.Rooms, n int, before state.Seq) ([]state.Event, error) {
	last, err := s.MemoryStore.Last(ctx, in, n, before)
	gap := state.Event{Time: time.Now(), Body: state.Gap{From: time.Now().Add(-time.Minute), To: time.Now(), Count: 7}}
	return append([]state.Event{gap}, last...), err
}

func TestAGapIsShownWhereSomethingIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, room.Config{Limits: room.Limits{Replay: 5}}, room.NewMemoryLog(), gapStore{room.NewMemoryStore()})
		ann := h.owner("ann", "SHA256:A")
		ann.does("hello")
		past := replied[room.Past](ann, "/historique")
		if len(past.Events) != 2 || past.Events[0].Body.(state.Gap).Count != 7 || !state.KindOf(past.Events[0].Body).Spoken {
			t.Errorf("the past is %+v", past.Events)
		}
		ann.goes()
		if _, w := h.welcomed(withKey("ann", "SHA256:A")); len(w.Last) != 2 || w.Missed != 0 {
			t.Errorf("ann is shown %+v", w)
		}
	})
}

// TestWhatAnOwnerChoseLasts, whatever their client asks for.
func TestWhatAnOwnerChoseLasts(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		screen := func(pseudo text.Pseudo, key string, p room.Prefs) room.Entry {
			e := onScreen(pseudo)
			e.KeyID, e.Prefs = key, p
			return e
		}
		asked := room.Prefs{Lang: state.English, Hour12: true, Theme: state.ThemeDark, Zone: time.UTC}
		ann := h.arrive(screen("ann", "SHA256:A", asked))
		ann.asks("/heure 12") // a guest's choice is not kept
		ann.told(room.NowRegistered, "/inscrire")
		ann.goes()
		ann = h.arrive(screen("ann", "SHA256:A", room.Prefs{Lang: state.English}))
		if p := ann.Prefs(); p != (room.Prefs{Lang: state.English}) {
			h.Errorf("nothing was kept, and ann has %+v", p)
		}
		for _, line := range []string{"/lang fr", "/heure 24", "/fuseau Europe/Paris", "/theme clair", "/cloche tout", "/souris oui", "/texte"} {
			ann.asks(line)
		}
		other := h.arrive(screen("ann", "SHA256:A", asked))
		p := other.Prefs()
		if p.Lang != state.French || p.Hour12 || p.Zone.String() != "Europe/Paris" || p.Theme != state.ThemeLight || p.Bell != state.BellAll || !p.Mouse || p.Plain {
			h.Errorf("ann has %+v", p)
		}
		other.asks("/souris non")
		other.asks("/pseudo elsewhere")
		other.asks("/lang en") // as somebody else
		ann.goes()
		other.goes()
		if p := h.arrive(screen("ann", "SHA256:A", asked)).Prefs(); p.Mouse || p.Lang != state.French {
			h.Errorf("ann has %+v", p)
		}
		if p := h.arrive(screen("bob", "SHA256:B", asked)).Prefs(); p != asked {
			h.Errorf("bob has %+v", p)
		}
	})
}
