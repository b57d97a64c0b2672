//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// The load that the server is killed under.
const (
	rawTalkers  = 6   // and one over a pipe of ssh
	atOnce      = 4   // messages that each sends before it waits for its own
	mostPerLife = 400 // messages heard back before a kill, at most
)

// slowStart is where a start fails the test; what is asked for is 1 s, and
// the slowest is reported, but machines that run tests are busy.
const slowStart = 5 * time.Second

// TestKilledUnderLoadTheServerLosesNothingItAcknowledged kills the server, five
// times or SALON_KILLS times, while seven members talk, at any moment, and every
// third time once more while it starts. Each time all that anybody saw of what was
// said is there, once, in the order that they saw it.
func TestKilledUnderLoadTheServerLosesNothingItAcknowledged(t *testing.T) {
	kills := 5
	if n, err := strconv.Atoi(os.Getenv("SALON_KILLS")); err == nil {
		kills = n
	}
	v := newVictim(t)
	v.start()
	key := v.hostKey()
	var heard int
	for life := range kills {
		if life%3 == 2 {
			v.killWhileStarting()
		}
		talks := v.talk(life, 1+rand.IntN(mostPerLife))
		v.start()
		if got := v.hostKey(); got != key {
			t.Fatalf("after kill %d the host key is %s, not %s", life+1, got, key)
		}
		v.checkSearch(talks)
		v.checkRecord(talks)
		for _, talk := range talks {
			heard += talk.acked
		}
	}
	before := v.export()
	v.stop()
	if after := v.export(); !slices.Equal(before, after) {
		t.Error("an export beside the server and one after it differ")
	}
	slices.Sort(v.starts)
	t.Logf("%d kills; %d messages acknowledged, %d recorded; starts: median %v, slowest %v",
		kills, heard, len(v.record), v.starts[len(v.starts)/2].Round(time.Millisecond), v.starts[len(v.starts)-1].Round(time.Millisecond))
}

// victim is a salon that is killed and started again, with the same ports and data.
type victim struct {
	*testing.T
	home, data, ssh, tcp string
	flags                []string

	cmd    *exec.Cmd
	errs   *os.File        // what it says on stderr, in all its lives
	starts []time.Duration // from its start to its first question to a visitor
	record []string        // what the last export held
}

func newVictim(t *testing.T) *victim {
	if lacking := missing("ssh"); lacking != "" {
		if os.Getenv("SALON_E2E") == "required" {
			t.Fatalf("%s, and SALON_E2E=required", lacking)
		}
		t.Skip(lacking + " (SALON_E2E=required makes this a failure)")
	}
	v := &victim{T: t, home: t.TempDir(), data: filepath.Join(t.TempDir(), "data")}
	var err error
	v.ssh, err = lastingPort()
	v.ok(err)
	v.tcp, err = lastingPort()
	v.ok(err)
	v.ok(makeHome(v.home))
	v.ok(sshConfig(v.home, v.ssh))
	v.errs, err = os.Create(filepath.Join(v.home, "err"))
	v.ok(err)
	t.Cleanup(func() {
		if v.cmd != nil {
			v.cmd.Process.Kill()
			v.cmd.Wait()
		}
		v.errs.Close()
		if said, err := os.ReadFile(v.errs.Name()); err == nil && t.Failed() {
			t.Logf("[salon, at last]\n%s", said[max(0, len(said)-2000):])
		}
	})
	return v
}

// lastingPort is a free port below those that systems give to whoever connects
// (32768 and above on Linux, 49152 elsewhere), so that nobody takes it while the
// server is dead.
func lastingPort() (port string, err error) {
	for range 100 {
		port = strconv.Itoa(20000 + rand.IntN(12000))
		var l net.Listener
		if l, err = net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			return port, l.Close()
		}
	}
	return "", fmt.Errorf("no free port: %w", err)
}

func (v *victim) ok(err error) {
	v.Helper()
	if err != nil {
		v.Fatal(err)
	}
}

