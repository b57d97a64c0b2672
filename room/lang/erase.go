package lang

import (
	"fmt"

	"salon/room/state"
)

// Removed is what is left of a message that was taken back, and by whom if it was not by its
// author; "" for any other.
func (v View) Removed(b state.Said) string {
	switch {
	case b.Removed == nil:
		return ""
	case b.Removed.Own:
		return v.texts().Removed
	}
	return fmt.Sprintf(v.texts().RemovedBy, v.by(b.Removed.By))
}

// takenBack writes that messages were taken back in one sentence; "" for anything else.
func (v View) takenBack(body state.Body) string {
	t := v.texts()
	switch b := body.(type) {
	case state.Deleted:
		if b.Own {
			return v.named(t.Deleted, name(b.Author))
		}
		return v.named(t.DeletedBy, name(b.Author), v.by(b.By))
	case state.Forgotten:
		return v.named(t.Forgotten, name(b.Pseudo))
	}
	return ""
}

// removedObject describes that messages were taken back, and what is left of one.
func removedObject(o *Object, body state.Body) {
	switch b := body.(type) {
	case state.Said:
		if b.Removed != nil {
			o.Removed, o.RemovedBy = true, string(b.Removed.By)
		}
	case state.Deleted:
		o.Type, o.From, o.To, o.Message = "deleted", string(b.By), []string{string(b.Author)}, b.Message
	case state.Forgotten:
		o.Type, o.From = "forgotten", string(b.Pseudo)
	}
}
