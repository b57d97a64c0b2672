package state

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// document is a State as JSON has it. Members, accounts, bans and mutes stand in the
// order of their keys, so that equal States have equal bytes.
type document struct {
	V        int              `json:"v"`
	Program  string           `json:"program,omitempty"` // who wrote it; no part of the hash
	Applied  Seq              `json:"applied"`
	Tick     time.Duration    `json:"tick"`
	Stamp    time.Duration    `json:"stamp"`
	Nodes    map[string]*node `json:"nodes,omitempty"` // by epoch, in hexadecimal
	Ended    []string         `json:"ended,omitempty"`
	Topic    Topic            `json:"topic,omitzero"`
	Slow     time.Duration    `json:"slow,omitempty"`
	Shutdown *Plan            `json:"shutdown,omitempty"`
	Members  []*Member        `json:"members,omitempty"`
	Accounts []*Account       `json:"accounts,omitempty"`
	Bans     []Ban            `json:"bans,omitempty"`
	Mutes    []Mute           `json:"mutes,omitempty"`
}

func (f *Frozen) document() document {
	doc := document{
		V: Version, Applied: f.applied, Tick: f.tick, Stamp: f.stamp, Nodes: map[string]*node{}, Topic: f.topic, Slow: f.slow, Shutdown: f.shutdown,
		Members: f.members.Values(), Accounts: f.accounts.Values(), Bans: f.bans.Values(), Mutes: f.mutes.Values(),
	}
	for epoch, n := range f.nodes {
		doc.Nodes[hexadecimal(epoch)] = n
	}
	for _, epoch := range f.ended {
		doc.Ended = append(doc.Ended, hexadecimal(epoch))
	}
	return doc
}

func hexadecimal(epoch uint64) string { return fmt.Sprintf("%016x", epoch) }

func (doc *document) encode() []byte {
	data, err := json.Marshal(doc)
	if err != nil {
		panic("room: state does not encode: " + err.Error()) // a programming error: every field is plain data
	}
	return data
}

// Encode writes the State as JSON, in the current format, with the name of this
// program.
func (f *Frozen) Encode() []byte {
	doc := f.document()
	doc.Program = Program
	return doc.encode()
}

// Hash returns a digest of all that is replicated: equal on two nodes that applied
// the same events, whatever programs they are.
func (f *Frozen) Hash() [sha256.Size]byte {
	doc := f.document()
	return sha256.Sum256(doc.encode())
}

// Encode is Freeze and Encode in one.
func (st *State) Encode() []byte { return st.Freeze().Encode() }

// Hash is Freeze and Hash in one.
func (st *State) Hash() [sha256.Size]byte { return st.Freeze().Hash() }

// DecodeState reads what Encode wrote, in this format or an earlier one. A later one
// is a [*VersionError].
func DecodeState(data []byte) (*State, error) {
	var doc document
	if err := decodeVersioned(data, &doc.V, &doc); err != nil {
		return nil, fmt.Errorf("decode state: %w", err)
	}
	st := NewState()
	st.applied, st.tick, st.stamp = doc.Applied, max(doc.Tick, firstTick), doc.Stamp
	st.topic, st.slow, st.shutdown = doc.Topic, doc.Slow, doc.Shutdown
	for _, restore := range []func(*State) error{doc.restoreNodes, doc.restoreAccounts, doc.restoreMembers, doc.restoreBans} {
		if err := restore(st); err != nil {
			return nil, fmt.Errorf("decode state: %w", err)
		}
	}
	return st, nil
}

func (doc *document) restoreNodes(st *State) error {
	for key, n := range doc.Nodes {
		epoch, err := parseEpoch(key)
		if err != nil || n == nil {
			return fmt.Errorf("epoch %q is not one", key)
		}
		n.Epoch = epoch
		st.nodes[epoch] = n
	}
	for _, key := range doc.Ended {
		epoch, err := parseEpoch(key)
		if err != nil {
			return err
		}
		st.ended = append(st.ended, epoch)
	}
	return nil
}

// parseEpoch reads what hexadecimal wrote, in that one spelling.
func parseEpoch(key string) (uint64, error) {
	epoch, err := strconv.ParseUint(key, 16, 64)
	if err != nil || hexadecimal(epoch) != key {
		return 0, fmt.Errorf("epoch %q is not one", key)
	}
	return epoch, nil
}

func (doc *document) restoreAccounts(st *State) error {
	st.accounts = newAccounts(len(doc.Accounts))
	for _, a := range doc.Accounts {
		if a == nil {
			return errors.New("an account is missing")
		}
		st.accounts.put(a)
	}
	if n := len(doc.Accounts); st.accounts.byKey.Len() != n || len(st.accounts.ids) != n {
		return errors.New("an account is there twice")
	}
	return nil
}

func (doc *document) restoreMembers(st *State) error {
	sessions := 0
	for _, m := range doc.Members {
		if m == nil || len(m.Sessions) == 0 || st.ByID(m.ID) != nil {
			return errors.New("a member is missing or there twice")
		}
		st.members.put(m)
		sessions += len(m.Sessions)
	}
	if st.members.byKey.Len() != len(doc.Members) || len(st.members.sessions) != sessions {
		return errors.New("two members have one pseudo or one session")
	}
	return nil
}

func (doc *document) restoreBans(st *State) error {
	for _, b := range doc.Bans {
		if !st.bans.add(b) {
			return ErrTooManyBans
		}
	}
	for _, m := range doc.Mutes {
		if !st.mutes.add(m) {
			return ErrTooManyBans
		}
	}
	return nil
}

// Imported is what a migration brings into an empty State.
type Imported struct {
	Applied Seq           // the place that all of it is true at
	Stamp   time.Duration // of the log there; the State's tick begins with it
	// Epoch, if it is not 0, is that of a node called "import" that is up: what is to
	// be applied besides is proposed by it, and then its NodeDown.
	Epoch    uint64
	Topic    Topic
	Slow     time.Duration
	Accounts []*Account
	Bans     []Ban // Ends is on the tick
	Mutes    []Mute
}

// ImportNode is the name of the node that an Imported State may have.
const ImportNode = "import"

// Import returns a State that holds what a migration found.
func Import(in Imported) *State {
	st := NewState()
	st.applied, st.tick, st.stamp = in.Applied, max(in.Stamp, firstTick), in.Stamp
	st.topic, st.slow = in.Topic, in.Slow
	if in.Epoch != 0 {
		st.nodes[in.Epoch] = newNode(ImportNode, in.Epoch, Version, Program)
	}
	for _, a := range in.Accounts {
		st.accounts.put(a)
	}
	for _, b := range in.Bans {
		st.bans.add(b)
	}
	for _, m := range in.Mutes {
		st.mutes.add(m)
	}
	return st
}
