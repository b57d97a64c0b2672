package load

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// talk lets the senders say what they have to say, and waits until everybody has
// read it.
func (r *run) talk(ctx context.Context, report *Report) error {
	r.progress("%d senders, %d messages each", r.Senders, r.messages())
	before, start := process(r.PID), time.Now()
	began := time.Since(r.tally.start)
	var talking sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for s := range r.Senders {
		talking.Go(func() {
			if err := r.speak(ctx, s); err != nil {
				mu.Lock()
				failed = err
				mu.Unlock()
			}
		})
	}
	talking.Wait()
	if failed != nil {
		return failed
	}
	expected := int64(len(r.readers())) * int64(r.Senders) * int64(r.messages())
	if err := r.tally.wait(ctx, expected, r.Settle+5*time.Second); err != nil {
		return err
	}
	report.TalkTime = time.Duration(r.tally.last.Load()) - began
	after := process(r.PID)
	report.TalkCPU = after.cpu - before.cpu
	report.talked, report.talkWall = after, time.Since(start)
	return nil
}

// speak says a sender's messages: at its rate, each sender's turn spread over
// the first interval, or all back to back.
func (r *run) speak(ctx context.Context, s int) error {
	m := r.members[s]
	filler := bytes.Repeat([]byte("x"), max(0, r.Size-maxMark))
	if r.Rate <= 0 {
		var text []byte
		for n := range r.messages() {
			text = r.message(text, s, n, filler, m.enter())
		}
		return m.say(text)
	}
	every := time.Duration(float64(time.Second) / r.Rate)
	next := time.Now().Add(every * time.Duration(s) / time.Duration(r.Senders))
	for n := range r.messages() {
		if err := sleep(ctx, time.Until(next)); err != nil {
			return err
		}
		if err := m.say(r.message(nil, s, n, filler, m.enter())); err != nil {
			return err
		}
		next = next.Add(every)
	}
	return nil
}

func (r *run) message(b []byte, s, n int, filler []byte, enter byte) []byte {
	b = appendMark(b, s, n, time.Since(r.tally.start))
	if len(filler) > 0 {
		b = append(append(b, ' '), filler...)
	}
	return append(b, enter)
}
