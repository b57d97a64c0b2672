package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain makes this test binary the server or the attackers, when it is started as one.
func TestMain(m *testing.M) {
	if code, known := play(os.Args[1:]); known {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// hurried is how long each attack lasts here: enough for it to begin.
const hurried = 150 * time.Millisecond

// TestEveryAttackIsCarriedOut: each reaches what it attacks, and the room lives. What it
// costs is measured by the program.
func TestEveryAttackIsCarriedOut(t *testing.T) {
	s, err := startSalon(context.WithoutCancel(t.Context()), "", t.TempDir(), none, "--max-penalty", "0") // or the first attack would keep the others out
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	c, err := net.Dial("tcp", s.tcp)
	if err != nil {
		t.Fatal(err)
	}
	if err := register(c, ownedPseudo, ownedPhrase); err != nil {
		t.Fatal(err)
	}
	for i, at := range attacks() {
		t.Run(at.name, func(t *testing.T) {
			ctx, end := context.WithTimeout(t.Context(), hurried)
			defer end()
			o := order{Attack: at.name, Count: 2, Prefix: fmt.Sprintf("z%d-", i), SSH: s.ssh, TCP: s.tcp, Share: 1}
			done := at.assault(ctx, o, &governor{})
			if done.Lives < 2 {
				t.Errorf("the attackers lived %d times", done.Lives)
			}
			if !at.cut() && done.Failed > 0 {
				t.Errorf("%d of %d lives ended by an error: %s", done.Failed, done.Lives, done.Last)
			}
			d, err := dialFrom(s.tcp, netInnocents, int64(i))
			if err == nil {
				err = loginRaw(d, fmt.Sprintf("ann%d", i), "") // the ann before may be leaving still
			}
			if err != nil {
				t.Errorf("nobody can log in any more: %v", err)
			}
		})
	}
}

// cut reports whether the server ends an attack at once.
func (at *attack) cut() bool {
	return at.storm || slices.Contains([]string{"ssh-garbage", "ssh-length", "ssh-answers", "ssh-channels", "ayt-before"}, at.name)
}

// TestTheKitMeasures carries out attacks of each kind as the program does.
func TestTheKitMeasures(t *testing.T) {
	var out, progress bytes.Buffer
	args := []string{"--only", "raw-http,history,disk-locked,stdout-unread", "--attackers", "2", "--messages", "1000", "--duration", "100ms", "--markdown"}
	run(t.Context(), args, &out, &progress)
	for _, want := range []string{"| raw-http | 2 |", "| history | 2 |", "| disk-locked | 2 | - |", "| stdout-unread |", "4 attacks in "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table does not have %q:\n%s%s", want, &out, &progress)
		}
	}
	if strings.Contains(out.String(), "did not") || strings.Contains(out.String(), "0s | 0s") {
		t.Errorf("something was not measured:\n%s%s", &out, &progress)
	}
}

func TestOnlyWhatIsNamedIsCarriedOut(t *testing.T) {
	var out, progress bytes.Buffer
	if code := run(t.Context(), []string{"--list", "--only", "ayt,raw-http"}, &out, &progress); code != 0 || strings.Count(out.String(), "\n") != 3 {
		t.Errorf("exit code %d, listed:\n%s", code, &out)
	}
	for _, wrong := range [][]string{{"--only", "nothing"}, {"--attackers", "0"}, {"words"}, {"--nonsense"}} {
		if code := run(t.Context(), wrong, &out, &progress); code != 2 {
			t.Errorf("%q: exit code %d", wrong, code)
		}
	}
}

func TestWhatBreaksARuleIsSaid(t *testing.T) {
	at := &attack{name: "x"}
	for _, c := range []struct {
		r    result
		want string
	}{
		{result{loginSSH: 2 * time.Second}, "a login over ssh took 2s"},
		{result{loginRaw: 2 * time.Second}, "a login over raw TCP took 2s"},
		{result{p99: time.Second}, "messages took 1s"},
		{result{alone: true, cpu: 0.5}, "one attacker takes 50 % of a core"},
		{result{alone: true, memory: 5 << 20}, "one attacker takes 5.0 MiB"},
		{result{count: 20, allMemory: 81 << 20}, "the server grew by 81 MiB"},
		{result{count: 1, left: 100}, "100 descriptors are left"},
		{result{count: 1, leftGoroutines: 100}, "100 goroutines are left"},
		{result{alone: true, count: 1, loginSSH: maxLogin, loginRaw: maxLogin, p99: maxP99, cpu: maxCPU, memory: maxMemory, allMemory: maxMemory}, ""},
	} {
		c.r.attack = at
		c.r.judge()
		if got := strings.Join(c.r.faults, "; "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestAddressesDiffer(t *testing.T) {
	seen := map[string]bool{"127.0.0.1": true}
	for _, network := range []byte{netAttackers, netFresh, netInnocents, netInnocents + 32} {
		for n := range int64(1000) {
			ip := address(network, n*61).String()
			if seen[ip] || net.ParseIP(ip) == nil {
				t.Fatalf("address %s comes twice", ip)
			}
			seen[ip] = true
		}
	}
}

func TestTheGovernorHoldsAttackersBack(t *testing.T) {
	var pause governor
	ctx, end := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { pause.govern(ctx, os.Getpid(), 0.001) })
	for time.Until(time.Unix(0, pause.until.Load())) <= 0 && t.Context().Err() == nil { // busy, so that it has a reason
		bytes.Repeat([]byte("x"), 1000)
	}
	end()
	running.Wait()
}
