package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"

	gossh "golang.org/x/crypto/ssh"

	"salon/room/lang"
	"salon/room/operator"
)

// openConsole makes the console on a terminal or on a pipe, and sends the log to where
// it does not disturb the console.
func (s *server) openConsole(ctx context.Context, stop func()) (err error) {
	if s.term, err = openTerminal(ctx, s.cfg.Stdin, s.cfg.Stdout); err != nil {
		return err
	}
	s.onTerminal = isTerminal(s.cfg.Stdin) && foreground(s.cfg.Stdin)
	s.logTo.level.Set(slog.LevelInfo)
	if s.term == nil {
		s.console = operator.New(s.room, s.lang, blocking{s.cfg.Stdout})
		return nil
	}
	width, height := s.term.size()
	s.console = operator.NewTerminal(s.room, s.lang, s.term, width, height, stop)
	s.running.Go(func() { s.term.followSize(ctx, s.console.SetSize) })
	if isTerminal(s.cfg.Stderr) { // the console shows joins already
		s.logTo.level.Set(slog.LevelWarn)
		s.logTo.send(s.console)
	}
	return nil
}

// readConsole does the operator's commands until ctx ends. On a terminal, Ctrl-D closes
// the console; from anywhere else the end of input does. The room goes on.
func (s *server) readConsole(ctx context.Context) {
	if s.term == nil {
		s.console.Read(ctx, &input{ctx, s.cfg.Stdin})
		return
	}
	if err := s.console.ReadTerminal(ctx); err == nil {
		s.term.restore()
		fmt.Fprintln(s.console, s.texts().ConsoleClosed)
	}
}

// closeConsole ends the console once it has written its last events, and says so.
func (s *server) closeConsole() {
	s.following.Wait()
	s.console.Close()
	s.term.restore()
	fmt.Fprintln(blocking{s.cfg.Stdout}, s.texts().Bye)
}

// greet prints what an operator needs first: the commands, every address with
// its port, the host key's fingerprint, and the lines to hand out.
func (s *server) greet() {
	t := s.texts()
	var b strings.Builder
	fmt.Fprintln(&b, t.ConsoleHead)
	for _, line := range (lang.View{Lang: s.lang, Console: true, Operator: true}).HelpLines(s.console.Commands()) {
		fmt.Fprintln(&b, line)
	}
	fmt.Fprintln(&b, t.Listening)
	ports := s.fronts
	if s.monitor.port != nil {
		ports = append(slices.Clone(ports), s.monitor.port)
	}
	for _, f := range ports {
		for _, addr := range addresses(f) {
			fmt.Fprintf(&b, "  %s  %s\n", f.name, addr)
		}
		if f.network != "tcp" {
			fmt.Fprintf(&b, "  %s  %s\n", f.name, f.Addr())
		}
	}
	for _, key := range s.keys {
		fmt.Fprintln(&b, t.Fingerprint, gossh.FingerprintSHA256(key.PublicKey()))
	}
	if s.cfg.SSH != off && s.cfg.Data == off && len(s.cfg.HostKey) == 0 {
		fmt.Fprintln(&b, " ", t.OffEphemeral)
	}
	fmt.Fprintln(&b, t.HandOut)
	for _, f := range s.fronts {
		fmt.Fprintln(&b, " ", f.invitation(f))
	}
	s.console.Write([]byte(b.String()))
}

func (s *server) sshInvitation(l net.Listener) string {
	to := addresses(l)[0]
	return fmt.Sprintf("ssh -p %d %s@%s", to.Port(), s.texts().SSHUser, to.Addr())
}

func (s *server) telnetInvitation(l net.Listener) string {
	to := addresses(l)[0]
	return fmt.Sprintf("telnet %s %d   %s", to.Addr(), to.Port(), s.texts().NotEncrypted)
}

// addresses are those that a listener on TCP can be reached at, the best to hand out
// first: every address of the machine when it listens on all.
func addresses(l net.Listener) []netip.AddrPort {
	tcp, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return nil
	}
	at := tcp.AddrPort()
	own := netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
	var list []netip.AddrPort
	if own.Addr().IsUnspecified() {
		for _, addr := range machineAddresses() {
			if own.Addr().Is6() || addr.Is4() { // [::] takes IPv4 too
				list = append(list, netip.AddrPortFrom(addr, own.Port()))
			}
		}
	}
	if len(list) == 0 {
		return []netip.AddrPort{own}
	}
	return list
}

// machineAddresses lists the machine's addresses: those that others may reach
// before its loopback, IPv4 before IPv6. Link-local ones need a zone, and are
// nothing to hand out.
func machineAddresses() []netip.Addr {
	found, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var list []netip.Addr
	for _, f := range found {
		if p, err := netip.ParsePrefix(f.String()); err == nil && !p.Addr().IsLinkLocalUnicast() {
			list = append(list, p.Addr().Unmap())
		}
	}
	rank := func(a netip.Addr) (n int) {
		if a.IsLoopback() {
			n += 2
		}
		if a.Is6() {
			n++
		}
		return n
	}
	slices.SortStableFunc(list, func(a, b netip.Addr) int { return rank(a) - rank(b) })
	return list
}
