package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"salon/hostkeys"
	"salon/room"
	"salon/room/history"
	"salon/room/lang"
)

// theNode is what a server by itself is called in its log: always the same, so that each
// start ends the life before it.
const theNode = "local"

// openRoom opens the room on the history of the data directory, or in memory.
func (s *service) openRoom() error {
	cfg := room.DefaultConfig()
	cfg.Limits = s.cmd.limits()
	cfg.Node, cfg.Audit, cfg.Reload = theNode, s.audit, s.reload
	var events room.Log = room.NewMemoryLog()
	var store room.Store = room.NewMemoryStore()
	if s.cmd.Data != "off" {
		h, err := s.openHistory()
		if err != nil {
			return err
		}
		events, store = h, h
	}
	a, err := s.access(s.cmd)
	if err != nil {
		return err
	}
	if s.room, err = room.New(context.Background(), cfg, events, store); err != nil {
		return err
	}
	s.room.SetAccess(a)
	return nil
}

// openHistory opens the history, which is closed after the room.
func (s *service) openHistory() (*history.History, error) {
	dir, err := dataDir(s.cmd.Data)
	if err != nil {
		return nil, err
	}
	if s.ssh != nil && len(s.cmd.HostKey) == 0 {
		if s.copied, err = hostkeys.Copy(dir); err != nil {
			return nil, err
		}
	}
	h, err := history.Open(context.Background(), history.Options{
		Dir: dir, Log: s.log, Keep: time.Duration(s.cmd.Keep), KeepBytes: int64(s.cmd.KeepSize),
		Progress: s.indexing, Anew: s.restoreKey, Program: "salon " + version(),
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, explain(s.texts(), err))
	}
	s.history = h
	return h, s.openAudit(dir)
}

// restoreKey puts the host key back into a data directory that was removed: members
// would be warned of another one after the next start.
func (s *service) restoreKey() {
	if s.copied == nil {
		return
	}
	if err := s.copied(); err != nil {
		s.log.Error("the host key is not put back", "err", err.Error())
	}
}

// explain says in words what keeps a history from being opened.
func explain(t *lang.Texts, err error) error {
	if newer, ok := errors.AsType[*history.NewerError](err); ok {
		return fmt.Errorf(t.DataNewer, cmp.Or(newer.Program, "salon"), newer.Format)
	}
	for known, text := range map[error]string{
		history.ErrInUse: t.DataInUse, history.ErrForeign: t.DataForeign,
		history.ErrDamaged: t.DataDamaged, history.ErrOlder: t.DataOlder,
		history.ErrDirectory: t.DataDirectory, history.ErrReadOnly: t.DataReadOnly,
	} {
		if errors.Is(err, known) {
			return errors.New(text)
		}
	}
	return err
}

// indexing is told by the history how an index comes along that was missing.
func (s *service) indexing(done, total int64) {
	if c := s.shown.Load(); c != nil {
		fmt.Fprintf(c, s.texts().Indexing+"\n", done, total)
		return
	}
	s.log.Info("indexing", "done", done, "of", total)
}
