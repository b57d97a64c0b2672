package state

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// document is a State as JSON has it. Members, accounts, bans and mutes stand in the
// order of their keys, so that equal States have equal bytes.
type document struct {
	V        int             `json:"v"`
	Program  string          `json:"program,omitempty"` // who wrote it; no part of the hash
	Applied  Seq             `json:"applied"`
	Tick     time.Duration   `json:"tick"`
	Stamp    time.Duration   `json:"stamp"`
	Nodes    map[epoch]*node `json:"nodes,omitempty"`
	Ended    []epoch         `json:"ended,omitempty"`
	Salon    *Room           `json:"salon,omitempty"` // the first room
	Rooms    []*Room         `json:"rooms,omitempty"` // the others
	Shutdown *Plan           `json:"shutdown,omitempty"`
	Closing  []*Plan         `json:"closing,omitempty"`
	Members  []*Member       `json:"members,omitempty"`
	Accounts []*Account      `json:"accounts,omitempty"`
	Bans     []Ban           `json:"bans,omitempty"`
	Mutes    []Mute          `json:"mutes,omitempty"`
}

// before4 is what a document had before there were rooms: the first one's.
type before4 struct {
	Topic Topic         `json:"topic,omitzero"`
	Slow  time.Duration `json:"slow,omitempty"`
}

// format returns the format that the State is written in.
func (f *Frozen) format() int { return nodesFormatIf(len(f.closing) > 0) }

func (f *Frozen) document() document {
	return document{
		V: f.format(), Applied: f.applied, Tick: f.tick, Stamp: f.stamp, Nodes: f.nodes, Ended: f.ended, Salon: f.salon, Rooms: f.rooms.Values(), Shutdown: f.shutdown, Closing: f.closing,
		Members: f.members.Values(), Accounts: f.accounts.Values(), Bans: f.bans.Values(), Mutes: f.mutes.Values(),
	}
}

func (doc *document) encode() []byte {
	data, err := json.Marshal(doc)
	if err != nil {
		panic("room: state does not encode: " + err.Error()) // a programming error: every field is plain data
	}
	return data
}

// Encode writes the State as JSON, in the oldest format that has all of it, with the name of this
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
	var doc struct {
		document
		before4
	}
	st := NewState()
	err := decodeVersioned(data, &doc.V, &doc)
	if err == nil {
		if doc.Salon == nil {
			doc.Salon = newSalon()
			doc.Salon.Topic, doc.Salon.Slow = doc.before4.Topic, doc.before4.Slow
		}
		err = doc.restore(st)
	}
	if err != nil {
		return nil, fmt.Errorf("decode state: %w", err)
	}
	return st, nil
}

// Outline is what an encoded State says of itself.
type Outline struct {
	Place
	Nodes []string // the names of those that are up, in order
}

// OutlineOf reads the Outline of what Encode wrote, in any format from the fourth to this
// program's. A later one is a [*VersionError].
func OutlineOf(data []byte) (Outline, error) {
	var doc struct {
		V       int                             `json:"v"`
		Applied Seq                             `json:"applied"`
		Stamp   time.Duration                   `json:"stamp"`
		Nodes   map[epoch]struct{ Name string } `json:"nodes"`
	}
	if err := decodeVersioned(data, &doc.V, &doc); err != nil {
		return Outline{}, fmt.Errorf("decode state: %w", err)
	}
	o := Outline{Place: Place{Seq: doc.Applied, Stamp: doc.Stamp}}
	for _, n := range doc.Nodes {
		o.Nodes = append(o.Nodes, n.Name)
	}
	slices.Sort(o.Nodes)
	return o, nil
}

func (doc *document) restore(st *State) error {
	st.header = header{doc.Applied, max(doc.Tick, firstTick), doc.Stamp, doc.Salon, doc.Shutdown, doc.Closing}
	if slices.Contains(doc.Closing, nil) {
		return errors.New("a shutdown is missing")
	}
	for _, r := range doc.Rooms {
		if r == nil || r.ID == 0 {
			return errors.New("a room is missing")
		}
		st.rooms.put(r)
	}
	st.ended = doc.Ended
	for e, n := range doc.Nodes {
		if n == nil {
			return errors.New("a node is missing")
		}
		n.Epoch = uint64(e)
		st.nodes[e] = n
	}
	st.accounts = newAccounts(len(doc.Accounts))
	for _, a := range doc.Accounts {
		if a == nil {
			return errors.New("an account is missing")
		}
		st.accounts.put(a)
	}
	sessions, hueless := 0, []*Member(nil)
	for _, m := range doc.Members {
		if m == nil || len(m.Sessions) == 0 {
			return errors.New("a member or its sessions are missing")
		}
		if len(m.Rooms) == 0 { // before format 4 there was one room
			m.Rooms = st.followed(nil)
		}
		if sessions += len(m.Sessions); m.Hue == 0 || m.Hue > Hues { // formats before 3 had no hues
			hueless = append(hueless, m)
			continue
		}
		st.members.put(m)
	}
	for _, m := range hueless {
		m.Hue = st.members.hues.pick(HueOf(m.Forms.Key))
		st.members.put(m)
	}
	if as, ms := len(doc.Accounts), len(doc.Members); st.Accounts() != as || len(st.accounts.ids) != as || st.members.byKey.Len() != ms ||
		len(st.members.entries) != ms || st.Sessions() != sessions {
		return errors.New("an account, a member or a session is there twice")
	}
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

// Imported is what a migration puts into an empty State.
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
	st.header = header{applied: in.Applied, tick: max(in.Stamp, firstTick), stamp: in.Stamp, salon: newSalon()}
	st.salon.Topic, st.salon.Slow = in.Topic, in.Slow
	if in.Epoch != 0 {
		st.nodes[epoch(in.Epoch)] = newNode(ImportNode, in.Epoch, Version, Program)
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
