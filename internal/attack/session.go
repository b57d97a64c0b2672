package main

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync/atomic"

	"golang.org/x/crypto/ssh"
)

// window is how many bytes the server still takes on a channel.
type window struct {
	left    atomic.Int64
	changed chan struct{} // cap 1
}

func (w *window) add(n int64) {
	w.left.Add(n)
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// errRefused is the server's no to a login or a channel.
var errRefused = errors.New("refused")

// wideWindow is a window that is never used up: nothing has to be said about it.
const wideWindow = 1 << 31

// dialSSH exchanges keys on a connection, which it closes after an error; nobody has logged
// in yet.
func dialSSH(c net.Conn) (*wire, error) {
	w := newWire(c)
	err := w.Greet()
	if err == nil {
		err = w.Exchange()
	}
	if err == nil {
		w.WritePacket(ssh.Marshal(serviceRequest{"ssh-userauth"}))
		_, err = w.Await(msgServiceAccept)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return w, nil
}

// logIn logs in without a key, and answers what is asked.
func (w *wire) logIn(user, answer string) error {
	w.WritePacket(ssh.Marshal(authRequest{User: user, Service: "ssh-connection", Method: "keyboard-interactive"}))
	for {
		p, err := w.Await(msgAuthSuccess, msgAuthFailure, msgAuthQuestions)
		switch {
		case err != nil:
			return err
		case p[0] == msgAuthSuccess:
			return nil
		case p[0] == msgAuthFailure:
			return errRefused
		}
		w.WritePacket(answersTo(p, answer))
	}
}

// answersTo gives the same answer to each question (RFC 4256, section 3.2).
func answersTo(questions []byte, answer string) []byte {
	var q struct {
		Name, Instruction, Language string `sshtype:"60"`
		Count                       uint32
		Rest                        []byte `ssh:"rest"`
	}
	_ = ssh.Unmarshal(questions, &q) // none are asked, then
	p := binary.BigEndian.AppendUint32([]byte{61}, q.Count)
	for range q.Count {
		p = append(binary.BigEndian.AppendUint32(p, uint32(len(answer))), answer...)
	}
	return p
}

// open opens a session channel with a window for what the server sends.
func (w *wire) open(size uint32) error {
	w.WritePacket(ssh.Marshal(channelOpen{"session", 0, size, 32 << 10}))
	p, err := w.Await(msgChannelOpened, msgChannelRefused)
	if err != nil {
		return err
	}
	var opened struct {
		Ours, Theirs, Window, Packet uint32 `sshtype:"91"`
	}
	if p[0] == msgChannelRefused || ssh.Unmarshal(p, &opened) != nil {
		return errRefused
	}
	w.channel = opened.Theirs
	w.window.left.Store(int64(opened.Window))
	return nil
}

// request makes a request of the channel that nothing answers.
func (w *wire) request(kind string, payload []byte) error {
	return w.WritePacket(ssh.Marshal(channelRequest{w.channel, kind, false, payload}))
}

// shell starts the session, on a terminal or as a pipe.
func (w *wire) shell(terminal bool) error {
	if terminal {
		w.request("pty-req", ssh.Marshal(struct {
			Term                         string
			Columns, Rows, Width, Height uint32
			Modes                        string
		}{"xterm-256color", 80, 24, 0, 0, ""}))
	}
	w.request("shell", nil)
	return w.Flush()
}

// enter is all of it: from the first byte to a session in the room.
func (w *wire) enter(user, answer string, terminal bool, size uint32) error {
	if err := w.logIn(user, answer); err != nil {
		return err
	}
	if err := w.open(size); err != nil {
		return err
	}
	return w.shell(terminal)
}

// pump reads all that comes, until the connection ends, so that the server may send.
func (w *wire) pump() {
	for {
		p, err := w.ReadPacket()
		if err != nil {
			w.Close()
			return
		}
		if p[0] == msgWindowAdjust && len(p) == 9 {
			w.window.add(int64(binary.BigEndian.Uint32(p[5:])))
		}
	}
}

// data sends bytes on the channel as one packet, once the server's window has room for
// them. Somebody must pump.
func (w *wire) data(ctx context.Context, b []byte) error {
	for w.window.left.Load() < int64(len(b)) {
		if err := w.Flush(); err != nil {
			return err
		}
		select {
		case <-w.window.changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.window.left.Add(-int64(len(b)))
	return w.WritePacket(ssh.Marshal(channelData{w.channel, b}))
}
