package room_test

import (
	"errors"
	"slices"
	"testing"

	"salon/room"
	"salon/room/state"
)

func TestThemeAndBell(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.arrive(onScreen("ann"))
		for line, want := range map[string]state.Theme{
			"/theme clair": state.ThemeLight, "/theme SOMBRE": state.ThemeDark, "/thème mono": state.ThemeMono, "/theme auto": state.ThemeAuto,
			"/theme light": state.ThemeLight, "/theme dark": state.ThemeDark,
		} {
			n := replied[room.Notice](ann, line)
			if n.What != room.NowTheme || n.Text != want.String() || ann.Prefs().Theme != want {
				h.Errorf("%s: ann is told %+v and has %+v", line, n, ann.Prefs())
			}
		}
		for line, want := range map[string]state.Bell{
			"/cloche non": state.BellNone, "/cloche tout": state.BellAll, "/cloche mention": state.BellMentions,
			"/bell off": state.BellNone, "/bell all": state.BellAll, "/bell no": state.BellNone, "/bell mentions": state.BellMentions,
		} {
			n := replied[room.Notice](ann, line)
			if n.What != room.NowBell || n.Text != want.String() || ann.Prefs().Bell != want {
				h.Errorf("%s: ann is told %+v and has %+v", line, n, ann.Prefs())
			}
		}
		for _, line := range []string{"/theme rose", "/bell ding", "/souris x", "/texte bonjour", "/aller", "/go home"} {
			refused[*room.UsageError](ann, line)
		}
	})
}

func TestTheMouseAndTextModeAreTurnedOnAndOff(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.arrive(onScreen("ann"))
		if p := ann.Prefs(); p.Mouse || p.Plain || p.Bell != state.BellMentions || p.Theme != state.ThemeAuto {
			h.Errorf("ann begins with %+v", p)
		}
		for _, step := range []struct {
			line string
			want room.What
			on   bool
		}{
			{"/souris", room.NowNoMouse, false}, {"/souris oui", room.NowMouse, true}, {"/souris", room.NowMouse, true}, {"/mouse off", room.NowNoMouse, false},
			{"/souris oui", room.NowMouse, true}, {"/mouse on", room.NowMouse, true}, {"/souris non", room.NowNoMouse, false},
		} {
			if n := replied[room.Notice](ann, step.line); n.What != step.want || ann.Prefs().Mouse != step.on {
				h.Errorf("%s: ann is told %+v, the mouse is on: %v", step.line, n, ann.Prefs().Mouse)
			}
		}
		for _, step := range []struct {
			line string
			want room.What
			on   bool
		}{{"/texte", room.NowText, true}, {"/texte oui", room.NowText, true}, {"/plain", room.NowScreen, false}, {"/plain off", room.NowScreen, false}} {
			if n := replied[room.Notice](ann, step.line); n.What != step.want || ann.Prefs().Plain != step.on {
				h.Errorf("%s: ann is told %+v, text mode is on: %v", step.line, n, ann.Prefs().Plain)
			}
		}
	})
}

// turns are the commands that are keys, in both languages.
var turns = map[string]room.Where{
	"/aller haut": room.TurnUp, "/aller bas": room.TurnDown, "/aller debut": room.TurnTop, "/aller début": room.TurnTop, "/aller fin": room.TurnBottom,
	"/aller nonlu": room.TurnUnread, "/aller precedente": room.TurnPreviousMention, "/aller suivante": room.TurnNextMention,
	"/go up": room.TurnUp, "/go down": room.TurnDown, "/go top": room.TurnTop, "/go bottom": room.TurnBottom,
	"/go unread": room.TurnUnread, "/go previous": room.TurnPreviousMention, "/go next": room.TurnNextMention,
	"/nu": room.TurnBare, "/bare": room.TurnBare, "/redessiner": room.TurnRedraw, "/redraw": room.TurnRedraw, "/touches": room.TurnKeys, "/keys": room.TurnKeys,
}

func TestEveryKeyHasACommand(t *testing.T) {
	inFreeRoom(t, func(h *testRoom) {
		ann := h.arrive(onScreen("ann"))
		for line, want := range turns {
			if turn := replied[room.Turn](ann, line); turn.To != want {
				h.Errorf("%s turns to %v, want %v", line, turn.To, want)
			}
		}
		ann.asks("/texte")
		for line := range turns {
			if err := ann.tries(line); !errors.Is(err, room.ErrNoScreen) {
				h.Errorf("%s in text mode: %v", line, err)
			}
		}
		for _, line := range []string{"/theme sombre", "/cloche tout", "/souris oui"} {
			replied[room.Notice](ann, line) // remembered for the screen
		}
		ann.asks("/texte")
		replied[room.Turn](ann, "/aller fin")
	})
}

