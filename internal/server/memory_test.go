package server

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheLeastLimitOfItsCgroupsCounts(t *testing.T) {
	for name, test := range map[string]struct {
		list  string
		files map[string]string
		want  int64 // 0: none
	}{
		"version 2":           {"0::/system.slice/salon.service\n", map[string]string{"system.slice/salon.service/memory.max": "134217728\n", "system.slice/memory.max": "max\n"}, 128 << 20},
		"its parent's":        {"0::/a/b\n", map[string]string{"a/b/memory.max": "max\n", "a/memory.max": "1048576\n"}, 1 << 20},
		"version 1":           {"9:cpu,cpuacct:/x\n4:memory:/x\n0::/\n", map[string]string{"memory/x/memory.limit_in_bytes": "2097152\n", "memory/memory.limit_in_bytes": "9223372036854771712\n"}, 2 << 20},
		"seen from inside":    {"4:memory:/docker/abc\n", map[string]string{"memory/memory.limit_in_bytes": "3145728\n"}, 3 << 20},
		"version 1, no limit": {"4:memory:/x\n", map[string]string{"memory/x/memory.limit_in_bytes": "9223372036854771712\n"}, 0},
		"version 2, no limit": {"0::/\n", map[string]string{"memory.max": "max\n"}, 0},
		"another controller":  {"3:hugememory:/x\n", map[string]string{"memory/x/memory.limit_in_bytes": "1\n", "x/memory.max": "1\n"}, 0},
		"nonsense":            {"what\n\n0::/x\n", map[string]string{"x/memory.max": "much\n"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			list := filepath.Join(root, "list")
			write(t, list, test.list)
			for file, text := range test.files {
				write(t, filepath.Join(root, "cgroup", file), text)
			}
			limit, ok := cgroupMemory(list, filepath.Join(root, "cgroup"))
			if ok != (test.want > 0) || ok && limit != test.want {
				t.Errorf("got %d, %v, want %d", limit, ok, test.want)
			}
		})
	}
	if _, ok := cgroupMemory(filepath.Join(t.TempDir(), "none"), "/"); ok {
		t.Error("a limit without cgroups")
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
