package screen

import (
	"fmt"
	"strings"
	"testing"

	"salon/room"
)

// TestOwnersSeeWhatTheyMissedSinceTheirLastVisit: behind a marker, whether the ring
// still holds it or not.
func TestOwnersSeeWhatTheyMissedSinceTheirLastVisit(t *testing.T) {
	for forgotten := range 5 {
		t.Run(fmt.Sprint(forgotten, " forgotten"), func(t *testing.T) {
			var replayed []room.Item
			st := newStage(t, 80, 24, func(st *stage) {
				for _, text := range []string{"un", "deux", "trois", "quatre"} {
					replayed = append(replayed, st.room.said("ann", text))
				}
				st.room.forget(forgotten)
				st.room.arrive()
			})
			it := st.room.welcome(replayed...)
			w := it.Reply.(room.Welcome)
			w.Seen, w.Missed = replayed[1].Event.Seq, 2
			st.shows(replied(w))
			rows := st.rows()
			for i, row := range rows {
				if strings.Contains(row, "nouveaux messages") {
					if i+1 == len(rows) || !ends(rows[i+1], "trois") || !ends(rows[i-1], "deux") {
						t.Errorf("the marker is not before what was missed:\n%s", st.picture())
					}
				}
			}
			st.has("nouveaux messages (2)")
			st.shows(st.room.said("bob", "cinq")) // read as it comes
			st.has("nouveaux messages (2)")
			st.types("bonjour")
			st.keys("enter")
			st.hasNot("nouveaux messages")
		})
	}
}

func TestAPassPhraseIsNotKeptToBeTypedAgain(t *testing.T) {
	st := newStage(t, 80, 24)
	for _, line := range []string{"bonjour", "/inscrire secret de polichinelle"} {
		st.types(line)
		st.keys("enter")
	}
	st.types("/register another secret")
	st.frame()
	st.has("/register **************")
	st.hasNot("secret")
	st.keys("ctrl+c", "up")
	st.frame()
	st.has("bonjour")
	st.hasNot("secret")
}

func ends(row, text string) bool { return strings.HasSuffix(row, text) }
