package sshui

import (
	"strings"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"salon/room"
	"salon/room/lang"
	"salon/room/text"
)

// secrets are what somebody without a key was asked for while they logged in, as
// typed; "" for what was not asked or not given. The connection keeps them for each
// of its sessions; the room looks at them when these join.
type secrets struct{ pass, password string }

// login lets in whoever comes without a key, and asks for the secrets that this will
// take by keyboard-interactive (RFC 4256): its questions reach people who run a
// command or have no terminal here, and programs that answer for them. What is wrong
// or missing is the session's to say. The language is the server's: the client's is
// not known yet.
func (s *Server) login(ctx ssh.Context, ask gossh.KeyboardInteractiveChallenge) bool {
	var e room.Entry
	e.Pseudo, _ = text.ParsePseudo(ctx.User()) // another will be asked for, where somebody can be
	lacks := s.room.Lacks(&e)
	var questions []string
	for _, p := range lacks {
		questions = append(questions, lang.Question(s.cfg.Lang, p, e.Pseudo))
	}
	if len(questions) == 0 {
		return true
	}
	c := connOf(ctx)
	c.SetDeadline(time.Now().Add(s.waits.pseudo)) // the library lifts it once the login has ended
	c.unused.Reset(s.waits.pseudo + s.waits.start)
	typed, err := ask("", "", questions, make([]bool, len(questions))) // not echoed
	if err != nil {
		return false
	}
	for i, p := range lacks {
		e.Give(p, strings.TrimSpace(strings.Clone(typed[i][:min(len(typed[i]), text.MaxText)]))) // a longer one is wrong, and stays so
	}
	c.given = secrets{e.Pass, e.Password}
	return true
}
