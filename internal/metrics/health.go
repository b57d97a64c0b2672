package metrics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// UnixPrefix begins the address of a unix socket: unix:/run/salon/metrics.sock.
const UnixPrefix = "unix:"

// maxWords is how many bytes are read of an answer.
const maxWords = 200

// ErrTarget is the error of an address that cannot be asked.
var ErrTarget = errors.New("neither HOST:PORT, unix:PATH nor an http URL")

// Target is where a running server is asked how it is.
type Target struct {
	socket string // "" for TCP
	url    string
}

// ParseTarget understands an address: HOST:PORT or :PORT, unix:PATH, or a URL, whose path is
// asked for in place of the one given.
func ParseTarget(s, path string) (Target, error) {
	if socket, ok := strings.CutPrefix(s, UnixPrefix); ok {
		if socket == "" {
			return Target{}, ErrTarget
		}
		return Target{socket: socket, url: "http://salon" + path}, nil
	}
	if !strings.Contains(s, "://") {
		host, port, err := net.SplitHostPort(s)
		if err != nil || port == "" {
			return Target{}, ErrTarget
		}
		return Target{url: "http://" + net.JoinHostPort(reachable(host), port) + path}, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" || u.Hostname() == "" {
		return Target{}, ErrTarget
	}
	u.Path = cmp.Or(strings.TrimSuffix(u.Path, "/"), path)
	return Target{url: u.String()}, nil
}

// reachable is the host to ask where one is listened on: this machine where that is all.
func reachable(host string) string {
	if addr, err := netip.ParseAddr(host); err == nil && !addr.IsUnspecified() || err != nil && host != "" {
		return host
	}
	return "localhost"
}

// Ask asks a server how it is, and returns its words; an error says that it does not answer, or
// that it is not well. It ends with ctx.
func (t Target) Ask(ctx context.Context) (words string, err error) {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if t.socket != "" {
			network, addr = "unix", t.socket
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}} // and no proxy, whatever the environment says
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.url, nil)
	if err != nil {
		return "", err
	}
	answer, err := client.Do(r)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // the URL is the asker's own
		}
		return "", err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, maxWords))
	words, _, _ = strings.Cut(strings.TrimSpace(strings.ToValidUTF8(string(said), "")), "\n")
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%d: %s", answer.StatusCode, words)
	}
	return words, err
}
