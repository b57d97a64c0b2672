package server

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"salon/internal/owned"
	"salon/room/lang"
)

// Settings are what a file says: values of flags, by name. Given to kong as a resolver,
// they stand behind the command line and the environment.
type Settings map[string]string

// ReadSettings reads a file of flags, one a line: `rate = 5`; empty lines, and those
// that begin with #, are skipped. try reports why a flag cannot have a value. The error
// names the line, in the language of t.
func ReadSettings(name string, t *lang.Texts, try func(flag, value string) error) (Settings, error) {
	text, err := readFile(t, name, false)
	if err != nil {
		return nil, err
	}
	s := Settings{}
	for n, line := range entries(text) {
		if err := s.add(line, t, try); err != nil {
			return nil, fmt.Errorf(t.BadLine, name, n, err)
		}
	}
	return s, nil
}

// add adds a line of the file.
func (s Settings) add(line string, t *lang.Texts, try func(flag, value string) error) error {
	flag, value, ok := strings.Cut(line, "=")
	flag, value = strings.TrimSpace(flag), strings.TrimSpace(value)
	_, twice := s[flag]
	switch {
	case !ok, flag == "config", flag == "help", flag == "version":
		return errors.New(t.NoSetting)
	case twice:
		return fmt.Errorf(t.SetTwice, flag)
	}
	s[flag] = value
	return try(flag, value)
}

// Resolve is a kong.ResolverFunc: the value of a flag that the environment does not set.
func (s Settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	value, ok := s[flag.Name]
	if !ok || slices.ContainsFunc(flag.Envs, func(name string) bool { _, set := os.LookupEnv(name); return set }) {
		return nil, nil
	}
	return value, nil
}

// maxTextFile is the most bytes of a file that configures the server; a larger one is
// refused.
const maxTextFile = 1 << 20

// readFile reads a file that is not too large, and that nobody else can change, see package
// owned; with secret that nobody else can read either.
func readFile(t *lang.Texts, name string, secret bool) (string, error) {
	f, err := owned.Open(name, secret)
	if err != nil {
		return "", refusal(t, err, "")
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxTextFile+1))
	if err == nil && len(text) > maxTextFile {
		err = fmt.Errorf("%s: %w", name, errors.New("over 1 MiB"))
	}
	return string(text), err
}

// secretLine returns the first line of a file that only its owner may read; without a name "".
func secretLine(t *lang.Texts, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	text, err := readFile(t, name, true)
	first, _, _ := strings.Cut(text, "\n")
	return strings.TrimRight(first, "\r"), err
}

// entries goes through the lines of a text, numbered from 1, without the space around
// them. It leaves out those that are empty or begin with #.
func entries(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		n := 0
		for line := range strings.Lines(text) {
			n++
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !yield(n, line) {
				return
			}
		}
	}
}
