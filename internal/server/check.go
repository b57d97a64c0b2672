package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	gossh "golang.org/x/crypto/ssh"

	"salon/hostkeys"
	"salon/room/cluster"
	"salon/room/history"
	"salon/room/state"
)

// checker checks what a server with its Config would open, and writes a line about each thing.
type checker struct {
	*server
	out io.Writer
	bad int // how many things are wrong
}

// Check checks what a server with this Config opens at its start: the data directory, the
// history in it, the host keys, the files that say who may enter, and the cluster. It changes
// nothing and may run beside a server. It writes a line about each to out, with what to do,
// and returns an error if anything is wrong.
func Check(ctx context.Context, cfg Config, l state.Lang, out io.Writer) error {
	cfg.Stderr = os.Stderr
	c := &checker{server: newServer(cfg), out: out}
	c.lang = l
	if cfg.Data != off {
		if err := c.data(ctx); err != nil {
			return err
		}
	} else {
		c.good("%s", c.texts().CheckOff)
	}
	for _, file := range cfg.HostKey {
		key, err := hostkeys.LoadFile(file)
		c.hostKey(key, err)
	}
	c.files()
	if cfg.clustered() {
		c.cluster(ctx)
	}
	if c.bad > 0 {
		return fmt.Errorf(c.texts().CheckFailed, c.bad)
	}
	return nil
}

func (c *checker) good(format string, args ...any) {
	fmt.Fprintf(c.out, c.texts().CheckGood+"\n", fmt.Sprintf(format, args...))
}

func (c *checker) wrong(err error) {
	c.bad++
	fmt.Fprintf(c.out, c.texts().CheckBad+"\n", err)
}

// data checks the data directory and what is in it.
func (c *checker) data(ctx context.Context) error {
	dir, err := dataDir(c.cfg.Data)
	if err != nil {
		return err
	}
	bad := c.bad
	for err := range faults(dir) {
		c.wrong(refusal(c.texts(), err, dir))
	}
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		c.good(c.texts().CheckNothing, dir)
		return nil
	} else if c.bad == bad {
		c.good("%s", dir)
	}
	if err := c.database(ctx, dir); err != nil {
		return err
	}
	if c.cfg.SSH == off || len(c.cfg.HostKey) > 0 {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(dir, hostkeys.FileName)); errors.Is(err, os.ErrNotExist) {
		c.good(c.texts().CheckNoKey, dir)
		return nil
	}
	key, err := hostkeys.Load(dir)
	c.hostKey(key, err)
	return nil
}

// database checks the history of a directory. Its error is that of a check that was ended.
func (c *checker) database(ctx context.Context, dir string) error {
	path := filepath.Join(dir, history.FileName)
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		c.good(c.texts().CheckNothing, path)
		return nil
	}
	r, err := history.OpenReader(dir)
	if err != nil {
		c.wrong(fmt.Errorf("%s: %w", path, explain(c.texts(), err)))
		return nil
	}
	defer r.Close()
	found, err := r.Check(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		c.good(c.texts().CheckDatabase, path, found.Messages, found.Events)
		return nil
	}
	if e, ok := errors.AsType[*history.DamagedError](err); ok {
		for _, part := range e.Parts {
			fmt.Fprintln(c.out, "      ", part)
		}
	}
	c.wrong(fmt.Errorf("%s: %w", path, explain(c.texts(), err)))
	return nil
}

func (c *checker) hostKey(key gossh.Signer, err error) {
	if err != nil {
		c.wrong(refusal(c.texts(), err, ""))
		return
	}
	c.keys = append(c.keys, key)
	c.good(c.texts().CheckKey, gossh.FingerprintSHA256(key.PublicKey()))
}

// cluster checks what the nodes have in common.
func (c *checker) cluster(ctx context.Context) {
	if err := c.cfg.NATS.judge(c.texts()); err != nil {
		c.wrong(err)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	r, err := cluster.Check(ctx, c.cfg.NATS.access())
	if err != nil {
		c.wrong(c.cfg.NATS.explain(c.texts(), err))
		return
	}
	names := []string{}
	for _, p := range r.Nodes {
		names = append(names, p.Name)
		if p.Name != c.cfg.Node && p.Differs(fingerprints(c.keys)) {
			c.wrong(fmt.Errorf(c.texts().CheckHostKeys, p.Name, strings.Join(p.HostKeys, ", ")))
		}
	}
	c.good(c.texts().CheckCluster, r.Server, r.Version, r.First, r.Last, r.Replicas, cmp.Or(strings.Join(names, ", "), "-"))
}

// files checks those that say who may enter, and as what.
func (c *checker) files() {
	t := c.texts()
	for _, name := range []string{c.cfg.Operators, c.cfg.Allow} {
		keys, err := c.keyFile(name)
		if err != nil {
			c.wrong(err)
		} else if name != "" {
			c.good(t.CheckKeys, name, len(keys))
		}
	}
	if _, err := c.passwordFile(c.cfg.PasswordFile); err != nil {
		c.wrong(err)
	} else if c.cfg.PasswordFile != "" {
		c.good(t.CheckAccess, c.cfg.PasswordFile)
	}
	if _, err := c.metricsToken(); err != nil {
		c.wrong(err)
	} else if c.cfg.MetricsTokenFile != "" {
		c.good(t.CheckAccess, c.cfg.MetricsTokenFile)
	}
	if c.cfg.MOTD == "" {
		return
	}
	if _, err := readFile(t, c.cfg.MOTD, false); err != nil {
		c.wrong(err)
	} else {
		c.good(t.CheckAccess, c.cfg.MOTD)
	}
}
