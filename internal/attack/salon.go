package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"salon/internal/load"
)

// salon is a server in a process of its own, on a data directory of its own.
type salon struct {
	cmd      *exec.Cmd
	dir      string
	ssh, tcp string // addresses
	ended    chan struct{}
	err      error // of its end; valid once ended is closed

	ask    *os.File      // nil: it does not tell what only itself knows
	answer *bufio.Reader // to ask
	pipes  []io.Closer   // that nobody reads
}

// startTimeout and stopTimeout are how long a server has to begin and to end.
const (
	startTimeout = 20 * time.Second
	stopTimeout  = 5 * time.Second
)

// startSalon starts a server on dir, of the program at path, or of this one if it is "".
// The stream that is not read is so from the time it listens.
func startSalon(ctx context.Context, path, dir string, unread stream, flags ...string) (*salon, error) {
	s := &salon{dir: dir, ended: make(chan struct{})}
	flags = append([]string{"--ssh", "127.0.0.1:0", "--tcp", "127.0.0.1:0", "--data", filepath.Join(dir, "data"), "--lang", "en"}, flags...)
	if path != "" {
		s.cmd = exec.CommandContext(ctx, path, append([]string{"serve"}, flags...)...)
	} else {
		s.cmd = again(ctx, roleServer, flags...)
		if err := s.inform(); err != nil {
			return nil, err
		}
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.log(unread); err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for _, theirs := range s.cmd.ExtraFiles {
		theirs.Close()
	}
	lines := bufio.NewReaderSize(out, 16)
	listening := time.AfterFunc(startTimeout, func() { s.cmd.Process.Kill() })
	err = s.addresses(lines)
	listening.Stop()
	if unread != stdout {
		go io.Copy(io.Discard, lines) // ends with the process
	}
	go func() { s.err = s.cmd.Wait(); close(s.ended) }()
	if err != nil {
		s.kill()
		return nil, fmt.Errorf("the server did not start: %w\n%s", err, s.said())
	}
	return s, nil
}

// log sends the server's log to a file, or to a pipe that nobody reads.
func (s *salon) log(unread stream) error {
	if unread == stderr {
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		s.cmd.Stderr = w
		s.pipes = append(s.pipes, r, w)
		return nil
	}
	f, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	s.cmd.Stderr = f
	s.pipes = append(s.pipes, f)
	return nil
}

// inform gives the server two pipes by which it tells what only itself knows.
func (s *salon) inform() error {
	theirs, ask, err := os.Pipe()
	if err != nil {
		return err
	}
	answer, theirAnswer, err := os.Pipe()
	if err != nil {
		return err
	}
	s.cmd.ExtraFiles = []*os.File{theirs, theirAnswer}
	s.ask, s.answer = ask, bufio.NewReader(answer)
	s.pipes = append(s.pipes, ask, answer)
	return nil
}

var listeningAt = regexp.MustCompile(`^  (ssh|tcp)  (\S+)$`)

// addresses reads where the server listens.
func (s *salon) addresses(lines *bufio.Reader) error {
	for s.ssh == "" || s.tcp == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		switch m := listeningAt.FindStringSubmatch(strings.TrimRight(line, "\n")); {
		case m == nil:
		case m[1] == "ssh":
			s.ssh = m[2]
		default:
			s.tcp = m[2]
		}
	}
	return nil
}

// said is the end of the server's log.
func (s *salon) said() string {
	b, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return string(b[max(0, len(b)-2000):])
}

// lastSaid is the last line of the server's log.
func (s *salon) lastSaid() string {
	lines := strings.Split(strings.TrimSpace(s.said()), "\n")
	return lines[len(lines)-1]
}

// inside is what a server of this program tells about itself.
type inside struct {
	goroutines int
	heap       int64 // bytes in use after a collection, with the stacks
}

// look asks the server. ok is false for one of another program.
func (s *salon) look() (in inside, ok bool) {
	if s.ask == nil {
		return in, false
	}
	if _, err := io.WriteString(s.ask, "?"); err != nil {
		return in, false
	}
	_, err := fmt.Fscan(s.answer, &in.goroutines, &in.heap)
	return in, err == nil
}

func (s *salon) usage() load.Usage { return load.UsageOf(s.cmd.Process.Pid) }

// hasEnded reports whether the server runs no more.
func (s *salon) hasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// stop asks the server to end, and waits for that. One that does not is killed.
func (s *salon) stop() error {
	if s.hasEnded() {
		return fmt.Errorf("the server ended by itself: %v: %.500s", s.err, s.lastSaid())
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(stopTimeout):
		s.kill()
		return fmt.Errorf("SIGTERM did not end the server within %v", stopTimeout)
	}
	s.closePipes()
	if _, failed := errors.AsType[*exec.ExitError](s.err); failed {
		return fmt.Errorf("the server ended with %w: %.500s", s.err, s.lastSaid())
	}
	return nil
}

func (s *salon) kill() {
	s.cmd.Process.Kill()
	s.closePipes()
	<-s.ended
}

func (s *salon) closePipes() {
	for _, p := range s.pipes {
		p.Close()
	}
}
