package natstest

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"salon/internal/wait"
)

// A hostile network changes what it does after a time between these.
const (
	hostileLeast = 300 * time.Millisecond
	hostileMost  = 4 * time.Second // longer than a client takes to notice that nothing comes
)

// Hostile has the proxy do one thing after another that networks do, at random, until ctx
// ends; then it does nothing wrong any more. Some of the live feed is lost and overtaken all
// the time, and some acknowledgements are lost. It returns how often it did what.
func (p *Proxy) Hostile(ctx context.Context) map[string]int {
	defer p.Set(Faults{})
	done := map[string]int{}
	for ctx.Err() == nil {
		p.mu.Lock()
		n, lasts := p.random.IntN(len(hostilities)), hostileLeast+time.Duration(p.random.Int64N(int64(hostileMost-hostileLeast)))
		p.mu.Unlock()
		h := hostilities[n]
		h.faults.Judge = Lossy
		p.Set(h.faults)
		if h.at != nil {
			h.at(p)
		}
		done[h.name]++
		wait.Pause(ctx, lasts)
	}
	return done
}

// hostility is one thing that a network does for a while.
type hostility struct {
	name   string
	faults Faults
	at     func(*Proxy) // once, at its beginning; nil: nothing
}

var hostilities = []hostility{
	{name: "calm"},
	{name: "slow", faults: Faults{Delay: 20 * time.Millisecond, Jitter: 100 * time.Millisecond}},
	{name: "narrow", faults: Faults{Rate: 64 << 10}},
	{name: "frozen", faults: Faults{Freeze: true}},
	{name: "cut", at: (*Proxy).Cut},
	{name: "cut in a message", at: (*Proxy).CutInMessage},
	{name: "cut off", faults: Faults{Refuse: true}, at: (*Proxy).Cut},
}

// Lossy loses one of 100 messages of the live feed and lets others overtake one of 20; it loses
// one of 50 acknowledgements.
func Lossy(m Message, random *rand.Rand) Verdict {
	switch {
	case m.ToClient && strings.HasPrefix(m.Subject, "live."):
		switch n := random.IntN(100); {
		case n == 0:
			return Drop
		case n <= 5:
			return Hold
		}
	case m.ToClient && strings.HasPrefix(m.AnswerTo, "room.") && random.IntN(50) == 0:
		return Drop
	}
	return Pass
}
