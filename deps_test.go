package main_test

import (
	"go/version"
	"os"
	"strings"
	"testing"
)

// floors are the least versions of what stands between strangers and the server. Older
// ones have faults that are known; a newer one may always be required.
var floors = map[string]string{
	"golang.org/x/crypto": "v0.56.0",
	"golang.org/x/text":   "v0.43.0",
}

// TestDependenciesAreNotOlderThanTheirFloors: a requirement in go.mod is the least version
// that is built.
func TestDependenciesAreNotOlderThanTheirFloors(t *testing.T) {
	data, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	required := map[string]string{}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) > 0 && (fields[0] == "replace" || fields[0] == "exclude") {
			t.Errorf("go.mod has %q: the floors do not see through it", strings.TrimSpace(line))
		}
		if len(fields) > 0 && fields[0] == "require" {
			fields = fields[1:]
		}
		if len(fields) >= 2 {
			required[fields[0]] = fields[1]
		}
	}
	for module, floor := range floors {
		if got := required[module]; compareVersions(got, floor) < 0 {
			t.Errorf("%s is required at %q, want at least %s", module, got, floor)
		}
	}
	if compareVersions("v0.56.0", "v0.56.0") != 0 || compareVersions("v1.0.0", "v0.56.0") <= 0 || compareVersions("v0.100.0", "v0.56.1") <= 0 {
		t.Error("versions are compared wrongly")
	}
	for _, v := range []string{"", "v0.55.9", "v0.9.0", "v0.56"} {
		if compareVersions(v, "v0.56.0") >= 0 {
			t.Errorf("%q passes for v0.56.0", v)
		}
	}
}

// compareVersions compares two versions of modules as package version compares those of
// Go. One before a release, or none, comes before all others.
func compareVersions(a, b string) int {
	asGo := func(v string) string { return "go" + strings.TrimPrefix(v, "v") }
	return version.Compare(asGo(a), asGo(b))
}
