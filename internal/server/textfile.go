package server

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
)

// maxTextFile is the most bytes of a file that configures the server; a larger one is
// refused.
const maxTextFile = 1 << 20

// readFile reads a file that is not too large.
func readFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxTextFile+1))
	if err == nil && len(text) > maxTextFile {
		err = fmt.Errorf("%s: %w", name, errors.New("over 1 MiB"))
	}
	return string(text), err
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
