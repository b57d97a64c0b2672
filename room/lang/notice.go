package lang

import (
	"cmp"
	"fmt"

	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// notice writes a confirmation in one sentence; of a setting that was asked for, also what
// can be chosen.
func (v View) notice(n room.Notice) string {
	if n.Choices != nil {
		return v.confirmed(n) + " " + fmt.Sprintf(v.texts().Choices, v.Usage(n.Choices))
	}
	return v.confirmed(n)
}

func (v View) confirmed(n room.Notice) string {
	t, who := v.texts(), name(n.Name)
	form := map[room.What]string{
		room.NowAway: t.NowAway, room.NowBack: t.NowBack, room.NowLang: t.NowLang, room.NowJSON: t.NowJSON, room.NowPlain: t.NowPlain,
		room.LineCut: t.LineCut, room.StillHere: t.StillHere, room.PressAgain: t.PressAgain, room.LineKept: t.LineKept,
		room.NowMouse: t.NowMouse, room.NowNoMouse: t.NowNoMouse, room.NowText: t.NowText, room.NowScreen: t.NowScreen,
		room.NowOperator: t.NowOperator, room.NowGuest: t.NowGuest, room.NowReloaded: t.NowReloaded, room.NothingMore: t.NothingMore,
		room.NowToEveryone: t.NowToEveryone, room.NowTo: t.NowTo,
		room.NowIgnored: t.NowIgnored, room.NowUnignored: t.NowHeard, room.NowNamed: t.NowNamed, room.NoPseudoGiven: t.NoPseudoGiven,
		room.RecipientAway: t.RecipientAway, room.RecipientFull: t.RecipientFull, room.RecipientCut: t.RecipientCut, room.RecipientLost: t.RecipientLost, room.NowResumed: t.NowResumed, room.NowClock: t.NowClock, room.NowZone: t.NowZone,
		room.NowRegistered: t.NowRegistered, room.NowPassSet: t.NowPassSetToo, room.NowUnregistered: t.NowUnregistered,
		room.NowKeyGone: t.NowKeyGone, room.NowLeftRoom: t.NowLeftRoom, room.InvitedTo: t.InvitedTo, room.NowKeyAdded: t.NowKeyAdded, room.NowFreed: t.NowFreed,
		room.NowDeleted: t.NowDeleted, room.ConfirmForget: t.ConfirmForget, room.NowForgotten: t.NowForgotten,
	}[n.What]
	switch n.What {
	case room.NowTo:
		return fmt.Sprintf(form, who+shown(n.Text))
	case room.NowIgnored, room.NowUnignored, room.NowNamed, room.NoPseudoGiven, room.RecipientFull, room.RecipientCut, room.RecipientLost, room.NowResumed, room.NowUnregistered, room.NowFreed:
		return fmt.Sprintf(form, who)
	case room.NowDeleted:
		return v.named(form, who)
	case room.ConfirmForget, room.NowForgotten:
		return fmt.Sprintf(form, who)
	case room.NowReloaded:
		if n.Count > 0 {
			return form + " " + fmt.Sprintf(t.PutOut, n.Count)
		}
	case room.NowLeftRoom:
		return fmt.Sprintf(form, roomName(text.RoomName(n.Text)))
	case room.InvitedTo:
		return v.named(form, v.by(n.Name), roomName(text.RoomName(n.Text)))
	case room.NowZone:
		return fmt.Sprintf(form, cmp.Or(n.Text, t.ServersZone))
	case room.NowClock:
		return fmt.Sprintf(form, n.Text)
	case room.NowPassSet:
		if n.Text == "" {
			return fmt.Sprintf(t.NowPassSet, who)
		}
		return fmt.Sprintf(form, who, n.Text)
	case room.NowRegistered, room.NowKeyGone, room.NowKeyAdded:
		return fmt.Sprintf(form, who, n.Text)
	case room.RecipientAway:
		return v.withReason(fmt.Sprintf(form, who), n.Text)
	case room.BanHint:
		return fmt.Sprintf(t.BanHint, who, v.slash()+"ban "+n.Text)
	case room.BanNetwork:
		return fmt.Sprintf(t.BanNetwork, n.Text, state.SiteBits, v.slash()+"ban "+n.Text)
	case room.FreedBy:
		return fmt.Sprintf(t.FreedBy, shown(n.Text), who)
	case room.NowTheme:
		return cmp.Or(map[string]string{
			state.ThemeLight.String(): t.ThemeLight, state.ThemeDark.String(): t.ThemeDark, state.ThemeMono.String(): t.ThemeMono,
		}[n.Text], t.ThemeAuto)
	case room.NowBell:
		return cmp.Or(map[string]string{state.BellNone.String(): t.BellNone, state.BellAll.String(): t.BellAll}[n.Text], t.BellMentions)
	}
	return form
}
