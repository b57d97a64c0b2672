package cluster

import (
	"fmt"

	"github.com/nats-io/nkeys"
)

// NewKey makes an nkey of a NATS user. Who has the seed is that user (see Access.NKey);
// the public key is what the servers' configuration has of it.
func NewKey() (seed []byte, public string, err error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return nil, "", fmt.Errorf("make an nkey: %w", err)
	}
	if public, err = pair.PublicKey(); err == nil {
		seed, err = pair.Seed()
	}
	return seed, public, err
}
