package screen

import (
	"time"

	"salon/sshui/rows"
)

// Detach prepares the screen to be kept without its terminal and its session, and returns
// about how many bytes it holds. What lay over the transcript is gone. Nothing but Attach
// and TakeLine may be called after it.
func (s *Screen) Detach() int {
	s.room, s.rooms = nil, nil
	s.roster, s.header, s.overlay = nil, nil, nil
	s.asking, s.copying = asking{}, false
	in := &s.input
	in.hint, in.waiting, in.pendingReplies, in.quitPending = "", 0, 0, false
	size := in.history.Size() + len(in.query.Text()) + len(in.draft)
	for c := range s.all {
		c.transcript.room = nil
		size += c.transcript.bytes + len(c.draft.Text())
	}
	if in.paste != nil {
		size += len(in.paste.Text)
	}
	return size
}

// Attach has the screen go on for a session that resumes the one it was detached from, on
// another terminal. What comes before the next key counts as unread. Open is to be called
// before the next Frame.
func (s *Screen) Attach(r Room, t Terminal) {
	s.room = r
	for c := range s.all {
		c.transcript.room = r
		c.target.stale = true
	}
	s.term = t
	s.term.Width, s.term.Height = max(t.Width, 1), max(t.Height, 1)
	s.sync, s.kitty, s.background, s.focus = false, false, 0, elsewhere
	s.unread.lastKey = time.Time{}
	s.view.hidden = 0 // of rows of another width
	s.class = rows.Class{}
	s.stale = everything
	s.refresh()
	for c := range s.all {
		if c.target.asked { // nobody answers it any more
			s.Targeted(false)
		}
	}
}
