package state_test

import (
	"maps"

	"pgregory.net/rapid"

	"salon/room/state"
)

// aboutRooms are the bodies about rooms; they are among bodies.
var aboutRooms = map[string]func(*actor, *rapid.T, *state.State) state.Body{
	"room": func(a *actor, t *rapid.T, st *state.State) state.Body {
		name := pick(t, names, "name")
		return state.RoomMade{Session: a.session(t, st), Name: name, Forms: name.Forms(), Private: rapid.Bool().Draw(t, "private"), By: "forged"}
	},
	"room closed": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.RoomClosed{Room: a.room(t, st), In: "#forged", By: by(t), Unused: rapid.Bool().Draw(t, "unused")}
	},
	"room joined": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.RoomJoined{Session: a.session(t, st), Room: a.room(t, st), In: "#forged", Pseudo: "forged"}
	},
	"room left": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.RoomLeft{Session: a.session(t, st), Room: a.room(t, st), In: "#forged", Pseudo: "forged"}
	},
	"read": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.RoomRead{Session: a.session(t, st), Room: a.room(t, st), Read: rapid.Uint64Range(0, 5).Draw(t, "read")}
	},
	"invited": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.Invited{Room: a.room(t, st), In: "#forged", Who: a.someone(t, st), By: by(t), Off: chance(t, 3, "off")}
	},
	"moderator": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.ModeratorSet{Room: a.room(t, st), In: "#forged", Who: a.someone(t, st), By: by(t), Off: chance(t, 3, "off")}
	},
	"private": func(a *actor, t *rapid.T, st *state.State) state.Body {
		return state.PrivateSet{Room: a.room(t, st), In: "#forged", Private: rapid.Bool().Draw(t, "private"), By: by(t)}
	}}

func init() { maps.Copy(bodies, aboutRooms) }
