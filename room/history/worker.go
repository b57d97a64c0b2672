package history

import (
	"errors"
	"time"
)

// hangAfter is how long the disk may take for one commit. Beyond, the sequencer goes on
// without it: what it was to write waits in memory until it answers.
const hangAfter = 2 * time.Second

// ErrHangs is an error of a disk that does not answer; see [History.Health].
var ErrHangs = errors.New("the disk does not answer")

// worker does the sequencer's work on the disk, one job after the other, in a goroutine of
// its own: a call to the system cannot be interrupted, but one can stop waiting for it.
type worker struct {
	limit   time.Duration // hangAfter
	commits func() int64  // counts what a job gets done
	jobs    chan func() error
	done    chan error // the outcome of each job
	busy    bool       // the sequencer did not wait for the end of its last job
}

func newWorker(limit time.Duration, commits func() int64) worker {
	// Beside the job that hangs there is the one that closes the file.
	return worker{limit: limit, commits: commits, jobs: make(chan func() error, 2), done: make(chan error, 2)}
}

// work does jobs until there will be no more.
func (w *worker) work() {
	for job := range w.jobs {
		w.done <- job()
	}
}

// do does a job and returns its outcome, or ErrHangs once it has got nothing done for
// limit: then it goes on, and late gets its outcome. No other may be in progress.
func (w *worker) do(job func() error) error {
	w.begin(job)
	err, ended := w.await(w.done, w.limit)
	w.busy = !ended
	return err
}

// begin begins a job whose outcome late gets.
func (w *worker) begin(job func() error) {
	w.jobs <- job
	w.busy = true
}

// await waits for an outcome, for d without a commit.
func (w *worker) await(outcome <-chan error, d time.Duration) (err error, ended bool) {
	limit := time.NewTimer(d)
	defer limit.Stop()
	for before := w.commits(); ; limit.Reset(d) {
		select {
		case err := <-outcome:
			return err, true
		case <-limit.C:
		}
		now := w.commits()
		if now == before {
			return ErrHangs, false
		}
		before = now
	}
}

// late returns the channel that gets the outcome of the job that nobody waits for; nil if
// there is none.
func (w *worker) late() <-chan error {
	if !w.busy {
		return nil
	}
	return w.done
}
