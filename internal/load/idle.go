package load

import "context"

// maxWatches is how often an idle room is watched in vain: what came before it,
// such as a notice of all who joined, may be on its way for a while.
const maxWatches = 5

// idle watches the room while nobody says anything, until nobody is sent anything
// either for the time it is watched, or too often in vain. It reports the last
// time.
func (r *run) idle(ctx context.Context, report *Report) error {
	r.progress("idle for %v", r.Settle)
	for range maxWatches {
		before, had := process(r.PID), r.received()
		if err := sleep(ctx, r.Settle); err != nil {
			return err
		}
		report.joined = process(r.PID)
		report.IdleCPU = report.joined.share(before)
		report.IdleBytes = r.received() - had
		if report.IdleBytes == 0 {
			return nil
		}
	}
	return nil
}

// received is how many bytes the members have been sent, all together.
func (r *run) received() (n int64) {
	for _, m := range r.members {
		n += m.got.n.Load()
	}
	return n
}
