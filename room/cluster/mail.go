package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"salon/room"
	"salon/room/state"
)

// mailTimeout is how long a node may take to deliver a private message: its sender waits.
const mailTimeout = 2 * time.Second

// letterDoc is a letter on its way.
type letterDoc struct {
	Epoch uint64          `json:"epoch"` // it is for
	Time  time.Time       `json:"time"`
	Body  state.Whispered `json:"body"`
	To    []state.ID      `json:"to"`
	Named []state.ID      `json:"named"`
}

// receiptDoc answers it.
type receiptDoc struct {
	Epoch   uint64     `json:"epoch"` // that it came to
	Reached []state.ID `json:"reached,omitempty"`
}

// mailSubject is where a node gets private messages.
func mailSubject(node string) string { return nodeSubject + node + ".dm" }

// Open implements room.Mail.
func (n *Node) Open(epoch uint64, deliver func(room.Letter) []state.ID) (closeMail func(), err error) {
	sub, err := n.conn.Subscribe(mailSubject(n.name), func(m *nats.Msg) {
		var doc letterDoc
		if err := json.Unmarshal(m.Data, &doc); err != nil {
			n.log.Warn("cluster: a private message that cannot be read", "err", err)
			return
		}
		receipt := receiptDoc{Epoch: epoch}
		if doc.Epoch == epoch {
			receipt.Reached = deliver(room.Letter{Event: state.Event{Time: doc.Time, Body: doc.Body}, To: doc.To, Named: doc.Named})
		}
		answer, _ := json.Marshal(receipt) // plain data
		m.Respond(answer)
	})
	if err != nil {
		return nil, err
	}
	return func() { sub.Unsubscribe() }, n.conn.Flush()
}

// Send implements room.Mail.
func (n *Node) Send(ctx context.Context, to state.Node, l room.Letter) (reached []state.ID, err error) {
	if to.Name == "" {
		return nil, state.ErrUnavailable
	}
	body, ok := l.Event.Body.(state.Whispered)
	if !ok {
		return nil, fmt.Errorf("cluster: %T is no private message", l.Event.Body)
	}
	data, err := json.Marshal(letterDoc{Epoch: to.Epoch, Time: l.Event.Time, Body: body, To: l.To, Named: l.Named})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	answer, err := n.conn.RequestWithContext(ctx, mailSubject(to.Name), data)
	if err != nil {
		return nil, fmt.Errorf("cluster: private message to %s: %w", to.Name, err)
	}
	var receipt receiptDoc
	if err := json.Unmarshal(answer.Data, &receipt); err != nil || receipt.Epoch != to.Epoch {
		return nil, state.ErrUnavailable
	}
	return receipt.Reached, nil
}
