package metrics

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// monitored is a server of figures, and who asks it.
type monitored struct {
	*testing.T
	server *Server
	addr   string
	token  string
	why    string // it is not well
}

func newMonitored(t *testing.T, l net.Listener, token string) *monitored {
	m := &monitored{T: t, token: token, addr: l.Addr().String()}
	registry, _ := New("v", "go", func() (Reading, bool) { return Reading{Members: 7}, true })
	m.server = Serve(l, Options{
		Registry: registry, Token: func() string { return m.token }, Health: func(context.Context) string { return "" },
		Ready: func(context.Context) string { return m.why }, Log: slog.New(slog.DiscardHandler),
	})
	t.Cleanup(func() { m.server.Close(t.Context()) })
	return m
}

func listenLocal(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// ask sends a request and returns its status and what came back.
func (m *monitored) ask(method, path, authorization string) (int, string) {
	r, err := http.NewRequestWithContext(m.Context(), method, "http://"+m.addr+path, nil)
	if err != nil {
		m.Fatal(err)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		m.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		m.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func TestPathsAreServed(t *testing.T) {
	m := newMonitored(t, listenLocal(t), "")
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", MetricsPath, 200, "\nsalon_members 7\n"},
		{"GET", HealthPath, 200, "ok\n"},
		{"GET", ReadyPath, 200, "ok\n"},
		{"GET", "/debug/pprof/", 200, "goroutine"},
		{"GET", "/debug/pprof/heap?debug=1", 200, "heap profile"},
		{"GET", "/debug/pprof/cmdline", 404, ""}, // flags may hold passwords
		{"GET", "/", 404, ""},
		{"POST", MetricsPath, 405, ""},
		{"DELETE", HealthPath, 405, ""},
	} {
		if status, body := m.ask(c.method, c.path, ""); status != c.status || !strings.Contains(body, c.body) {
			t.Errorf("%s %s answers %d, %.200q", c.method, c.path, status, body)
		}
	}
	m.why = "the history cannot be written"
	if status, body := m.ask("GET", ReadyPath, ""); status != 503 || body != m.why+"\n" {
		t.Errorf("%s answers %d, %q", ReadyPath, status, body)
	}
}

func TestATokenGuardsAllButTheHealth(t *testing.T) {
	m := newMonitored(t, listenLocal(t), "0123456789abcdef")
	for _, path := range []string{MetricsPath, "/debug/pprof/", "/debug/pprof/profile?seconds=1", "/debug/pprof/heap", "/debug/pprof/trace"} {
		for _, wrong := range []string{"", "Bearer", "Bearer ", "Bearer 0123456789abcde", "Bearer 0123456789abcdef0", "Basic 0123456789abcdef", "0123456789abcdef"} {
			if status, body := m.ask("GET", path, wrong); status != 401 || strings.Contains(body, "salon_") {
				t.Errorf("GET %s with %q answers %d, %.100q", path, wrong, status, body)
			}
		}
	}
	for _, right := range []string{"Bearer 0123456789abcdef", "bearer 0123456789abcdef"} {
		if status, _ := m.ask("GET", MetricsPath, right); status != 200 {
			t.Errorf("%q is answered %d", right, status)
		}
	}
	for _, open := range []string{HealthPath, ReadyPath} {
		if status, _ := m.ask("GET", open, ""); status != 200 {
			t.Errorf("GET %s answers %d", open, status)
		}
	}
	m.token = "fedcba9876543210" // as after a reload
	if status, _ := m.ask("GET", MetricsPath, "Bearer 0123456789abcdef"); status != 401 {
		t.Errorf("the old token is answered %d", status)
	}
}

// TestCloseEndsWhatIsUnderWay: a profile that takes a minute, a client that sends nothing, and
// one that never ends its body.
func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	m := newMonitored(t, listenLocal(t), "")
	silent := m.dial("")
	defer silent.Close()
	endless := m.dial("GET " + HealthPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
	defer endless.Close()
	profile := m.dial("GET /debug/pprof/profile?seconds=60 HTTP/1.1\r\nHost: x\r\n\r\n")
	defer profile.Close()
	if status, _ := m.ask("GET", HealthPath, ""); status != 200 { // it was accepted after the others
		t.Errorf("answers %d", status)
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
	defer cancel()
	m.server.Close(ctx)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("closing took %v", took)
	}
	if c, err := net.Dial("tcp", m.addr); err == nil {
		c.Close()
		t.Error("it still listens")
	}
}

func (m *monitored) dial(send string) net.Conn {
	c, err := net.Dial("tcp", m.addr)
	if err != nil {
		m.Fatal(err)
	}
	io.WriteString(c, send)
	return c
}

// TestHeadersAreBounded: too many bytes of them are refused, and read no further.
func TestHeadersAreBounded(t *testing.T) {
	m := newMonitored(t, listenLocal(t), "")
	c := m.dial("GET " + HealthPath + " HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 3*maxHeader) + "\r\n\r\n")
	defer c.Close()
	answer, _ := io.ReadAll(c)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 431 ") {
		t.Errorf("the answer is %.100q", answer)
	}
}

func TestTargets(t *testing.T) {
	for given, want := range map[string]string{
		"127.0.0.1:9090": "http://127.0.0.1:9090/healthz", ":9090": "http://localhost:9090/healthz", "0.0.0.0:9090": "http://localhost:9090/healthz",
		"[::]:9090": "http://localhost:9090/healthz", "[::1]:9090": "http://[::1]:9090/healthz", "salon.lan:9090": "http://salon.lan:9090/healthz",
		"http://salon.lan:9090": "http://salon.lan:9090/healthz", "http://salon.lan/": "http://salon.lan/healthz", "http://x:1/readyz": "http://x:1/readyz",
		"unix:/run/x": "http://salon/healthz",
	} {
		if got, err := ParseTarget(given, HealthPath); err != nil || got.url != want {
			t.Errorf("%s is %q, %v, want %q", given, got.url, err, want)
		}
	}
	for _, given := range []string{"", "9090", "off", "localhost", "unix:", "https://x", "ftp://x", "http://", "x:"} {
		if got, err := ParseTarget(given, HealthPath); err == nil {
			t.Errorf("%q is %v", given, got)
		}
	}
}

// TestAskingASocket, and one that is not there any more.
func TestAskingASocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	m := newMonitored(t, l, "")
	target, err := ParseTarget(UnixPrefix+path, ReadyPath)
	if err != nil {
		t.Fatal(err)
	}
	if words, err := target.Ask(t.Context()); err != nil || words != "ok" {
		t.Errorf("it says %q, %v", words, err)
	}
	m.why = "stopping\nmore"
	if words, err := target.Ask(t.Context()); err == nil || err.Error() != "503: stopping" {
		t.Errorf("it says %q, %v", words, err)
	}
	m.server.Close(t.Context())
	if words, err := target.Ask(t.Context()); err == nil {
		t.Errorf("it says %q", words)
	}
}
