package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"time"
)

// overRaw are the attacks on the raw TCP front.
func overRaw() []attack {
	return []attack{
		{name: "raw-silent", what: "connections that say nothing", life: rawSilent, count: 1000, oneLife: true, memory: 25 << 20},
		{name: "raw-line-before", what: "an endless line in place of a pseudo", life: endless(false, strings.Repeat("x", 16<<10)), late: 62 * time.Second},
		{name: "raw-line-after", what: "an endless line", life: endless(true, strings.Repeat("x", 16<<10))},
		{name: "raw-lines", what: "lines without pause", life: endless(true, "flood\n")},
		{name: "raw-empty", what: "empty lines without pause", life: endless(true, strings.Repeat("\n", 4<<10))},
		{name: "raw-one-byte", what: "segments of one byte", life: endless(true, "x")},
		{name: "ayt-before", what: "IAC AYT without pause, in place of a pseudo", life: endless(false, strings.Repeat("\xff\xf6", 4<<10))},
		{name: "ayt-after", what: "IAC AYT without pause", life: endless(true, strings.Repeat("\xff\xf6", 4<<10))},
		{name: "telnet-options", what: "every option, on and off, without pause", life: endless(true, allOptions())},
		{name: "telnet-marks", what: "timing marks without pause", life: endless(true, strings.Repeat("\xff\xfd\x06", 4<<10))},
		{name: "telnet-sub", what: "IAC SB without end", life: endless(true, "\xff\xfa\x18"+strings.Repeat("\x00", 16<<10))},
		{name: "raw-http", what: "HTTP and TLS in place of a pseudo", life: otherProtocol},
		{name: "raw-pseudos", what: "pseudos of 4 KiB, marks and look-alikes", life: longPseudos},
		{name: "raw-nick", what: "changes of the pseudo without pause", life: asking(func(i int) string { return "/nick " + strings.Repeat("\u0430", 1+i%20) })},
		{name: "raw-whispers", what: "private messages to everybody without pause", life: asking(func(int) string { return "@b0,b1,b2 " + strings.Repeat("x", 3000) })},
		{name: "history", what: "/history 200 without pause", life: asking(func(int) string { return "/history 200" }), rich: true},
		{name: "search-letter", what: "searches for one letter", life: asking(func(i int) string { return "/search " + string(rune('a'+i%26)) }), rich: true},
		{name: "search-words", what: "searches for 16 words", life: asking(func(int) string {
			return "/search" + strings.Repeat(" a e i o u", 3) + " s"
		}), rich: true},
		{name: "search-cjk", what: "searches for long runs without spaces", life: asking(func(int) string { return "/search " + strings.Repeat("\u6f22\u5b57", 500) }), rich: true},
		{name: "search-signs", what: "searches for signs that never match", life: asking(func(int) string { return "/search " + strings.Repeat("-._ ", 60) + "#$%&*+" }), rich: true},
		{name: "search-emoji", what: "searches for emoji", life: asking(func(int) string { return "/search \U0001f600 \U0001f44d\U0001f3fd" }), rich: true},
		{name: "search-left", what: "searches whose members have hung up", life: searchAndLeave, rich: true},
		{name: "stalled-raw", what: "raw TCP members that never read", life: stalledRaw, oneLife: true, gone: true, least: stallTime},
		{name: "stalled-pipe", what: "ssh -T members that never read their connection", life: stalledSSH(false, wideWindow), oneLife: true, gone: true, least: stallTime},
		{name: "stalled-screen", what: "screens whose window is used up", life: stalledSSH(true, 1<<10), oneLife: true, gone: true, least: stallTime},
	}
}

// stallTime is how long somebody may go without reading, and a little.
const stallTime = 17 * time.Second

func rawSilent(ctx context.Context, a *attacker) error {
	c, err := a.dial(ctx, a.TCP)
	if err != nil {
		return err
	}
	return hold(c)
}

// endless writes the same again and again, before or after joining, and reads all that
// comes.
func endless(joined bool, text string) func(context.Context, *attacker) error {
	return func(ctx context.Context, a *attacker) error {
		c, err := a.dial(ctx, a.TCP)
		if err != nil {
			return err
		}
		go io.Copy(io.Discard, c) // ends with the connection, which ends with ctx
		if joined {
			io.WriteString(c, a.name()+"\n")
		}
		return a.flood(ctx, func(int) error {
			_, err := io.WriteString(c, text)
			return err
		})
	}
}

