package sshui

import (
	"strings"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"salon/room"
	"salon/room/lang"
	"salon/room/text"
)

// acceptKey accepts a key that is offered and may join, before it has signed; while its
// source is kept out, only one that somebody has vouched for.
func (s *Server) acceptKey(ctx ssh.Context, key ssh.PublicKey) bool {
	c := connOf(ctx)
	if c.keys++; c.keys > maxAuthTries {
		c.Close()
		return false
	}
	fingerprint := gossh.FingerprintSHA256(plain(key))
	return s.room.MayJoin(fingerprint) && (c.login.Penalty() == 0 || s.room.Vouched(fingerprint))
}

// login accepts everybody without a key, and asks for the secrets that the pseudo takes by
// keyboard-interactive (RFC 4256), which also reaches people who run a command and
// programs that answer for them. The session says what is wrong or missing. The language
// is the server's: the client's is not known yet.
func (s *Server) login(ctx ssh.Context, ask gossh.KeyboardInteractiveChallenge) bool {
	c := connOf(ctx)
	if c.answers++; c.answers > maxAnswers {
		c.Close()
		return false
	}
	if wait := c.login.Penalty(); wait > 0 {
		why := &room.PenaltyError{Wait: wait}
		c.login.TurnedAway(why)
		ask("", lang.View{Lang: s.cfg.Lang}.Error(why), nil, nil) // shown by the client
		c.Close()                                                 // or it would ask again
		return false
	}
	var e room.Entry
	e.Pseudo, _ = text.ParsePseudo(ctx.User()) // another will be asked for, where somebody can be
	lacks := s.room.Lacks(&e)
	var questions []string
	for _, p := range lacks {
		questions = append(questions, lang.Question(s.cfg.Lang, p, e.Pseudo, false))
	}
	if len(questions) == 0 {
		return true
	}
	typed, err := ask("", "", questions, make([]bool, len(questions))) // not echoed
	if err != nil {
		return false
	}
	for i, p := range lacks {
		e.Give(p, strings.TrimSpace(strings.Clone(typed[i][:min(len(typed[i]), text.MaxText)]))) // a longer one is wrong, and stays so
	}
	c.secrets = secrets{e.Pass, e.Password}
	return true
}
