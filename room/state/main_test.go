package state_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"testing"

	"salon/room/state"
)

var update = flag.Bool("update", false, "write the golden files of the current state.Version")

// replicaEnv has the test binary be a replica: see replica.
const replicaEnv = "SALON_STATE_REPLICA"

func TestMain(m *testing.M) {
	if os.Getenv(replicaEnv) != "" {
		if err := replicate(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Set("rapid.steps", "40") // of t.Repeat; the command line has the last word
	if underRace {
		flag.Set("rapid.checks", "20") // it is ten times slower, and nothing here is concurrent
	}
	debug.SetGCPercent(400) // States are copied all the time
	os.Exit(m.Run())
}

// again is the line that has a replica begin with an empty State.
const again = "again"

// replicate applies the events that it reads, one JSON document a line, and answers each
// with the hash of its State and what the event did.
func replicate(r io.Reader, w io.Writer) error {
	st, lines := state.NewState(), bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if lines.Text() == again {
			st = state.NewState()
			continue
		}
		e, err := state.DecodeEvent(lines.Bytes())
		if err != nil {
			return err
		}
		did := summary(st.Apply(e))
		if _, err := fmt.Fprintf(w, "%x %s\n", st.Hash(), did); err != nil {
			return err
		}
	}
	return lines.Err()
}

// summary writes down what an event did, on one line.
func summary(out state.Outcome) string {
	body, err := json.Marshal(out.Event.Body)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%s shown %t again %t refused %q %q ended %v", body, out.Shown, out.Again, state.CodeOf(out.Err), fmt.Sprint(out.Err), out.Ended)
}

// replica is a State in another process, where the local time is another.
type replica struct {
	in  io.Writer
	out *bufio.Reader
}

func startReplica(t *testing.T) *replica {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), replicaEnv+"=1", "TZ=Asia/Kolkata", "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	return &replica{in, bufio.NewReader(out)}
}

// restart empties the replica's State.
func (r *replica) restart() { fmt.Fprintln(r.in, again) }

// apply returns the replica's line for an event.
func (r *replica) apply(e state.Event) (string, error) {
	data, err := state.EncodeEvent(e)
	if err != nil {
		return "", err
	}
	if _, err := fmt.Fprintf(r.in, "%s\n", data); err != nil {
		return "", err
	}
	line, err := r.out.ReadString('\n')
	return line, err
}
