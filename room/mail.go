package room

import (
	"context"
	"sync"

	"salon/room/state"
)

// Mail carries private messages to members on other nodes. They are in no log and on
// no disk.
type Mail interface {
	// Open has the letters to a node's epoch handed to deliver, which returns which of
	// the sessions that a letter is for have it, and does not wait. closeMail ends that.
	Open(epoch uint64, deliver func(Letter) []state.ID) (closeMail func(), err error)
	// Send hands a letter to the node of an epoch and returns which of its sessions have
	// it. An error means that nobody there is known to.
	Send(ctx context.Context, epoch uint64, l Letter) (reached []state.ID, err error)
}

// Letter is a private message on its way to some sessions of one node.
type Letter struct {
	Event state.Event // a Whispered
	To    []state.ID
}

// MemoryMail is a Mail between rooms of one process.
type MemoryMail struct {
	mu    sync.Mutex
	nodes map[uint64]func(Letter) []state.ID
}

// NewMemoryMail returns a Mail that nobody uses yet.
func NewMemoryMail() *MemoryMail { return &MemoryMail{nodes: map[uint64]func(Letter) []state.ID{}} }

// Open implements Mail.
func (m *MemoryMail) Open(epoch uint64, deliver func(Letter) []state.ID) (func(), error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.nodes[epoch] = deliver
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.nodes, epoch)
	}, nil
}

// Send implements Mail.
func (m *MemoryMail) Send(_ context.Context, epoch uint64, l Letter) ([]state.ID, error) {
	m.mu.Lock()
	deliver := m.nodes[epoch]
	m.mu.Unlock()
	if deliver == nil {
		return nil, state.ErrUnavailable
	}
	return deliver(l), nil
}
