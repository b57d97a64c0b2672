package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/metrics"
	"slices"

	"github.com/alecthomas/kong"

	"salon/internal/load"
	"salon/internal/server"
	"salon/room/state"
)

// roleEnv says what a process of this program does: nothing for the one that was
// started by hand, which starts the others.
const roleEnv = "SALON_ATTACK_ROLE"

const (
	roleServer    = "server"
	roleAttackers = "attackers"
)

// again returns a command that runs this program in a role, at a lower priority if it
// attacks.
func again(ctx context.Context, role string, args ...string) *exec.Cmd {
	name := os.Args[0]
	if self, err := os.Executable(); err == nil {
		name = self
	}
	if nice, err := exec.LookPath("nice"); err == nil && role == roleAttackers {
		name, args = nice, append([]string{"-n", "10", name}, args...)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), roleEnv+"="+role)
	return cmd
}

// play plays the role that this process was started for. known is false if it was
// started by hand.
func play(args []string) (code int, known bool) {
	var err error
	switch role := os.Getenv(roleEnv); role {
	case "":
		return 0, false
	case roleServer:
		err = serve(args)
	case roleAttackers:
		err = playAttackers(os.Stdin, os.Stdout)
	default:
		err = fmt.Errorf("%s=%s is no role", roleEnv, role)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		return 1, true
	}
	return 0, true
}

// serve is `salon serve`, which besides tells its parent about itself.
func serve(args []string) error {
	var c struct{ server.Config }
	parser, err := kong.New(&c, append((server.Usage{Lang: state.English}).Options(), kong.Name("salon"))...)
	if err != nil {
		return err
	}
	if _, err := parser.Parse(args); err != nil {
		return err
	}
	if err := c.Check(); err != nil {
		return err
	}
	go tell(os.NewFile(3, "questions"), os.NewFile(4, "answers")) // as long as the process runs
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	return server.Run(context.Background(), c.Config)
}

// tell answers each question with the number of goroutines and the memory in use. The
// end of the questions is that of the parent, and of the process.
func tell(questions io.Reader, answers io.Writer) {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	for b := make([]byte, 1); ; {
		if _, err := questions.Read(b); err != nil {
			os.Exit(1)
		}
		runtime.GC()
		metrics.Read(samples)
		fmt.Fprintln(answers, runtime.NumGoroutine(), samples[0].Value.Uint64()+samples[1].Value.Uint64())
	}
}

// playAttackers runs the attack that in says until in ends, and writes the outcome.
func playAttackers(in io.Reader, out io.Writer) error {
	orders := bufio.NewReader(in)
	line, err := orders.ReadBytes('\n')
	if err != nil {
		return err
	}
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return err
	}
	all := attacks()
	i := slices.IndexFunc(all, func(a attack) bool { return a.name == o.Attack })
	if i < 0 {
		return fmt.Errorf("no attack is called %q", o.Attack)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		io.Copy(io.Discard, orders)
		stop()
	}()
	var pause governor
	before := load.UsageOf(os.Getpid())
	go pause.govern(ctx, os.Getpid(), o.Share)
	done := all[i].assault(ctx, o, &pause)
	done.CPU = load.UsageOf(os.Getpid()).Share(before)
	return json.NewEncoder(out).Encode(done)
}

// assailants are the process of the attackers.
type assailants struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out io.ReadCloser
}

// startAttackers starts an attack, which goes on until stop is called.
func startAttackers(ctx context.Context, o order) (*assailants, error) {
	a := &assailants{cmd: again(ctx, roleAttackers)}
	a.cmd.Stderr = os.Stderr
	var err1, err2 error
	a.in, err1 = a.cmd.StdinPipe()
	a.out, err2 = a.cmd.StdoutPipe()
	if err := errors.Join(err1, err2, a.cmd.Start()); err != nil {
		return nil, err
	}
	return a, json.NewEncoder(a.in).Encode(o)
}

// stop ends the attack and returns what came of it, once all its connections are closed.
func (a *assailants) stop() (done outcome, err error) {
	a.in.Close()
	err = json.NewDecoder(a.out).Decode(&done)
	return done, errors.Join(err, a.cmd.Wait())
}
