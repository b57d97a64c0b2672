package state

import (
	"salon/room/text"
)

func spokenText(b Body) (text.Pseudo, string) {
	switch b := b.(type) {
	case Said:
		return b.From, b.Text
	case Walled:
		return b.By, b.Text
	case TopicSet:
		return b.By, b.Text
	}
	return "", ""
}

// textSize is how much text from people an event carries, in bytes: what the
// bounds of log, store and ring count, besides the number of events.
func TextSize(b Body) int {
	switch b := b.(type) {
	case Said:
		return len(b.Text)
	case Walled:
		return len(b.Text)
	case TopicSet:
		return len(b.Text)
	case Left:
		return len(b.Text)
	case WentAway:
		return len(b.Text)
	case Kicked:
		return len(b.Reason)
	case Banned:
		return len(b.Ban.Reason)
	case ShutdownPlanned:
		return len(b.Reason)
	case Joined:
		return len(b.Pseudo) + len(b.KeyID) + len(b.Client)
	case Whispered:
		return len(b.Text)
	case Registered:
		return len(b.Pseudo) + len(b.KeyID) + len(b.Pass)
	case Unregistered:
		return len(b.Pseudo) + len(b.KeyID)
	}
	return 0
}

// newest drops the oldest events beyond so many bytes of text; one stays.
func Newest(events []Event, limit int) []Event {
	size := 0
	for i := len(events) - 1; i >= 0; i-- {
		if size += TextSize(events[i].Body); size > limit && i < len(events)-1 {
			return events[i+1:]
		}
	}
	return events
}
