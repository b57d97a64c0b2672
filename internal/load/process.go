package load

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used until a moment, as Linux's /proc tells it;
// zero where there is none.
type usage struct {
	at     time.Time
	cpu    time.Duration
	memory int64 // resident bytes
}

// clockTick is the unit of /proc/PID/stat (proc(5)): USER_HZ, 100 on every Linux
// that Go runs on.
const clockTick = time.Second / 100

// usageOf returns what a process has used until now; pid 0 is none.
func usageOf(pid int) usage {
	u := usage{at: time.Now()}
	if pid == 0 {
		return u
	}
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if _, rest, ok := strings.Cut(string(stat), ") "); ok { // the name before may hold anything
		if f := strings.Fields(rest); len(f) > 21 {
			user, _ := strconv.ParseInt(f[11], 10, 64)
			system, _ := strconv.ParseInt(f[12], 10, 64)
			pages, _ := strconv.ParseInt(f[21], 10, 64)
			u.cpu = time.Duration(user+system) * clockTick
			u.memory = pages * int64(os.Getpagesize())
		}
	}
	return u
}

// share is how much of one core was used since an earlier moment.
func (u usage) share(since usage) float64 {
	wall := u.at.Sub(since.at)
	if wall <= 0 {
		return 0
	}
	return float64(u.cpu-since.cpu) / float64(wall)
}
