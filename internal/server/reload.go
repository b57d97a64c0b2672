package server

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"syscall"
	"time"
)

// obeyHangup reads the files again at each of the signals until ctx ends. When it is because the
// terminal that the console is on was closed, it calls stop instead, as Ctrl-C does there: a
// server that was started in the background goes on.
func (s *server) obeyHangup(ctx context.Context, hangups chan os.Signal, stop func()) {
	onSignal(ctx, hangups, func() {
		if s.onTerminal && !isTerminal(s.cfg.Stdin) { // it was one
			signal.Ignore(syscall.SIGHUP) // the shell passes on the one that it got itself
			stop()
			return
		}
		putOut, err := s.reload()
		switch {
		case err != nil:
			s.log.Error("files not read again, nothing is changed", "err", err.Error())
		case putOut > 0:
			fmt.Fprintf(s.console, s.texts().PutOut+"\n", putOut)
		}
	})
}

// reload reads the Config and its files again: the limits and the files that say who
// may enter apply at once. It returns how many sessions were put out because they may no
// longer enter. An invalid file changes nothing.
func (s *server) reload() (putOut int, err error) {
	s.notifyReloading()
	defer func() { s.notifyReady(err) }()
	next := s.cfg
	if s.cfg.Again != nil {
		if next, err = s.cfg.Again(); err != nil {
			return 0, err
		}
	}
	a, err := s.access(&next)
	if err != nil {
		return 0, err
	}
	token, err := s.metricsToken()
	if err != nil {
		return 0, err
	}
	s.monitor.token.Store(&token)
	gone := s.room.SetAccess(a)
	s.auditPutOut(gone)
	s.room.SetLimits(next.limits())
	s.admission.SetLimits(next.strangers())
	if s.history != nil {
		s.history.SetKeep(time.Duration(next.Keep), int64(next.KeepSize))
	}
	s.log.Info("files read again", "operators", len(a.Operators), "allowed", len(a.Allow), "password", a.Password != "", "put_out", len(gone), "limits", next.limits())
	if names := s.cfg.unapplied(&next); len(names) > 0 {
		s.log.Warn("not before the next start", "changed", names)
	}
	return len(gone), nil
}

// unapplied returns the flags that differ in next and are read at the start only.
func (c *Config) unapplied(next *Config) []string {
	differs := map[string]bool{
		"ssh": c.SSH != next.SSH, "tcp": c.TCP != next.TCP, "data": c.Data != next.Data, "lang": c.Lang != next.Lang,
		"host-key": !slices.Equal(c.HostKey, next.HostKey), "log": c.Log != next.Log, "cut-wait": c.CutWait != next.CutWait,
		"nats": !reflect.DeepEqual(c.NATS, next.NATS), "node": c.Node != next.Node,
		"metrics": c.Metrics != next.Metrics, "metrics-token-file": c.MetricsTokenFile != next.MetricsTokenFile,
	}
	maps.DeleteFunc(differs, func(_ string, differs bool) bool { return !differs })
	return slices.Sorted(maps.Keys(differs))
}
