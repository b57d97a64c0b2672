package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"salon/rawtcp/client"
)

// dialTimeout is how long the client waits for a server that does not answer.
const dialTimeout = 10 * time.Second

// clientCmd is `salon client HOST PORT`.
type clientCmd struct {
	Host string `arg:"" help:"${host}"`
	Port string `arg:"" help:"${port}"`
}

// Run joins a room over raw TCP.
func (c *clientCmd) Run(p *program) error {
	if n, err := strconv.ParseUint(c.Port, 10, 16); err != nil || n == 0 {
		return usageError{fmt.Errorf("port %q", c.Port)}
	}
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(c.Host, c.Port), dialTimeout)
	if err != nil {
		return fmt.Errorf(p.texts().ClientFailed, err)
	}
	term, err := openTerminal(p.stdin, p.stdout)
	if err != nil {
		return err
	}
	defer term.restore()
	leaveOnSignal(conn)
	if term == nil {
		return client.Run(conn, p.lang, p.stdin, p.stdout)
	}
	fmt.Fprintf(term, p.texts().ClientConnected+"\r\n", conn.RemoteAddr())
	width, height := term.size()
	t := client.New(conn, p.lang, term, width, height)
	term.onResize(t.SetSize)
	return t.Run()
}

// leaveOnSignal says goodbye to the server when the client is told to stop: the
// others see somebody leave, not a lost connection.
func leaveOnSignal(conn net.Conn) {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		signal.Stop(stop) // a second one ends the process at once
		if half, ok := conn.(*net.TCPConn); ok {
			half.CloseWrite()
			half.SetReadDeadline(time.Now().Add(2 * time.Second))
		}
	}()
}
