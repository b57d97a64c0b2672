package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/room/cluster"
	"salon/room/lang"
	"salon/room/state"
)

// openTimeout is how long a node looks for its cluster at the start; then it is an error that
// says why.
const openTimeout = 30 * time.Second

// clustered reports whether other machines may be in the room.
func (c *Config) clustered() bool { return len(c.NATS.Servers) > 0 }

// openNode makes this machine a node of its cluster. The room closes it, and its store stays
// the server's.
func (s *server) openNode() (*cluster.Node, error) {
	if err := s.cfg.NATS.judge(s.texts()); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	node, err := cluster.Open(ctx, cluster.Options{Access: s.cfg.NATS.access(), Node: s.cfg.Node, HostKeys: fingerprints(s.keys), Store: s.history, Log: s.log})
	if err != nil {
		return nil, s.explainRoom(err)
	}
	return node, nil
}

// fingerprints returns those of host keys.
func fingerprints(keys []gossh.Signer) (list []string) {
	for _, key := range keys {
		list = append(list, gossh.FingerprintSHA256(key.PublicKey()))
	}
	return list
}

// sayFailed says on the console and in the log why the room stopped, if it did by itself.
func (s *server) sayFailed() {
	if err := s.room.Failed(); err != nil {
		s.log.Error("the room stopped by itself", "err", err.Error())
		fmt.Fprintf(s.console, s.texts().NodeStops+"\n", s.explainRoom(err))
	}
}

// explainRoom words why the room cannot begin, or go on, as far as it is known.
func (s *server) explainRoom(err error) error {
	if newer, ok := errors.AsType[*state.VersionError](err); ok {
		return fmt.Errorf(s.texts().NodeNewer, cmp.Or(newer.Program, "salon"), newer.Version)
	}
	if taken, ok := errors.AsType[*state.NameTakenError](err); ok {
		return fmt.Errorf(s.texts().NodeNameTaken, taken.Node)
	}
	return s.cfg.NATS.explain(s.texts(), err)
}

// explain words an error of package cluster, as far as it is a known one.
func (n *NATS) explain(t *lang.Texts, err error) error {
	old, isOld := errors.AsType[*cluster.OldServerError](err)
	clock, isClock := errors.AsType[*cluster.ClockError](err)
	back, isBack := errors.AsType[*cluster.RollbackError](err)
	switch {
	case isOld:
		return fmt.Errorf(t.NATSOld, old.Version, old.Needed)
	case isClock:
		return fmt.Errorf(t.NATSClock, clock.Off.Abs().Round(time.Millisecond))
	case isBack:
		return fmt.Errorf(t.NATSRollback, back.Node, back.At.Seq, back.Last)
	case errors.Is(err, cluster.ErrPermission): // before ErrUnreachable
		return fmt.Errorf(t.NATSPermission, cause(err, cluster.ErrPermission))
	case errors.Is(err, cluster.ErrUnreachable):
		return fmt.Errorf(t.NATSUnreachable, n.shown(), cause(err, cluster.ErrUnreachable))
	case errors.Is(err, cluster.ErrNoJetStream):
		return errors.New(t.NATSNoJetStream)
	case errors.Is(err, cluster.ErrNoStream):
		return fmt.Errorf(t.NATSNoStream, n.shown(), n.shown())
	case errors.Is(err, cluster.ErrForeign):
		return fmt.Errorf(t.NATSForeign, n.shown())
	case errors.Is(err, cluster.ErrNoMajority):
		return fmt.Errorf(t.NATSNoMajority, n.shown())
	case errors.Is(err, cluster.ErrNoSnapshot):
		return errors.New(t.NATSNoSnapshot)
	case errors.Is(err, cluster.ErrExists):
		return fmt.Errorf(t.NATSExists, n.shown(), n.shown())
	}
	return err
}

// cause is what the server said, without which of our errors it means.
func cause(err, known error) string {
	return strings.TrimPrefix(err.Error(), known.Error()+": ")
}