// run starts the program.
func (v *victim) run() {
	v.Helper()
	flags := append([]string{"serve", "--ssh", "127.0.0.1:" + v.ssh, "--tcp", "127.0.0.1:" + v.tcp, "--data", v.data, "--rate", "0", "--lang", "fr"}, v.flags...)
	v.cmd = exec.Command("salon", flags...)
	v.cmd.Stderr = v.errs
	v.ok(v.cmd.Start())
}

// start starts the program and waits until it serves both fronts.
func (v *victim) start() {
	v.Helper()
	begun := time.Now()
	v.run()
	v.greeted(v.tcp, "Pseudo : ")
	v.greeted(v.ssh, "SSH-2.0-")
	took := time.Since(begun)
	if v.starts = append(v.starts, took); took > slowStart {
		v.Errorf("start %d took %v", len(v.starts), took)
	}
}

// greeted connects to a port, again until it can, and waits for what the server
// says first.
func (v *victim) greeted(port, greeting string) {
	v.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			continue
		}
		c.SetReadDeadline(deadline)
		got := make([]byte, len(greeting))
		_, err = io.ReadFull(c, got)
		c.Close()
		if err == nil && string(got) == greeting {
			return
		}
	}
	v.Fatalf("nobody greets at port %s", port)
}

// kill ends the server as kill -9 does.
func (v *victim) kill() {
	v.Helper()
	v.ok(v.cmd.Process.Kill())
	v.cmd.Wait()
	v.cmd = nil
}

// killWhileStarting kills the server, starts it and kills it as soon as its port
// is open, which is before its history is.
func (v *victim) killWhileStarting() {
	v.Helper()
	v.kill()
	v.run()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		c, err := net.Dial("tcp", "127.0.0.1:"+v.tcp)
		if err == nil {
			c.Close()
			break
		}
		if time.Now().After(deadline) {
			v.Fatal(err)
		}
	}
	v.kill()
	v.start()
}

// stop ends the server as an operator does.
func (v *victim) stop() {
	v.Helper()
	v.ok(v.cmd.Process.Signal(syscall.SIGTERM))
	if err := v.cmd.Wait(); err != nil {
		v.Errorf("after SIGTERM: %v", err)
	}
	v.cmd = nil
}

// hostKey is the fingerprint of the key that the server proves to have.
func (v *victim) hostKey() (fingerprint string) {
	v.Helper()
	config := &gossh.ClientConfig{User: "passant", HostKeyCallback: func(_ string, _ net.Addr, key gossh.PublicKey) error {
		fingerprint = gossh.FingerprintSHA256(key)
		return nil
	}}
	if c, err := gossh.Dial("tcp", "127.0.0.1:"+v.ssh, config); err == nil {
		c.Close()
	}
	if fingerprint == "" {
		v.Fatal("no host key")
	}
	return fingerprint
}

// talk has everybody talk until so many messages came back, and kills the server.
func (v *victim) talk(life, enough int) []*talk {
	v.Helper()
	var (
		talks   []*talk
		talking sync.WaitGroup
		heard   = make(chan struct{})
		done    = make(chan struct{}) // the server is dead
	)
	tell := func() {
		select {
		case heard <- struct{}{}:
		case <-done:
		}
	}
	for i := range rawTalkers {
		k := &talk{name: "raw" + string(rune('a'+i)), life: life}
		talks = append(talks, k)
		c, err := net.Dial("tcp", "127.0.0.1:"+v.tcp)
		v.ok(err)
		defer c.Close()
		io.WriteString(c, k.name+"\n")
		talking.Go(func() { k.converse(c, c, tell) })
	}
	k := &talk{name: "tuyau", life: life}
	talks = append(talks, k)
	v.pipe(k, &talking, tell)
	late := time.After(patience)
	for n := range enough {
		select {
		case <-heard:
		case <-late:
			v.Fatalf("only %d messages came back in %v", n, patience)
		}
	}
	v.kill()
	close(done)
	talking.Wait()
	for _, k := range talks {
		if k.wrong != "" {
			v.Errorf("%s was told %q", k.name, k.wrong)
		}
	}
	return talks
}

