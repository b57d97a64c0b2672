package history

import "time"

const (
	// reportFrom is the size of a job from which on its progress is reported.
	reportFrom = 5000
	// reportEvery is the time between two reports.
	reportEvery = time.Second
)

// progress reports how far a long job is: once in a while, and at the end.
type progress struct {
	report      func(done, total int64) // nil: nobody asks
	first, last int64                   // sequence numbers between which the job works
	reported    time.Time
	finished    bool
}

// at notes that the job has reached seq. The first call that finds last unset also takes
// both ends of the job from its arguments.
func (p *progress) at(seq, end int64) {
	if p.last == 0 {
		p.first, p.last = seq, end
	}
	if p.report == nil || p.finished || p.last-p.first < reportFrom {
		return
	}
	p.finished = seq >= p.last
	if now := time.Now(); p.finished || now.Sub(p.reported) >= reportEvery {
		p.reported = now
		p.report(min(seq, p.last)-p.first, p.last-p.first)
	}
}
