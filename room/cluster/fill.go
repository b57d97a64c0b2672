package cluster

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"salon/internal/wait"
	"salon/room/state"
)

// How fast what is missing is fetched. It may take its time: people talk meanwhile, and what
// they say goes first. Together with pageBytes this bounds it to about 5 MiB, and to 10,000
// messages, a second; at most a fifth of the time is spent on writing.
const (
	fillRest      = 50 * time.Millisecond // between two pages, at least
	fillRestTimes = 4                     // how many times as long as writing a page took, if that is more
	// fillAgain is when something is asked for again that nobody had, or that could not be
	// written; fillLook is when the store is looked at although nobody says that something is
	// missing, as after its disk failed.
	fillAgain = 3 * time.Second
	fillLook  = time.Minute
)

// errNobody is why something stays missing.
var errNobody = errors.New("no other node has it")

// missed has fill look at once for what is missing.
func (p *past) missed() { wait.Signal(p.wake) }

// fill fetches what is missing, until ctx ends.
func (p *past) fill(ctx context.Context) {
	var said string // what was logged last: the same is not logged again
	for ctx.Err() == nil {
		next := fillLook
		filled, err := p.fillAll(ctx)
		if filled > 0 {
			p.log.Info("cluster: messages that this node had missed are here", "messages", filled)
		}
		if err != nil {
			next = fillAgain
			if ctx.Err() == nil && err.Error() != said {
				said = err.Error()
				p.log.Warn("cluster: messages that this node has missed cannot be had yet", "err", err)
			}
		} else {
			said = ""
		}
		select {
		case <-p.wake:
		case <-time.After(next):
		case <-ctx.Done():
		}
	}
}

// fillAll fetches all that is missing, the newest first, and returns how many messages came. An
// error means that something still is.
func (p *past) fillAll(ctx context.Context) (filled int, err error) {
	missing, err := p.store.Missing(ctx)
	if err != nil {
		return 0, err
	}
	if err := p.takeBackFor(ctx, missing); err != nil {
		return 0, err
	}
	var errs []error
	for _, m := range missing {
		n, err := p.fillOne(ctx, m)
		filled, errs = filled+n, append(errs, err)
	}
	return filled, errors.Join(errs...)
}

// fillOne fetches something that is missing. When a node has something missing there too,
// another is asked. What nobody has stays missing, and what was said before it is fetched.
func (p *past) fillOne(ctx context.Context, m Missing) (filled int, err error) {
	var nobody error
	for m != (Missing{}) {
		left, n, err := p.fillFrom(ctx, m)
		if filled += n; err != nil && (left == m || ctx.Err() != nil) {
			return filled, err
		}
		m, nobody = left, cmp.Or(err, nobody)
	}
	return filled, nobody
}

// fillFrom fetches the newest page of what is missing from the first node that has one, and
// returns what is left. When no node has anything before, nothing was said, or nothing is kept
// any more: then nothing is missing.
func (p *past) fillFrom(ctx context.Context, m Missing) (left Missing, filled int, err error) {
	begins, failed := true, []error{errNobody}
	var hole *gapDoc
	peers := p.peers()
	for _, peer := range peers {
		page, events, err := p.pageBefore(ctx, peer, m.Last+1, pageEvents)
		from := max(page.From, m.First)
		switch {
		case ctx.Err() != nil:
			return m, 0, ctx.Err()
		case err != nil:
			begins, failed = false, append(failed, err)
		case from <= m.Last:
			return p.write(ctx, m, from, events)
		case page.Gap != nil:
			if begins = false; hole == nil || page.Gap.Seq > hole.Seq {
				hole = page.Gap
			}
		default:
			begins = begins && page.Begin
		}
	}
	switch {
	case len(peers) > 0 && begins:
		return p.write(ctx, m, m.First, nil)
	case hole == nil || hole.Seq <= m.First || hole.Seq > m.Last:
		return m, 0, errors.Join(failed...)
	case hole.Gap.Upto != 0 || len(failed) > 1:
		hole.Gap.Upto = m.Last // somebody may have it later
	}
	left, _, err = p.write(ctx, m, hole.Seq, []state.Event{hole.event()})
	if err == nil && hole.Gap.Upto != 0 {
		err = errors.Join(failed...)
	}
	return left, 0, err
}

// write gives a page to the store, and rests.
func (p *past) write(ctx context.Context, m Missing, from state.Seq, events []state.Event) (left Missing, filled int, err error) {
	events = slices.DeleteFunc(events, func(e state.Event) bool { return e.Seq < from })
	begun := time.Now()
	if err := p.store.Fill(ctx, m, from, events); err != nil {
		return m, 0, err
	}
	if from == m.First {
		wait.Pause(ctx, fillRest)
		return Missing{}, len(events), nil
	}
	wait.Pause(ctx, max(fillRest, fillRestTimes*time.Since(begun)))
	return Missing{First: m.First, Last: from - 1}, len(events), ctx.Err()
}

// takeBackFor takes back what was taken back while this node missed something, before that is
// filled: then it is done again after a kill. It is also done at each start, for what a kill kept
// this node from overwriting; then it can wait for another node to be up.
func (p *past) takeBackFor(ctx context.Context, missing []Missing) error {
	last := state.Seq(1)
	if len(missing) > 0 {
		last = missing[0].Last
	}
	if p.walked >= last {
		return nil
	}
	err := p.takeBack(ctx)
	if err == nil {
		p.walked = last
	}
	if len(missing) == 0 {
		return nil
	}
	return err
}

// takeBack takes back what another node has taken back and this one has not: it was told while
// this one was away.
func (p *past) takeBack(ctx context.Context) error {
	failed := []error{errNobody}
	for _, peer := range p.peers() {
		err := p.takeBackFrom(ctx, peer)
		if err == nil || ctx.Err() != nil {
			return err
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

func (p *past) takeBackFrom(ctx context.Context, peer string) error {
	for after := state.Seq(0); ; {
		page, err := p.ask(ctx, peer, pastAsk{Erased: true, At: after, Most: erasedPlaces})
		if err != nil || len(page.Places) == 0 {
			return err
		}
		begun := time.Now()
		for _, at := range page.Places {
			if err := p.takeBackAt(ctx, peer, at); err != nil {
				return err
			}
		}
		if after = page.Places[len(page.Places)-1]; len(page.Places) < erasedPlaces {
			return nil
		}
		wait.Pause(ctx, max(fillRest, fillRestTimes*time.Since(begun)))
	}
}

// takeBackAt takes back one message, if this node has words of it.
func (p *past) takeBackAt(ctx context.Context, peer string, at state.Seq) error {
	own, err := p.store.Last(ctx, nil, 1, at+1)
	if err != nil || len(own) == 0 || own[0].Seq != at {
		return err
	}
	if said, ok := own[0].Body.(state.Said); !ok || said.Removed != nil {
		return nil
	}
	_, events, err := p.pageBefore(ctx, peer, at+1, 1)
	if err != nil || len(events) != 1 || events[0].Seq != at {
		return err // it has been deleted there since
	}
	return p.store.Fill(ctx, Missing{First: at, Last: at}, at, events)
}
