package room_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
)

// completes wants a line, cut at the bar, to be completed to exactly these, the
// first first.
func (p *person) completes(line string, want ...string) {
	p.h.Helper()
	before, after, _ := strings.Cut(line, "|")
	start, got := p.Complete(before+after, len(before))
	if !slices.Equal(got, want) {
		p.h.Errorf("%q completes to %q, want %q", line, got, want)
	}
	if word := strings.LastIndexAny(before, " ,") + 1; start != word {
		p.h.Errorf("%q is completed from %d, want %d", line, start, word)
	}
}

func TestNamesAreCompletedTheMostRecentSpeakerFirst(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		me, anna, andre := h.three("annette", "anna", "andre")
		bob := h.join("bob")[0]
		me.completes("@an", "@andre ", "@anna ")
		anna.does("hello")
		sleep(time.Second)
		bob.does("hello")
		me.completes("@an", "@anna ", "@andre ")
		sleep(time.Second)
		andre.does("hello")
		me.completes("@an", "@andre ", "@anna ")
		me.completes("@AN", "@andre ", "@anna ")
		me.completes("@", "@andre ", "@bob ", "@anna ", "@tous ")
		me.completes("@t", "@tous ")
		me.completes("hello @b", "@bob ")
		me.completes("hello @t")
		me.completes("an", "andre ", "anna ")
		me.completes("@anna,b", "bob ")
		me.completes("@an|rest of it", "@andre ", "@anna ")
		me.completes("")
		me.completes("hello ")
		me.completes("@zzz")
	})
}

func TestAccentsNeedNotBeTypedToComplete(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		me := h.join("Éléonore", "ann")[1]
		me.completes("@ele", "@Éléonore ")
		me.completes("@ÉL", "@Éléonore ")
	})
}

func TestCommandsAreCompletedInBothLanguages(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		french := h.join("ann")[0]
		e := as("bob")
		e.Prefs.Lang = state.English
		english := h.arrive(e)
		french.completes("/li", "/liste ")
		french.completes("/q", "/quitter ", "/qui ")
		french.completes("//li", "/liste ")
		french.completes("/rép", "/repondre ")
		english.completes("/li", "/list ")
		english.completes("@", "@ann ", "@all ")
		french.completes("/who", "/who ", "/whois ") // typed in the other language
		english.completes("/aid", "/aide ")
		french.completes("/kic")
		h.operator("op").completes("/kic", "/kick ")
	})
}

func TestArgumentsAreCompleted(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, _ := h.two("ann", "bob")
		ann.asks("/ignorer bob")
		ann.completes("/msg b", "bob ")
		ann.completes("/msg @b", "@bob ")
		ann.completes("/msg bob h")
		ann.completes("/info B", "bob ")
		ann.completes("/entendre ", "bob ")
		ann.completes("/lang ", "fr ", "en ")
		ann.completes("/heure 1", "12 ")
		ann.completes("/aide lis", "/liste ")
		ann.completes("/x b", "bob ")
	})
}

// TestCompletionKnowsWhichArgumentIsNext: the last is not offered again and again.
func TestCompletionKnowsWhichArgumentIsNext(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, _, zoe := h.three("ann", "bob", "zoé")
		op := h.operator("op")
		zoe.does("hello")
		ann.completes("/aide hi", "/historique ")
		ann.completes("/aide /historique ")
		ann.completes("/aide /historique b", "bob ")
		ann.completes("/lang en ")
		ann.completes("/lang en f")
		ann.completes("/heure 24 ")
		op.completes("/unban x ")
		op.completes("/liberer x ")
		for _, line := range []string{"/msg ", "/mp ", "/info ", "/ignorer ", "/mp bob,"} {
			ann.completes(line, "zoé ", "bob ", "op ")
		}
		ann.completes("/mp bob,z", "zoé ")
		ann.completes("/mp bob,zoé ")
		ann.completes("/mp bob, ")
		ann.completes("/mp bob, z", "zoé ")
		ann.completes("/mp bob hello ")
		ann.completes("/mp bob hello z", "zoé ")
		ann.completes("/info bob ")
		op.completes("/kick ", "zoé ", "ann ", "bob ")
		op.completes("/kick bob z", "zoé ")
		op.completes("/shutdown 10 a", "ann ")
	})
}

