package sshui

import (
	"strings"
	"sync"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"salon/internal/front"
	"salon/room/lang"
	"salon/room/state"
)

// channel guards one session channel. The library's own handler is not used: it
// trusts sizes, counts and payloads, and lives on when the channel ends before
// its connection.
func (s *Server) channel(_ *ssh.Server, conn *gossh.ServerConn, offer gossh.NewChannel, ctx ssh.Context) {
	under := connOf(ctx)
	if !under.admit(conn, offer) {
		return
	}
	defer under.release()
	accepted, requests, err := offer.Accept()
	if err != nil {
		return // the connection ended meanwhile
	}
	in := newIntake(under.paced, accepted)
	defer in.end()
	ch := s.newChannel(in, conn)
	ch.key, ch.given, ch.addr = provedKey(ctx), under.given, front.AddrOf(conn.RemoteAddr())
	ch.run(requests)
}

// provedKey returns the key that the connection's user proved to hold. It comes
// from the finished authentication, never from a key merely offered. Of a
// certificate only the key counts: nobody vouches for what it says.
func provedKey(ctx ssh.Context) gossh.PublicKey {
	key, _ := ctx.Value(ssh.ContextKeyPublicKey).(ssh.PublicKey)
	if cert, ok := key.(*gossh.Certificate); ok {
		return cert.Key
	}
	return key
}

// run takes the channel's requests until it ends, and its session with it.
func (ch *channel) run(requests <-chan *gossh.Request) {
	late := time.AfterFunc(ch.server.waits.start, func() { ch.Close() })
	defer late.Stop()
	var serving sync.WaitGroup
	for req := range requests {
		ok := ch.request(req.Type, req.Payload)
		if req.WantReply {
			req.Reply(ok, nil) // before anything the session itself sends
		}
		switch {
		case !ok:
		case req.Type == "shell", req.Type == "exec":
			late.Stop()
			ch.started = true
			serving.Go(func() { ch.serve() })
		case req.Type == "signal":
			ch.end(&state.Ending{Cause: state.Quit})
		}
	}
	ch.end(&state.Ending{Cause: state.Lost})
	ch.Close()
	serving.Wait()
}

// serve is a channel's life once it is known what it is for. A fault of ours ends this
// session alone.
func (ch *channel) serve() {
	defer func() {
		if r := recover(); r != nil {
			ch.fail(r)
		}
	}()
	switch {
	case ch.command == "--json" || strings.TrimSpace(ch.command) == "/json": // OpenSSH takes words that begin with - for its own
		ch.stream()
	case ch.command != "":
		ch.oneShot()
	case !ch.pty:
		ch.pipe()
	default:
		ch.terminal()
	}
}

// fail ends the session after a fault of ours: out of the room, with an apology.
func (ch *channel) fail(fault any) {
	ch.server.conns.Crashed(fault)
	l := ch.server.cfg.Lang
	if ch.sess != nil {
		l = ch.sess.Prefs().Lang
		ch.leave(&state.Ending{Cause: state.Crashed})
	}
	switch {
	case ch.restore != nil:
		ch.out.Write(ch.restore())
	case ch.pty:
		ch.complain("") // away from what is being typed
	}
	ch.complain(lang.Of(l).EndCrashed)
	ch.exit(exitRefused)
}
