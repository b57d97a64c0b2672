package natstest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// module is the server's; go.mod says which version.
const module = "github.com/nats-io/nats-server/v2"

// Program returns the path of nats-server, which it builds the first time: that takes a minute
// or two, or the 3 s of linking where its packages were compiled before. What is built is kept
// in the user's cache. Where it cannot be built the test is skipped, or fails if the
// environment has SALON_E2E=required.
func Program(t testing.TB) string {
	t.Helper()
	path, err := program()
	switch {
	case err == nil:
	case os.Getenv("SALON_E2E") == "required":
		t.Fatalf("nats-server cannot be built, and SALON_E2E=required: %v", err)
	default:
		t.Skipf("nats-server cannot be built (SALON_E2E=required makes this a failure): %v", err)
	}
	return path
}

// program builds the server once for each test binary.
var program = sync.OnceValues(func() (string, error) {
	version, err := run("list", "-m", "-f", "{{.Version}}", module)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "salon-test")
	path := filepath.Join(dir, fmt.Sprintf("nats-server-%s-%s", bytes.TrimSpace(version), runtime.Version()))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	building, err := os.MkdirTemp(dir, "building")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(building)
	built := filepath.Join(building, "nats-server")
	if _, err := run("build", "-o", built, module); err != nil {
		return "", err
	}
	return path, os.Rename(built, path) // whole, also when another test binary does the same
})

// run runs the go command.
func run(args ...string) ([]byte, error) {
	var errs bytes.Buffer
	cmd := exec.Command("go", args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", args[0], err, bytes.TrimSpace(errs.Bytes()))
	}
	return out, nil
}
