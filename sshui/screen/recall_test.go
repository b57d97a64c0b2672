package screen

import (
	"strings"
	"testing"
)

func TestCtrlRRecallsWhatWasTyped(t *testing.T) {
	st := newStage(t, 60, 10)
	st.says("bonjour", "@ann bonsoir", "Écouté ?", "bon")
	st.types("en cours")
	st.keys("ctrl+r")
	st.ends("retrouver :")
	st.types("bon")
	st.ends("retrouver « bon » : bon")
	st.keys("ctrl+r")
	st.ends("retrouver « bon » : @ann bonsoir")
	st.keys("ctrl+r", "ctrl+r", "ctrl+r")
	st.ends("retrouver « bon » : bonjour") // the oldest
	st.keys("backspace", "backspace", "backspace")
	st.ends("retrouver :")
	st.types("ecoute")
	st.ends("retrouver « ecoute » : Écouté ?")
	st.keys("z")
	st.ends("rien : « ecoutez »")
	st.keys("backspace")
	if a := st.keys("enter"); a != (Action{}) {
		t.Fatalf("it is sent: %+v", a)
	}
	st.reads("Écouté ?^")

	st.keys("ctrl+c")
	st.types("en cours")
	for _, back := range []string{"esc", "ctrl+c"} {
		st.keys("ctrl+r", "b", back)
		st.reads("en cours^")
	}
	st.keys("ctrl+r", "z", "z", "enter")
	st.reads("en cours^") // nothing was found
	st.keys("ctrl+r", "j", "left")
	st.reads("bonjou^r")
}

func TestWhatIsSoughtFitsTheScreen(t *testing.T) {
	for _, width := range []int{20, 30, 60} {
		st := newStage(t, width, 5)
		st.says("un deux trois quatre cinq")
		st.keys("ctrl+r")
		st.types("trois quatre cinq")
		if !strings.Contains(st.bottom(), "cinq » ") || !strings.Contains(st.bottom(), "un d") {
			t.Errorf("%d columns: %q", width, st.bottom())
		}
		st.types(" personne")
		if !strings.HasPrefix(st.bottom(), "rien : «") || !strings.HasSuffix(st.bottom(), "onne »") {
			t.Errorf("%d columns: %q", width, st.bottom())
		}
		st.types(strings.Repeat("x", 300))
		if !strings.HasSuffix(st.bottom(), "onne »") {
			t.Errorf("%d columns: %q", width, st.bottom())
		}
	}
}
