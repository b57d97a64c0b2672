//go:build unix

package server

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// sink is what a log is written to. It can hang, fail, and take a line in part.
type sink struct {
	hangs chan struct{} // closed, or nil, when it does not

	mu    sync.Mutex
	fails error
	takes int // bytes of each line, while it fails
	text  strings.Builder
}

func (s *sink) Write(p []byte) (int, error) {
	if s.hangs != nil {
		<-s.hangs
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails != nil {
		p = p[:min(len(p), s.takes)]
	}
	s.text.Write(p)
	return len(p), s.fails
}

func (s *sink) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = err
}

func (s *sink) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Split(strings.TrimSuffix(s.text.String(), "\n"), "\n")
}

// logN logs lines of 1 KiB each that begin with their number, from one to another.
func logN(log *slog.Logger, from, to int) {
	for n := from; n < to; n++ {
		log.Info(fmt.Sprintf("%06d", n), "pad", strings.Repeat("x", 900))
	}
}

// numbers are those of the lines, and what the log itself says.
func numbers(lines []string) (seen []int, said []string) {
	for _, line := range lines {
		_, text, _ := strings.Cut(line, "msg=")
		var n int
		if _, err := fmt.Sscanf(text, "%06d", &n); err == nil {
			seen = append(seen, n)
		} else {
			said = append(said, text)
		}
	}
	return seen, said
}

// TestALogThatHangsHoldsNobodyUp: what fits is kept, the rest is dropped, counted and said
// in its place.
func TestALogThatHangsHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &sink{hangs: make(chan struct{})}
		l := newTechnicalLog(to, "logfmt")
		log := l.logger()
		logN(log, 0, 1000)
		begun := time.Now()
		l.close()
		if took := time.Since(begun); took != logTimeout {
			t.Errorf("the end of a log that hangs takes %v", took)
		}
		if l.size > maxLogged {
			t.Errorf("%d bytes wait", l.size)
		}
		close(to.hangs)
		synctest.Wait()
		logN(log, 1000, 1010)
		l.close()
		seen, said := numbers(to.lines())
		kept := len(seen) - 10
		for i := range kept {
			if seen[i] != i {
				t.Fatalf("line %d is %d", i, seen[i])
			}
		}
		if kept < maxLogged/1024-5 || seen[kept] != 1000 || len(said) != 1 || said[0] != fmt.Sprintf(`"log lines dropped" lines=%d`, 1000-kept) {
			t.Errorf("%d lines are kept, then comes %d, and %q is said", kept, seen[kept], said)
		}
	})
}

// TestALogThatFailsSaysHowMuchIsMissing once it can be written again, on a line of its own.
func TestALogThatFailsSaysHowMuchIsMissing(t *testing.T) {
	to := &sink{takes: 30}
	l := newTechnicalLog(to, "json")
	log := l.logger()
	log.Info("before")
	l.close()
	to.fail(errors.New("disk full"))
	for range 7 {
		log.Info("lost")
		l.close()
	}
	to.fail(nil)
	log.Info("after")
	l.close()
	lines := to.lines()
	last := len(lines) - 1
	if !strings.Contains(lines[0], `"msg":"before"`) || !strings.Contains(lines[last], `"msg":"after"`) {
		t.Errorf("the log is %q", lines)
	}
	if want := `"msg":"log lines dropped","lines":7}`; !strings.HasSuffix(lines[last-1], want) || !strings.HasPrefix(lines[last-1], "{") {
		t.Errorf("the line before the last is %q", lines[last-1])
	}
}

// TestAllThatIsLoggedIsWritten in its order by the time the log ends.
func TestAllThatIsLoggedIsWritten(t *testing.T) {
	to := &sink{}
	l := newTechnicalLog(to, "logfmt")
	logN(l.logger(), 0, 100)
	l.close()
	if seen, said := numbers(to.lines()); len(seen) != 100 || seen[0] != 0 || seen[99] != 99 || len(said) > 0 {
		t.Errorf("the log has the lines %v and says %q", seen, said)
	}
}

// TestAFileThatOthersMakeNonBlocking is read and written all the same.
func TestAFileThatOthersMakeNonBlocking(t *testing.T) {
	var fds [2]int
	if err := unix.Pipe(fds[:]); err != nil {
		t.Fatal(err)
	}
	r, w := os.NewFile(uintptr(fds[0]), "r"), os.NewFile(uintptr(fds[1]), "w") // both blocking, for Go
	defer r.Close()
	for _, fd := range fds {
		if err := unix.SetNonblock(fd, true); err != nil {
			t.Fatal(err)
		}
	}
	const size = 1 << 20
	var writing sync.WaitGroup
	writing.Go(func() {
		defer w.Close()
		if n, err := (blocking{w}).Write([]byte(strings.Repeat("x", size))); n != size || err != nil {
			t.Errorf("%d bytes are written, %v", n, err)
		}
	})
	got, buf := 0, make([]byte, 4096)
	for {
		n, err := (blocking{r}).Read(buf)
		if got += n; err != nil {
			break
		}
	}
	writing.Wait()
	if got != size {
		t.Errorf("%d bytes are read of %d", got, size)
	}
}
