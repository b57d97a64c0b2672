package load

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Usage is what a process has used until a moment, as Linux's /proc tells it;
// zero where there is none.
type Usage struct {
	At          time.Time
	CPU         time.Duration
	Memory      int64 // resident bytes
	Threads     int
	Descriptors int // open
}

// clockTick is the unit of /proc/PID/stat (proc(5)): USER_HZ, 100 on every Linux
// that Go runs on.
const clockTick = time.Second / 100

// UsageOf returns what some processes have used until now.
func UsageOf(pids ...int) Usage {
	u := Usage{At: time.Now()}
	for _, pid := range pids {
		u.add(pid)
	}
	return u
}

// add adds what a process has used.
func (u *Usage) add(pid int) {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if _, rest, ok := strings.Cut(string(stat), ") "); ok { // the name before may hold anything
		if f := strings.Fields(rest); len(f) > 21 {
			user, _ := strconv.ParseInt(f[11], 10, 64)
			system, _ := strconv.ParseInt(f[12], 10, 64)
			pages, _ := strconv.ParseInt(f[21], 10, 64)
			threads, _ := strconv.Atoi(f[17])
			u.Threads += threads
			u.CPU += time.Duration(user+system) * clockTick
			u.Memory += pages * int64(os.Getpagesize())
		}
	}
	open, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	u.Descriptors += len(open)
}

// Share is how much of one core was used since an earlier moment.
func (u Usage) Share(since Usage) float64 {
	wall := u.At.Sub(since.At)
	if wall <= 0 {
		return 0
	}
	return float64(u.CPU-since.CPU) / float64(wall)
}
