package server

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"salon/rawtcp/client"
	"salon/room/lang"
	"salon/room/state"
)

const (
	// dialTimeout is how long the client waits for a server that does not answer.
	dialTimeout = 10 * time.Second
	// leaveTimeout is how long the client waits for the server after a signal.
	leaveTimeout = 2 * time.Second
)

// ErrRefused is Join's error when the server let nobody in, or put its user out: it has said
// why, and there is nothing to add.
var ErrRefused = client.ErrRefused

// Join joins a room over raw TCP, at addr as net.Dial takes it, from a terminal or from
// pipes, until one of the two leaves. SIGINT and SIGTERM leave as the end of the input
// does: the others see somebody leave, not a lost connection.
func Join(addr string, l state.Lang, in, out *os.File) error {
	conn, err := net.DialTimeout("tcp", addr, dialTimeout)
	if err != nil {
		return fmt.Errorf(lang.Of(l).ClientFailed, err)
	}
	defer conn.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	term, err := openTerminal(ctx, in, out)
	if err != nil {
		return err
	}
	defer term.restore()
	running.Go(func() {
		<-ctx.Done()
		stop() // a second signal ends the process at once
		conn.SetReadDeadline(time.Now().Add(leaveTimeout))
	})
	if term == nil {
		return client.Run(conn, l, &input{ctx, in}, out)
	}
	fmt.Fprintf(term, lang.Of(l).ClientConnected+"\r\n", conn.RemoteAddr())
	width, height := term.size()
	c := client.New(conn, l, term, width, height)
	running.Go(func() { term.followSize(ctx, c.SetSize) })
	return c.Run()
}
