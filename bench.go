package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"salon/internal/load"
)

// benchCmd is `salon bench`. Its flags have no environment: SALON_SSH and the
// like are the server's.
type benchCmd struct {
	SSH      string        `name:"ssh" env:"-" placeholder:"HOST:PORT" help:"${bench_ssh}"`
	TCP      string        `name:"tcp" env:"-" placeholder:"HOST:PORT" help:"${bench_tcp}"`
	Screen   int           `env:"-" default:"0" help:"${bench_screen}"`
	Line     int           `env:"-" default:"0" help:"${bench_line}"`
	Raw      int           `env:"-" default:"0" help:"${bench_raw}"`
	Size     string        `env:"-" default:"80x24" help:"${bench_terminal}"`
	Stalled  int           `env:"-" default:"0" help:"${bench_stalled}"`
	Parallel int           `env:"-" default:"8" help:"${bench_parallel}"`
	Senders  int           `env:"-" default:"10" help:"${bench_senders}"`
	Rate     float64       `env:"-" default:"5" help:"${bench_rate}"`
	Burst    int           `env:"-" default:"0" help:"${bench_burst}"`
	Duration time.Duration `env:"-" default:"5s" help:"${bench_duration}"`
	Bytes    int           `env:"-" default:"80" help:"${bench_size}"`
	Settle   time.Duration `env:"-" default:"2s" help:"${bench_settle}"`
	PID      int           `name:"pid" env:"-" default:"0" help:"${bench_pid}"`
}

// Run applies the load, with its progress on stderr, and prints what it measured.
func (c *benchCmd) Run(p *program) error {
	cfg := load.Config{
		SSH: c.SSH, TCP: c.TCP, Screen: c.Screen, Line: c.Line, Raw: c.Raw, Stalled: c.Stalled, Parallel: c.Parallel,
		Senders: min(c.Senders, c.Screen+c.Line+c.Raw-c.Stalled), Rate: c.Rate, Duration: c.Duration, Size: c.Bytes,
		Settle: c.Settle, PID: c.PID, Progress: p.stderr,
	}
	if _, err := fmt.Sscanf(c.Size, "%dx%d", &cfg.Width, &cfg.Height); err != nil || cfg.Width < 1 || cfg.Height < 1 {
		return usageError{fmt.Errorf("--size %q", c.Size)}
	}
	if c.Burst > 0 {
		cfg.Rate, cfg.Burst = 0, c.Burst
	}
	if err := cfg.Check(); err != nil {
		return usageError{err}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	report, err := load.Run(ctx, cfg)
	if err != nil {
		return err
	}
	_, err = report.WriteTo(p.stdout)
	return err
}
