package server

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// onSignal calls do at each signal sig until ctx ends.
func onSignal(ctx context.Context, sig os.Signal, do func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, sig)
	defer signal.Stop(signals)
	for {
		select {
		case <-signals:
			do()
		case <-ctx.Done():
			return
		}
	}
}

// reloadOnHangup reads the files again at each SIGHUP until ctx ends. A server whose
// terminal is closed goes on.
func (s *server) reloadOnHangup(ctx context.Context) {
	onSignal(ctx, syscall.SIGHUP, func() {
		if err := s.reload(); err != nil {
			s.log.Error("files not read again, nothing is changed", "err", err.Error())
		}
	})
}
