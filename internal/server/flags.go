package server

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A FlagError is a flag with a value that it cannot have.
type FlagError struct {
	Flag    string // without its dashes
	Value   any    // as given
	Example string // a value that it can have; "": its default
}

func (e *FlagError) Error() string {
	return fmt.Sprintf("--%s: %v is not a valid value", e.Flag, e.Value)
}

// Age is how long something is kept, as a flag: 12h, 30d, 8w; 0 is for ever.
type Age time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Age) UnmarshalText(text []byte) error {
	word := string(text)
	for unit, size := range map[string]time.Duration{"d": 24 * time.Hour, "j": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if n, err := strconv.Atoi(strings.TrimSuffix(word, unit)); err == nil && strings.HasSuffix(word, unit) && n >= 0 && n < 40000 {
			*a = Age(time.Duration(n) * size)
			return nil
		}
	}
	d, err := time.ParseDuration(word)
	if err != nil || d < 0 {
		return fmt.Errorf("expected an age but got %q", word)
	}
	*a = Age(d)
	return nil
}

// Size is an amount of bytes, as a flag: 500K, 200M, 2G; 0 is any.
type Size int64

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Size) UnmarshalText(text []byte) error {
	word := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(string(text)), "B"), "I")
	shift := 0
	if i := strings.IndexAny(word, "KMGT"); i >= 0 && i == len(word)-1 {
		shift = 10 * (1 + strings.IndexByte("KMGT", word[i]))
		word = word[:i]
	}
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil || n < 0 || n > 1<<62>>shift {
		return fmt.Errorf("expected a size but got %q", text)
	}
	*s = Size(n << shift)
	return nil
}
