package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"salon/hostkeys"
	"salon/room"
	"salon/room/history"
)

// openRoom opens the room on the history of the data directory, or in memory.
func (s *service) openRoom() error {
	cfg := room.DefaultConfig()
	cfg.Limits = s.cmd.limits()
	cfg.Audit, cfg.Reload = s.audit, s.reload
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
	dir, err := s.cmd.dataDir()
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
		Progress: s.indexing, Anew: s.restoreKey,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, s.explain(err))
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
func (s *service) explain(err error) error {
	for known, text := range map[error]string{
		history.ErrInUse: s.texts().DataInUse, history.ErrForeign: s.texts().DataForeign,
		history.ErrDamaged: s.texts().DataDamaged, history.ErrNewer: s.texts().DataNewer,
		history.ErrDirectory: s.texts().DataDirectory, history.ErrReadOnly: s.texts().DataReadOnly,
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

// age is how long something is kept, as a flag: 12h, 30d, 8w; 0 is for ever.
type age time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *age) UnmarshalText(text []byte) error {
	word := string(text)
	for unit, size := range map[string]time.Duration{"d": 24 * time.Hour, "j": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if n, err := strconv.Atoi(strings.TrimSuffix(word, unit)); err == nil && strings.HasSuffix(word, unit) && n >= 0 && n < 40000 {
			*a = age(time.Duration(n) * size)
			return nil
		}
	}
	d, err := time.ParseDuration(word)
	if err == nil && d < 0 {
		err = fmt.Errorf("%q is less than nothing", word)
	}
	*a = age(d)
	return err
}

// size is an amount of bytes, as a flag: 500K, 200M, 2G; 0 is any.
type size int64

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *size) UnmarshalText(text []byte) error {
	word := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(string(text)), "B"), "I")
	shift := 0
	if i := strings.IndexAny(word, "KMGT"); i >= 0 && i == len(word)-1 {
		shift = 10 * (1 + strings.IndexByte("KMGT", word[i]))
		word = word[:i]
	}
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil || n < 0 || n > 1<<62>>shift {
		return fmt.Errorf("%q is no size", text)
	}
	*s = size(n << shift)
	return nil
}

// exportCmd is `salon export`.
type exportCmd struct {
	Data string `placeholder:"DIR" help:"${exportdata}"`
}

// Run writes everything that was said, as one JSON object a line, to the standard
// output. It may run beside the server.
func (c *exportCmd) Run(p *program) error {
	if c.Data == "off" {
		return usageError{errors.New(p.texts().ExportOff)}
	}
	dir, err := (&serveCmd{Data: c.Data}).dataDir()
	if err != nil {
		return err
	}
	r, err := history.OpenReader(dir)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, (&service{program: p}).explain(err))
	}
	defer r.Close()
	var progress func(done, total int64)
	if isTerminal(p.stderr) {
		progress = func(done, total int64) {
			fmt.Fprintf(p.stderr, "\r"+p.texts().Exporting, done, total)
			if done == total {
				fmt.Fprintln(p.stderr)
			}
		}
	}
	if err := r.Export(context.Background(), os.Stdout, progress); err != nil {
		return fmt.Errorf("%s: %w", dir, (&service{program: p}).explain(err))
	}
	return nil
}
