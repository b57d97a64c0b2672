// Package hostkeys owns the key that proves to people that they reach the same server as
// yesterday: it makes one at the first start, loads it at every other, and refuses a key
// that somebody else could have read or that is damaged. It never writes over an existing
// file, because a changed host key makes every ssh client cry "REMOTE HOST IDENTIFICATION
// HAS CHANGED". Where the key lives is the caller's choice; serving it is sshui's work.
package hostkeys

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/crypto/ssh"
)

// Load returns the host key kept in the data directory dir, and makes both, for their owner
// alone, when there is none yet. Several processes may start at once on one directory: the
// first key in place is the key of all. An existing key is never changed, whatever state it
// is in; a refusal is an [*Error] that names the file and the next step. A symbolic link in
// its place is refused.
func Load(dir string) (ssh.Signer, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open data directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open data directory: %w", err)
	}
	defer root.Close()

	key := file{path: filepath.Join(dir, FileName), name: FileName, stat: root.Lstat, open: root.Open,
		renew: "or move it away and salon makes a new one at its next start (people who know the old one will be warned)"}
	if _, err := root.Lstat(FileName); errors.Is(err, fs.ErrNotExist) {
		if err := create(root); err != nil {
			return nil, key.refuse("cannot be created", "make "+dir+" writable for salon, or give a key with --host-key", err)
		}
	}
	return key.load()
}

// Copy returns what puts the host key of a data directory back in its place, should it be
// gone: with the directory that somebody removed under a server, say. A key that is there
// is left as it is. The key must have been loaded.
func Copy(dir string) (restore func() error, err error) {
	content, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		return nil, fmt.Errorf("copy host key: %w", err)
	}
	return func() error {
		root, err := os.OpenRoot(dir)
		if err == nil {
			err = errors.Join(put(root, content), root.Close())
		}
		if err != nil {
			return fmt.Errorf("restore host key: %w", err)
		}
		return nil
	}, nil
}

// LoadFile returns the host key in a file that its owner made with ssh-keygen and named
// with --host-key: Ed25519, ECDSA, or RSA of at least 2048 bits, which then signs with
// SHA-2 only. It reads, and never creates. The path may be a symbolic link, since the
// operator chose it; the permissions of the file behind it, and of the directories above
// both, count. A refusal is an [*Error].
func LoadFile(path string) (ssh.Signer, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open host key: %w", err)
	}
	key := file{path: abs, name: abs, stat: os.Stat, open: os.Open,
		renew: "or make a new one with `ssh-keygen -t ed25519 -N '' -f FILE`"}
	return key.load()
}

// Ephemeral returns a new Ed25519 key that is written nowhere, for a server that keeps
// everything in memory: people see a changed key after every restart.
func Ephemeral() (ssh.Signer, error) {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, fmt.Errorf("make host key: %w", err)
	}
	return ssh.NewSignerFromKey(private)
}
