package metrics

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"
)

// Bounds on those who ask.
const (
	// maxConns is how many connections are open at once; one more waits to be accepted.
	maxConns = 32
	// maxScrapes is how many read the figures at once; one more is told 503.
	maxScrapes = 4
	// scrapeTimeout is how long reading the figures may take; then the answer is 503.
	scrapeTimeout = 10 * time.Second
	// headerTimeout and idleTimeout close the connection of who takes longer to send a request,
	// or sends none; bodyTimeout that of who does not send all of a body, which nothing reads.
	headerTimeout, bodyTimeout, idleTimeout = 5 * time.Second, time.Second, time.Minute
	// answerTimeout is how long an answer may take: a profile of one minute and its sending.
	// A longer one is refused by package pprof, or its connection is closed.
	answerTimeout = 90 * time.Second
	// maxHeader is how many bytes of headers are read, and 4 KiB; then the answer is 431.
	maxHeader = 8 << 10
)

// Paths that are served.
const (
	MetricsPath = "/metrics"
	HealthPath  = "/healthz" // 200 while the room works, 503 when it is stuck
	ReadyPath   = "/readyz"  // 200 while people can enter and what they say is kept, else 503
)

// Options are what a Server answers with.
type Options struct {
	// Registry has the figures.
	Registry *prometheus.Registry
	// Token is what the header "Authorization: Bearer TOKEN" must hold, but for HealthPath and
	// ReadyPath; "": anybody may ask. It is called at each request.
	Token func() string
	// Health and Ready return why the server is not well, or does not serve now; "" when it
	// does. What they return is read by anybody. They may take as long as ctx lasts.
	Health, Ready func(ctx context.Context) string
	// Log is told what fails.
	Log *slog.Logger
}

// Server serves figures over HTTP, see the paths. Its methods may be called from any goroutine.
type Server struct {
	o       Options
	http    http.Server
	stop    context.CancelFunc // ends every request
	running sync.WaitGroup     // the goroutine that accepts, and requests

	mu     sync.Mutex // guards closed
	closed bool       // no request begins any more
}

// Serve begins to serve on l, until Close.
func Serve(l net.Listener, o Options) *Server {
	s := &Server{o: o}
	run, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.http = http.Server{
		Handler: s.handler(), BaseContext: func(net.Listener) context.Context { return run },
		ReadHeaderTimeout: headerTimeout, WriteTimeout: answerTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
	}
	s.running.Go(func() { s.http.Serve(netutil.LimitListener(l, maxConns)) }) // its error is that of Close
	return s
}

// Close ends every request, stops listening and waits for both. Connections that have not
// ended by themselves when ctx does are closed.
func (s *Server) Close(ctx context.Context) {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.http.Shutdown(ctx)
	s.http.Close()
	s.running.Wait()
}

// begin has Close wait until done is called, and reports false when it is too late to begin.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.running.Add(1)
	}
	return !s.closed
}

// handler serves all paths, to GET and HEAD. The command line is none of them: flags may hold
// passwords, as URLs of NATS do.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+HealthPath, answer(s.o.Health))
	mux.Handle("GET "+ReadyPath, answer(s.o.Ready))
	figures := promhttp.HandlerFor(s.o.Registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: maxScrapes, Timeout: scrapeTimeout, EnableOpenMetrics: true, ErrorLog: slog.NewLogLogger(s.o.Log.Handler(), slog.LevelWarn),
	})
	for path, h := range map[string]http.Handler{
		MetricsPath: figures, "/debug/pprof/": http.HandlerFunc(pprof.Index), "/debug/pprof/profile": http.HandlerFunc(pprof.Profile),
		"/debug/pprof/symbol": http.HandlerFunc(pprof.Symbol), "/debug/pprof/trace": http.HandlerFunc(pprof.Trace),
		"/debug/pprof/cmdline": http.NotFoundHandler(),
	} {
		mux.Handle("GET "+path, s.guarded(h))
	}
	return s.bounded(mux)
}

// bounded has Close wait for requests, and bounds what their clients may do.
func (s *Server) bounded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.begin() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		defer s.running.Done()
		if r.ContentLength != 0 { // or the library would wait for it
			http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}

// probeTimeout is how long HealthPath and ReadyPath may take: less than those who ask wait.
const probeTimeout = 3 * time.Second

// answer answers "ok", or 503 and why not.
func answer(why func(context.Context) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), probeTimeout)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if text := why(ctx); text != "" {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, text)
			return
		}
		fmt.Fprintln(w, "ok")
	})
}

// guarded lets in who has the token.
func (s *Server) guarded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if want := s.o.Token(); want != "" && !holds(r, want) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="salon"`)
			http.Error(w, "a bearer token is needed", http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// holds reports whether a request has the token. It takes as long whatever was sent.
func holds(r *http.Request, want string) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	given, right := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(given[:], right[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}
