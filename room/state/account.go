package state

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/btree"

	"salon/room/text"
)

// Limits on accounts.
const (
	// maxAccounts is how many pseudos can be registered; one more is refused with
	// ErrFull until somebody gives one up.
	maxAccounts = 100_000
	// MaxKeys is how many keys open one account; one more is refused.
	MaxKeys = 8
)

// Account is a registered pseudo: it, and whatever looks like it, opens only to
// the client that proves to be its owner, by one of its keys or by its pass phrase. It
// lasts while its owner is away, and across restarts. An Account is immutable: a change
// replaces it.
type Account struct {
	ID      Seq         `json:"id"` // place in the log of what made it: tells it from a later one of the same pseudo
	Pseudo  text.Pseudo `json:"pseudo"`
	Forms   text.Forms  `json:"forms"`          // as they were when it was registered
	Keys    []string    `json:"keys,omitempty"` // fingerprints, oldest first, at most MaxKeys; each is a key of one account only
	Pass    string      `json:"pass,omitempty"` // argon2id of the pass phrase (PHC string format); "" without one
	Since   time.Time   `json:"since"`          // when it was registered
	Seen    Seq         `json:"seen,omitempty"` // how far its owner had read when they left last; 0: they never did
	Kept    Kept        `json:"kept,omitzero"`
	Ignored []Ignored   `json:"ignored,omitempty"` // whom its owner does not want to read, at most MaxIgnored
	Rooms   []Following `json:"rooms,omitempty"`   // as its owner followed them last
}

// Opens reports whether a proof is the owner's: keyID is the key that signed, passed the
// account whose pass phrase was given. It is false for a nil account.
func (a *Account) Opens(keyID string, passed Seq) bool {
	return a != nil && (passed != 0 && passed == a.ID || keyID != "" && slices.Contains(a.Keys, keyID))
}

// Proof returns what identifies the owner, whichever key or pass phrase they used.
func (a *Account) Proof() string { return accountProof(a.ID) }

const accountWord = "account "

func accountProof(id Seq) string { return accountWord + strconv.FormatUint(uint64(id), 10) }

// accountOfProof returns the account whose Proof it is; nil for another proof.
func (st *State) accountOfProof(proof string) *Account {
	digits, ok := strings.CutPrefix(proof, accountWord)
	if !ok {
		return nil
	}
	id, _ := strconv.ParseUint(digits, 10, 64) // 0 is none
	return st.accounts.ids[Seq(id)]
}

// accounts is the set of all accounts and its indexes. byKey is the set itself; the
// others follow from it.
type accounts struct {
	byKey *btree.Map[text.Key, *Account]
	ids   map[Seq]*Account
	keys  map[string]*Account    // by fingerprint
	looks [2]map[string]*Account // by text.Forms.Looks
	near  map[string][]text.Key  // by text.Near.Index, for State.Near alone: each node has its own
}

// newAccounts returns none, with room for n.
func newAccounts(n int) accounts {
	return accounts{
		byKey: &btree.Map[text.Key, *Account]{}, ids: make(map[Seq]*Account, n), keys: make(map[string]*Account, n),
		looks: [2]map[string]*Account{make(map[string]*Account, n), make(map[string]*Account, n)},
		near:  make(map[string][]text.Key, n),
	}
}

// get returns the account of a pseudo; nil for one that nobody has registered.
func (as *accounts) get(k text.Key) *Account {
	a, _ := as.byKey.Get(k)
	return a
}

// put adds an account or replaces the one of its pseudo. It is fastest in the order of
// the keys.
func (as *accounts) put(a *Account) {
	if was, replaced := as.byKey.Load(a.Forms.Key, a); replaced {
		as.unindex(was)
	} else {
		index := a.Forms.Key.Near().Index
		as.near[index] = append(as.near[index], a.Forms.Key)
	}
	as.ids[a.ID] = a
	for _, key := range a.Keys {
		as.keys[key] = a
	}
	for i, look := range a.Forms.Looks {
		as.looks[i][look] = a
	}
}

func (as *accounts) remove(a *Account) {
	as.byKey.Delete(a.Forms.Key)
	removeFrom(as.near, a.Forms.Key.Near().Index, a.Forms.Key)
	as.unindex(a)
}

func (as *accounts) unindex(a *Account) {
	delete(as.ids, a.ID)
	for _, key := range a.Keys {
		delete(as.keys, key)
	}
	for i, look := range a.Forms.Looks {
		delete(as.looks[i], look)
	}
}

// alike returns an account other than but whose pseudo is equal to or confusable with the
// one of these forms; nil for none.
func (as *accounts) alike(f text.Forms, but *Account) *Account {
	for i, look := range f.Looks {
		if a := as.looks[i][look]; a != nil && a != but {
			return a
		}
	}
	return nil
}