// TestTurningTheScreenIsNotCountedAsTalking: whoever leafs through the past may still speak.
func TestTurningTheScreenIsNotCountedAsTalking(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann := h.arrive(onScreen("ann"))
		for range 30 {
			ann.asks("/aller haut")
		}
		ann.does("1", "2", "3", "4", "5")
	})
}

func TestWithoutAScreenItsCommandsAreNotThere(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		bob, ann, op, console := h.join("bob")[0], h.arrive(onScreen("ann")), h.operator("op"), h.console()
		for _, p := range []*person{bob, op, console, ann} {
			for _, c := range p.Available() {
				if c.Need == room.Screens && p != ann {
					h.Errorf("%q is offered /%s", p.Pseudo(), c.Name)
				}
			}
			if p == ann {
				continue
			}
			for _, line := range []string{"theme clair", "cloche", "mouse", "texte", "aller fin", "keys"} {
				if err := p.tries("/" + line); !errors.Is(err, room.ErrNoScreen) {
					h.Errorf("%q typed /%s and is told %v", p.Pseudo(), line, err)
				}
			}
			refused[*room.UnknownCommandError](p, "/aide theme")
			if unknown := refused[*room.UnknownCommandError](p, "/themme"); unknown.Suggestion != nil {
				h.Errorf("%q is suggested %s", p.Pseudo(), unknown.Suggestion.Name)
			}
			p.completes("/the")
			p.completes("/theme cl")
		}
		if unknown := refused[*room.UnknownCommandError](ann, "/themme"); unknown.Suggestion == nil || unknown.Suggestion.Name != "theme" {
			h.Errorf("ann is suggested %+v", unknown.Suggestion)
		}
		if !slices.ContainsFunc(replied[room.Help](ann, "/aide").Commands, func(c *room.Command) bool { return c.Name == "go" }) {
			h.Error("ann's help does not list /aller")
		}
	})
}

func TestJSONIsNotForAScreen(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, bob := h.arrive(onScreen("ann")), h.join("bob")[0]
		for _, line := range []string{"/json", "/json off", "/json x"} {
			if err := ann.tries(line); !errors.Is(err, room.ErrScreenJSON) || ann.Prefs().JSON {
				h.Errorf("%s: %v, %+v", line, err, ann.Prefs())
			}
		}
		if n := replied[room.Notice](bob, "/json"); n.What != room.NowJSON {
			h.Errorf("bob is told %+v", n)
		}
	})
}

func TestTheArgumentsOfAScreensCommandsAreCompleted(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		e := onScreen("bob")
		e.Prefs.Lang = state.English
		french, english := h.arrive(onScreen("ann")), h.arrive(e)
		french.completes("/the", "/theme ")
		french.completes("/theme ", "auto ", "clair ", "sombre ", "mono ")
		english.completes("/theme ", "auto ", "light ", "dark ", "mono ")
		french.completes("/theme d", "dark ") // typed in the other language
		english.completes("/theme SOM", "sombre ")
		french.completes("/theme clair ")
		french.completes("/cloche ", "mention ", "non ", "tout ")
		english.completes("/bell ", "mention ", "off ", "all ")
		french.completes("/souris o", "oui ")
		english.completes("/mouse ", "on ", "off ")
		french.completes("/texte n", "non ")
		french.completes("/aller ", "haut ", "bas ", "debut ", "fin ", "nonlu ", "precedente ", "suivante ")
		english.completes("/go ", "up ", "down ", "top ", "bottom ", "unread ", "previous ", "next ")
		french.completes("/aller dé", "debut ")
		french.completes("/touches ")
	})
}

// TestWhatIsBannedIsForOperatorsToComplete: a ban may name an address.
func TestWhatIsBannedIsForOperatorsToComplete(t *testing.T) {
	inRoom(t, func(h *testRoom) {
		ann, op := h.join("ann")[0], h.operator("op")
		h.console().does("ban 198.51.100.0/24")
		ann.completes("/unban ")
		op.completes("/unban ", "198.51.100.0/24 ")
	})
}
