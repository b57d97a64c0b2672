// Package sshui is the SSH front: it turns ssh connections into sessions of the
// room, and the room into what somebody sees in their terminal, in a pipe or as
// the result of a command.
//
// It owns the SSH server, identity by the key that signed, and the guard around
// each channel: what a client may ask for is bounded here, from its window size
// to its environment. What is said and by which rules is package room's.
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

// maxAuthTries is how many keys a client may try.
const maxAuthTries = 20

// timeouts bound every wait of a Server for its clients.
type timeouts struct {
	// handshake is how long a connection may take to say who it is; then it is
	// closed.
	handshake time.Duration
	// start is how long a connection may take to open a session, and a session to
	// say what it is for; then it is closed.
	start time.Duration
	// pseudo is how long somebody may take to choose another pseudo, and to give
	// each secret that they are asked for.
	pseudo time.Duration
	// write is how long one write may block before its session is let go with
	// the cause Slow, and the connection under it closed.
	write time.Duration
	// linger is how long a client is given, at shutdown or when it is turned
	// away, to read why and hang up.
	linger time.Duration
	// beat is the time between two keepalives.
	beat time.Duration
	// eof is how long the end of a client's input waits for its explanation: a
	// connection that breaks ends the input first, and the channel right after.
	eof time.Duration
}

func defaultTimeouts() timeouts {
	return timeouts{
		handshake: 10 * time.Second, start: 10 * time.Second, pseudo: time.Minute, write: 10 * time.Second, linger: time.Second, beat: 30 * time.Second,
		eof: 100 * time.Millisecond,
	}
}

// Config is what a Server needs besides a room.
type Config struct {
	HostKeys []gossh.Signer // at least one
	Version  string         // as the protocol's greeting says it: "salon_1.0"
	Lang     state.Lang     // for those whose locale says nothing
	Log      *slog.Logger   // nil: nowhere
}

// Server serves one room over SSH. Its methods may be called from any goroutine.
type Server struct {
	room  *room.Room
	cfg   Config
	waits timeouts
	ssh   *ssh.Server

	lines *lang.Printer  // shared by all sessions: terminals get their \r from line.Prompt
	looks *screen.Shared // by all screens too

	conns   *front.Conns
	beating sync.WaitGroup

	mu     sync.Mutex       // guards all below
	pace   pace             // of connections to come
	byAddr map[string]*conn // those that are open, by their remote address
	links  map[*gossh.ServerConn]*link
}

// New returns a server that is not listening yet.
func New(cfg Config, r *room.Room) (*Server, error) {
	s, err := newServer(cfg, r, defaultTimeouts())
	if err == nil {
		s.pace = defaultPace()
	}
	return s, err
}

func newServer(cfg Config, r *room.Room, waits timeouts) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		room: r, cfg: cfg, waits: waits, pace: pace{unread: maxUnread}, lines: lang.NewPrinter("\n"), looks: &screen.Shared{},
		conns: front.NewConns("ssh", r, cfg.Log, waits.linger), byAddr: map[string]*conn{}, links: map[*gossh.ServerConn]*link{},
	}
	srv, err := wish.NewServer(
		wish.WithVersion(cfg.Version),
		withHostKeys(cfg.HostKeys),
		// Everyone may enter. A key only tells who it is, and only once it has
		// signed; see identity. OpenSSH tries "none" first: taking that would mean
		// never to be shown a key.
		wish.WithPublicKeyAuth(func(ssh.Context, ssh.PublicKey) bool { return true }),
		wish.WithKeyboardInteractiveAuth(s.login),
	)
	if err != nil {
		return nil, err
	}
	srv.HandshakeTimeout = waits.handshake
	srv.ServerConfigCallback = func(ssh.Context) *gossh.ServerConfig { return algorithms() }
	srv.ChannelHandlers = map[string]ssh.ChannelHandler{"session": s.channel}
	srv.RequestHandlers = map[string]ssh.RequestHandler{}
	srv.SubsystemHandlers = map[string]ssh.SubsystemHandler{}
	s.ssh = srv
	s.beating.Go(func() { s.heartbeat(s.conns.Closing) })
	return s, nil
}

