package server

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"salon/room"
	"salon/room/operator"
	"salon/room/state"
)

// TestALogCanBeSwitchedWhileItIsWritten: what is logged is in one or the other.
func TestALogCanBeSwitchedWhileItIsWritten(t *testing.T) {
	const each = 200
	var before, after bytes.Buffer
	target := newTechnicalLog(&before, "logfmt")
	log := target.logger().With("who", "ann").WithGroup("g")
	var writing sync.WaitGroup
	for range 4 {
		writing.Go(func() {
			for i := range each {
				log.Info("said", "n", i)
				log.Debug("not said")
			}
		})
	}
	target.send(&after)
	writing.Wait()
	log.Info("last")
	target.close()
	both := before.String() + after.String()
	if n := strings.Count(both, "who=ann g.n="); n != 4*each || strings.Contains(both, "not said") || !strings.Contains(after.String(), "last who=ann") {
		t.Errorf("%d of %d were logged; the second log is\n%s", n, 4*each, after.String())
	}
}

// TestAnIndexInTheMakingIsShown in the operator's words on a terminal, whose log
// shows trouble only, and in the log elsewhere; also while the console opens.
func TestAnIndexInTheMakingIsShown(t *testing.T) {
	r, err := room.New(t.Context(), room.Config{}, room.NewMemoryLog(), room.NewMemoryStore())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	name := filepath.Join(t.TempDir(), "stderr")
	stderr, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	s := newServer(Config{Lang: "fr", Stderr: stderr})
	s.indexing(100, 6000)
	var screen bytes.Buffer
	var telling sync.WaitGroup
	console := operator.New(r, state.French, &screen)
	telling.Go(func() { s.indexing(3000, 6000) })
	s.logTo.level.Set(slog.LevelWarn)
	s.logTo.send(console)
	telling.Wait()
	s.indexing(6000, 6000)
	s.logTo.close()
	console.Close()
	if logged, err := os.ReadFile(name); err != nil || !strings.Contains(string(logged), "msg=indexing done=100 of=6000") {
		t.Errorf("the log is %q, %v", logged, err)
	}
	if !strings.Contains(screen.String(), "Indexation des messages : 6000 sur 6000\n") {
		t.Errorf("the console shows %q", screen.String())
	}
}
