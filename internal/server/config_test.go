package server

import (
	"testing"
	"time"
)

func TestAgesAndSizesAreWrittenAsPeopleDo(t *testing.T) {
	for text, want := range map[string]time.Duration{"0": 0, "12h": 12 * time.Hour, "90d": 90 * 24 * time.Hour, "2j": 48 * time.Hour, "8w": 56 * 24 * time.Hour} {
		var got Age
		if err := got.UnmarshalText([]byte(text)); err != nil || time.Duration(got) != want {
			t.Errorf("%s is %v, %v, want %v", text, time.Duration(got), err, want)
		}
	}
	for text, want := range map[string]Size{"0": 0, "1024": 1 << 10, "500K": 500 << 10, "200m": 200 << 20, "1G": 1 << 30, "1GiB": 1 << 30, "2TB": 2 << 40} {
		var got Size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s is %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1h", "-3d", "3x", "d", "999999999w"} {
		if err := new(Age).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is an age", text)
		}
	}
	for _, text := range []string{"", "-1", "G", "1X", "9999999T", "1K5"} {
		if err := new(Size).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a size", text)
		}
	}
}
