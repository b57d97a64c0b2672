package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"net"
	"time"

	"salon/internal/sshwire"

	"golang.org/x/crypto/ssh"
)

// overSSH are the attacks on the ssh protocol.
func overSSH() []attack {
	const silence = 13 * time.Second // a handshake has 10 s
	return []attack{
		{name: "ssh-silent", what: "connections that say nothing", life: silent, count: 1000, oneLife: true, gone: true, least: silence, memory: 25 << 20},
		{name: "ssh-slow", what: "handshakes of one byte at a time", life: slowHandshake, count: 1000, oneLife: true, gone: true, least: silence, memory: 25 << 20},
		{name: "ssh-half", what: "handshakes that stop within the first packet", life: halfHandshake, oneLife: true, gone: true, least: silence},
		{name: "ssh-garbage", what: "noise in place of a handshake", life: garbage},
		{name: "ssh-length", what: "packets that claim to be huge", life: hugePacket},
		{name: "kex-one", what: "key exchanges from one address", life: keyExchange, from: one, storm: true},
		{name: "kex-many", what: "key exchanges from everywhere", life: keyExchange, from: fresh, storm: true},
		{name: "ssh-answers", what: "malformed answers to questions, fast", life: malformedAnswers(0)},
		{name: "ssh-answers-slow", what: "malformed answers, one every 8 s: out after 60 s", life: malformedAnswers(8 * time.Second), oneLife: true, gone: true, least: 63 * time.Second, storm: true},
		{name: "ssh-rekey", what: "new keys again and again", life: rekey},
		{name: "ssh-rekey-stalled", what: "a key exchange begun and never ended", life: rekeyStalled},
		{name: "ssh-channels", what: "channels opened without end", life: channels},
		{name: "ssh-env", what: "environment variables without end", life: requests("env", func(i int) []byte {
			return ssh.Marshal(struct{ Name, Value string }{"LC_" + string(rune('A'+i%26)), string(bytes.Repeat([]byte("x"), 900))})
		})},
		{name: "ssh-resize", what: "changes of the window's size without end", life: resizes},
		{name: "ssh-exec", what: "commands of 8 KiB, each on a new channel", life: commands},
		{name: "ssh-global", what: "global requests without end", life: globals},
		{name: "ssh-ignored", what: "packets that mean nothing without end", life: ignored},
		{name: "ssh-one-byte", what: "packets of one byte, ssh -T", life: typing(false, "x", 0)},
		{name: "ssh-line", what: "an endless line, ssh -T", life: typing(false, "x", 16<<10)},
		{name: "ssh-lines", what: "lines without pause, ssh -T", life: typing(false, "flood\n", 0)},
		{name: "screen-one-byte", what: "keys without pause, on a screen", life: typing(true, "x", 0)},
		{name: "screen-paste", what: "an endless paste, on a screen", life: typing(true, "\x1b[200~", 16<<10)},
		{name: "screen-tab", what: "completions without pause, on a screen", life: typing(true, "@z\t\t\t\x15/\t\t\t\x15", 0)},
		{name: "screen-past", what: "pages of the past without pause, on a screen", life: typing(true, "\x1b[5~\x1b[5~\x1b[6~", 0), rich: true},
	}
}

// hold waits until a connection is cut.
func hold(c net.Conn) error {
	_, err := io.Copy(io.Discard, c)
	return err
}

func silent(ctx context.Context, a *attacker) error {
	c, err := a.dial(ctx, a.SSH)
	if err != nil {
		return err
	}
	return hold(c)
}

func slowHandshake(ctx context.Context, a *attacker) error {
	c, err := a.dial(ctx, a.SSH)
	if err != nil {
		return err
	}
	hello := append([]byte(sshwire.Version+"\r\n"), make([]byte, 1<<10)...)
	for i := range hello {
		if _, err := c.Write(hello[i : i+1]); err != nil {
			return err
		}
		sleep(ctx, 500*time.Millisecond)
	}
	return nil
}

// greeted connects and exchanges greetings.
func (a *attacker) greeted(ctx context.Context) (*wire, error) {
	c, err := a.dial(ctx, a.SSH)
	if err != nil {
		return nil, err
	}
	w := newWire(c)
	return w, w.Greet()
}

func halfHandshake(ctx context.Context, a *attacker) error {
	w, err := a.greeted(ctx)
	if err != nil {
		return err
	}
	half := sshwire.NewKexInit()
	w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(half))))
	w.Write(half[:len(half)/2])
	return hold(w)
}

func garbage(ctx context.Context, a *attacker) error {
	w, err := a.greeted(ctx)
	if err != nil {
		return err
	}
	noise := make([]byte, 4<<10)
	rand.Read(noise)
	w.Write(noise)
	return hold(w)
}

func hugePacket(ctx context.Context, a *attacker) error {
	w, err := a.greeted(ctx)
	if err != nil {
		return err
	}
	lengths := []uint32{math.MaxUint32, 1 << 31, 256 << 10, 200 << 10, 0, 1}
	w.Write(binary.BigEndian.AppendUint32(nil, lengths[a.lives%len(lengths)]))
	w.Write(make([]byte, 64<<10))
	return hold(w)
}

