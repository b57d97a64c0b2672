// Package sshui is the SSH front: it turns ssh connections into sessions of the room, and
// shows the room in a terminal, in a pipe or as the result of a command.
//
// It owns the SSH server, identity by the key that signed, and the bounds on what a client
// may ask for and send, from its window size to its speed. Create a Server with New, give
// it listeners with Serve, and end it with Shutdown. The rules of the chat are package
// room's, the full screen is package screen's.
package sshui

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"
	"unicode"

	"charm.land/ssh"
	"charm.land/wish/v2"
	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/text/unicode/norm"

	"salon/internal/front"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/sshui/screen"
)

// Bounds on one login; a client that goes beyond them is closed.
const (
	maxAuthTries = 20 // keys that are shown, and refusals of any kind
	maxAnswers   = 6  // times that it may be asked for its secrets
)

// timeouts bound every wait of a Server for its clients.
type timeouts struct {
	handshake time.Duration // for a connection to exchange keys; then it is closed
	login     time.Duration // for it to log in, its handshake and its secrets included; then it is closed
	start     time.Duration // for it to open a session, its first or another one, and for that to say what it is for; then it is closed
	pseudo    time.Duration // at a terminal: to choose another pseudo, and again for each secret that is asked for
	write     time.Duration // for one write; then its session ends with the cause Slow and the connection is closed
	linger    time.Duration // at shutdown or when turned away, to read why and hang up
	keepalive time.Duration // between two keepalives
	eof       time.Duration // for the channel to end after its input, as when the connection is lost; then the member has left
	// lost is how long the end of a connection is held back from its sessions: what the client
	// sent right before, such as that it closes its channel or disconnects, is handled first,
	// by a goroutine of the library behind the one that reads. If that takes longer, the
	// connection counts as lost.
	lost time.Duration
}

func defaultTimeouts() timeouts {
	return timeouts{
		handshake: 10 * time.Second, login: time.Minute, start: 10 * time.Second, pseudo: time.Minute, write: 10 * time.Second,
		linger: time.Second, keepalive: 30 * time.Second, eof: 100 * time.Millisecond, lost: 200 * time.Millisecond,
	}
}

// Config is what a Server needs besides a room.
type Config struct {
	HostKeys []gossh.Signer // at least one
	Version  string         // as the protocol's greeting says it: "salon_1.0"
	Lang     state.Lang     // for those whose locale says nothing
	Log      *slog.Logger   // nil: nowhere
	// Admission decides which connections are let in; nil: all that are not banned.
	Admission *front.Admission
	// Meter measures what is sent; nil: nothing is measured.
	Meter *front.Meter
}

// Server serves one room over SSH. Its methods are safe for concurrent use.
type Server struct {
	room  *room.Room
	cfg   Config
	waits timeouts
	ssh   *ssh.Server

	pace  pace           // of every connection
	lines *lang.Printer  // shared by all sessions: terminals get their \r from line.Prompt
	looks *screen.Shared // by all screens too

	conns      *front.Conns
	keepalives sync.WaitGroup // the goroutines of keepalives
}

// New returns a server that is not listening yet. It fails without a host key.
func New(cfg Config, r *room.Room) (*Server, error) {
	return newServer(cfg, r, defaultTimeouts(), defaultPace())
}

func newServer(cfg Config, r *room.Room, waits timeouts, pace pace) (*Server, error) {
	if len(cfg.HostKeys) == 0 {
		return nil, errors.New("ssh server without host key")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		room: r, cfg: cfg, waits: waits, pace: pace, lines: lang.NewPrinter("\n"), looks: &screen.Shared{},
	}
	if m := cfg.Meter; m != nil {
		s.lines.Counts = &m.Lines
		s.looks.Count(&m.Rows)
	}
	s.conns = front.NewConns(front.Config{
		Name: "ssh", Room: r, Log: cfg.Log, Admission: cfg.Admission, Keys: true, Serve: s.handle, Refusal: s.refusal, Linger: waits.linger,
	})
	var err error
	s.ssh, err = wish.NewServer(
		s.configure,
		wish.WithVersion(cfg.Version),
		// A key only tells who it is, and only once it has signed; see provedKey. OpenSSH tries "none" first: taking that would mean
		// never to be shown a key.
		wish.WithPublicKeyAuth(s.acceptKey),
		wish.WithKeyboardInteractiveAuth(s.login),
	)
	if err != nil {
		return nil, err
	}
	s.keepalives.Go(s.keepAlive)
	return s, nil
}

