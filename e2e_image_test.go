//go:build linux

package main

import (
	"debug/elf"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// image is what deploy/Dockerfile says about its last stage.
type image struct {
	from, user, volume string
	env, health, entry []string
}

// readImage reads the Dockerfile, as far as it is written in ours.
func readImage(t *testing.T) (i image) {
	t.Helper()
	text, err := os.ReadFile("deploy/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	args := regexp.MustCompile(`\[.*\]$`)
	for line := range strings.SplitSeq(string(text), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "FROM":
			i = image{from: rest}
		case "USER":
			i.user = rest
		case "VOLUME":
			i.volume += rest
		case "ENV":
			i.env = append(i.env, rest)
		case "HEALTHCHECK":
			err = json.Unmarshal([]byte(args.FindString(rest)), &i.health)
		case "ENTRYPOINT":
			err = json.Unmarshal([]byte(rest), &i.entry)
		}
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return i
}

// TestTheImageIsTheProgramAlone, for a user without a name and with one place to write.
func TestTheImageIsTheProgramAlone(t *testing.T) {
	i := readImage(t)
	if i.from != "scratch" || !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(i.user) || i.volume != "/data" ||
		!slices.Equal(i.entry, []string{"/salon"}) || !slices.Equal(i.health, []string{"/salon", "health"}) {
		t.Errorf("it is %+v", i)
	}
	ignored, err := os.ReadFile(".dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	needed, err := exec.Command("go", "list", "-deps", "-f", "{{if and .Module .Module.Main}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range strings.FieldsSeq(string(needed)) {
		if _, dir, _ := strings.Cut(pkg, "/"); dir != "" {
			top, _, _ := strings.Cut(dir, "/")
			if !strings.Contains(string(ignored), "\n!"+top+"\n") {
				t.Errorf(".dockerignore leaves out %s", dir)
			}
		}
	}
}

// static builds the program as .ci/run, the releases and the Dockerfile do.
var static = sync.OnceValues(func() (program string, err error) {
	dir, err := os.MkdirTemp("", "salon-static")
	if err != nil {
		return "", err
	}
	program = filepath.Join(dir, "salon")
	build := exec.Command("go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, said)
	}
	return program, nil
})

// staticProgram is static's program, in a place that ends with the test.
func staticProgram(t *testing.T) string {
	t.Helper()
	program, err := static()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(filepath.Dir(program)) })
	return program
}

// TestTheProgramInAnEmptyRoot: it needs no interpreter, no library, no other file and no right.
func TestTheProgramInAnEmptyRoot(t *testing.T) {
	program := staticProgram(t)
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	libraries, _ := f.ImportedLibraries()
	interpreted := slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
	if interpreted || len(libraries) > 0 {
		t.Errorf("it is not static: %v", libraries)
	}
	needContainers(t)
	c := newContainer(t, program)
	s := runCommand(t, c.command("--lang", "en", "--ssh", "127.0.0.1:0", "--tcp", "127.0.0.1:0"))
	c.checkRights(s.cmd.Process.Pid)
	ann, bob := &guest{T: t, name: "ann", kind: 1}, &guest{T: t, name: "bob"}
	ann.join(s)
	bob.join(s)
	fmt.Fprintln(bob.conn, "hello from an empty root")
	ann.until("bob: hello from an empty root")
	s.await("it is healthy", func() bool { return c.health() == 0 })
	if made, err := filepath.Glob(filepath.Join(c.root, "data", "*")); err != nil || len(made) < 3 {
		t.Errorf("its data are %q, %v", made, err)
	}
	if made, err := filepath.Glob(filepath.Join(c.root, "*")); err != nil || len(made) != 2 {
		t.Errorf("its root has %q, %v", made, err)
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	if code := s.wait(stopWithin); code != 0 {
		t.Errorf("it ends with %d", code)
	}
	if code := c.health(); code != exitFailure {
		t.Errorf("when it is stopped, its health check ends with %d: %s", code, c.said)
	}
}

// needContainers skips a test where no root can be made, unless SALON_E2E is "required".
func needContainers(t *testing.T) {
	t.Helper()
	said, err := exec.Command("unshare", "--mount", "setpriv", "--no-new-privs", "chroot", "--userspec=1:1", "/", "mount").CombinedOutput()
	switch {
	case err == nil:
	case os.Getenv("SALON_E2E") == "required":
		t.Fatalf("it takes root, and the tools of util-linux: %v: %s", err, said)
	default:
		t.Skipf("it takes root, and the tools of util-linux: %v: %s", err, said)
	}
}

// container is what a container of the image would be.
type container struct {
	*testing.T
	image
	root    string
	metrics string // where it answers for its health
	said    string // by the last health check
}

// newContainer makes its root: a directory with the program and the volume.
func newContainer(t *testing.T, program string) *container {
	c := &container{T: t, image: readImage(t), root: filepath.Join(t.TempDir(), "root")}
	port, err := lastingPort()
	if err != nil {
		t.Fatal(err)
	}
	c.metrics = "127.0.0.1:" + port
	var uid, gid int
	fmt.Sscanf(c.user, "%d:%d", &uid, &gid)
	data := filepath.Join(c.root, c.volume)
	for _, err := range []error{os.MkdirAll(data, 0o700), os.Chmod(c.root, 0o755), os.Chown(data, uid, gid), exec.Command("cp", program, filepath.Join(c.root, "salon")).Run()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for dir := c.root; dir != "/"; dir = filepath.Dir(dir) { // who has no rights must get there
		if info, err := os.Stat(dir); err == nil && info.Mode()&0o001 == 0 {
			os.Chmod(dir, info.Mode()|0o001)
		}
	}
	return c
}

// inContainer makes all but the volume read-only, enters the root, and becomes the user: its
// arguments are the root, the volume, the user, and the command. Without privileges to gain,
// what is left of the bound on capabilities, which chroot needs, is out of reach.
const inContainer = `set -e
root=$1 volume=$2 user=$3; shift 3
mount --bind "$root" "$root"
mount --bind "$root$volume" "$root$volume"
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+sys_chroot,+setuid,+setgid chroot --userspec="$user" --groups= "$root" "$@"`

// command is the entry point with arguments, in the container.
func (c *container) command(args ...string) *exec.Cmd {
	cmd := exec.Command("unshare", slices.Concat([]string{"--mount", "--propagation", "private", "sh", "-c", inContainer, "sh", c.root, c.volume, c.user}, c.entry, args)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	for _, e := range c.env {
		name, _, _ := strings.Cut(e, "=")
		if name == "SALON_METRICS" { // 9090 may be somebody else's
			e = name + "=" + c.metrics
		}
		cmd.Env = append(cmd.Env, e)
	}
	return cmd
}

// health runs the health check, and returns its exit code.
func (c *container) health() int {
	cmd := c.command(c.image.health[len(c.entry):]...)
	cmd.WaitDelay = time.Second
	said, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		c.Fatal(err)
	}
	c.said = string(said)
	return cmd.ProcessState.ExitCode()
}

// checkRights checks that a process has none.
func (c *container) checkRights(pid int) {
	c.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		c.Fatal(err)
	}
	uid, _, _ := strings.Cut(c.user, ":")
	for _, want := range []string{"Uid:\t" + uid + "\t" + uid, "CapInh:\t0000000000000000", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapAmb:\t0000000000000000", "NoNewPrivs:\t1", "Groups:\t \n"} {
		if !strings.Contains(string(status), want) {
			c.Errorf("it does not have %q:\n%s", want, status)
		}
	}
}
