package lang

import (
	"fmt"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// notice writes a confirmation in one sentence.
func (v View) notice(n room.Notice) string {
	t, name := v.texts(), text.Isolate(string(n.Name))
	switch n.What {
	case room.NowIgnored:
		return fmt.Sprintf(t.NowIgnored, name)
	case room.NowHeard:
		return fmt.Sprintf(t.NowHeard, name)
	case room.NowClock:
		return fmt.Sprintf(t.NowClock, n.Text)
	case room.NowZone:
		return fmt.Sprintf(t.NowZone, n.Text)
	case room.RecipientAway:
		return v.withReason(fmt.Sprintf(t.RecipientAway, name), n.Text)
	case room.RecipientFull:
		return fmt.Sprintf(t.RecipientFull, name)
	case room.NowNamed:
		return fmt.Sprintf(t.NowNamed, name)
	case room.NoPseudoGiven:
		return fmt.Sprintf(t.NoPseudoGiven, name)
	case room.BanHint:
		return fmt.Sprintf(t.BanHint, name, v.slash()+"ban "+n.Text)
	case room.NowRegistered:
		return fmt.Sprintf(t.NowRegistered, name, n.Text)
	case room.NowPassSet:
		if n.Text != "" {
			return fmt.Sprintf(t.NowPassSetToo, name, n.Text)
		}
		return fmt.Sprintf(t.NowPassSet, name)
	case room.NowUnregistered:
		return fmt.Sprintf(t.NowUnregistered, name)
	case room.NowKeyGone:
		return fmt.Sprintf(t.NowKeyGone, name, n.Text)
	case room.NowKeyAdded:
		return fmt.Sprintf(t.NowKeyAdded, name, n.Text)
	case room.FreedBy:
		return fmt.Sprintf(t.FreedBy, text.Isolate(n.Text), name)
	case room.NowFreed:
		return fmt.Sprintf(t.NowFreed, name)
	case room.NowTheme:
		return t.theme(n.Text)
	case room.NowBell:
		return t.bell(n.Text)
	}
	return map[room.What]string{
		room.NowAway: t.NowAway, room.NowBack: t.NowBack, room.NowLang: t.NowLang, room.NowJSON: t.NowJSON, room.NowPlain: t.NowPlain,
		room.LineCut: t.LineCut, room.StillHere: t.StillHere, room.PressAgain: t.PressAgain,
		room.NowMouse: t.NowMouse, room.NowNoMouse: t.NowNoMouse, room.NowText: t.NowText, room.NowScreen: t.NowScreen,
		room.NowOperator: t.NowOperator, room.NowGuest: t.NowGuest, room.NowReloaded: t.NowReloaded, room.NothingMore: t.NothingMore,
	}[n.What]
}

// theme says which theme was chosen, by its state.Theme.String.
func (t *Texts) theme(name string) string {
	switch name {
	case state.ThemeLight.String():
		return t.ThemeLight
	case state.ThemeDark.String():
		return t.ThemeDark
	case state.ThemeMono.String():
		return t.ThemeMono
	}
	return t.ThemeAuto
}

// bell says which bell was chosen, by its state.Bell.String.
func (t *Texts) bell(name string) string {
	switch name {
	case state.BellNone.String():
		return t.BellNone
	case state.BellAll.String():
		return t.BellAll
	}
	return t.BellMentions
}