// configure is an ssh.Option: what the server knows of the protocol, and its keys, which
// package hostkeys has loaded and judged.
func (s *Server) configure(srv *ssh.Server) error {
	for _, key := range s.cfg.HostKeys {
		srv.AddHostKey(key)
	}
	srv.ServerConfigCallback = serverConfig
	srv.ConnCallback = func(ctx ssh.Context, c net.Conn) net.Conn {
		ctx.SetValue(connKey{}, c) // for connOf
		return c
	}
	srv.ConnectionFailedCallback = handshakeFailed
	srv.ChannelHandlers = map[string]ssh.ChannelHandler{"session": s.channel}
	srv.RequestHandlers = map[string]ssh.RequestHandler{}
	srv.SubsystemHandlers = map[string]ssh.SubsystemHandler{}
	return nil
}

// serverConfig is that of one connection, which it tells how far its login has come.
func serverConfig(ctx ssh.Context) *gossh.ServerConfig {
	cfg, c := algorithms(), connOf(ctx)
	cfg.PreAuthConnCallback = c.loginBegins
	cfg.AuthLogCallback = func(_ gossh.ConnMetadata, _ string, err error) {
		if err == nil {
			c.loggedIn()
		}
	}
	return cfg
}

// algorithms are those that are offered: no SHA-1 and no DSA, and the post-quantum
// exchange first. CTR is for clients that know no AEAD, as many programs in Python do; it
// comes with encrypt-then-MAC only.
func algorithms() *gossh.ServerConfig {
	return &gossh.ServerConfig{
		Config: gossh.Config{
			KeyExchanges: []string{gossh.KeyExchangeMLKEM768X25519, gossh.KeyExchangeCurve25519, "curve25519-sha256@libssh.org"},
			Ciphers: []string{
				gossh.CipherAES256GCM, gossh.CipherAES128GCM, gossh.CipherChaCha20Poly1305,
				gossh.CipherAES256CTR, gossh.CipherAES192CTR, gossh.CipherAES128CTR,
			},
			MACs: []string{gossh.HMACSHA256ETM, gossh.HMACSHA512ETM},
		},
		PublicKeyAuthAlgorithms: []string{
			gossh.KeyAlgoED25519, gossh.KeyAlgoSKED25519, gossh.KeyAlgoSKECDSA256,
			gossh.KeyAlgoECDSA256, gossh.KeyAlgoECDSA384, gossh.KeyAlgoECDSA521,
			gossh.KeyAlgoRSASHA256, gossh.KeyAlgoRSASHA512,
		},
		MaxAuthTries: maxAuthTries,
	}
}

// Serve accepts connections until l fails, or until Shutdown: then it returns nil. It may
// be called for several listeners.
func (s *Server) Serve(l net.Listener) error { return s.conns.Accept(l) }

// Shutdown stops listening, waits for the sessions to end (see [room.Room.Stop]) for as
// long as ctx lasts, then closes what is still open. When it returns, no goroutine of the
// server runs any more.
func (s *Server) Shutdown(ctx context.Context) error {
	s.conns.Shutdown(ctx)
	s.keepalives.Wait()
	return s.ssh.Shutdown(context.Background())
}

// refusal returns why a connection is refused, twice: as a line before the protocol's
// greeting (RFC 4253, section 4.2), for people with netcat, and as the protocol's own
// message (section 11.1), which ssh shows.
func (s *Server) refusal(err error) []byte {
	why := lang.View{Lang: s.cfg.Lang}.Error(err)
	return append([]byte(why+"\r\nSSH-2.0-"+s.cfg.Version+"\r\n"), disconnect(why)...)
}

// disconnect is an SSH_MSG_DISCONNECT as a packet that is not encrypted yet (RFC
// 4253, sections 6 and 11.1).
func disconnect(why string) []byte {
	payload := gossh.Marshal(struct {
		Reason         uint32 `sshtype:"1"`
		Text, Language string
	}{12, plainASCII(why), ""}) // too many connections; OpenSSH shows other letters as numbers
	padding := 8 - (5+len(payload))%8
	if padding < 4 {
		padding += 8
	}
	packet := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding))
	packet = append(append(packet, byte(padding)), payload...)
	return append(packet, make([]byte, padding)...)
}

// plainASCII writes a text without its accents.
func plainASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
}
