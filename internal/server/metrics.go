package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"salon/internal/front"
	"salon/internal/metrics"
	"salon/internal/owned"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

const (
	// metricsExample is an address for the figures.
	metricsExample = "127.0.0.1:9090"
	// metricsTimeout is how much of the server's end those who read figures have to take the
	// rest; then their connections are closed.
	metricsTimeout = 250 * time.Millisecond
	// minToken is how many bytes a token has at least: 16 random letters cannot be guessed.
	minToken = 16
	// healthTimeout is how long [Health] waits for an answer.
	healthTimeout = 5 * time.Second
)

// Stages of a server, for those who ask how it is.
const (
	starting int32 = iota
	serving
	stopping
)

// monitor is how a server shows its figures and how it is. Without --metrics all but stage is
// zero: nothing is measured.
type monitor struct {
	stage    atomic.Int32
	port     *port // where it listens; nil: nowhere
	token    atomic.Pointer[string]
	server   *metrics.Server
	room     *room.Meter
	fronts   map[string]*front.Meter
	measures *metrics.Measures
	probing  chan struct{} // cap 1: the room is being looked at
}

// PublicError is the error of a Config that shows its figures to other machines, to anybody.
type PublicError struct{ Addr string }

func (e *PublicError) Error() string { return "--metrics " + e.Addr + " without --metrics-token-file" }

// watched reports whether figures are shown.
func (c *Config) watched() bool { return c.Metrics != "" && c.Metrics != off }

// checkMetrics reports a flag of the figures that no server can have.
func (c *Config) checkMetrics() error {
	socket, unix := strings.CutPrefix(c.Metrics, metrics.UnixPrefix)
	switch {
	case !c.watched() && c.MetricsTokenFile != "":
		return &FlagError{Flag: "metrics-token-file", Value: c.MetricsTokenFile, Example: c.MetricsTokenFile + " --metrics " + metricsExample}
	case !c.watched():
		return nil
	case unix && socket == "":
		return &FlagError{Flag: "metrics", Value: c.Metrics, Example: metrics.UnixPrefix + "/run/salon/metrics.sock"}
	case unix:
		return nil
	case !isAddress(c.Metrics):
		return &FlagError{Flag: "metrics", Value: c.Metrics, Example: "127.0.0.1" + cmp.Or(addressLike(c.Metrics), ":9090")}
	case c.MetricsTokenFile == "" && isPublic(c.Metrics):
		return &PublicError{c.Metrics}
	}
	return nil
}

// isPublic reports whether an address says by itself that other machines can reach it: what a
// name stands for is seen when it is listened on.
func isPublic(addr string) bool {
	host, _, _ := net.SplitHostPort(addr)
	ip, err := netip.ParseAddr(host)
	return host == "" || err == nil && !ip.Unmap().IsLoopback()
}

// openMetrics listens for those who ask for figures, and answers them from now on.
func (s *server) openMetrics() (err error) {
	if !s.cfg.watched() {
		return nil
	}
	m := &s.monitor
	token, err := s.metricsToken()
	if err != nil {
		return err
	}
	m.token.Store(&token)
	m.port = &port{name: "metrics", network: "tcp", addr: s.cfg.Metrics}
	if m.port.Listener, err = s.listenMetrics(m.port); err != nil {
		return err
	}
	registry, measures := metrics.New(cmp.Or(s.cfg.Program, "salon"), runtime.Version(), s.reading)
	m.measures, m.fronts, m.probing = measures, map[string]*front.Meter{}, make(chan struct{}, 1)
	for _, f := range s.fronts {
		m.fronts[f.name] = &front.Meter{Wrote: measures.Writes(f.name)}
	}
	m.room = &room.Meter{Committed: measures.Committed, Searched: measures.Searched, Refused: func(err error) { measures.Refused(lang.Code(err)) }}
	m.server = metrics.Serve(m.port.Listener, metrics.Options{
		Registry: registry, Token: func() string { return *m.token.Load() }, Health: s.stuck, Ready: s.unready, Log: s.log,
	})
	s.log.Info("metrics", "addr", m.port.Addr().String())
	return nil
}

// closeMetrics answers nobody any more.
func (s *server) closeMetrics() {
	if s.monitor.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), metricsTimeout)
		defer cancel()
		s.monitor.server.Close(ctx)
	}
}

// metricsToken reads the token: the first line of a file that only its owner may read. Without
// a file it is "".
func (s *server) metricsToken() (string, error) {
	name := s.cfg.MetricsTokenFile
	first, err := secretLine(s.texts(), name)
	if err != nil || name == "" {
		return "", err
	}
	if first = strings.TrimSpace(first); len(first) < minToken || strings.ContainsAny(first, " \t") {
		return "", fmt.Errorf(s.texts().BadLine, name, 1, fmt.Sprintf(s.texts().BadToken, minToken))
	}
	return first, nil
}