// pipe has a member talk through ssh -T.
func (v *victim) pipe(k *talk, talking *sync.WaitGroup, heard func()) {
	v.Helper()
	ssh := exec.Command("ssh", "-F", filepath.Join(v.home, ".ssh", "config"), "-T", "tuyau@127.0.0.1")
	ssh.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	in, err := ssh.StdinPipe()
	v.ok(err)
	out, err := ssh.StdoutPipe()
	v.ok(err)
	v.ok(ssh.Start())
	talking.Go(func() {
		k.converse(in, out, heard)
		in.Close()
		io.Copy(io.Discard, out)
		ssh.Wait()
	})
}

// checkSearch asks at once for the last message that came back.
func (v *victim) checkSearch(talks []*talk) {
	v.Helper()
	k := talks[slices.IndexFunc(talks, func(k *talk) bool { return k.acked > 0 })]
	text := k.text(k.acked - 1)
	c, err := net.Dial("tcp", "127.0.0.1:"+v.tcp)
	v.ok(err)
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(c, "guet\n/chercher %s\n/quitter\n", text)
	got, err := io.ReadAll(c)
	v.ok(err)
	want := regexp.MustCompile(`Résultats \(1\) pour « ` + text + ` » :\r\n\d\d:\d\d ` + k.name + `: ` + text + `\r\n`)
	if !want.Match(got) {
		v.Errorf("/chercher %s gives\n%s", text, got)
	}
}

// checkRecord compares the record with what everybody saw.
func (v *victim) checkRecord(talks []*talk) {
	v.Helper()
	before, now := v.record, v.export()
	if len(now) < len(before) || !slices.Equal(before, now[:len(before)]) {
		v.Error("what was recorded before has changed")
	}
	v.record = now
	place := map[string]int{}
	for i, text := range now {
		if _, twice := place[text]; twice {
			v.Errorf("%q is recorded twice", text)
		}
		place[text] = i
	}
	for _, k := range talks {
		v.checkSaid(k, place)
		v.checkSeen(k, place)
	}
}

// checkSaid finds what a member said: all that came back, in order, and of the rest
// the first, if any.
func (v *victim) checkSaid(k *talk, place map[string]int) {
	v.Helper()
	last, lost := -1, false
	for n := range k.sent {
		at, found := place[k.text(n)]
		switch {
		case !found && n < k.acked:
			v.Errorf("%s came back and is lost", k.text(n))
		case found && lost:
			v.Errorf("%s is recorded, and something said before it is not", k.text(n))
		case found && at <= last:
			v.Errorf("%s is not in order", k.text(n))
		}
		if lost = !found; found {
			last = at
		}
	}
}

// checkSeen finds what a member saw, replay included, with nothing between it.
func (v *victim) checkSeen(k *talk, place map[string]int) {
	v.Helper()
	for i, text := range k.seen {
		at, found := place[text]
		switch {
		case !found:
			v.Errorf("%s saw %s, which is lost", k.name, text)
		case i > 0 && at != place[k.seen[i-1]]+1:
			v.Errorf("%s saw %s after %s; the record has something else between them", k.name, text, k.seen[i-1])
		}
	}
}

// export is the text of everything that was said, by salon export.
func (v *victim) export() (texts []string) {
	v.Helper()
	var errs bytes.Buffer
	cmd := exec.Command("salon", "export", "--data", v.data)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		v.Fatalf("salon export: %v: %s", err, &errs)
	}
	for line := range bytes.Lines(out) {
		var event struct{ Kind, Author, Text string }
		v.ok(json.Unmarshal(line, &event))
		if event.Kind != "said" || !strings.HasSuffix(event.Text, event.Author) {
			v.Fatalf("the export has %s", line)
		}
		texts = append(texts, event.Text)
	}
	return texts
}
