package server

import (
	"bytes"
	"errors"
	"log/slog"
	"regexp"
	"testing"
)

// TestEachFormOfTheLogHasTheSameInIt, on one line whatever strangers wrote.
func TestEachFormOfTheLogHasTheSameInIt(t *testing.T) {
	const at = `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d)`
	for form, want := range map[string]string{
		"text": `^` + at + ` WARN login failed front=ssh why="a\\n\\"b\\" level=INFO" g\.time=7\n` +
			at + ` INFO said front=ssh\n$`,
		"logfmt": `^time=` + at + ` level=WARN msg="login failed" front=ssh why="a\\n\\"b\\" level=INFO" g\.time=7\n` +
			`time=` + at + ` level=INFO msg=said front=ssh\n$`,
		"json": `^\{"time":"[^"]+","level":"WARN","msg":"login failed","front":"ssh","why":"a\\n\\"b\\" level=INFO","g":\{"time":7\}\}\n` +
			`\{"time":"[^"]+","level":"INFO","msg":"said","front":"ssh"\}\n$`,
	} {
		var to bytes.Buffer
		target := newTechnicalLog(&to, form)
		log := target.logger().With("front", "ssh")
		log.Debug("not said")
		log.Warn("login failed", "why", errors.New("a\n\"b\" level=INFO").Error(), slog.Group("g", "time", 7))
		log.Info("said")
		target.close()
		if !regexp.MustCompile(want).MatchString(to.String()) {
			t.Errorf("%s:\n%s", form, &to)
		}
	}
}