// listenMetrics listens on a port, which without a token must be one of this machine alone, or
// on a unix socket.
func (s *server) listenMetrics(f *port) (net.Listener, error) {
	if path, ok := strings.CutPrefix(f.addr, metrics.UnixPrefix); ok {
		f.network = "unix"
		return s.listenUnix(path)
	}
	l, err := s.listen(f)
	if err != nil {
		return nil, err
	}
	if at, ok := l.Addr().(*net.TCPAddr); s.cfg.MetricsTokenFile == "" && (!ok || !at.IP.IsLoopback()) {
		l.Close()
		return nil, fmt.Errorf(s.texts().MetricsPublic, f.addr, metricsExample)
	}
	return l, nil
}

// listenUnix listens on a socket that its owner alone can use, in a directory that others cannot
// change. One that a server left which was killed is replaced.
func (s *server) listenUnix(path string) (l net.Listener, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if err := owned.Above(path); err != nil {
		return nil, refusal(s.texts(), err, "")
	}
	switch info, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case info.Mode().Type() != fs.ModeSocket:
		return nil, fmt.Errorf(s.texts().NoSocket, path)
	default:
		if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
			c.Close()
			return nil, fmt.Errorf(s.texts().SocketTaken, path, "--metrics unix:"+path+"2")
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	privately(func() { l, err = net.Listen("unix", path) })
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		if l != nil {
			l.Close()
		}
		return nil, fmt.Errorf(s.texts().CannotListen, "--metrics "+s.cfg.Metrics, err)
	}
	return sparing{l}, nil
}

// stuck returns why the server does not work; "" while it does, or is not open yet or any more.
func (s *server) stuck(ctx context.Context) string {
	m := &s.monitor
	if m.stage.Load() != serving {
		return ""
	}
	select { // a room that is stuck is looked at once
	case m.probing <- struct{}{}:
	case <-ctx.Done():
		return roomStuck
	}
	works := false
	if !within(ctx, healthTimeout, func() { works = s.room.Works(ctx); <-m.probing }) || !works {
		return roomStuck
	}
	return ""
}

const roomStuck = "the room does not answer"

// unready returns why people should not be sent here; "" when they may.
func (s *server) unready(ctx context.Context) string {
	switch s.monitor.stage.Load() {
	case starting:
		return "starting"
	case stopping:
		return "stopping"
	}
	switch h := s.room.Health(); {
	case h.ReadOnly:
		return "the cluster's log is out of reach"
	case h.Err != nil:
		return "the history cannot be written"
	}
	return s.stuck(ctx)
}

// Health asks the server whose figures are shown at an address how it is, and with ready whether
// it serves people now. It prints one line, and its error is another.
func Health(ctx context.Context, u Usage, addr string, ready bool, out io.Writer) error {
	path := metrics.HealthPath
	if ready {
		path = metrics.ReadyPath
	}
	target, err := metrics.ParseTarget(addr, path)
	if err != nil {
		return u.BadValue("salon health", addr, metricsExample)
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	words, err := target.Ask(ctx)
	if err != nil {
		return fmt.Errorf(u.texts().HealthBad, addr, text.Clean(err.Error(), false))
	}
	_, err = fmt.Fprintf(out, "%s: %s\n", addr, text.Clean(words, false))
	return err
}

// reading reads all figures; false while there is no room yet.
func (s *server) reading() (metrics.Reading, bool) {
	if s.monitor.stage.Load() == starting {
		return metrics.Reading{}, false
	}
	f, a := s.room.Figures(), s.admission.Figures()
	r := metrics.Reading{
		Members: f.Members, Rooms: f.Rooms, Nodes: f.Nodes, Sessions: f.Sessions, Events: map[string]uint64{}, Ended: map[string]uint64{},
		Delivered: s.monitor.room.Delivered.Load(), Place: uint64(f.Place), Lag: f.Lag, Failing: f.Health.Err != nil, ReadOnly: f.Health.ReadOnly,
		Accepted: a.Accepted, Penalties: a.Penalties, Refused: map[metrics.Refusal]uint64{}, Logins: a.Logins, Sources: a.Sources,
		LinesFound: map[string]uint64{}, LinesMade: map[string]uint64{}, LogLinesDropped: s.logTo.lostLines(), History: s.readHistory(),
	}
	for _, cause := range state.Causes() {
		r.Ended[cause.String()] = f.Ended[cause]
	}
	for _, kind := range state.Kinds() {
		if kind.Logged {
			r.Events[strings.ReplaceAll(kind.Name, " ", "_")] = f.Events[kind.Name]
		}
	}
	for why, n := range a.Refused {
		r.Refused[metrics.Refusal{Stage: why.Stage, Cause: why.Code}] = n
	}
	for name, m := range s.monitor.fronts {
		r.Sessions[name] = f.Sessions[name]
		r.LinesFound[name], r.LinesMade[name] = m.Lines.Get()
		found, made := m.Rows.Get()
		r.RowsFound, r.RowsMade = r.RowsFound+found, r.RowsMade+made
	}
	return r, true
}

func (s *server) readHistory() *metrics.History {
	if s.history == nil {
		return nil
	}
	h := s.history.Figures()
	return &metrics.History{Database: h.Database, WAL: h.WAL, Waiting: h.Waiting, Pruned: h.Pruned, Commits: uint64(h.Commits)}
}
