package server

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	gossh "golang.org/x/crypto/ssh"

	"salon/room"
	"salon/room/text"
)

// maxAccessFile is the most bytes of a file that says who may enter; a larger one
// is refused.
const maxAccessFile = 1 << 20

// access reads the files that say who may enter, and as what. One that is invalid
// is an error that says which line is wrong, and nothing is read of the others.
func (s *server) access(c *Config) (a room.Access, err error) {
	if c.Operators != "" {
		if a.Operators, err = s.keyFile(c.Operators); err != nil {
			return a, err
		}
	}
	if c.Allow != "" {
		keys, err := s.keyFile(c.Allow)
		if err != nil {
			return a, err
		}
		a.Allow = map[string]bool{}
		for id := range keys {
			a.Allow[id] = true
		}
	}
	if c.PasswordFile != "" {
		if a.Password, err = s.passwordFile(c.PasswordFile); err != nil {
			return a, err
		}
	}
	if c.MOTD != "" {
		text, err := readFile(c.MOTD)
		if err != nil {
			return a, err
		}
		a.MOTD = string(text)
	}
	return a, nil
}

// keyFile reads keys in the format of authorized_keys (sshd(8)), by fingerprint,
// each with its comment. Options before a key would promise what is not kept, so
// they are refused.
func (s *server) keyFile(name string) (map[string]string, error) {
	words, err := readFile(name)
	if err != nil {
		return nil, err
	}
	keys := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(words))
	lines.Buffer(nil, maxAccessFile)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		key, comment, options, _, err := gossh.ParseAuthorizedKey([]byte(line))
		switch {
		case err != nil:
			return nil, fmt.Errorf(s.texts().BadLine, name, n, s.texts().NoSSHKey)
		case len(options) > 0:
			return nil, fmt.Errorf(s.texts().BadLine, name, n, s.texts().KeyOptions)
		}
		keys[gossh.FingerprintSHA256(key)] = text.Clean(comment, false)
	}
	return keys, lines.Err()
}

// passwordFile reads the room's password, or its argon2id hash in PHC string format:
// the first line of a file that only its owner may read.
func (s *server) passwordFile(name string) (string, error) {
	text, err := readFile(name)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(name); err == nil && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf(s.texts().OpenToOthers, name, name)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if first = strings.TrimRight(first, "\r"); first == "" {
		return "", fmt.Errorf(s.texts().BadLine, name, 1, s.texts().NoPassword)
	}
	if room.CheckPassword(first) != nil {
		return "", fmt.Errorf(s.texts().BadLine, name, 1, s.texts().BadPassword)
	}
	return first, nil
}

// readFile reads a file that is not too large.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxAccessFile+1))
	if err == nil && len(text) > maxAccessFile {
		err = fmt.Errorf("%s: %w", name, errors.New("over 1 MiB"))
	}
	return text, err
}