// allOptions asks for every option of telnet, and takes it back.
func allOptions() string {
	var b bytes.Buffer
	for _, verb := range []byte{0xfb, 0xfc, 0xfd, 0xfe} {
		for option := range 255 {
			b.Write([]byte{0xff, verb, byte(option)})
		}
	}
	return b.String()
}

func otherProtocol(ctx context.Context, a *attacker) error {
	c, err := a.dial(ctx, a.TCP)
	if err != nil {
		return err
	}
	if a.lives%2 == 0 {
		io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\n\r\n"+strings.Repeat("@all spam\r\n", 1000))
	} else {
		c.Write(append([]byte{0x16, 3, 1, 2, 0, 1}, make([]byte, 512)...))
	}
	return hold(c)
}

func longPseudos(ctx context.Context, a *attacker) error {
	c, err := a.dial(ctx, a.TCP)
	if err != nil {
		return err
	}
	for _, pseudo := range []string{
		"e" + strings.Repeat("\u0301", 2000), strings.Repeat("\ufdfa", 1300), strings.Repeat("\u0430", 2000),
		strings.Repeat("\U0001f468\u200d", 580), strings.Repeat("\xff", 4096), "admin\u200b",
	} {
		io.WriteString(c, pseudo+"\n")
	}
	return hold(c)
}

// asking joins and asks the same thing again and again, as fast as it is answered.
func asking(line func(i int) string) func(context.Context, *attacker) error {
	return func(ctx context.Context, a *attacker) error {
		c, err := a.raw(ctx)
		if err != nil {
			return err
		}
		go io.Copy(io.Discard, c) // ends with the connection, which ends with ctx
		return a.flood(ctx, func(i int) error {
			_, err := io.WriteString(c, line(i)+"\n")
			return err
		})
	}
}

func searchAndLeave(ctx context.Context, a *attacker) error {
	c, err := a.raw(ctx)
	if err != nil {
		return err
	}
	io.WriteString(c, "/search a e i o u\n")
	sleep(ctx, 20*time.Millisecond)
	return abandon(c)
}

// abandon resets a connection, as when its machine was switched off.
func abandon(c net.Conn) error {
	c.(*net.TCPConn).SetLinger(0)
	return c.Close()
}

// unread is a connection of which nothing is read any more, so that its window closes.
func unread(c net.Conn) { c.(*net.TCPConn).SetReadBuffer(4 << 10) }

// insist asks for much, now and then, until the connection is cut, which is noticed
// although nothing is read.
func (a *attacker) insist(ctx context.Context, ask func() error) error {
	for sleep(ctx, 200*time.Millisecond) {
		a.breathe(ctx)
		if err := ask(); err != nil {
			return err
		}
	}
	return nil
}

func stalledRaw(ctx context.Context, a *attacker) error {
	c, err := a.raw(ctx)
	if err != nil {
		return err
	}
	unread(c)
	return a.insist(ctx, func() error {
		c.SetWriteDeadline(time.Now().Add(time.Second)) // the server may read no more either
		_, err := io.WriteString(c, "/help\n")
		if wait, ok := err.(net.Error); ok && wait.Timeout() {
			return nil
		}
		return err
	})
}

// stalledSSH reads nothing after the login. Its window is for what the server sends.
func stalledSSH(terminal bool, size uint32) func(context.Context, *attacker) error {
	return func(ctx context.Context, a *attacker) error {
		c, err := a.dial(ctx, a.SSH)
		if err != nil {
			return err
		}
		unread(c)
		w, err := dialSSH(c)
		if err != nil {
			return err
		}
		if err := w.enter(a.name(), "", terminal, size); err != nil {
			return err
		}
		ask := "/help\n"
		if terminal {
			ask = "/help\r"
		}
		return a.insist(ctx, func() error {
			w.WritePacket(marshalData(w, ask))
			c.SetWriteDeadline(time.Now().Add(time.Second))
			err := w.Flush()
			if wait, ok := err.(net.Error); ok && wait.Timeout() {
				<-ctx.Done() // half a packet may be sent: nothing can follow it
				return nil
			}
			return err
		})
	}
}
