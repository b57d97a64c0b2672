package sshui

import (
	"context"
	"io"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/internal/front"
	"salon/internal/wait"
	"salon/room"
	"salon/room/state"
	"salon/room/text"
)

// Bounds on what a client may ask of a channel. What is beyond them is refused
// or clamped; the connection lives.
const (
	maxEnv      = 16      // variables
	maxEnvSize  = 1 << 10 // bytes of one, name and value
	maxCommand  = 8 << 10 // bytes
	maxTerm     = 64      // bytes of TERM
	maxWidth    = 500     // columns
	maxHeight   = 200     // rows
	stdWidth    = 80      // when the client says 0
	stdHeight   = 24
	maxPtyModes = 1 << 10 // bytes, ignored but bounded
)

// channel is one session channel (RFC 4254, section 6): what its client asked for before
// it started, and its session.
type channel struct {
	gossh.Channel
	server  *Server
	conn    *gossh.ServerConn
	key     gossh.PublicKey // that signed; nil without one
	secrets secrets         // while logging in, without a key
	addr    netip.Addr
	login   *front.Login    // of its connection
	lost    *atomic.Bool    // see conn
	ctx     context.Context // ends with the channel, by a *[state.Ending]
	end     context.CancelCauseFunc

	env     map[string]string
	term    string // TERM; "" without a terminal
	pty     bool
	command string
	copying string // the program that its client copies files with; "" for none
	started bool
	out     *guardedWriter
	errs    *guardedWriter // where errors go: with a terminal there is only one screen
	sess    *room.Session  // once joined
	restore func() []byte  // what gives a terminal back as it was; nil while nothing is changed

	mu            sync.Mutex
	width, height int           // guarded by mu
	resized       chan struct{} // cap 1
	exitOnce      sync.Once
}

func (s *Server) newChannel(c gossh.Channel, conn *gossh.ServerConn) *channel {
	ch := &channel{
		Channel: c, server: s, conn: conn, env: map[string]string{},
		width: stdWidth, height: stdHeight, resized: make(chan struct{}, 1),
	}
	ch.ctx, ch.end = context.WithCancelCause(context.Background())
	ch.out, ch.errs = ch.guarded(c), ch.guarded(c.Stderr())
	return ch
}

// request takes one request and reports whether it is granted.
func (ch *channel) request(kind string, payload []byte) bool {
	switch kind {
	case "env":
		return !ch.started && ch.setenv(payload)
	case "pty-req":
		return !ch.started && !ch.pty && ch.setTerminal(payload)
	case "window-change":
		return ch.pty && ch.setWindow(payload)
	case "shell":
		return !ch.started
	case "exec":
		return !ch.started && ch.setCommand(payload)
	case "subsystem":
		return !ch.started && ch.setSubsystem(payload)
	case "signal":
		return ch.started && asksToLeave(payload)
	}
	return false
}

// isKept reports whether salon uses an environment variable; others are refused.
func isKept(name string) bool {
	kept := []string{"LANG", "TZ", "COLORTERM", "NO_COLOR", "TERM_PROGRAM"}
	return strings.HasPrefix(name, "LC_") || slices.Contains(kept, name)
}

func (ch *channel) setenv(payload []byte) bool {
	var v struct{ Name, Value string }
	if len(payload) > maxEnvSize+8 || gossh.Unmarshal(payload, &v) != nil || !isKept(v.Name) || len(ch.env) >= maxEnv {
		return false
	}
	ch.env[v.Name] = text.Clean(v.Value, false)
	return true
}

func (ch *channel) setTerminal(payload []byte) bool {
	var v struct {
		Term                         string
		Columns, Rows, Width, Height uint32
		Modes                        string
	}
	if gossh.Unmarshal(payload, &v) != nil || len(v.Term) > maxTerm || len(v.Modes) > maxPtyModes {
		return false
	}
	ch.pty, ch.term, ch.errs = true, text.Clean(v.Term, false), ch.out
	ch.resize(v.Columns, v.Rows)
	return true
}

func (ch *channel) setWindow(payload []byte) bool {
	var v struct{ Columns, Rows, Width, Height uint32 }
	if gossh.Unmarshal(payload, &v) != nil {
		return false
	}
	ch.resize(v.Columns, v.Rows)
	return true
}

// resize keeps the latest size for the goroutine that paints.
func (ch *channel) resize(columns, rows uint32) {
	ch.mu.Lock()
	ch.width, ch.height = clampSize(columns, stdWidth, maxWidth), clampSize(rows, stdHeight, maxHeight)
	ch.mu.Unlock()
	wait.Signal(ch.resized)
}

func clampSize(n uint32, unset, most int) int {
	if n == 0 {
		return unset
	}
	return int(min(n, uint32(most)))
}

func (ch *channel) size() (width, height int) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return ch.width, ch.height
}

func (ch *channel) setCommand(payload []byte) bool {
	var v struct{ Command string }
	if len(payload) > maxCommand+4 || gossh.Unmarshal(payload, &v) != nil {
		return false
	}
	ch.command, ch.copying = v.Command, copierOf(v.Command)
	return true
}

// setSubsystem grants sftp, which is then told that it copies nothing here: of a refusal its
// client would say no more than that it failed.
func (ch *channel) setSubsystem(payload []byte) bool {
	var v struct{ Name string }
	if len(payload) > maxCommand+4 || gossh.Unmarshal(payload, &v) != nil || v.Name != sftp {
		return false
	}
	ch.copying = sftp
	return true
}

// asksToLeave reports whether a signal (RFC 4254, section 6.9) asks to leave.
func asksToLeave(payload []byte) bool {
	var v struct{ Signal string }
	return gossh.Unmarshal(payload, &v) == nil && slices.Contains([]string{"INT", "TERM", "HUP", "QUIT", "KILL"}, v.Signal)
}

// exit sends the exit code and closes the channel, once.
func (ch *channel) exit(code int) {
	ch.exitOnce.Do(func() {
		ch.SendRequest("exit-status", false, gossh.Marshal(struct{ Status uint32 }{uint32(code)}))
		ch.Close()
	})
}

// guarded returns a writer that never blocks for long on a client that does not read: a
// write that takes too long ends the session as Slow and closes the connection. A full
// window or an unfinished key exchange may block it, so closing the channel is not enough.
func (ch *channel) guarded(w io.Writer) *guardedWriter {
	return &guardedWriter{w: w, wait: ch.server.waits.write, meter: ch.server.cfg.Meter, stuck: func() {
		ch.end(&state.Ending{Cause: state.Slow})
		ch.conn.Close()
	}}
}

// maxWrite is how many bytes one write has. The time limit is for each: many messages at
// once, over a slow line, may take longer.
const maxWrite = 1950 // the library keeps buffers as large as the largest packet, two for each connection: 2 KiB each

// guardedWriter writes in pieces, and calls stuck when one of them takes too long. Any
// goroutine may write.
type guardedWriter struct {
	w     io.Writer
	wait  time.Duration
	meter *front.Meter
	stuck func()

	mu    sync.Mutex // held in Write
	timer *time.Timer
}

// Write implements io.Writer.
func (g *guardedWriter) Write(p []byte) (n int, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.timer == nil {
		g.timer = time.AfterFunc(g.wait, g.stuck)
	}
	defer g.timer.Stop()
	defer g.meter.End(g.meter.Begin(), len(p))
	for part := range slices.Chunk(p, maxWrite) {
		g.timer.Reset(g.wait)
		m, err := g.w.Write(part)
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
}
