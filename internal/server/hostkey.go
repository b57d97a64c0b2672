package server

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"

	gossh "golang.org/x/crypto/ssh"

	"salon/hostkeys"
	"salon/room/lang"
	"salon/room/state"
)

// HostKeyConfig says which host keys are published, and under which names. Its tags make it the
// flags of `salon hostkey`.
type HostKeyConfig struct {
	Data    string   `placeholder:"DIR" help:"${HelpExportData}"`
	HostKey []string `placeholder:"FILE" sep:"," help:"${HelpHostKey}"`
	// Host are the names and addresses that people give to ssh; none: the machine's name.
	Host []string `env:"-" placeholder:"NAME" sep:"," help:"${HelpHostkeyHost}"`
	SSH  string   `name:"ssh" default:":2222" placeholder:"ADDR" help:"${HelpHostkeySSH}"`
	// Only is the one kind of line that is printed, for a script; "": all.
	Only string `env:"-" default:"" enum:"known_hosts,fingerprint,sshfp," placeholder:"known_hosts|fingerprint|sshfp" help:"${HelpHostkeyOnly}"`
}

// Check reports the first value that is none, as a [*FlagError].
func (c *HostKeyConfig) Check() error {
	switch {
	case c.Data == off && len(c.HostKey) == 0:
		return ErrNoHostKey
	case c.SSH == off || !isAddress(c.SSH):
		return &FlagError{Flag: "ssh", Value: c.SSH, Example: addressLike(c.SSH)}
	}
	return nil
}

// ErrNoHostKey is the error of asking for the host key of a server that makes a new one at each
// start.
var ErrNoHostKey = errors.New("--data off without --host-key")

// HostKeys writes what makes a server's host keys known to those who never connected: lines for
// known_hosts, fingerprints, and records of DNS. It makes no key: where there is none yet, the
// error says when there will be.
func HostKeys(c HostKeyConfig, l state.Lang, out io.Writer) error {
	t := lang.Of(l)
	keys, err := c.keys(t)
	if err != nil {
		return err
	}
	if len(c.Host) == 0 {
		name, err := os.Hostname()
		if err != nil {
			return err
		}
		c.Host = []string{name}
	}
	_, port, err := net.SplitHostPort(c.SSH)
	if err != nil {
		return err
	}
	c.print(out, "known_hosts", t.HostkeyKnownHosts, keys, func(key gossh.PublicKey) []string {
		return []string{hostkeys.KnownHosts(c.Host, port, key)}
	})
	c.print(out, "fingerprint", t.HostkeyFingerprints, keys, func(key gossh.PublicKey) []string {
		return []string{gossh.FingerprintSHA256(key)}
	})
	c.print(out, "sshfp", t.HostkeySSHFP, keys, func(key gossh.PublicKey) (records []string) {
		for _, name := range c.Host {
			if _, err := netip.ParseAddr(name); err != nil { // an address has no such record
				records = append(records, hostkeys.SSHFP(name, key))
			}
		}
		return records
	})
	return nil
}

// print writes one kind of line, below its heading unless it is the only one.
func (c *HostKeyConfig) print(out io.Writer, kind, heading string, keys []gossh.Signer, lines func(gossh.PublicKey) []string) {
	if c.Only != "" && c.Only != kind {
		return
	}
	if c.Only == "" {
		fmt.Fprintln(out, heading)
	}
	for _, key := range keys {
		for _, line := range lines(key.PublicKey()) {
			fmt.Fprintln(out, line)
		}
	}
}

// keys are those of HostKey, or the one in the data directory, if it is there.
func (c *HostKeyConfig) keys(t *lang.Texts) ([]gossh.Signer, error) {
	cfg := Config{Data: c.Data, HostKey: c.HostKey}
	if len(c.HostKey) == 0 {
		dir, err := dataDir(c.Data)
		if err != nil {
			return nil, err
		}
		if _, err := os.Lstat(filepath.Join(dir, hostkeys.FileName)); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf(t.HostkeyNone, dir)
		} else if err != nil {
			return nil, err
		}
	}
	keys, err := cfg.hostKeys()
	if err != nil {
		return nil, refusal(t, err, "")
	}
	return keys, nil
}
