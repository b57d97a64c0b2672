package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"salon/room"
	"salon/room/state"
)

// Options say how to reach NATS, and who this node is.
type Options struct {
	Access
	// Node is this node's name, see [ValidName]. Two that run at once must not have the same.
	Node string
	// HostKeys are the fingerprints of what it shows to ssh clients: nodes with others are
	// warned of in Log.
	HostKeys []string
	// Store is this node's own, which Close leaves open.
	Store Local
	// Log receives what operators need to know; nil: it is dropped.
	Log *slog.Logger
}

// Access is how to reach the NATS servers of a cluster.
type Access struct {
	Servers []string // URLs, nats://host:4222 or tls://host:4222
	Creds   string   // file of a user's JWT and seed; "": none
	NKey    string   // file of a seed; "": none
	CA      string   // file of certificates that sign the servers'; "": the system's
	Cert    string   // file of this node's certificate; "": none
	Key     string   // file of its key
}

// Local is a node's own store. See package history for what each method guarantees.
type Local interface {
	room.Store
	// Health says whether what is applied is written.
	Health() (h state.Health, changed <-chan struct{})
	// Skip notes that what was said after all that Apply was given, up to a place, is missing,
	// and may be filled. Apply goes on after it.
	Skip(upto state.Seq)
	// Missing returns what is missing and may be filled, the newest first.
	Missing(ctx context.Context) ([]Missing, error)
	// Fill adds some of the spoken events that are missing: the last ones of m, all of those
	// from one place on. With from at m's first nothing of it is missing any more.
	Fill(ctx context.Context, m Missing, from state.Seq, spoken []state.Event) error
	// Erased returns the places of messages that were taken back after a place, in order, n at
	// most.
	Erased(ctx context.Context, after state.Seq, n int) ([]state.Seq, error)
}

// Missing are messages that a store was not given, by the places that they may have.
type Missing = state.Missing

// validName is what a subject and a key may hold.
var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// ValidName reports whether a node can be called so: up to 32 small letters, digits and dashes.
func ValidName(name string) bool { return validName.MatchString(name) }

// Errors of [Open] and [Init]. They say what somebody has to do, and come wrapped with what
// the server said.
var (
	ErrUnreachable = errors.New("no NATS server answers")
	ErrNoJetStream = errors.New("JetStream is off")
	ErrPermission  = errors.New("the user may not do this")
	ErrNoMajority  = errors.New("no majority of the NATS servers answers")
	ErrNoStream    = errors.New("the stream ROOM does not exist")
	ErrForeign     = errors.New("the stream ROOM is not a salon's")
	ErrExists      = errors.New("the stream ROOM exists already")
)

// An OldServerError is a NATS server that lacks what is needed.
type OldServerError struct{ Version, Needed string }

func (e *OldServerError) Error() string {
	return fmt.Sprintf("the NATS server is version %s; %s is needed", e.Version, e.Needed)
}

// A ReplicasError is a stream with fewer copies than the cluster has servers for.
type ReplicasError struct {
	Name       string // of the stream or bucket
	Has, Wants int
}

func (e *ReplicasError) Error() string {
	return fmt.Sprintf("%s has %d replicas, want %d", e.Name, e.Has, e.Wants)
}

// A ClockError is a clock of this machine that is far from the servers'.
type ClockError struct{ Off time.Duration } // positive: this machine's is ahead

func (e *ClockError) Error() string { return fmt.Sprintf("the clock is off by %v", e.Off) }

// A RollbackError is a stream that does not hold what this node, or another, has applied: it
// was restored from an old copy, or is another one.
type RollbackError struct {
	Node string      // who applied it
	At   state.Place // what it applied last
	Last state.Seq   // of the stream
}

func (e *RollbackError) Error() string {
	return fmt.Sprintf("node %s has applied event %d, which the stream, at %d, does not hold", e.Node, e.At.Seq, e.Last)
}

// InitOptions are how a cluster begins.
type InitOptions struct {
	Access
	Replicas int             // of stream and buckets; 0: 3, or 1 with one server
	MaxBytes int64           // of the stream: the oldest events go; 0: no bound
	MaxAge   time.Duration   // of an event in it; 0: for ever
	From     *state.Snapshot // what the room begins with; nil: empty
}
