package sshui

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"salon/internal/front"
	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// handle serves a connection that was let in, until it is closed.
func (s *Server) handle(raw net.Conn, login *front.Login) {
	if c := s.track(raw, login); c != nil {
		s.ssh.HandleConn(c)
		c.Close()
		c.takeLeftover()
	}
}

// handshakeFailed is told why a connection ends that has not logged in.
func handshakeFailed(failed net.Conn, why error) {
	from, ok := failed.RemoteAddr().(clientAddr)
	if tried, ended := errors.AsType[*gossh.ServerAuthError](why); ended && len(tried.Errors) < maxAuthTries {
		why = io.EOF // it hung up, whatever it had tried
	}
	if ok {
		from.login.Broken(why)
	}
}

// channel serves one session channel. It replaces the library's own handler, which trusts
// sizes, counts and payloads, and goes on when the channel ends before its connection.
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
	in := newPacedChannel(under.paced, accepted)
	defer in.end()
	ch := s.newChannel(in, conn)
	ch.key, ch.secrets, ch.addr, ch.login = provedKey(ctx), under.secrets, under.login.Addr, under.login
	ch.lost = &under.lost
	ch.run(requests)
}

// provedKey returns the key that signed during authentication, never one merely offered;
// nil without one. Of a certificate only the key counts.
func provedKey(ctx ssh.Context) gossh.PublicKey {
	key, _ := ctx.Value(ssh.ContextKeyPublicKey).(ssh.PublicKey)
	return plain(key)
}

// plain returns the key of a certificate, and any other key as it is.
func plain(key gossh.PublicKey) gossh.PublicKey {
	if cert, ok := key.(*gossh.Certificate); ok {
		return cert.Key
	}
	return key
}

// run handles the channel's requests until it ends, then ends its session and waits for it.
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
		case req.Type == "shell", req.Type == "exec", req.Type == "subsystem":
			late.Stop()
			ch.started = true
			serving.Go(func() { ch.serve() })
		case req.Type == "signal":
			ch.end(&state.Ending{Cause: state.Quit})
		}
	}
	ch.end(&state.Ending{Cause: ch.hangup()})
	ch.Close()
	serving.Wait()
}

// serve runs the session that the client asked for: a command, a pipe or a terminal. A
// panic ends this session only.
func (ch *channel) serve() {
	defer func() {
		if r := recover(); r != nil {
			ch.fail(r)
		}
	}()
	args, json := streamArgs(ch.command)
	to, literal := room.ParseRecipients(strings.TrimSpace(ch.command))
	_, noRoom := text.ParseRoomName(strings.TrimSpace(ch.command))
	switch {
	case ch.copying != "":
		ch.refuseToCopy()
	case json:
		ch.stream(args)
	case literal && !ch.pty:
		ch.recite(to)
	case ch.pty && (ch.command == "" || noRoom == nil):
		ch.terminal()
	case ch.command != "":
		ch.runCommand()
	default:
		ch.pipe()
	}
}

// fail ends the session after a panic, and apologizes.
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
