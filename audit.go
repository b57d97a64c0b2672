package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"salon/room"
)

// auditFile is where operators' actions are written down, in the data directory:
// one JSON object a line, only ever appended to.
const auditFile = "audit.log"

// openAudit opens the audit log of a data directory; without one, operators'
// actions are in the technical log only.
func (s *service) openAudit(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, auditFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, f)
	s.auditLog = slog.New(slog.NewJSONHandler(f, nil))
	return nil
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
	attrs := []any{"by", by, "key", a.KeyID, "front", a.Front, "command", a.Command, "outcome", outcome}
	if a.Addr.IsValid() {
		attrs = append(attrs, "addr", a.Addr.String())
	}
	if s.auditLog != nil {
		s.auditLog.Info("operator", attrs...)
	}
	s.log.Info("operator", attrs...)
}

// closeAll closes what was opened, the last first.
func closeAll(list []io.Closer) {
	for i := len(list) - 1; i >= 0; i-- {
		list[i].Close()
	}
}
