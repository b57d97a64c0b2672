package state_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"salon/room/state"
	"salon/room/text"
)

// hueTest has many come and go, on one State and on another that is restored from what
// the first is encoded to now and then.
type hueTest struct {
	*story
	rapid  *rapid.T
	other  *state.State
	before map[state.ID]state.Hue // of those who are present
}

func newHueTest(t *testing.T, r *rapid.T) *hueTest {
	h := &hueTest{story: newStory(t), rapid: r}
	h.other = decoded(r, h.st)
	return h
}

// does applies an event to both, and holds what it did to hues to the rules.
func (h *hueTest) does(b state.Body) {
	h.before = presentHues(h.st)
	e := h.event(b)
	h.st.Apply(e)
	if chance(h.rapid, 4, "restore") {
		h.other = decoded(h.rapid, h.other)
	}
	if h.other.Apply(e); h.other.Hash() != h.st.Hash() {
		h.rapid.Fatalf("after %#v another State is\n%s\nand not\n%s", b, h.other.Encode(), h.st.Encode())
	}
	wantIndexed(h.rapid, h.st)
	for id, hue := range presentHues(h.st) {
		h.wantHue(id, hue)
	}
}

// wantHue: whoever was present keeps theirs, and a newcomer has one that was free if
// any was, and what the pseudo asks for if that was free.
func (h *hueTest) wantHue(id state.ID, hue state.Hue) {
	if was, present := h.before[id]; present && was != hue {
		h.rapid.Fatalf("%q had hue %d and has %d", h.st.ByID(id).Pseudo, was, hue)
	} else if present {
		return
	}
	used := map[state.Hue]bool{}
	for _, other := range h.before {
		used[other] = true
	}
	if used[hue] && len(used) < state.Hues {
		h.rapid.Fatalf("%q has hue %d, which another has, of %v", h.st.ByID(id).Pseudo, hue, h.before)
	}
	m := h.st.ByID(id)
	if asks := state.HueOf(m.Forms.Key); len(m.Sessions) == 1 && m.Sessions[0].ID == id && !used[asks] && hue != asks {
		h.rapid.Fatalf("%q has hue %d, and asks for %d, which is free", m.Pseudo, hue, asks)
	}
}

// presentHues also wants each to be one.
func presentHues(st *state.State) map[state.ID]state.Hue {
	hues := map[state.ID]state.Hue{}
	for m := range st.Present() {
		if hues[m.ID] = m.Hue; m.Hue < 1 || m.Hue > state.Hues {
			panic(fmt.Sprint("a hue is ", m.Hue))
		}
	}
	return hues
}

func TestWhoIsPresentDiffersInHueWhileOneIsLeft(t *testing.T) {
	var names []text.Pseudo
	for i := range 2 * state.Hues {
		names = append(names, text.Pseudo(fmt.Sprint("m", i)))
	}
	rapid.Check(t, func(r *rapid.T) {
		h := newHueTest(t, r)
		session := func(t *rapid.T) state.ID { return pick(t, append(sessions(h.st), state.ID{}), "session") }
		come := func(t *rapid.T) {
			name := pick(t, names, "name")
			h.does(joined(name, "K"+string(name), "192.0.2.1", func(b *state.Joined) { b.Quiet = chance(t, 4, "quiet") }))
		}
		r.Repeat(map[string]func(*rapid.T){
			"come": come, "one more comes": come,
			"leave": func(t *rapid.T) { h.does(state.Left{Session: session(t), Cause: state.Quit}) },
			"cut":   func(t *rapid.T) { h.does(state.Cut{Session: session(t), Wait: time.Minute}) },
			"rename": func(t *rapid.T) {
				to := pick(t, names, "name")
				h.does(state.Renamed{Session: session(t), To: to, Forms: to.Forms()})
			},
			"say": func(t *rapid.T) { h.does(state.Said{Session: session(t), Text: "salut", Hue: 77}) },
		})
	})
}

