package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // members' time zones, on machines without a zone database too

	gossh "golang.org/x/crypto/ssh"

	"salon/hostkeys"
	"salon/room"
)

// serveCmd is `salon serve`, or `salon` alone.
type serveCmd struct {
	SSH          string   `name:"ssh" default:":2222" help:"${ssh}"`
	TCP          string   `name:"tcp" default:":2323" help:"${tcp}"`
	Data         string   `placeholder:"DIR" help:"${data}"`
	HostKey      []string `placeholder:"FILE" sep:"," help:"${hostkey}"`
	Operators    string   `placeholder:"FILE" help:"${operators}"`
	Allow        string   `placeholder:"FILE" help:"${allow}"`
	PasswordFile string   `placeholder:"FILE" help:"${passwordfile}"`
	MOTD         string   `name:"motd" placeholder:"FILE" help:"${motd}"`
	Keep         age      `default:"0" placeholder:"90d" help:"${keep}"`
	KeepSize     size     `default:"0" placeholder:"1G" help:"${keepsize}"`
	Config       string   `placeholder:"FILE" help:"${config}"`
	Lang         string   `placeholder:"fr|en" help:"${lang}"`
	Replay       int      `default:"20" help:"${replay}"`
	Rate         float64  `default:"2" help:"${rate}"`
	Burst        int      `default:"5" help:"${burst}"`
	MaxPerSource int      `default:"64" help:"${persource}"`
	Log          string   `default:"text" enum:"text,json" placeholder:"text|json" help:"${log}"`
}

// validate finds what kong cannot.
func (c *serveCmd) validate(p *program) error {
	if _, ok := room.ParseLang(c.Lang); c.Lang != "" && !ok {
		return usageError{fmt.Errorf("--lang %q", c.Lang)}
	}
	for _, n := range []struct {
		flag  string
		wrong bool
	}{{"--replay", c.Replay < 0 || c.Replay > 1000}, {"--rate", !(c.Rate >= 0)}, {"--burst", c.Burst < 1}, {"--max-per-source", c.MaxPerSource < 0}} {
		if n.wrong {
			return usageError{errors.New(n.flag)}
		}
	}
	for _, addr := range []string{c.SSH, c.TCP} {
		if _, _, err := net.SplitHostPort(addr); addr != "off" && err != nil {
			return usageError{err}
		}
	}
	if c.SSH == "off" && c.TCP == "off" {
		return usageError{errors.New(p.texts().BothOff)}
	}
	return nil
}

// Run serves the room until somebody stops it.
func (c *serveCmd) Run(p *program) error {
	if err := c.validate(p); err != nil {
		return err
	}
	if l, ok := room.ParseLang(c.Lang); ok { // it may come from a file
		p.lang = l
	}
	signal.Ignore(syscall.SIGPIPE) // a log pipe that breaks is no reason to stop
	runInBackground()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	s := newService(p, c)
	if err := s.open(); err != nil {
		s.close()
		return err
	}
	return s.run()
}

// gcPercent trades CPU for memory: a full room makes little garbage, so that
// collecting it twice as often costs little and keeps the heap small.
const gcPercent = 50

// hostKeys are those of --host-key, or the data directory's own.
func (c *serveCmd) hostKeys() ([]gossh.Signer, error) {
	var keys []gossh.Signer
	for _, file := range c.HostKey {
		key, err := hostkeys.LoadFile(file)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) > 0 {
		return keys, nil
	}
	key, err := c.ownKey()
	return []gossh.Signer{key}, err
}

func (c *serveCmd) ownKey() (gossh.Signer, error) {
	if c.Data == "off" {
		return hostkeys.Ephemeral()
	}
	dir, err := dataDir(c.Data)
	if err != nil {
		return nil, err
	}
	return hostkeys.Load(dir)
}

// dataDir is where what lasts is kept: the directory that is given, or the first of
// those that there may be.
func dataDir(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	if dir, _, _ := strings.Cut(os.Getenv("STATE_DIRECTORY"), ":"); dir != "" { // systemd.exec(5)
		return dir, nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "salon"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no data directory: %w; give one with --data DIR", err)
	}
	return filepath.Join(home, ".local", "state", "salon"), nil
}