// withHostKeys hands over keys that are already loaded: a key file is package
// hostkeys' to judge.
func withHostKeys(keys []gossh.Signer) ssh.Option {
	return func(srv *ssh.Server) error {
		if len(keys) == 0 {
			return errors.New("ssh server without host key")
		}
		for _, k := range keys {
			srv.AddHostKey(k)
		}
		return nil
	}
}

// algorithms are those of limits.md: no SHA-1 and no DSA, and the post-quantum
// exchange first.
func algorithms() *gossh.ServerConfig {
	return &gossh.ServerConfig{
		Config: gossh.Config{
			KeyExchanges: []string{gossh.KeyExchangeMLKEM768X25519, gossh.KeyExchangeCurve25519, "curve25519-sha256@libssh.org"},
			Ciphers:      []string{gossh.CipherAES256GCM, gossh.CipherAES128GCM, gossh.CipherChaCha20Poly1305},
			MACs:         []string{gossh.HMACSHA256ETM, gossh.HMACSHA512ETM},
		},
		PublicKeyAuthAlgorithms: []string{
			gossh.KeyAlgoED25519, gossh.KeyAlgoSKED25519, gossh.KeyAlgoSKECDSA256,
			gossh.KeyAlgoECDSA256, gossh.KeyAlgoECDSA384, gossh.KeyAlgoECDSA521,
			gossh.KeyAlgoRSASHA256, gossh.KeyAlgoRSASHA512,
		},
		MaxAuthTries: maxAuthTries,
	}
}

// Serve takes connections until Shutdown, which makes it return nil.
func (s *Server) Serve(l net.Listener) error {
	if !s.conns.Listen(l) {
		return nil
	}
	err := s.ssh.Serve(listener{l, s})
	if s.conns.Closing.Err() != nil {
		return nil
	}
	return err
}

// Shutdown stops listening, waits for sessions to say goodbye (the room has told
// them to go, see [room.Room.Stop]) for as long as ctx lasts, then closes what is
// still open. When it returns, nothing of the server runs any more.
func (s *Server) Shutdown(ctx context.Context) error {
	s.conns.Shutdown(ctx)
	s.beating.Wait()
	return s.ssh.Shutdown(context.Background())
}

// listener gives only connections that the room admits by their address, and the server
// knows each, those that never get through their handshake too.
type listener struct {
	net.Listener
	server *Server
}

// Accept implements net.Listener. The library around it waits and tries again
// when descriptors run out.
func (l listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if leave, ok := l.server.conns.Admit(raw, l.server.refusal); ok {
			return l.server.track(raw, leave)
		}
	}
}

// refusal says why somebody is turned away, twice: in a line before the protocol's
// greeting (RFC 4253, section 4.2), for people with netcat, and in the protocol's
// own words (section 11.1), which ssh shows. A socket closed before its client has
// spoken would cost it both.
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

// conn is a connection that the server knows until it is closed.
type conn struct {
	*paced
	server *Server
	once   sync.Once
	unused *time.Timer // closes a connection that opens no session
	err    error
}

// track makes an admitted connection known.
func (s *Server) track(raw net.Conn, leave func()) (net.Conn, error) {
	front.NoticeVanished(raw)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &conn{paced: newPaced(raw, s.pace), server: s}
	if !s.conns.Track(c, leave) {
		c.paced.Close()
		return nil, net.ErrClosed
	}
	s.byAddr[c.RemoteAddr().String()] = c
	c.unused = time.AfterFunc(s.waits.handshake+s.waits.start, func() { c.Close() })
	return c, nil
}

// Close implements net.Conn. It may be called more than once.
func (c *conn) Close() error {
	c.once.Do(func() {
		c.err = c.paced.Close()
		c.server.mu.Lock()
		delete(c.server.byAddr, c.RemoteAddr().String())
		c.unused.Stop()
		c.server.mu.Unlock()
		c.server.conns.Forget(c)
	})
	return c.err
}
