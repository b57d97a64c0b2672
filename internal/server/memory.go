package server

import (
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// cgroupShare is how much of the memory limit of its cgroup the process may take, in
// percent, where GOMEMLIMIT does not say. The rest is for what the runtime does not count:
// the program itself, SQLite, the kernel's buffers of sockets.
const cgroupShare = 90

// limitMemory gives the runtime a memory limit, as far as there is one: that of
// GOMEMLIMIT, which it has read itself, or cgroupShare of the cgroup's.
func limitMemory() {
	if limit, ok := cgroupMemory("/proc/self/cgroup", "/sys/fs/cgroup"); ok && memoryLimit() == 0 {
		debug.SetMemoryLimit(limit / 100 * cgroupShare)
	}
}

// memoryLimit returns the runtime's memory limit in bytes; 0: none.
func memoryLimit() int64 {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		return limit
	}
	return 0
}

// cgroupMemory returns the least memory limit of a process's cgroup and those above it, of
// version 2 or 1 (cgroups(7)); ok is false when none is limited. list is its file of
// cgroups, root where their file systems are mounted.
func cgroupMemory(list, root string) (limit int64, ok bool) {
	lines, err := os.ReadFile(list)
	if err != nil {
		return 0, false // not Linux
	}
	limit = math.MaxInt64
	for line := range strings.Lines(string(lines)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3) // ID, controllers, path
		if len(fields) < 3 {
			continue
		}
		dir, file := root, "memory.max"
		switch {
		case hasMemory(fields[1]):
			dir, file = path.Join(root, "memory"), "memory.limit_in_bytes"
		case fields[1] != "":
			continue
		}
		for at := path.Clean("/" + fields[2]); ; at = path.Dir(at) {
			limit = min(limit, readLimit(path.Join(dir, at, file)))
			if at == "/" {
				break
			}
		}
	}
	return limit, limit < unlimitedMemory
}

func hasMemory(controllers string) bool {
	return strings.Contains(","+controllers+",", ",memory,")
}

// unlimitedMemory is more than any limit that is meant as one: version 1 says 2^63-4096
// where there is none.
const unlimitedMemory = 1 << 60

// readLimit reads a limit in bytes. One that is not there, or is "max", is no limit.
func readLimit(file string) int64 {
	text, err := os.ReadFile(file)
	if err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
			return n
		}
	}
	return math.MaxInt64
}
