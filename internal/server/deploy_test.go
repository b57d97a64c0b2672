package server

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"salon/room/lang"
	"salon/room/state"
)

func readDeployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(deployed, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestFilesOfAClusterFitTogether: they name files that are there or are made, and the same
// nodes.
func TestFilesOfAClusterFitTogether(t *testing.T) {
	made := readDeployed(t, ".gitignore")
	for _, m := range regexp.MustCompile(`"\./([\w./-]+):`).FindAllStringSubmatch(readDeployed(t, "compose.yaml"), -1) {
		_, err := os.Stat(filepath.Join(deployed, m[1]))
		if known := regexp.MustCompile(`^/(keys\.conf|host_key|state/)`).MatchString("/"+m[1]) || strings.HasSuffix(m[1], ".seed"); err != nil && !known {
			t.Errorf("compose.yaml names %s, which is not there", m[1])
		}
	}
	for _, secret := range []string{"/*.seed", "/host_key", "/state/"} {
		if !strings.Contains(made, "\n"+secret+"\n") {
			t.Errorf("%s could be committed", secret)
		}
	}
	nodes := []string{"salon-1", "salon-2", "salon-3"}
	for file, named := range map[string]string{
		"compose.yaml": `SALON_NODE: (\S+) \}`, "haproxy.cfg": `(?m)^  server (\S+) `, "users.conf": `nkey: \$(salon-\d)`, "local.sh": `for user in admin (salon-1) (salon-2) (salon-3);`,
	} {
		var found []string
		for _, m := range regexp.MustCompile(named).FindAllStringSubmatch(readDeployed(t, file), -1) {
			found = append(found, m[1:]...)
		}
		slices.Sort(found)
		if found = slices.Compact(found); !slices.Equal(found, nodes) {
			t.Errorf("%s has the nodes %q, not %q", file, found, nodes)
		}
	}
}

// TestTheNodesFileHasFlags that there are, and so have the commands and the environments of the
// other files.
func TestTheNodesFileHasFlags(t *testing.T) {
	var serve Config
	parser, err := kong.New(&serve, append(Usage{state.English}.Options(), kong.DefaultEnvars("SALON"))...)
	if err != nil {
		t.Fatal(err)
	}
	var flags, envs []string
	for _, f := range parser.Model.Flags {
		flags, envs = append(flags, f.Name), append(envs, f.Envs...)
	}
	own := filepath.Join(t.TempDir(), "salon.conf") // the repository may be somebody else's
	if err := os.WriteFile(own, []byte(readDeployed(t, "salon.conf")), 0o600); err != nil {
		t.Fatal(err)
	}
	settings, err := ReadSettings(own, lang.Of(state.English), func(flag, value string) error {
		if !slices.Contains(flags, flag) {
			t.Errorf("salon.conf has the flag %s", flag)
		}
		return nil
	})
	if err != nil || settings["node"] != "salon-1" || settings["host-key"] == "" {
		t.Errorf("%v, %v", settings, err)
	}
	for _, m := range regexp.MustCompile(`(SALON_[A-Z_]+):? `).FindAllStringSubmatch(readDeployed(t, "compose.yaml"), -1) {
		if !slices.Contains(envs, m[1]) && m[1] != "SALON_USER" {
			t.Errorf("compose.yaml sets %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`--([a-z-]+)`).FindAllStringSubmatch(readDeployed(t, "local.sh"), -1) {
		natsFlags := []string{"addr", "port", "cluster", "routes", "http-port", "http"}
		if !slices.Contains(flags, m[1]) && !slices.Contains(natsFlags, m[1]) {
			t.Errorf("local.sh has --%s", m[1])
		}
	}
}
