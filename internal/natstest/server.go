package natstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// server is one of a cluster, in all its lives.
type server struct {
	name, dir              string
	client, route, monitor string // its ports
	process                *process
}

func (s *server) config() string { return filepath.Join(s.dir, s.name+".conf") }
func (s *server) log() string    { return filepath.Join(s.dir, s.name+".log") }

// process is one life of a server.
type process struct {
	cmd  *exec.Cmd
	done <-chan struct{} // closed once it has ended
}

// Run starts a program that is killed when the tests end in any way, by a time limit of go test
// for one, and says when it has ended. It is in a process group of its own.
func Run(cmd *exec.Cmd) (done <-chan struct{}, err error) {
	cmd.SysProcAttr = endsWithUs()
	started, ended := make(chan error), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread() // what ends with us ends with the thread that started it
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait()
		}
	}()
	return ended, <-started
}

// start starts the program.
func (s *server) start(program string) error {
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	p := &process{cmd: exec.Command(program, "-c", s.config())}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if p.done, err = Run(p.cmd); err != nil {
		return err
	}
	s.process = p
	return nil
}

// kill kills the server, if it runs, and waits until it has ended.
func (s *server) kill() {
	if s.process != nil {
		s.process.cmd.Process.Kill()
		<-s.process.done
		s.process = nil
	}
}

// await waits until JetStream, and all streams that the server has, can be used.
func (s *server) await() error {
	return s.poll("/healthz", func(status int, _ []byte) bool { return status == http.StatusOK })
}

// awaitRoutes waits until the server has so many connections to others.
func (s *server) awaitRoutes(n int) error {
	return s.poll("/routez", func(_ int, body []byte) bool {
		var has struct {
			Routes int `json:"num_routes"`
		}
		return json.Unmarshal(body, &has) == nil && has.Routes >= n
	})
}

// awaitPeers waits until the cluster has a leader, and that leader, if it is this server, knows
// that so many others run: before that it gives streams no place.
func (s *server) awaitPeers(n int) error {
	return s.poll("/jsz", func(_ int, body []byte) bool {
		var is struct {
			Meta struct {
				Leader string
				Others []struct{ Offline bool } `json:"replicas"` // the leader lists them
			} `json:"meta_cluster"`
		}
		if json.Unmarshal(body, &is) != nil || is.Meta.Leader == "" {
			return false
		}
		running := 0
		for _, other := range is.Meta.Others {
			if !other.Offline {
				running++
			}
		}
		return is.Meta.Leader != s.name || running >= n
	})
}

// poll asks for a page of the server's monitoring until it is as it should be.
func (s *server) poll(page string, ok func(status int, body []byte) bool) error {
	for late := time.Now().Add(patience); ; time.Sleep(glance) {
		status, body, err := ask(s.monitor, page)
		if err == nil && ok(status, body) {
			return nil
		}
		select {
		case <-s.process.done:
			return fmt.Errorf("nats-server %s ended: %s", s.name, s.last())
		default:
		}
		if time.Now().After(late) {
			return fmt.Errorf("nats-server %s is not ready after %v (%s: %v, %.500s): %s", s.name, patience, page, err, body, s.last())
		}
	}
}

// last returns the end of what the server has logged.
func (s *server) last() string {
	text, _ := os.ReadFile(s.log())
	return string(text[max(0, len(text)-2000):])
}