func TestTheConsoleCompletesWithoutASlash(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		console := h.console()
		h.two("ann", "bob")
		console.does("ban spammer", "ban 198.51.100.0/24")
		console.completes("ki", "kick ")
		console.completes("/ki", "kick ")
		console.completes("kick b", "bob ")
		console.completes("unban ", "198.51.100.0/24 ", "spammer ")
		console.completes("unban s", "spammer ")
		console.completes("shutdown a", "annuler ")
		console.completes("aide ki", "kick ")
		console.completes("pseu") // for members
	})
}

func TestAnyCursorIsHarmless(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		for _, pos := range []int{-5, 0, 3, 100} {
			ann.Complete("@éé", pos)
		}
	})
}

// TestEveryLanguageIsCompleted also takes the language of a newer program.
func TestEveryLanguageIsCompleted(t *testing.T) {
	for l := range state.Lang(4) {
		inFreeRoom(t, func(h *testRoom) {
			e := onScreen("op")
			e.Role, e.Prefs.Lang = state.Operator, l
			op := h.arrive(e)
			for _, c := range room.Commands() {
				for _, line := range []string{"@", "/", "/" + c.Word(l), "/" + c.Word(l) + " "} {
					op.Complete(line, len(line))
				}
			}
		})
	}
}

func TestEveryArgumentThatCanBeIsCompleted(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		e := onScreen("op")
		e.Role = state.Operator
		op, ann := h.arrive(e), h.join("ann", "bob")[0]
		ann.does("hello")
		op.does("/mute bob 10m")
		h.settle()
		op.completes("/unmute ", "bob ")
		op.completes("/unmute a")
		op.completes("/ban ann ", "10m ", "1h ", "1j ", "1sem ")
		op.completes("/mute ann 5", "5s ", "5m ", "5h ", "5j ", "5sem ")
		op.completes("/mute ann 15se", "15sem ")
		op.completes("/ban ann sp")
		op.completes("/ban a", "ann ")
		op.completes("/slow ", "0 ", "5 ", "10 ", "30 ", "60 ")
		op.completes("/theme s", "sombre ")
		op.completes("/souris ", "oui ", "non ")
		op.completes("/texte o", "oui ")
		ann.completes("/historique ", "aujourd'hui ", "hier ", "avant-hier ")
		ann.completes("/historique h", "hier ")
		ann.completes("/chercher train h", "hier ")
		ann.completes("/chercher train ")
		ann.completes("/chercher train @b", "@bob ")
		ann.completes("/fuseau europe/pa", "Europe/Paris ")
		ann.completes("/fuseau paris", "Europe/Paris ")
		ann.completes("/tz utc", "UTC ")
		ann.completes("/json o", "oui ")
		ann.completes("/aide hi", "/historique ")
		ann.asks("/lang en")
		ann.completes("/history ", "today ", "yesterday ")
		if n := replied[room.Notice](ann, "/tz europe/paris"); n.Text != "Europe/Paris" {
			h.Errorf("the zone is %q", n.Text)
		}
	})
}

func TestEmojiAreCompletedByTheirShortNames(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.join("ann")[0]
		ann.completes(":smile", "😄 ", "😃 ")
		ann.completes("hello :smile:", "😄 ")
		ann.completes("hello :SMI", "😄 ", "😃 ", "😏 ", "😈 ")
		ann.completes("@ann :coffee", "☕ ")
		ann.completes("/me :tad", "🎉 ")
		ann.completes("a :+1", "👍 ")
		ann.completes("a :-1:", "👎 ")
		for _, line := range []string{":", ":x", "see :nothing", "10:30", "http://x"} {
			ann.completes(line)
		}
	})
}
