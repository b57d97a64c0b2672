package room

import (
	"time"

	"salon/room/state"
)

// Prefs is how one session wants to be spoken to.
type Prefs struct {
	Lang   state.Lang
	Zone   *time.Location // nil: the server's
	Hour12 bool
	JSON   bool        // one JSON object a line, for programs
	Theme  state.Theme // of the screen
	Bell   state.Bell  // of the terminal
	Mouse  bool        // the wheel scrolls the screen; selecting text then takes Shift
	Plain  bool        // line mode was asked for, where a screen could be shown
}
