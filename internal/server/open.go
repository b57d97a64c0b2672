package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"salon/hostkeys"
	"salon/internal/front"
	"salon/rawtcp"
	"salon/room"
	"salon/room/history"
	"salon/room/lang"
	"salon/room/operator"
	"salon/sshui"
)

// nodeName is the name in its log of a server that runs alone: always the same, so that
// each start ends the epoch before it.
const nodeName = "local"

// open acquires all that may fail, before the first connection is accepted.
func (s *server) open() (err error) {
	if err := s.checkDescriptors(); err != nil {
		return err
	}
	if err := s.cfg.judgeData(s.texts()); err != nil {
		return err
	}
	if s.cfg.SSH != off {
		if s.keys, err = s.cfg.hostKeys(); err != nil {
			return refusal(s.texts(), err, "")
		}
	}
	if err := s.openFronts(); err != nil {
		return err
	}
	if err := s.openMetrics(); err != nil {
		return err
	}
	return s.openRoom()
}

// openFronts listens for each front that is not off: on the sockets that the service manager
// has opened and on no others, or, when it has opened none, where the flags say.
func (s *server) openFronts() error {
	given, err := s.activated()
	if err != nil {
		return err
	}
	for _, f := range s.offered() {
		listeners := given[f.name]
		if given == nil && f.addr != off {
			l, err := s.listen(f)
			if err != nil {
				return err
			}
			listeners = []net.Listener{l}
		}
		for _, l := range listeners {
			p := *f
			p.Listener = sparing{l}
			s.fronts = append(s.fronts, &p)
		}
	}
	return nil
}

// offered are the fronts that there are, also those that are off.
func (s *server) offered() []*port {
	return []*port{
		{name: "ssh", network: "tcp", addr: s.cfg.SSH, invitation: s.sshInvitation, create: func() (frontServer, error) {
			return sshui.New(sshui.Config{HostKeys: s.keys, Version: "salon", Lang: s.lang, Log: s.log, Admission: s.admission, Meter: s.monitor.fronts["ssh"]}, s.room)
		}},
		{name: "tcp", network: "tcp", addr: s.cfg.TCP, invitation: s.telnetInvitation, create: func() (frontServer, error) {
			return rawtcp.New(rawtcp.Config{Lang: s.lang, Log: s.log, Admission: s.admission, Meter: s.monitor.fronts["tcp"]}, s.room), nil
		}},
	}
}

// close releases what open acquired, when the fronts have not been served.
func (s *server) close() {
	for _, f := range s.fronts {
		f.Close()
	}
	if s.room != nil {
		s.room.Close()
	}
	s.closeHistory()
	s.closeMetrics()
}

// closeHistory releases the data directory.
func (s *server) closeHistory() (err error) {
	var closing sync.WaitGroup // both wait for a disk that hangs
	if s.auditFile != nil {
		var failed error
		closing.Go(func() { failed = s.auditFile.Close() })
		defer func() { closing.Wait(); err = errors.Join(err, failed) }()
	}
	if s.history != nil {
		err = s.history.Shut()
	}
	return err
}

// listen listens for a front. A port that is taken is an error that says which flag
// chooses another.
func (s *server) listen(f *port) (net.Listener, error) {
	flag, addr := f.name, f.addr
	l, err := net.Listen(f.network, addr)
	if err == nil {
		return l, nil
	}
	at, unresolved := net.ResolveTCPAddr("tcp", addr)
	if !errors.Is(err, syscall.EADDRINUSE) || unresolved != nil {
		return nil, fmt.Errorf(s.texts().CannotListen, "--"+flag+" "+addr, err)
	}
	host, _, _ := net.SplitHostPort(addr)
	next := net.JoinHostPort(host, strconv.Itoa(at.Port%65535+1))
	return nil, fmt.Errorf(s.texts().PortTaken, at.Port, "--"+flag+" "+next)
}

// openRoom opens the room on the history of the data directory, or in memory.
func (s *server) openRoom() error {
	cfg := room.DefaultConfig()
	cfg.Limits, cfg.CutWait = s.cfg.limits(), s.cfg.CutWait
	cfg.Node, cfg.Alone, cfg.Program, cfg.Audit, cfg.Reload, cfg.Meter = nodeName, true, s.cfg.Program, s.audit, s.reload, s.monitor.room
	a, err := s.access(&s.cfg)
	if err != nil {
		return err
	}
	var events room.Log = room.NewMemoryLog()
	var store room.Store = room.NewMemoryStore()
	if s.cfg.Data != off {
		h, err := s.openHistory()
		if err != nil {
			return err
		}
		events, store = h, h
	}
	if s.cfg.clustered() {
		node, err := s.openNode()
		if err != nil {
			return err
		}
		events, store = node, node
		cfg.Mail, cfg.Presence, cfg.Node, cfg.Alone = node, node, s.cfg.Node, false
	}
	if s.room, err = room.New(context.Background(), cfg, events, store); err != nil {
		return errors.Join(s.explainRoom(err), events.Close())
	}
	s.room.SetAccess(a)
	s.admission = front.NewAdmission(s.cfg.strangers(), s.log)
	return nil
}

// openHistory opens the history, which is closed after the room, and the audit log.
func (s *server) openHistory() (*history.History, error) {
	dir, err := dataDir(s.cfg.Data)
	if err != nil {
		return nil, err
	}
	restoreKey := func() error { return nil }
	if s.cfg.SSH != off && len(s.cfg.HostKey) == 0 {
		if restoreKey, err = hostkeys.Copy(dir); err != nil {
			return nil, err
		}
	}
	h, err := history.Open(context.Background(), history.Options{
		Dir: dir, Log: s.log, Keep: time.Duration(s.cfg.Keep), KeepBytes: int64(s.cfg.KeepSize),
		Progress: s.indexing, Program: s.cfg.Program, StoreOnly: s.cfg.clustered(),
		Replaced: func() { // without the host key, members would be warned of another one after the next start
			if err := restoreKey(); err != nil {
				s.log.Error("the host key is not put back", "err", err.Error())
			}
		},
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, explain(s.texts(), err))
	}
	s.history = h
	return h, s.openAudit(dir)
}

// explain words an error of opening or reading a history, as far as it is a known one.
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

// indexing shows the progress of an index that the history rebuilds.
func (s *server) indexing(done, total int64) {
	if c, ok := s.logTo.target().(*operator.Console); ok {
		fmt.Fprintf(c, s.texts().Indexing+"\n", done, total)
		return
	}
	s.notify("STATUS=" + fmt.Sprintf(s.texts().Indexing, done, total))
	s.log.Info("indexing", "done", done, "of", total)
}

// hostKeys are those of HostKey, or the data directory's own.
func (c *Config) hostKeys() (keys []gossh.Signer, err error) {
	for _, file := range c.HostKey {
		key, err := hostkeys.LoadFile(file)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) > 0 {
		return keys, nil
	}
	own := hostkeys.Ephemeral
	if c.Data != off {
		dir, err := dataDir(c.Data)
		if err != nil {
			return nil, err
		}
		own = func() (gossh.Signer, error) { return hostkeys.Load(dir) }
	}
	key, err := own()
	return []gossh.Signer{key}, err
}

// dataDir is the directory of what lasts: the one given, or the first of the usual ones
// that the environment names.
func dataDir(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	if dir, _, _ := strings.Cut(os.Getenv("STATE_DIRECTORY"), ":"); dir != "" { // systemd.exec(5)
		return dir, nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "salon"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no data directory: %w; give one with --data DIR", err)
	}
	return filepath.Join(home, ".local", "state", "salon"), nil
}