func TestTheEleventhSharesTheHueThatFewestHave(t *testing.T) {
	s := newStory(t)
	count := map[state.Hue]int{}
	for i := range 3*state.Hues + 2 {
		count[s.st.ByID(s.comes(text.Pseudo(fmt.Sprint("m", i)))).Hue]++
		for hue := state.Hue(1); hue <= state.Hues; hue++ {
			if n := i / state.Hues; count[hue] < n || count[hue] > n+1 {
				t.Fatalf("of %d members, %d have hue %d: %v", i+1, count[hue], hue, count)
			}
		}
	}
}

// TestAHueIsKept through a rename, another session and a cut, and what its member says
// has it.
func TestAHueIsKept(t *testing.T) {
	s := newStory(t)
	ann := s.happens(join("ann", "A", "192.0.2.1")).ID
	hue := s.st.ByID(ann).Hue
	if hue != state.HueOf("ann") {
		t.Errorf("alone, ann has hue %d and not %d", hue, state.HueOf("ann"))
	}
	s.happens(state.Renamed{Session: ann, To: "zoe", Forms: text.Pseudo("zoe").Forms()})
	again := s.happens(join("zoe", "A", "192.0.2.2")).ID
	s.happens(state.Cut{Session: ann, Wait: time.Minute})
	s.happens(state.Left{Session: again, Cause: state.Quit})
	s.comes("ann") // does not get what the one who was called ann has
	back := s.happens(state.Resumed{Cut: ann, Joined: joined("zoe", "A", "192.0.2.1", func(*state.Joined) {})}).ID
	if is := s.happens(state.Said{Session: back, Text: "salut", Hue: hue + 1}).Body.(state.Said).Hue; is != hue {
		t.Errorf("ann had hue %d and says something in %d", hue, is)
	}
}

// TestAOneShotCommandTakesNoHueAway: of its member, who is not present.
func TestAOneShotCommandTakesNoHueAway(t *testing.T) {
	s := newStory(t)
	bot := s.happens(joined("ann", "A", "192.0.2.1", func(b *state.Joined) { b.Quiet = true })).ID
	asks := state.HueOf("ann")
	if is := s.happens(state.Said{Session: bot, Text: "salut"}).Body.(state.Said).Hue; is != asks {
		t.Errorf("a command says something in hue %d, and asks for %d", is, asks)
	}
	var same text.Pseudo // another that asks for it
	for i := 0; same == ""; i++ {
		if name := text.Pseudo(fmt.Sprint("m", i)); state.HueOf(name.Key()) == asks {
			same = name
		}
	}
	if is := s.st.ByID(s.comes(same)).Hue; is != asks {
		t.Errorf("%s has hue %d, and asks for %d, which nobody present has", same, is, asks)
	}
	s.happens(join("ann", "A", "192.0.2.1"))
	if is := s.st.ByID(bot).Hue; is == asks {
		t.Errorf("ann comes in beside %s, and both have hue %d", same, is)
	}
}

// TestAStateWithoutHuesGetsThem: one that was written before there were any, and one with
// a hue that there is not.
func TestAStateWithoutHuesGetsThem(t *testing.T) {
	s := newStory(t)
	for i := range state.Hues {
		s.comes(text.Pseudo(fmt.Sprint("m", i)))
	}
	doc := string(s.st.Encode())
	for hue := 1; hue <= state.Hues; hue++ {
		doc = strings.Replace(doc, fmt.Sprintf(`"hue":%d,`, hue), `"hue":200,`, 1)
		if hue%2 == 0 {
			doc = strings.Replace(doc, `"hue":200,`, "", 1)
		}
	}
	first, err := state.DecodeState([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	used := map[state.Hue]bool{}
	for _, hue := range presentHues(first) {
		used[hue] = true
	}
	if len(used) != state.Hues {
		t.Errorf("%d members have %d hues", state.Hues, len(used))
	}
	if again, err := state.DecodeState([]byte(doc)); err != nil || again.Hash() != first.Hash() {
		t.Errorf("read again, they have others: %v", err)
	}
}
