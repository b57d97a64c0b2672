package room

import "salon/room/state"

// Health is the log's.
func (r *Room) Health() state.Health {
	h, _ := r.log.Health()
	return h
}

// watchHealth follows the log's health while the room runs.
func (r *Room) watchHealth() {
	var was state.Health
	for {
		h, changed := r.log.Health()
		r.healthChanged(was, h)
		was = h
		select {
		case <-changed:
		case <-r.run.Done():
			return
		}
	}
}

// healthChanged tells everybody here when nothing can be said any more, and when it
// can again. Once what happens is recorded again, a snapshot covers what was not.
func (r *Room) healthChanged(was, is state.Health) {
	if is.ReadOnly != was.ReadOnly {
		r.mu.Lock()
		r.readOnly = is.ReadOnly
		r.mu.Unlock()
		if is.ReadOnly {
			r.showHere(state.LogLost{})
		} else {
			r.showHere(state.LogFound{})
		}
	}
	if was.Err != nil && is.Err == nil {
		r.snapshotNow()
	}
}
