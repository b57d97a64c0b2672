package main_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// madeByHooks are the files of a release that are not in the tree: deploy/package/completions.sh
// writes them.
const madeByHooks = "completions/"

// TestTheReleaseNamesWhatIsThere: each file and directory that .goreleaser.yaml puts into an
// archive or a package, and each script that it runs.
func TestTheReleaseNamesWhatIsThere(t *testing.T) {
	text, err := os.ReadFile(".goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?m)src: ([^,\s]+)|(?:install|remove): (\S+)$|^      - ([\w.*/-]+)$|- sh (\S+)$`)
	found := 0
	for _, m := range named.FindAllStringSubmatch(string(text), -1) {
		name := strings.Join(m[1:], "")
		if strings.HasPrefix(name, madeByHooks) {
			continue
		}
		found++
		if files, err := filepath.Glob(strings.ReplaceAll(name, "**", "*")); err != nil || len(files) == 0 {
			t.Errorf(".goreleaser.yaml names %s, which is not there", name)
		}
	}
	if found < 15 {
		t.Errorf("only %d files are named", found)
	}
	for _, unit := range []string{"deploy/salon.service", "deploy/salon.socket", "deploy/salon-tcp.socket"} {
		if !strings.Contains(string(text), "dst: /usr/lib/systemd/system/"+path.Base(unit)+" ") {
			t.Errorf("the packages have no %s", unit)
		}
	}
}

// TestScriptsOfPackagesAreUnderstood by the shell that runs them.
func TestScriptsOfPackagesAreUnderstood(t *testing.T) {
	scripts, err := filepath.Glob("deploy/package/*.sh")
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	for _, script := range scripts {
		if said, err := exec.Command(shell, "-n", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", script, err, said)
		}
	}
}

// TestNoPatchReleaseOfGoIsAskedFor: the first release of a line is enough.
func TestNoPatchReleaseOfGoIsAskedFor(t *testing.T) {
	for _, file := range []string{"go.mod", "tools.mod"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`(?m)^go \d+\.\d+\.0$`).Match(text) || strings.Contains(string(text), "\ntoolchain") {
			t.Errorf("%s asks for more than the first release of a line", file)
		}
	}
}
