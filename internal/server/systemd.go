package server

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
)

// notifyTimeout is how long the service manager may take to be told something. Later it is not
// told, so that one that hangs does not hang the server.
const notifyTimeout = time.Second

// notify tells the service manager what the server does, in lines of sd_notify(3). Without one
// it does nothing.
func (s *server) notify(lines ...string) {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return
	}
	told := within(context.Background(), notifyTimeout, func() {
		if _, err := daemon.SdNotify(false, strings.Join(lines, "\n")); err != nil {
			s.log.Warn("systemd is not told", "what", lines[0], "err", err.Error())
		}
	})
	if !told {
		s.log.Warn("systemd is not told", "what", lines[0], "err", "it does not answer")
	}
}

// notifyReady tells it that the server serves, and where; with an error, that reading the files
// again has failed and nothing is changed.
func (s *server) notifyReady(err error) {
	var at []string
	for _, f := range s.fronts {
		at = append(at, f.name+" "+f.Addr().String())
	}
	status := strings.Join(at, ", ")
	if err != nil {
		status, _, _ = strings.Cut(err.Error(), "\n") // a line of the protocol
	}
	s.notify(daemon.SdNotifyReady, "STATUS="+status)
}

// notifyReloading tells it that files are read again; notifyReady ends that.
func (s *server) notifyReloading() {
	s.notify(daemon.SdNotifyReloading, strings.TrimSuffix(daemon.SdNotifyMonotonicUsec(), "\n"))
}

// activated returns the sockets that the service manager has opened for this process
// (sd_listen_fds(3)), by the front they are for; nil when it has opened none. One that is for
// no front is an error that says what to do.
func (s *server) activated() (map[string][]net.Listener, error) {
	offered := map[string]*port{}
	for _, f := range s.offered() {
		offered[f.name] = f
	}
	var given map[string][]net.Listener
	for _, file := range activation.Files(true) {
		name := file.Name()
		l, err := net.FileListener(file)
		file.Close() // the listener has a copy
		_, tcp := l.(*net.TCPListener)
		switch f := offered[name]; {
		case f == nil:
			return nil, fmt.Errorf(s.texts().SocketUnknown, name)
		case f.addr == off:
			return nil, fmt.Errorf(s.texts().SocketOff, name)
		case err != nil || !tcp:
			return nil, fmt.Errorf(s.texts().SocketNotTCP, name)
		}
		if given == nil {
			given = map[string][]net.Listener{}
		}
		given[name] = append(given[name], l)
	}
	return given, nil
}
