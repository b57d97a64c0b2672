package text

import (
	"strconv"
	"strings"
	"time"
)

// CutSpace splits a line at its first space or newline, and trims the rest.
func CutSpace(line string) (first, rest string) {
	i := strings.IndexAny(line, " \n")
	if i < 0 {
		return line, ""
	}
	return line[:i], strings.TrimSpace(line[i+1:])
}

// maxPenalty is the longest duration that can be typed.
const maxPenalty = 10 * 365 * 24 * time.Hour

// CutDuration takes a duration off the front of a text, if there is one: 30s,
// 10m, 2h, 3j or 3d, 1w or 1sem. Without one it returns 0, which means no end. ok
// is false for what begins like a duration and is none, -5m too: a slip must not
// last for ever.
func CutDuration(text string) (d time.Duration, rest string, ok bool) {
	word, rest := CutSpace(text)
	if d, ok := parseDuration(word); ok {
		return d, rest, true
	}
	digits := strings.TrimLeft(word, "+-")
	slip := digits != "" && digits[0] >= '0' && digits[0] <= '9'
	return 0, text, !slip
}

var units = map[string]time.Duration{
	"s": time.Second, "m": time.Minute, "min": time.Minute, "h": time.Hour,
	"j": 24 * time.Hour, "d": 24 * time.Hour, "sem": 7 * 24 * time.Hour, "w": 7 * 24 * time.Hour,
}

func parseDuration(word string) (time.Duration, bool) {
	digits := strings.IndexFunc(word, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 1 {
		return 0, false
	}
	n, err := strconv.Atoi(word[:digits])
	unit, ok := units[Fold(word[digits:])]
	if err != nil || !ok || n < 1 || time.Duration(n) > maxPenalty/unit {
		return 0, false
	}
	return time.Duration(n) * unit, true
}
