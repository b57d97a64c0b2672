package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// age is how long something is kept, as a flag: 12h, 30d, 8w; 0 is for ever.
type age time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *age) UnmarshalText(text []byte) error {
	word := string(text)
	for unit, size := range map[string]time.Duration{"d": 24 * time.Hour, "j": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if n, err := strconv.Atoi(strings.TrimSuffix(word, unit)); err == nil && strings.HasSuffix(word, unit) && n >= 0 && n < 40000 {
			*a = age(time.Duration(n) * size)
			return nil
		}
	}
	d, err := time.ParseDuration(word)
	if err == nil && d < 0 {
		err = fmt.Errorf("%q is less than nothing", word)
	}
	*a = age(d)
	return err
}

// size is an amount of bytes, as a flag: 500K, 200M, 2G; 0 is any.
type size int64

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *size) UnmarshalText(text []byte) error {
	word := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(string(text)), "B"), "I")
	shift := 0
	if i := strings.IndexAny(word, "KMGT"); i >= 0 && i == len(word)-1 {
		shift = 10 * (1 + strings.IndexByte("KMGT", word[i]))
		word = word[:i]
	}
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil || n < 0 || n > 1<<62>>shift {
		return fmt.Errorf("%q is no size", text)
	}
	*s = size(n << shift)
	return nil
}
