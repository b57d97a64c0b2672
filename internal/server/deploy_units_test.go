package server

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// units are what systemd starts; those of a node and of a salon on one machine have the name
// salon.service both.
var units = []string{"../salon.service", "../salon.socket", "../salon-tcp.socket", "salon.service", "nats.service"}

// systemdAnalyze returns the version of systemd-analyze(1).
func systemdAnalyze(t *testing.T) int {
	t.Helper()
	said, err := exec.Command("systemd-analyze", "--version").Output()
	found := regexp.MustCompile(`^systemd (\d+)`).FindSubmatch(said)
	if err != nil || found == nil {
		if os.Getenv("SALON_E2E") == "required" {
			t.Fatal("there is no systemd-analyze")
		}
		t.Skip("there is no systemd-analyze")
	}
	version, _ := strconv.Atoi(string(found[1]))
	return version
}

// TestUnitsAreUnderstood by systemd: every directive and its value. The programs that they start
// need not be here.
func TestUnitsAreUnderstood(t *testing.T) {
	version, dir := systemdAnalyze(t), t.TempDir()
	program := regexp.MustCompile(`(?m)^Exec(Start|Reload)=\S+`)
	for _, name := range units {
		text := program.ReplaceAllString(readDeployed(t, name), "Exec$1=/bin/sh")
		if version < 253 {
			text = strings.NewReplacer("Type=notify-reload", "Type=notify", "ReloadSignal=SIGHUP\n", "").Replace(text)
		}
		copied := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(copied, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		said, err := exec.Command("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", copied).CombinedOutput()
		if err != nil || len(said) > 0 {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
	}
}

// maxExposure is the most that `systemd-analyze security` may find, of 100: it calls that OK.
const maxExposure = 19

// TestServicesAreHardened by each directive that costs them nothing.
func TestServicesAreHardened(t *testing.T) {
	systemdAnalyze(t)
	for _, name := range []string{"../salon.service", "salon.service"} {
		path, err := filepath.Abs(filepath.Join(deployed, name))
		if err != nil {
			t.Fatal(err)
		}
		said, err := exec.Command("systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold="+strconv.Itoa(maxExposure), path).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
	}
}

// TestServicesAreHardenedAlike: what a node may do is what a salon on one machine may do.
func TestServicesAreHardenedAlike(t *testing.T) {
	hardening := func(name string) string {
		_, text, _ := strings.Cut(readDeployed(t, name), "nothing.\n")
		text, _, found := strings.Cut(strings.TrimPrefix(text, "DynamicUser=yes\n"), "\n\n")
		if !found || !strings.Contains(text, "SystemCallFilter=") {
			t.Fatalf("%s has no such part", name)
		}
		return text
	}
	if alone, node := hardening("../salon.service"), hardening("salon.service"); alone != node {
		t.Errorf("a salon on one machine has\n%s\n\na node\n%s", alone, node)
	}
}
