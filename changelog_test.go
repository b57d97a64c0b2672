package main_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"salon/internal/server"
	"salon/room/state"
)

// TestTheChangelogHasTheConfiguration, and the formats of this version. Package history checks
// that of the database.
func TestTheChangelogHasTheConfiguration(t *testing.T) {
	text, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	var serve server.Config
	parser, err := kong.New(&serve, server.Usage{Lang: state.English}.Options()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range parser.Model.Flags {
		if f.Name != "help" && !strings.Contains(string(text), "`--"+f.Name+"`") {
			t.Errorf("CHANGELOG.md does not say since when there is --%s", f.Name)
		}
	}
	newest := regexp.MustCompile(`(?m)^\| \d+\.\d+\.\d+ .*\| (\d+) \| (\d+) \|$`).FindSubmatch(text)
	if newest == nil || string(newest[2]) != fmt.Sprint(state.Version) {
		t.Errorf("the newest version in CHANGELOG.md is %q, events are of format %d", newest, state.Version)
	}
}
