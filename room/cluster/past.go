package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/nats-io/nats.go"

	"salon/room/state"
)

// How much of the past one node is given by another at a time. The newest is taken if there is
// more; the next page goes on before it.
const (
	// pageEvents is how many spoken events a page has at most.
	pageEvents = 500
	// pageBytes bounds what they take encoded, but for one, which a server takes in any case
	// (max_payload, 1 MiB unless it is set). It is a quarter of what the server takes if that
	// is less.
	pageBytes = 256 << 10
	// erasedPlaces is how many places of messages that were taken back are given at a time.
	erasedPlaces = 5000
	// pageTimeout is how long a node may take to answer; then another is asked.
	pageTimeout = 5 * time.Second
	// pastWaiting is how many questions wait for the one that is answered. More are dropped,
	// and the node that asked asks another.
	pastWaiting = 16
)

// pastSubject is where a node is asked what others have missed.
func pastSubject(node string) string { return nodeSubject + node + ".past" }

// pastAsk is a question: what was said before a place, or, if Erased, which messages after a
// place were taken back.
type pastAsk struct {
	Erased bool      `json:"erased,omitempty"`
	At     state.Seq `json:"at"`
	Most   int       `json:"most"` // events or places
}

// pastPage is the answer.
type pastPage struct {
	Err string `json:"err,omitempty"` // it cannot be answered now
	// Events are all that was spoken from From on, oldest first, before the place that was asked
	// about. From is that place when something is missing just before it.
	From   state.Seq         `json:"from,omitempty"`
	Events []json.RawMessage `json:"events,omitempty"`
	Gap    *gapDoc           `json:"gap,omitempty"`   // what is missing before From; nil: nothing, as far as was looked
	Begin  bool              `json:"begin,omitempty"` // nothing was spoken before From, as far as the node knows
	Places []state.Seq       `json:"places,omitempty"`
}

// gapDoc is what a node misses itself.
type gapDoc struct {
	Seq state.Seq `json:"seq"`
	Gap state.Gap `json:"gap"`
}

// event returns the gap as a store shows it.
func (g *gapDoc) event() state.Event {
	e := state.Event{Seq: g.Seq, Time: g.Gap.From, Body: g.Gap}
	if e.Time.IsZero() {
		e.Time = g.Gap.To
	}
	return e
}

// past gives other nodes what they have missed, and has them give this one what it has missed:
// what its store says is missing, and that messages were taken back meanwhile.
type past struct {
	conn  *nats.Conn
	node  string
	store Local
	peers func() []string
	log   *slog.Logger
	asked *nats.Subscription
	wake  chan struct{} // cap 1: something may be missing

	walked state.Seq // the end of what was missing when this node last took back what others had; fill's
}

// newPast begins to take questions, which serve answers. peers returns the names of the other
// nodes that are up and have applied about all of the log.
func newPast(conn *nats.Conn, node string, store Local, peers func() []string, log *slog.Logger) (*past, error) {
	asked, err := conn.SubscribeSync(pastSubject(node))
	if err == nil {
		err = asked.SetPendingLimits(pastWaiting, -1)
	}
	if err != nil {
		return nil, fmt.Errorf("subject %s: %w", pastSubject(node), err)
	}
	return &past{conn: conn, node: node, store: store, peers: peers, log: log, asked: asked, wake: make(chan struct{}, 1)}, nil
}

// serve answers other nodes, one question at a time, until ctx ends.
func (p *past) serve(ctx context.Context) {
	defer p.asked.Unsubscribe()
	for {
		m, err := p.asked.NextMsgWithContext(ctx)
		switch {
		case ctx.Err() != nil, errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, nats.ErrBadSubscription):
			return
		case err != nil: // too many asked at once: those that wait are answered
			continue
		}
		answer, _ := json.Marshal(p.answer(ctx, m.Data)) // plain data
		if err := m.Respond(answer); err != nil {
			p.log.Warn("cluster: what a node missed cannot be sent", "err", err)
		}
	}
}

// answer answers a question.
func (p *past) answer(ctx context.Context, data []byte) (page pastPage) {
	var ask pastAsk
	err := json.Unmarshal(data, &ask)
	switch {
	case err != nil:
	case ask.Erased:
		page.Places, err = p.store.Erased(ctx, ask.At, max(1, min(ask.Most, erasedPlaces)))
	default:
		page, err = p.before(ctx, ask.At, max(1, min(ask.Most, pageEvents)))
	}
	if err != nil {
		return pastPage{Err: err.Error()}
	}
	return page
}

// before returns what this node has of what was said before a place.
func (p *past) before(ctx context.Context, before state.Seq, most int) (page pastPage, err error) {
	events, err := p.store.Last(ctx, nil, most, before)
	if err != nil {
		return page, err
	}
	page.From, page.Begin = before, len(events) < most
	left := int(min(pageBytes, p.conn.MaxPayload()/4))
	for _, e := range slices.Backward(events) {
		if g, ok := e.Body.(state.Gap); ok {
			page.Begin, page.Gap = false, &gapDoc{e.Seq, g}
			if g.Upto != 0 {
				page.From = min(page.From, g.Upto+1)
			}
			break
		}
		data, err := state.EncodeEvent(e)
		if err != nil {
			return page, err
		}
		if left -= len(data); left < 0 && len(page.Events) > 0 {
			page.Begin = false
			break
		}
		page.From, page.Events = e.Seq, append(page.Events, data)
	}
	slices.Reverse(page.Events)
	return page, nil
}

// ask asks a node.
func (p *past) ask(ctx context.Context, node string, ask pastAsk) (page pastPage, err error) {
	data, err := json.Marshal(ask)
	if err != nil {
		return page, err
	}
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	answer, err := p.conn.RequestWithContext(ctx, pastSubject(node), data)
	if err == nil {
		err = json.Unmarshal(answer.Data, &page)
	}
	if err == nil && page.Err != "" {
		err = errors.New(page.Err)
	}
	if err != nil {
		return page, fmt.Errorf("node %s: %w", node, err)
	}
	return page, nil
}

// pageBefore asks a node what was said before a place.
func (p *past) pageBefore(ctx context.Context, node string, before state.Seq, most int) (page pastPage, events []state.Event, err error) {
	page, err = p.ask(ctx, node, pastAsk{At: before, Most: most})
	if err != nil {
		return page, nil, err
	}
	for _, data := range page.Events {
		e, err := state.DecodeEvent(data)
		if err != nil {
			return page, nil, fmt.Errorf("node %s: %w", node, err)
		}
		events = append(events, e)
	}
	if page.From > before || len(events) > 0 && (events[0].Seq < page.From || events[len(events)-1].Seq >= before) {
		return page, nil, fmt.Errorf("node %s: not what was asked for", node)
	}
	return page, events, nil
}
