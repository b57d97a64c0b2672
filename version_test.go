package main

import (
	"runtime/debug"
	"testing"
)

// TestAVersionIsTheReleaseElseWhatGoHasNoted of the module and the commit.
func TestAVersionIsTheReleaseElseWhatGoHasNoted(t *testing.T) {
	vcs := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.time", Value: "2026-11-26T10:00:00Z"}, {Key: "vcs.modified", Value: "true"}}
	known := build{commit: "0123456789abcdef", date: "2026-11-26T10:00:00Z", modified: "true"}
	for _, c := range []struct {
		release string
		info    *debug.BuildInfo
		version string
		want    build
	}{
		{"1.2.3", &debug.BuildInfo{Main: debug.Module{Version: "v0.0.0-2026"}, Settings: vcs}, "1.2.3", known},
		{"", &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, "v1.2.3", build{}},
		{"", &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: vcs}, "devel-0123456789ab", known},
		{"", &debug.BuildInfo{}, "devel", build{}},
		{"", nil, "devel", build{}},
		{"1.2.3", nil, "1.2.3", build{}},
	} {
		c.want.version = c.version
		if got := buildOf(c.release, c.info); got != c.want {
			t.Errorf("release %q, %v: %+v, want %+v", c.release, c.info, got, c.want)
		}
	}
}
