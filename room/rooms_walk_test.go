package room_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// TestRandomWalksThroughRooms: nobody is shown a line of a room that they were not in when it
// was said, nor misses one of the room that they looked at.
func TestRandomWalksThroughRooms(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		inRoomLike(t, withRooms(), func(h *testRoom) {
			people := h.join("ann", "bob", "leo", "zoé")
			names := []string{"#salon", "#dev", "#tp2", "#privé"}
			at := map[*person]string{}
			for _, p := range people {
				at[p] = "#salon"
			}
			said := 0
			for range rapid.IntRange(10, 60).Draw(rt, "steps") {
				p := rapid.SampledFrom(people).Draw(rt, "who")
				where := rapid.SampledFrom(names).Draw(rt, "where")
				switch rapid.SampledFrom([]string{"say", "say", "say", "join", "join", "leave", "private", "invite", "kick", "close"}).Draw(rt, "what") {
				case "say":
					said++
					line := fmt.Sprint("n", said)
					follows := where == "#salon" || slices.Contains(strings.FieldsFunc(p.whereabouts(), func(c rune) bool { return c == ' ' || c == '*' || c == '!' }), where)
					in := where
					if rapid.Bool().Draw(rt, "here") {
						in, follows = at[p], true
					} else {
						line = where + " " + line
					}
					_, err := p.Do(h.Context(), line)
					if follows != (err == nil) {
						rt.Fatalf("%s at %s said %q: %v", p.Pseudo(), p.whereabouts(), line, err)
					}
					if err != nil {
						continue
					}
					for _, q := range people {
						mine := lines(q.items(), q, at)
						if at[q] == in && !slices.Contains(mine, fmt.Sprint("n", said)) || at[q] != in && slices.Contains(mine, fmt.Sprint("n", said)) {
							rt.Fatalf("%s in %s, said in %s: sees %q", q.Pseudo(), at[q], in, mine)
						}
					}
				case "join":
					p.Do(h.Context(), "/join "+where)
				case "leave":
					p.Do(h.Context(), "/leave "+where)
				case "private":
					p.Do(h.Context(), "/private on")
				case "invite":
					q := rapid.SampledFrom(people).Draw(rt, "whom")
					p.Do(h.Context(), "/invite "+string(q.Pseudo())+rapid.SampledFrom([]string{"", " off"}).Draw(rt, "off"))
				case "kick":
					if at[p] != "#salon" {
						p.Do(h.Context(), "/kick "+string(rapid.SampledFrom(people).Draw(rt, "whom").Pseudo()))
					}
				case "close":
					p.Do(h.Context(), "/close")
				}
				for _, q := range people {
					lines(q.items(), q, at)
				}
			}
		})
	})
}

// lines returns what was said of what a person sees, and notes where they are.
func lines(items []room.Item, p *person, at map[*person]string) (said []string) {
	for _, it := range items {
		if w, ok := it.Reply.(room.Entered); ok {
			at[p] = string(w.Name)
		}
		if it.Event == nil {
			continue
		}
		if b, ok := it.Event.Body.(state.Said); ok {
			said = append(said, b.Text)
		}
	}
	return said
}

// TestNodesAgreeOnRooms: whatever people do on two nodes at the same time, both come to the
// same rooms, with the same people in them, and each shows what was said where it was said.
func TestNodesAgreeOnRooms(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		inNodes(t, func(n *nodes) {
			var people []*person
			for name, h := range n.up {
				people = append(people, h.join(text.Pseudo("a"+name), text.Pseudo("b"+name))...)
			}
			names := []string{"#salon", "#dev", "#tp2"}
			for range rapid.IntRange(5, 40).Draw(rt, "steps") {
				var at []func()
				for range rapid.IntRange(1, 3).Draw(rt, "at once") {
					p := rapid.SampledFrom(people).Draw(rt, "who")
					where := rapid.SampledFrom(names).Draw(rt, "where")
					whom := string(rapid.SampledFrom(people).Draw(rt, "whom").Pseudo())
					line := rapid.SampledFrom([]string{
						"/join " + where, "/join " + where, "/leave " + where, "bonjour " + whom, where + " bonjour", "/private on", "/private off",
						"/invite " + whom, "/invite " + whom + " off", "/moderator " + whom, "/kick " + whom + " non", "/mute " + whom + " 1m", "/topic le sujet", "/close", "/delete",
					}).Draw(rt, "line")
					if strings.HasPrefix(line, "/kick") && p.Looks() == 0 {
						continue
					}
					at = append(at, func() { p.Do(n.Context(), line) })
				}
				var doing sync.WaitGroup
				for _, do := range at {
					doing.Go(do)
				}
				doing.Wait()
				synctest.Wait()
				for _, p := range people {
					p.items()
				}
			}
			n.agree()
			var views []string
			for _, h := range n.up {
				console := h.console()
				views = append(views, fmt.Sprintf("%+v", replied[room.RoomList](console, "rooms")))
			}
			if len(views) != 2 || views[0] != views[1] {
				n.Errorf("the nodes have\n%s", strings.Join(views, "\n"))
			}
		}, "one", "two")
	})
}
