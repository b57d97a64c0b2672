package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"salon/room"
)

// auditFile is where operators' actions are written down, in the data directory:
// one JSON object a line, only ever appended to.
const auditFile = "audit.log"

// openAudit opens the audit log of a data directory; without one, operators'
// actions are in the technical log only.
func (s *service) openAudit(dir string) error {
	s.journal = &journal{path: filepath.Join(dir, auditFile), log: s.log, retry: journalRetry}
	s.auditLog = slog.NewJSONHandler(s.journal, nil)
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return s.journal.appendLocked() // now rather than when it matters
}

// audit writes down what an operator did: who, what, when and from where.
func (s *service) audit(a room.Act) {
	by, outcome := string(a.By), "done"
	if by == "" {
		by = "console"
	}
	if a.Err != nil {
		outcome = a.Err.Error()
	}
	r := slog.NewRecord(time.Now(), slog.LevelInfo, "operator", 0)
	r.Add("by", by, "key", a.KeyID, "front", a.Front, "command", a.Command, "outcome", outcome)
	if a.Addr.IsValid() {
		r.Add("addr", a.Addr.String())
	}
	if s.auditLog != nil {
		if err := s.auditLog.Handle(context.Background(), r); err != nil {
			s.log.Error("an operator's action is not recorded", "err", err.Error())
		}
	}
	if s.log.Enabled(context.Background(), r.Level) {
		s.log.Handler().Handle(context.Background(), r)
	}
}