// keyExchange has the server sign, and leaves.
func keyExchange(ctx context.Context, a *attacker) error {
	w, err := a.greeted(ctx)
	if err != nil {
		return err
	}
	w.WritePacket(sshwire.NewKexInit())
	point := make([]byte, 32)
	point[0] = 9 // X25519's own, a valid key
	w.WritePacket(ssh.Marshal(sshwire.ECDHInit{Public: point}))
	_, err = w.Await(msgKexReply)
	return err
}

// malformedAnswers answers the question for a pass phrase with what is no answer.
func malformedAnswers(every time.Duration) func(context.Context, *attacker) error {
	return func(ctx context.Context, a *attacker) error {
		w, err := a.keyed(ctx)
		if err != nil {
			return err
		}
		for i := 0; ; i++ {
			w.WritePacket(ssh.Marshal(authRequest{User: ownedPseudo, Service: "ssh-connection", Method: "keyboard-interactive"}))
			if _, err := w.Await(msgAuthQuestions, msgAuthFailure); err != nil {
				return err
			}
			malformed := [][]byte{{61}, {61, 0, 0, 0, 0}, {61, 255, 255, 255, 255}, {61, 0, 0, 0, 1, 255, 255, 255, 255}, {61, 0, 0, 0, 9}}
			if !sleep(ctx, every) {
				return nil
			}
			w.WritePacket(malformed[i%len(malformed)])
		}
	}
}

func rekey(ctx context.Context, a *attacker) error {
	w, err := a.still(ctx)
	for err == nil {
		a.breathe(ctx)
		err = w.Exchange()
	}
	return err
}

// still joins over ssh without a goroutine that reads.
func (a *attacker) still(ctx context.Context) (*wire, error) {
	w, err := a.keyed(ctx)
	if err != nil {
		return nil, err
	}
	return w, w.enter(a.name(), "", false, wideWindow)
}

func rekeyStalled(ctx context.Context, a *attacker) error {
	w, err := a.still(ctx)
	if err != nil {
		return err
	}
	w.WritePacket(sshwire.NewKexInit())
	w.Flush()
	return hold(w)
}

// flood sends packets that next makes, until the connection is cut.
func (a *attacker) flood(ctx context.Context, next func(i int) error) error {
	for i := 0; ctx.Err() == nil; i++ {
		a.breathe(ctx)
		if err := next(i); err != nil {
			return err
		}
	}
	return nil
}

func channels(ctx context.Context, a *attacker) error {
	w, err := a.ssh(ctx, false)
	if err != nil {
		return err
	}
	return a.flood(ctx, func(i int) error {
		return w.WritePacket(ssh.Marshal(channelOpen{"session", uint32(i + 1), wideWindow, 32 << 10}))
	})
}

func requests(kind string, payload func(i int) []byte) func(context.Context, *attacker) error {
	return func(ctx context.Context, a *attacker) error {
		w, err := a.ssh(ctx, true)
		if err != nil {
			return err
		}
		return a.flood(ctx, func(i int) error { return w.request(kind, payload(i)) })
	}
}

func resizes(ctx context.Context, a *attacker) error {
	return requests("window-change", func(i int) []byte {
		sizes := []uint32{0, 1, 80, 200, math.MaxUint32, 20 + uint32(i%300)}
		n := sizes[i%len(sizes)]
		return ssh.Marshal(struct{ Columns, Rows, Width, Height uint32 }{n, n, n, n})
	})(ctx, a)
}

// commands opens a channel for each command, and closes none.
func commands(ctx context.Context, a *attacker) error {
	w, err := a.still(ctx)
	if err != nil {
		return err
	}
	long := append([]byte("/help "), bytes.Repeat([]byte("x"), 8<<10)...)
	return a.flood(ctx, func(int) error {
		if err := w.open(wideWindow); err != nil {
			if errors.Is(err, errRefused) {
				return nil
			}
			return err
		}
		return w.request("exec", ssh.Marshal(struct{ Command []byte }{long}))
	})
}

func globals(ctx context.Context, a *attacker) error {
	w, err := a.ssh(ctx, false)
	if err != nil {
		return err
	}
	p := ssh.Marshal(struct {
		Kind      string `sshtype:"80"`
		WantReply bool
		Payload   []byte `ssh:"rest"`
	}{"tcpip-forward", true, make([]byte, 64)})
	return a.flood(ctx, func(int) error { return w.WritePacket(p) })
}

func ignored(ctx context.Context, a *attacker) error {
	w, err := a.ssh(ctx, false)
	if err != nil {
		return err
	}
	p := ssh.Marshal(struct {
		Data string `sshtype:"2"`
	}{"nothing"})
	return a.flood(ctx, func(int) error { return w.WritePacket(p) })
}

// typing types keys again and again, or, where they are fewer than so many bytes, once
// and then text without end.
func typing(terminal bool, keys string, size int) func(context.Context, *attacker) error {
	return func(ctx context.Context, a *attacker) error {
		w, err := a.ssh(ctx, terminal)
		if err != nil {
			return err
		}
		text := []byte(keys)
		if size > len(keys) {
			if err := w.data(ctx, text); err != nil {
				return err
			}
			text = bytes.Repeat([]byte("x"), size)
		}
		return a.flood(ctx, func(int) error { return w.data(ctx, text) })
	}
}
