package rows

import (
	"testing"

	"salon/room/state"
	"salon/room/text"
)

func TestThoseWhoComeOrGoTogetherAreOneRow(t *testing.T) {
	left := func(p text.Pseudo) state.Body { return state.Left{Pseudo: p, Cause: state.Quit} }
	lost := func(p text.Pseudo) state.Body { return state.Left{Pseudo: p, Cause: state.Lost} }
	joined := func(p text.Pseudo) state.Body { return state.Joined{Pseudo: p} }
	for _, test := range []struct {
		body  func(text.Pseudo) state.Body
		names []text.Pseudo
		want  map[int]string // by width
	}{
		{joined, []text.Pseudo{"ann"}, map[int]string{80: "              →   ann arrive\n", 20: "→ ann arrive\n"}},
		{joined, []text.Pseudo{"ann", "bob"}, map[int]string{80: "              →   ann et bob arrivent\n"}},
		{left, []text.Pseudo{"ann", "bob", "zoé"}, map[int]string{80: "              ←   ann, bob et zoé s'en vont\n", 20: "← départs : 3\n"}},
		{left, []text.Pseudo{"ann", "bob", "zoé", "tom"}, map[int]string{80: "              ←   ann, bob, zoé et tom s'en vont\n"}},
		{left, []text.Pseudo{"a", "b", "c", "d", "e"}, map[int]string{80: "              ←   a, b, c et 2 autres s'en vont\n", 40: "              ←   départs : 5\n"}},
		{lost, []text.Pseudo{"ann"}, map[int]string{80: "              ←   ann s'en va : connexion perdue\n", 40: "              ←   ann s'en va\n"}},
	} {
		run, ok := RunOf(minute(5, test.body(test.names[0])))
		for _, who := range test.names[1:] {
			e := minute(6, test.body(who))
			if !Continues(minute(5, test.body(test.names[0])), e) {
				t.Errorf("%v stand apart", test.names)
			}
			run.Add(e)
		}
		for width, want := range test.want {
			f := class(width).Run(run, me(""))
			wantSound(t, class(width), f)
			if got := shown(f); !ok || got != want {
				t.Errorf("at %d columns %q, want %q", width, got, want)
			}
		}
		for width := 20; width < 140; width++ {
			if f := class(width).Run(run, me("")); f.Rows != 1 {
				t.Errorf("at %d columns %d rows: %q", width, f.Rows, shown(f))
			}
		}
	}
	word := minute(5, state.Left{Pseudo: "ann", Cause: state.Quit, Text: "bonne nuit"})
	if _, ok := RunOf(word); ok || Continues(word, minute(5, left("bob"))) || Continues(minute(5, joined("bob")), minute(5, left("bob"))) {
		t.Error("what is not alike is one row")
	}
}
