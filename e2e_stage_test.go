//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// stage gives each script a home with ssh keys and known hosts of its own: ssh
// looks up its user's real home, whatever HOME says, hence the one in bin.
func stage(t *testing.T) func(*testscript.Env) error {
	bin := t.TempDir()
	if err := wrapSSH(bin); err != nil {
		t.Fatal(err)
	}
	testdata, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	return func(env *testscript.Env) error {
		sc := &scene{t: env.T(), actors: map[string]*actor{}}
		env.Values[onStage{}] = sc
		env.Defer(sc.clear)
		home := filepath.Join(env.WorkDir, "home")
		for _, v := range [][2]string{
			{"PATH", bin + string(os.PathListSeparator) + env.Getenv("PATH")}, {"HOME", home}, {"TESTDATA", testdata},
			{"TERM", "xterm"}, {"LANG", "C.UTF-8"}, {"TZ", noon()}, {"PS1", "shell$ "}, {"GORACE", "atexit_sleep_ms=0"},
		} {
			env.Setenv(v[0], v[1])
		}
		return makeHome(home)
	}
}

// noon is a time zone where it is about noon: no conversation comes near the end of a
// day, which times and messages are shown otherwise for.
func noon() string {
	return fmt.Sprintf("Etc/GMT%+d", time.Now().UTC().Hour()-12) // west is +, as in POSIX
}

// wrapSSH puts an ssh in a directory that takes its configuration from HOME.
func wrapSSH(bin string) error {
	ssh, err := exec.LookPath("ssh")
	if err != nil {
		return nil // need tells
	}
	return os.WriteFile(filepath.Join(bin, "ssh"), []byte("#!/bin/sh\nexec '"+ssh+"' -F \"$HOME/.ssh/config\" \"$@\"\n"), 0o755)
}

// makeHome makes two ssh identities: ssh takes the first by itself, and the
// other with -i.
func makeHome(home string) error {
	dir := filepath.Join(home, ".ssh")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		return nil // need tells
	}
	for _, name := range []string{"id_ed25519", "other"} {
		if out, err := exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)).CombinedOutput(); err != nil {
			return fmt.Errorf("ssh-keygen: %w: %s", err, out)
		}
	}
	return sshConfig(home, "22")
}

// sshConfig makes ssh go to a port without asking anybody anything.
func sshConfig(home, port string) error {
	config := strings.NewReplacer("PORT", port, "DIR", filepath.Join(home, ".ssh")).Replace(`Host *
  Port PORT
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  GlobalKnownHostsFile /dev/null
  IdentitiesOnly yes
  IdentityFile DIR/id_ed25519
  IdentityAgent none
  LogLevel ERROR
`)
	return os.WriteFile(filepath.Join(home, ".ssh", "config"), []byte(config), 0o600)
}

// need PROGRAM... skips a script without the programs it is about; where SALON_E2E
// says "required", it fails.
func need(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		switch missing := missing(name); {
		case missing == "":
		case os.Getenv("SALON_E2E") == "required":
			ts.Fatalf("%s, and SALON_E2E=required", missing)
		default:
			sceneOf(ts).t.Skip(missing + " (SALON_E2E=required makes this a failure)")
		}
	}
}

// missing says why a program cannot take part; "" when it can. A Python module is named as
// Debian's package of it, python3-paramiko, and looked for where that puts it.
func missing(name string) string {
	if module, ok := strings.CutPrefix(name, "python3-"); ok {
		if err := exec.Command("/usr/bin/python3", "-W", "ignore", "-c", "import "+module).Run(); err != nil {
			return "/usr/bin/python3 has no " + module + " (Debian: " + name + ")"
		}
		return ""
	}
	if _, err := exec.LookPath(name); err != nil {
		return name + " is not installed"
	}
	if name == "nc" {
		if usage, _ := exec.Command(name, "-h").CombinedOutput(); !strings.Contains(string(usage), "-N") {
			return "this nc is not OpenBSD's (it has no -N)"
		}
	}
	return ""
}
