package load

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// talk lets the senders say what they have to say, and waits until everybody is
// up to date.
func (r *run) talk(ctx context.Context, report *Report) error {
	r.progress("%d senders, %d messages each", r.Senders, r.messages())
	before, began := process(r.PID), r.tally.now()
	if err := r.speakAll(ctx); err != nil {
		return err
	}
	if err := r.catchUp(ctx); err != nil {
		return err
	}
	report.talked = process(r.PID)
	report.TalkCPU = report.talked.cpu - before.cpu
	r.close() // what each was shown is theirs until they read no more
	report.TalkTime = r.tally.end(r.readers()) - began
	return nil
}

func (r *run) speakAll(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var talking sync.WaitGroup
	for s := range r.Senders {
		talking.Go(func() {
			if err := r.speak(ctx, s); err != nil {
				cancel(err)
			}
		})
	}
	talking.Wait()
	return context.Cause(ctx)
}

// catchUp waits for all that was said, or until nothing more comes. A screen need
// not show each message, so it is told when that was all: once the witness has
// been shown everything, two members say goodbye. Whoever is shown one of them is
// up to date; two, because nobody counts what they say themselves.
func (r *run) catchUp(ctx context.Context) error {
	patience := r.patience()
	if r.witness != nil {
		said := int64(r.Senders * r.messages())
		if err := r.tally.wait(ctx, func() bool { return r.tally.heard.Load() >= said }, patience); err != nil {
			return err
		}
		for _, m := range r.members[:2] {
			if err := m.say(r.message(nil, mark{sender: m.index, n: r.messages()}, 0, m.enter())); err != nil {
				return err
			}
		}
	}
	var screens, due int64
	for _, m := range r.readers() {
		if m.screen {
			screens++
		} else {
			due += r.tally.due(m)
		}
	}
	return r.tally.wait(ctx, func() bool { return r.tally.brought.Load() >= screens && r.tally.inFull.Load() >= due }, patience)
}

// speak says a sender's messages: at its rate, each sender's turn spread over
// the first interval, or all back to back.
func (r *run) speak(ctx context.Context, s int) error {
	m := r.members[s]
	every := time.Duration(0)
	next := time.Now()
	if r.Rate > 0 {
		every = time.Duration(float64(time.Second) / r.Rate)
		next = next.Add(every * time.Duration(s) / time.Duration(r.Senders))
	}
	var text []byte
	for n := range r.messages() {
		if every > 0 {
			if err := sleep(ctx, time.Until(next)); err != nil {
				return err
			}
			next = next.Add(every)
		} else if m.screen {
			if err := r.notAhead(ctx, s, n); err != nil {
				return err
			}
		}
		text = r.message(text[:0], mark{s, n, r.tally.now()}, r.Size, m.enter())
		if err := m.say(text); err != nil {
			return err
		}
	}
	return nil
}

// maxAhead is how many messages somebody on a screen may have said that the room
// has not: nobody types further ahead, and what a line editor holds is bounded.
const maxAhead = 32

// notAhead waits until a sender's message n may be typed.
func (r *run) notAhead(ctx context.Context, s, n int) error {
	return r.tally.wait(ctx, func() bool { return r.tally.heardOf[s].Load() > int64(n-maxAhead) }, r.patience())
}

// patience is how long nothing may come before it is no more waited for.
func (r *run) patience() time.Duration { return r.Settle + 5*time.Second }

// message appends a message of so many bytes, or as long as its mark.
func (r *run) message(b []byte, k mark, size int, enter byte) []byte {
	b = appendMark(b, k)
	if left := size - len(b) - 1; left > 0 {
		b = append(append(b, ' '), bytes.Repeat([]byte("x"), left)...)
	}
	return append(b, enter)
}
