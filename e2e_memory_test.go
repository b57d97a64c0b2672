//go:build unix

package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestTheTalkGoesOnWithoutADisk takes the disk away from a real salon in the middle
// of a conversation. Its scripts have those commands too:
//
//	mounts    skip where a program cannot be given a disk of its own (unshare -rm);
//	          fail if SALON_E2E=required
//
// A disk of its own is in the program's mount namespace, and gone with it.
func TestTheTalkGoesOnWithoutADisk(t *testing.T) {
	cmds := maps.Clone(commands)
	cmds["mounts"] = mounts
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "trouble"), Setup: stage(t), Cmds: cmds, RequireExplicitExec: true, RequireUniqueNames: true,
	})
}

func mounts(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, []string{"unshare", "nsenter"})
	switch err := exec.Command("unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt").Run(); {
	case err == nil:
	case os.Getenv("SALON_E2E") == "required":
		ts.Fatalf("no program can have a disk of its own here (unshare -rm: %v), and SALON_E2E=required", err)
	default:
		sceneOf(ts).t.Skip("no program can have a disk of its own here (SALON_E2E=required makes this a failure)")
	}
}
