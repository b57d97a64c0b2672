package main

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

// version is the release that was built, as -ldflags "-X main.version=1.2.3" sets it; "": go
// build has noted what is known.
var version string

// build is what a binary knows of its making. Fields are "" where that is not known.
type build struct {
	version  string // the release; "devel", or that and the commit, for any other
	commit   string
	date     string // of the commit, RFC 3339: the same commit makes the same binary
	modified string // "true": the commit is not all that was built
}

// unknown stands for what go build has not noted.
const unknown = "unknown"

// built returns what this binary knows of its making.
func built() build {
	info, _ := debug.ReadBuildInfo()
	return buildOf(version, info)
}

// buildOf returns what go build has noted, nil for nothing, about a release ("": any other).
func buildOf(release string, info *debug.BuildInfo) (b build) {
	if info == nil {
		return build{version: cmp.Or(release, "devel")}
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.commit = s.Value
		case "vcs.time":
			b.date = s.Value
		case "vcs.modified":
			b.modified = s.Value
		}
	}
	b.version = cmp.Or(release, info.Main.Version)
	if b.version == "" || b.version == "(devel)" {
		b.version = "devel"
		if b.commit != "" {
			b.version += "-" + b.commit[:min(12, len(b.commit))]
		}
	}
	return b
}

// nameAndVersion returns the name and version of this program, as the first line of `salon version`
// has them, and as nodes of a cluster know it.
func nameAndVersion() string { return "salon " + built().version }

// versionCmd is `salon version`.
type versionCmd struct{}

// Run prints what the binary was built from, for a report of a bug.
func (versionCmd) Run() error {
	b := built()
	_, err := fmt.Fprintf(os.Stdout, "%s\ncommit: %s\ndate: %s\nmodified: %s\ngo: %s\nplatform: %s/%s\n", nameAndVersion(),
		cmp.Or(b.commit, unknown), cmp.Or(b.date, unknown), cmp.Or(b.modified, unknown), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
