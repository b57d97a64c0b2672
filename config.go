package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"salon/room"
)

// settings are what a file of --config says: values of flags of serve, by name. The
// command line and the environment go before them.
type settings map[string]string

// Validate implements kong.Resolver: each line was tried when it was read.
func (settings) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	value, ok := s[flag.Name]
	if !ok || slices.ContainsFunc(flag.Envs, func(name string) bool { _, set := os.LookupEnv(name); return set }) {
		return nil, nil
	}
	return value, nil
}

// parse understands the command line, and the file that it may name. What is wrong
// in the file is an error with its line; anything else is a *kong.ParseError.
func (p *program) parse(args []string, more ...kong.Option) (*cli, *kong.Context, error) {
	c, parsed, err := p.parseWith(args, more)
	if err != nil || c.Serve.Config == "" {
		return c, parsed, err
	}
	s, err := p.settings(c.Serve.Config)
	if err != nil {
		return nil, nil, err
	}
	return p.parseWith(args, append(more, kong.Resolvers(s)))
}

func (p *program) parseWith(args []string, more []kong.Option) (*cli, *kong.Context, error) {
	var c cli
	parser := kong.Must(&c, slices.Concat([]kong.Option{
		kong.Name("salon"), kong.Description(p.texts().HelpProgram), words(p.texts()), kong.Help(p.help), kong.ShortHelp(p.help),
		kong.Writers(p.stdout, p.stderr), kong.DefaultEnvars("SALON"),
	}, more)...)
	parsed, err := parser.Parse(args)
	return &c, parsed, err
}

// settings reads a file of flags, one a line: `rate = 5`. Empty lines, and those
// that begin with #, say nothing.
func (p *program) settings(name string) (settings, error) {
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	s := settings{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if err := p.set(s, line); err != nil {
			return nil, fmt.Errorf(p.texts().BadLine, name, n, err)
		}
	}
	return s, nil
}

// set takes one line, and tries it alone on a command line: what is wrong there is
// wrong here.
func (p *program) set(s settings, line string) error {
	key, value, ok := strings.Cut(line, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	_, twice := s[key]
	switch {
	case !ok, key == "config", key == "help":
		return errors.New(p.texts().NoSetting)
	case twice:
		return fmt.Errorf(p.texts().SetTwice, key)
	}
	c, _, err := p.parseWith([]string{"serve", "--" + key + "=" + value}, nil)
	if err == nil {
		err = c.Serve.validate(p)
	}
	s[key] = value
	return err
}

// reload reads the files again: that of --config for its limits, and those that say
// who may enter. An invalid one changes nothing.
func (s *service) reload() error {
	c, _, err := s.parse(s.args)
	if err == nil {
		err = c.Serve.validate(s.program)
	}
	if err != nil {
		return err
	}
	a, err := s.access(&c.Serve)
	if err != nil {
		return err
	}
	s.room.SetAccess(a)
	s.room.SetLimits(c.Serve.limits())
	if s.history != nil {
		s.history.SetKeep(time.Duration(c.Serve.Keep), int64(c.Serve.KeepSize))
	}
	s.log.Info("files read again", "operators", len(a.Operators), "allowed", len(a.Allow), "password", a.Password != "", "limits", c.Serve.limits())
	if later := s.cmd.lasting(&c.Serve); len(later) > 0 {
		s.log.Warn("not before the next start", "changed", later)
	}
	return nil
}

// limits are what one person and one address may ask for.
func (c *serveCmd) limits() room.Limits {
	return room.Limits{Rate: c.Rate, Burst: c.Burst, Replay: c.Replay, MaxPerSource: c.MaxPerSource}
}

// lasting returns the flags that differ and hold for as long as the server runs.
func (c *serveCmd) lasting(next *serveCmd) (names []string) {
	for _, flag := range []struct {
		name    string
		differs bool
	}{
		{"ssh", c.SSH != next.SSH}, {"tcp", c.TCP != next.TCP}, {"data", c.Data != next.Data}, {"lang", c.Lang != next.Lang},
		{"host-key", !slices.Equal(c.HostKey, next.HostKey)}, {"log", c.Log != next.Log},
	} {
		if flag.differs {
			names = append(names, flag.name)
		}
	}
	return names
}
