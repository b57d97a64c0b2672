package server

import (
	"fmt"

	gossh "golang.org/x/crypto/ssh"

	"salon/room"
	"salon/room/text"
)

// access reads the files that say who may enter, and as what. One that is invalid
// is an error that says which line is wrong, and nothing is read of the others.
func (s *server) access(c *Config) (a room.Access, err error) {
	if a.Operators, err = s.keyFile(c.Operators); err != nil {
		return a, err
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
	if a.Password, err = s.passwordFile(c.PasswordFile); err == nil && c.MOTD != "" {
		a.MOTD, err = readFile(s.texts(), c.MOTD, false)
	}
	return a, err
}

// keyFile reads keys in the format of authorized_keys (sshd(8)), by fingerprint,
// each with its comment; none without a name. Options before a key would promise what
// is not kept, so they are refused.
func (s *server) keyFile(name string) (map[string]string, error) {
	if name == "" {
		return nil, nil
	}
	file, err := readFile(s.texts(), name, false)
	if err != nil {
		return nil, err
	}
	keys := map[string]string{}
	for n, line := range entries(file) {
		key, comment, options, _, err := gossh.ParseAuthorizedKey([]byte(line))
		switch {
		case err != nil:
			return nil, fmt.Errorf(s.texts().BadLine, name, n, s.texts().NoSSHKey)
		case len(options) > 0:
			return nil, fmt.Errorf(s.texts().BadLine, name, n, s.texts().KeyOptions)
		}
		keys[gossh.FingerprintSHA256(key)] = text.Clean(comment, false)
	}
	return keys, nil
}

// passwordFile reads the room's password, or its argon2id hash in PHC string format:
// the first line of a file that only its owner may read. Without a name it is "".
func (s *server) passwordFile(name string) (string, error) {
	first, err := secretLine(s.texts(), name)
	switch {
	case err != nil || name == "":
		return "", err
	case first == "":
		return "", fmt.Errorf(s.texts().BadLine, name, 1, s.texts().NoPassword)
	case room.CheckPassword(first) != nil:
		return "", fmt.Errorf(s.texts().BadLine, name, 1, s.texts().BadPassword)
	}
	return first, nil
}
