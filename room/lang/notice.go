package lang

import (
	"cmp"
	"fmt"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// notice writes a confirmation in one sentence.
func (v View) notice(n room.Notice) string {
	t, who := v.texts(), name(n.Name)
	switch n.What {
	case room.NowIgnored:
		return fmt.Sprintf(t.NowIgnored, who)
	case room.NowUnignored:
		return fmt.Sprintf(t.NowHeard, who)
	case room.NowClock:
		return fmt.Sprintf(t.NowClock, n.Text)
	case room.NowZone:
		return fmt.Sprintf(t.NowZone, n.Text)
	case room.RecipientAway:
		return v.withReason(fmt.Sprintf(t.RecipientAway, who), n.Text)
	case room.RecipientFull:
		return fmt.Sprintf(t.RecipientFull, who)
	case room.NowNamed:
		return fmt.Sprintf(t.NowNamed, who)
	case room.NoPseudoGiven:
		return fmt.Sprintf(t.NoPseudoGiven, who)
	case room.BanHint:
		return fmt.Sprintf(t.BanHint, who, v.slash()+"ban "+n.Text)
	case room.NowRegistered:
		return fmt.Sprintf(t.NowRegistered, who, n.Text)
	case room.NowPassSet:
		if n.Text != "" {
			return fmt.Sprintf(t.NowPassSetToo, who, n.Text)
		}
		return fmt.Sprintf(t.NowPassSet, who)
	case room.NowUnregistered:
		return fmt.Sprintf(t.NowUnregistered, who)
	case room.NowKeyGone:
		return fmt.Sprintf(t.NowKeyGone, who, n.Text)
	case room.NowKeyAdded:
		return fmt.Sprintf(t.NowKeyAdded, who, n.Text)
	case room.FreedBy:
		return fmt.Sprintf(t.FreedBy, text.Isolate(n.Text), who)
	case room.NowFreed:
		return fmt.Sprintf(t.NowFreed, who)
	case room.NowTheme:
		return cmp.Or(map[string]string{
			state.ThemeLight.String(): t.ThemeLight, state.ThemeDark.String(): t.ThemeDark, state.ThemeMono.String(): t.ThemeMono,
		}[n.Text], t.ThemeAuto)
	case room.NowBell:
		return cmp.Or(map[string]string{state.BellNone.String(): t.BellNone, state.BellAll.String(): t.BellAll}[n.Text], t.BellMentions)
	}
	return map[room.What]string{
		room.NowAway: t.NowAway, room.NowBack: t.NowBack, room.NowLang: t.NowLang, room.NowJSON: t.NowJSON, room.NowPlain: t.NowPlain,
		room.LineCut: t.LineCut, room.StillHere: t.StillHere, room.PressAgain: t.PressAgain,
		room.NowMouse: t.NowMouse, room.NowNoMouse: t.NowNoMouse, room.NowText: t.NowText, room.NowScreen: t.NowScreen,
		room.NowOperator: t.NowOperator, room.NowGuest: t.NowGuest, room.NowReloaded: t.NowReloaded, room.NothingMore: t.NothingMore,
	}[n.What]
}
