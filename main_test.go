package main

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptsAtOnce is how many conversations run at the same time, unless -parallel
// says otherwise: they mostly wait for each other's words, not for a processor.
const scriptsAtOnce = "6"

// TestMain lets the test binary be the salon program too, for the scripts and in
// the terminals that they open.
func TestMain(m *testing.M) {
	flag.Set("test.parallel", scriptsAtOnce) // before the command line is parsed
	testscript.Main(m, map[string]func(){"salon": func() { os.Exit(run(os.Args[1:])) }})
}
