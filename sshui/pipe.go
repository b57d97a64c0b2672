package sshui

import (
	"bufio"
	"bytes"
	"strings"
	"sync"
	"sync/atomic"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// pipe is a session without a terminal: `ssh -T`, or another program's output piped in.
// Its lines are read no faster than the room takes them, so that none is lost. Failures
// go to stderr, and the first one decides the exit code. The end of input ends the
// session, but not with json, which is for programs: many have no input.
type pipe struct {
	*channel
	say    func(line string) (room.Reply, error) // nil: a line is a message or a command
	silent bool                                  // only failures are shown
	json   bool                                  // one JSON object a line is shown
	begin  string                                // a line that is done before those of the client; "" for none
	failed atomic.Int32                          // the exit code of the first line that failed; exitDone while none has
}

// pipe joins and takes lines until either side ends it. Each line is a message or a
// command, and events come out one a line.
func (ch *channel) pipe() { (&pipe{channel: ch}).run() }

// stream is a pipe that shows one JSON object a line, from the place on that the
// arguments of the command "json" name.
func (ch *channel) stream(args string) {
	p := &pipe{channel: ch, json: true}
	if args != "" {
		p.begin = "/json " + args
	}
	p.run()
}

// recite is a pipe that says each line to somebody as it is, whatever it begins with:
// `make 2>&1 | ssh -T bot@host @all`.
func (ch *channel) recite(to room.Recipients) {
	p := &pipe{channel: ch, silent: true}
	p.say = func(line string) (room.Reply, error) { return ch.sess.Say(ch.ctx, to, line) }
	p.run()
}

func (p *pipe) run() {
	e := p.entry()
	e.Paced, e.Script, e.Prefs.JSON = true, true, p.json
	if !p.enterAsUser(e) {
		return
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		defer p.server.conns.Recover(p.sess)
		p.readLines()
		if !p.json {
			p.inputEnded()
		}
	})
	end := p.leave(p.follow())
	if end.Cause != state.Quit && end.Cause != state.Lost {
		p.complain(lang.Farewell(end, lang.ViewOf(p.sess)))
	}
	code := endingCode(end)
	if end.Cause == state.Quit {
		code = int(p.failed.Load())
	}
	p.exit(code)
	reading.Wait() // the channel is closed: nothing is left to read
}

// maxBuffer is how much is gathered for one write before it is sent.
const maxBuffer = 64 << 10

// follow writes what the session is shown until it ends: events to stdout,
// failures to stderr.
func (p *pipe) follow() error {
	var buf []byte
	flush := func() (err error) {
		if len(buf) > 0 {
			_, err = p.out.Write(buf)
			buf = buf[:0]
		}
		return err
	}
	return p.sess.Follow(nil, func(items []room.Item) error {
		for _, it := range items {
			failure := !p.sess.Prefs().JSON && isFailure(it.Reply, p.silent)
			if failure || len(buf) >= maxBuffer {
				if err := flush(); err != nil {
					return err
				}
			}
			switch {
			case failure:
				if _, err := p.errs.Write(p.server.lines.Append(nil, it, p.sess)); err != nil {
					return err
				}
			case !p.silent:
				buf = p.server.lines.Append(buf, it, p.sess)
			}
		}
		return flush()
	})
}

// isFailure reports whether a reply goes to stderr: one that says that a private message was
// not delivered, too, where nothing else is shown.
func isFailure(r room.Reply, silent bool) bool {
	if _, ok := r.(room.Failure); ok {
		return true
	}
	return silent && undelivered(r)
}

// readLines does the client's lines until its input or its session ends. It skips empty
// lines, which the output of programs is full of.
func (p *pipe) readLines() {
	if p.begin != "" && !p.beginStream() {
		return
	}
	in := bufio.NewReaderSize(p.Channel, text.MaxText+2)
	for p.sess.Context().Err() == nil {
		line, err := nextLine(in)
		if err != nil && len(line) == 0 {
			return
		}
		if line = bytes.TrimRight(line, "\r"); len(bytes.TrimSpace(line)) > 0 {
			p.submit(string(line))
		}
	}
}

// beginStream does the line that a stream begins with. It reports false when that was wrong
// use, of which whoever typed it is told in words, and ends the session.
func (p *pipe) beginStream() bool {
	reply, err := p.do(p.begin)
	if exitCode(err) != exitUsage {
		p.show(reply, err)
		return true
	}
	p.complain(lang.ViewOf(p.sess).Error(err))
	p.failed.Store(exitUsage)
	p.sess.End(state.Ending{Cause: state.Quit})
	return false
}

// submit does a line and shows what came of it.
func (p *pipe) submit(line string) { p.show(p.do(line)) }

// show shows what came of a line. The first that failed decides the exit code.
func (p *pipe) show(reply room.Reply, err error) {
	p.sess.Answer(reply, err)
	code := exitCode(err)
	if p.silent && undelivered(reply) {
		code = exitRefused
	}
	p.failed.CompareAndSwap(exitDone, int32(code))
}

func (p *pipe) do(line string) (room.Reply, error) {
	if p.say != nil {
		return p.say(line)
	}
	return p.sess.Do(p.ctx, line)
}

// nextLine returns the next line without its end, valid until the next call. A line longer
// than a message may be comes out one byte too long, for the room to refuse, and its
// rest is discarded: memory stays flat whatever is sent.
func nextLine(r *bufio.Reader) ([]byte, error) {
	line, more, err := r.ReadLine()
	if !more {
		return line, err
	}
	long := bytes.Clone(line[:text.MaxText+1])
	for more {
		_, more, _ = r.ReadLine()
	}
	return long, nil
}

// streamArgs understands the command that asks for JSON, "--json since=12" or "/json", and
// returns what follows its name. OpenSSH takes words that begin with - for its own.
func streamArgs(command string) (args string, ok bool) {
	word, args := text.CutSpace(strings.TrimSpace(command))
	return strings.TrimSpace(args), word == "--json" || word == "/json"
}
