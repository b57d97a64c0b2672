//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// gauge is a running server whose figures a test reads.
type gauge struct {
	*runningServer
	addr string
}

// metricsLine is where the console says that figures are.
var metricsLine = regexp.MustCompile(`(?m)^  metrics  (\S+)$`)

// runMeasured runs a server with figures, whose log goes where nothing can be written, and which
// keeps little of what is said.
func runMeasured(t *testing.T) *gauge {
	if missing("sh") != "" {
		t.Skip("there is no sh")
	}
	s := runServer(t, "sh", "-c", `exec salon serve "$@" 2>/dev/full`, "salon", "--ssh", "127.0.0.1:0", "--tcp", "127.0.0.1:0", "--lang", "fr",
		"--data", filepath.Join(t.TempDir(), "data"), "--rate", "0", "--keep-size", "100K", "--rooms", "everyone", "--metrics", "127.0.0.1:0")
	found := metricsLine.FindStringSubmatch(s.read(s.out))
	if found == nil {
		t.Fatalf("the console does not say where figures are:\n%s", s.read(s.out))
	}
	return &gauge{s, found[1]}
}

// get asks for a path; a server that does not answer says nothing.
func (g *gauge) get(path string) (status int, body string) {
	answer, err := http.Get("http://" + g.addr + path)
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text)
}

// value returns the value of a figure, 0 of one that is not there.
func (g *gauge) value(figure string) float64 {
	_, text := g.get("/metrics")
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, figure+" "); ok {
			value, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			if err != nil {
				g.Fatal(err)
			}
			return value
		}
	}
	return 0
}

// health runs `salon health` and returns its exit code and what it said.
func (g *gauge) health(args ...string) (int, string) {
	cmd := exec.Command("salon", append([]string{"health"}, args...)...)
	said, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(said)
}

// fromElsewhere sends something to raw TCP from an address that nothing spares.
func (g *gauge) fromElsewhere(text string) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	c, err := d.DialContext(context.Background(), "tcp", g.tcp)
	if err != nil {
		g.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, text)
	io.Copy(io.Discard, c)
}

// TestEachFigureMoves: people talk on both fronts, one of them never reads, strangers send what
// no client does, and every figure that is promised shows it, naming nobody.
func TestEachFigureMoves(t *testing.T) {
	g := runMeasured(t)
	if code, said := g.health(g.addr); code != 0 || said != g.addr+": ok\n" {
		t.Errorf("salon health ends with %d: %s", code, said)
	}
	names := []string{"zorglub", "ysengrin", "wisigoth", "xylophage"}
	var guests []*guest
	for i, name := range names {
		one := &guest{T: t, name: name, kind: []int{0, 1, 2, 2}[i]}
		one.join(g.runningServer)
		guests = append(guests, one)
	}
	hung := &guest{T: t, name: "endormi", hung: true}
	hung.join(g.runningServer)
	io.WriteString(guests[0].conn, "/join #quetzal\n/join #salon\nperlimpinpin\n/chercher perlimpinpin\n/inconnue\n")
	guests[0].until("/inconnue")
	fillHungBuffers(t, g.runningServer)
	for range 6 {
		g.fromElsewhere("GET / HTTP/1.1\r\n\r\n")
	}
	for _, figure := range []string{
		`salon_members`, `salon_sessions{front="ssh"}`, `salon_sessions{front="tcp"}`, `salon_rooms`, `salon_events_total{kind="said"}`,
		`salon_deliveries_total`, `salon_write_seconds_count{front="ssh"}`, `salon_write_seconds_count{front="tcp"}`, `salon_sent_bytes_total{front="ssh"}`,
		`salon_log_commit_seconds_count`, `salon_search_seconds_count`, `salon_search_seconds_sum`,
		`salon_refusals_total{cause="garbage",stage="login"}`, `salon_refusals_total{cause="kept-out",stage="connection"}`, `salon_penalties_total`,
		`salon_lines_refused_total{cause="unknown-command"}`, `salon_connections_accepted_total`, `salon_sources_remembered`,
		`salon_render_cache_requests_total{cache="rows",result="hit"}`, `salon_render_cache_requests_total{cache="rows",result="miss"}`,
		`salon_render_cache_requests_total{cache="lines_tcp",result="miss"}`, `salon_log_lines_dropped_total`, `salon_log_place`, `salon_nodes_up`,
		`salon_history_size_bytes{file="database"}`, `salon_history_commits_total`, `salon_history_pruned_messages_total`,
		`salon_sessions_ended_total{cause="slow"}`, `process_resident_memory_bytes`, `go_goroutines`,
	} {
		g.await(figure+" has moved", func() bool { return g.value(figure) > 0 })
	}
	for figure, want := range map[string]float64{`salon_log_failing`: 0, `salon_log_read_only`: 0, `salon_nodes_up`: 1, `salon_rooms`: 2} {
		if got := g.value(figure); got != want {
			t.Errorf("%s is %v, want %v", figure, got, want)
		}
	}
	_, text := g.get("/metrics")
	for _, name := range append(names, "endormi", "bavard", "quetzal", "perlimpinpin", "inconnue", "127.0.0") {
		if strings.Contains(text, name) {
			t.Errorf("the figures name %s", name)
		}
	}
}

