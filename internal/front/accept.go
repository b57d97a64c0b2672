package front

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"salon/internal/wait"
	"salon/room/lang"
)

// After an accept that failed, such as for want of descriptors, the server waits
// acceptPause before it tries again; those inside are served meanwhile. It logs that once
// every acceptLogged.
const acceptPause, acceptLogged = 50 * time.Millisecond, time.Minute

// Accept takes connections until Shutdown, which makes it return nil, or until l is closed
// by somebody else. It may be called for several listeners.
func (c *Conns) Accept(l net.Listener) error {
	if !c.listen(l) {
		return nil
	}
	defer l.Close()
	var logged time.Time
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			c.take(conn)
		case c.Closing.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		default:
			if now := time.Now(); now.Sub(logged) >= acceptLogged {
				logged = now
				c.Log.Warn("no connection accepted, trying again", "front", c.Name, "err", err.Error())
			}
			wait.Pause(c.Closing, acceptPause)
		}
	}
}

// listen has Shutdown close l, and reports whether there is still time to serve it;
// otherwise l is closed.
func (c *Conns) listen(l net.Listener) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Closing.Err() != nil {
		l.Close()
		return false
	}
	c.listeners = append(c.listeners, l)
	return true
}

// take lets a connection in or turns it away. It does not wait for what the client sends.
func (c *Conns) take(raw net.Conn) {
	addr := AddrOf(raw.RemoteAddr())
	if tcp, ok := raw.(*net.TCPConn); ok && c.Admission.trusts(addr) {
		if !c.goOn(func() { c.takeProxied(tcp) }, &c.reading, maxReading) {
			raw.Close()
		}
		return
	}
	c.admit(raw, addr, false)
}

// goOn runs do in a goroutine that Shutdown waits for and that count counts, up to most. It
// reports false when there are as many, or the server closes.
func (c *Conns) goOn(do func(), count *int, most int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Closing.Err() != nil || *count >= most {
		return false
	}
	*count++
	c.running.Go(func() {
		do()
		c.mu.Lock()
		defer c.mu.Unlock()
		*count--
	})
	return true
}

// admit serves a connection that the room and the admission let in, and turns away any
// other. quiet is for a proxy that comes for itself.
func (c *Conns) admit(conn net.Conn, addr netip.Addr, quiet bool) {
	l := &Login{Addr: addr, admission: c.Admission, front: c.Name, quiet: quiet, hangUp: func() { conn.Close() }}
	err := c.Room.Admit(addr)
	if err == nil {
		err = c.Admission.admit(l, c.Keys)
	}
	if err != nil {
		if !quiet {
			c.Admission.refuse(AtConnection, lang.Code(err))
			c.Admission.note(c.Name, addr, "refused", slog.String("why", err.Error()))
		}
		c.turnAway(conn, c.Refusal(err))
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Closing.Err() != nil {
		l.close()
		conn.Close()
		return
	}
	c.running.Go(func() {
		if c.Serve(conn, l); c.Closing.Err() == nil {
			l.ended()
		}
	})
}

// takeProxied takes a connection that comes through a proxy.
func (c *Conns) takeProxied(raw *net.TCPConn) {
	stop := context.AfterFunc(c.Closing, func() { raw.Close() })
	conn, addr, own, err := readHeader(raw)
	if !stop() {
		return
	}
	if err != nil {
		if !errors.Is(err, errHealthCheck) {
			c.Admission.refuse(AtConnection, CodeProxy)
			c.Admission.note(c.Name, AddrOf(raw.RemoteAddr()), "proxy refused", slog.String("why", cut(err.Error())))
		}
		raw.Close()
		return
	}
	c.admit(conn, addr, own)
}

// turnAway sends words and closes the connection, so that the words arrive as long as
// fewer than MaxTurning are turned away.
func (c *Conns) turnAway(raw net.Conn, words []byte) {
	raw.SetDeadline(time.Now().Add(c.Linger))
	raw.Write(words)
	if !c.goOn(func() { HangUp(raw, c.Linger) }, &c.turning, MaxTurning) {
		raw.Close()
	}
}
