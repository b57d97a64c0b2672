package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"salon/room/lang"
	"salon/room/state"
)

const aToken = "0123456789abcdef"

// TestMetricsNeedATokenWhereOthersReachThem, by what the address says itself.
func TestMetricsNeedATokenWhereOthersReachThem(t *testing.T) {
	for addr, open := range map[string]bool{
		"127.0.0.1:9090": true, "[::1]:9090": true, "127.0.0.2:0": true, "localhost:9090": true, "unix:/run/x": true, "": true, off: true,
		"[::ffff:127.0.0.1]:1": true, ":9090": false, "0.0.0.0:9090": false, "[::]:9090": false, "192.0.2.1:9090": false, "[::ffff:192.0.2.1]:1": false, "[2001:db8::1]:1": false,
	} {
		c := Config{SSH: ":2222", TCP: ":2323", Burst: 1, Metrics: addr}
		_, public := errors.AsType[*PublicError](c.Check())
		if public == open {
			t.Errorf("--metrics %s is public: %v", addr, public)
		}
		if c.MetricsTokenFile = "token"; c.watched() && c.Check() != nil {
			t.Errorf("--metrics %s with a token: %v", addr, c.Check())
		}
	}
	for addr, example := range map[string]string{"9090": "127.0.0.1:9090", "x": "127.0.0.1:9090", "unix:": "unix:/run/salon/metrics.sock", "http://x": "127.0.0.1:9090"} {
		c := Config{SSH: ":2222", TCP: ":2323", Burst: 1, Metrics: addr}
		if bad, ok := errors.AsType[*FlagError](c.Check()); !ok || bad.Example != example {
			t.Errorf("--metrics %s: %v", addr, c.Check())
		}
	}
	c := Config{SSH: ":2222", TCP: ":2323", Burst: 1, MetricsTokenFile: "f"}
	if bad, ok := errors.AsType[*FlagError](c.Check()); !ok || bad.Flag != "metrics-token-file" {
		t.Errorf("a token for nothing: %v", c.Check())
	}
}

func TestTokensAreReadFromPrivateFiles(t *testing.T) {
	for text, good := range map[string]bool{aToken + "\n": true, aToken + "\r\nmore": true, "short\n": false, "": false, "0123456789 abcdef": false} {
		name := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s := &server{cfg: Config{MetricsTokenFile: name}}
		if token, err := s.metricsToken(); (err == nil) != good || good && token != aToken {
			t.Errorf("%q is read as %q, %v", text, token, err)
		}
		if runtime.GOOS == "windows" {
			continue
		}
		os.Chmod(name, 0o644)
		if _, err := s.metricsToken(); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("a token that others read: %v", err)
		}
	}
}

// TestSocketsAreTheirOwners, never take the place of something else, and of one whose server is
// gone only.
func TestSocketsAreTheirOwners(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no modes")
	}
	path := filepath.Join(t.TempDir(), "metrics.sock")
	s := &server{cfg: Config{Metrics: "unix:" + path}, lang: state.English}
	l, err := s.listenUnix(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket is %v, %v", info.Mode(), err)
	}
	if _, err := s.listenUnix(path); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second server: %v", err)
	}
	l.(sparing).Listener.(*net.UnixListener).SetUnlinkOnClose(false) // as one that is killed
	l.Close()
	l, err = s.listenUnix(path)
	if err != nil {
		t.Fatalf("a socket that was left: %v", err)
	}
	l.Close()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.listenUnix(path); err == nil || !strings.Contains(err.Error(), "not a socket") {
		t.Errorf("in place of a file: %v", err)
	}
	open := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(open, 0o777); err == nil {
		os.Chmod(open, 0o777)
	}
	if _, err := s.listenUnix(filepath.Join(open, "s")); err == nil || !strings.Contains(err.Error(), "changed by others") {
		t.Errorf("in a directory that others write to: %v", err)
	}
}

// TestMetricsEndWithTheServer: it answers while it runs, and nothing of it runs afterwards. A
// reload reads the token again.
func TestMetricsEndWithTheServer(t *testing.T) {
	before := goleak.IgnoreCurrent()
	dir := t.TempDir()
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte(aToken), 0o600); err != nil {
		t.Fatal(err)
	}
	in, typed := pipe(t)
	shown, out := pipe(t)
	stderr, err := os.Create(filepath.Join(dir, "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Config{
			SSH: "127.0.0.1:0", TCP: "127.0.0.1:0", Data: off, Lang: "en", Burst: 5, Log: "text", Metrics: "127.0.0.1:0", MetricsTokenFile: token,
			Stdin: in, Stdout: out, Stderr: stderr,
		})
		out.Close()
	}()
	lines, addr := bufio.NewScanner(shown), ""
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Share these:") {
		if at, ok := strings.CutPrefix(lines.Text(), "  metrics  "); ok {
			addr = at
		}
	}
	ask := func(path, token string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body)
	}
	if status, body := ask("/metrics", aToken); status != 200 || !strings.Contains(body, "\nsalon_nodes_up 1\n") || strings.Contains(body, "salon_history") {
		t.Errorf("figures are answered %d, %.300s", status, body)
	}
	if status, _ := ask("/metrics", "another token of 16"); status != 401 {
		t.Errorf("another token is answered %d", status)
	}
	var said bytes.Buffer
	if err := Health(t.Context(), Usage{Lang: state.English}, addr, true, &said); err != nil || said.String() != addr+": ok\n" {
		t.Errorf("its health is %q, %v", said.String(), err)
	}
	const next = "fedcba9876543210"
	if err := os.WriteFile(token, []byte(next), 0o600); err != nil {
		t.Fatal(err)
	}
	io.WriteString(typed, "reload\nlist\n")
	for lines.Scan() && lines.Text() != "* Nobody is here." {
	}
	if status, _ := ask("/metrics", next); status != 200 {
		t.Errorf("the token of a reload is answered %d", status)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := goleak.Find(before, goleak.IgnoreAnyFunction("salon/internal/server.(*input).Read.func1")); err != nil {
		t.Error(err)
	}
	if err := Health(t.Context(), Usage{Lang: state.English}, addr, false, &said); err == nil {
		t.Error("it still answers")
	}
	typed.Close()
}

// TestHealthSaysHowToAsk, to who gives no address.
func TestHealthSaysHowToAsk(t *testing.T) {
	for _, l := range []state.Lang{state.French, state.English} {
		err := Health(t.Context(), Usage{Lang: l}, "nowhere", false, io.Discard)
		if wrong, ok := errors.AsType[*UsageError](err); !ok || !strings.Contains(wrong.Text, metricsExample) || lang.Of(l).HealthBad == "" {
			t.Errorf("%v: %v", l, err)
		}
	}
}