// TestTheEndIsSaid: while the server stops it is alive, and not ready.
func TestTheEndIsSaid(t *testing.T) {
	g := runMeasured(t)
	hung := &guest{T: t, name: "endormi", hung: true}
	hung.join(g.runningServer)
	fillHungBuffers(t, g.runningServer)
	if status, body := g.get("/readyz"); status != http.StatusOK {
		t.Errorf("it is not ready: %d, %s", status, body)
	}
	g.cmd.Process.Signal(syscall.SIGTERM) // it waits for those who do not read
	g.await("it says that it stops", func() bool {
		status, body := g.get("/readyz")
		return status == http.StatusServiceUnavailable && body == "stopping\n"
	})
	if status, _ := g.get("/healthz"); status != http.StatusOK {
		t.Errorf("while it stops it is not alive: %d", status)
	}
	if code := g.wait(stopWithin); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	if code, said := g.health(g.addr); code != 1 || strings.Count(said, "\n") != 1 {
		t.Errorf("salon health of none ends with %d: %s", code, fmt.Sprintf("%q", said))
	}
}

// TestTheClusterIsShown: how many nodes are up, and that nothing can be said while no majority of
// the NATS servers answers.
func TestTheClusterIsShown(t *testing.T) {
	t.Setenv("SALON_METRICS", "127.0.0.1:0")
	h := newHall(t)
	var gauges []*gauge
	for _, m := range h.machines {
		var found []string
		h.await(m.name+" says where figures are", func() bool {
			found = metricsLine.FindStringSubmatch(m.console.String())
			return found != nil
		})
		gauges = append(gauges, &gauge{&runningServer{T: t}, found[1]})
	}
	for _, g := range gauges {
		g.await("three nodes are up and none is behind", func() bool { return g.value("salon_nodes_up") == 3 && g.value("salon_log_lag_events") == 0 })
		g.await("it is ready", func() bool { status, _ := g.get("/readyz"); return status == http.StatusOK })
	}
	h.kill(h.machines[2])
	one := gauges[0]
	one.await("two nodes are up", func() bool { return one.value("salon_nodes_up") == 2 })
	h.nats.Kill(0)
	h.nats.Kill(1)
	one.await("nothing can be said", func() bool {
		status, body := one.get("/readyz")
		return status == http.StatusServiceUnavailable && body == "the cluster's log is out of reach\n" && one.value("salon_log_read_only") == 1
	})
	if status, body := one.get("/healthz"); status != http.StatusOK {
		t.Errorf("a restart would not help, but its health is %d: %s", status, body)
	}
	h.nats.Launch(0)
	h.nats.Launch(1)
	one.await("people can talk again", func() bool {
		status, _ := one.get("/readyz")
		return status == http.StatusOK && one.value("salon_log_read_only") == 0
	})
}
