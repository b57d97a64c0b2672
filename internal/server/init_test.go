package server

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"

	"salon/room"
	"salon/room/history"
	"salon/room/roomtest"
	"salon/room/state"
	"salon/room/text"
)

// manyMessages are more than a node asks another for at once.
const manyMessages = 600

// openTest opens a server that nobody is served by.
func openTest(t *testing.T, cfg Config) *server {
	t.Helper()
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if said, err := os.ReadFile(stderr.Name()); err == nil && t.Failed() {
			t.Logf("%s says\n%s", cfg.Node, said)
		}
		stderr.Close()
	})
	cfg.SSH, cfg.TCP, cfg.Lang, cfg.Burst, cfg.Log, cfg.Stderr = cmp.Or(cfg.SSH, off), "127.0.0.1:0", "en", 5, "logfmt", stderr
	s := newServer(cfg)
	if err := s.open(); err != nil {
		s.close()
		t.Fatal(err)
	}
	return s
}

// does has somebody, or the console, do lines.
func does(t *testing.T, r *room.Room, who text.Pseudo, lines ...string) {
	t.Helper()
	session := r.Watch(room.Prefs{})
	if who != "" {
		var err error
		if session, err = r.Join(t.Context(), room.Entry{Pseudo: who, Front: "test", Quiet: true}); err != nil {
			t.Fatal(err)
		}
	}
	defer session.Close(state.Ending{Cause: state.Quit})
	for _, line := range lines {
		if _, err := session.Do(t.Context(), line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
}

// contents are what is in a data directory that no server uses, as lines.
func contents(t *testing.T, dir string) (messages, others []string) {
	t.Helper()
	h, err := history.Open(t.Context(), history.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	snap, err := h.Load(t.Context())
	if err == nil {
		err = h.Shut()
	}
	if err != nil {
		t.Fatal(err)
	}
	st, err := state.DecodeState(snap.State)
	if err != nil {
		t.Fatal(err)
	}
	v := st.View()
	others = append(others, fmt.Sprintf("topic %q, %d present", st.Salon().Topic.Text, v.Count()))
	for in := range v.Rooms() {
		others = append(others, fmt.Sprintf("room %s by %s", in.Name, in.Owner.Pseudo))
	}
	for a := range v.Accounts() {
		others = append(others, fmt.Sprintf("account %s %d %s", a.Pseudo, a.ID, a.Pass))
	}
	for b := range v.Bans(st.Tick()) {
		if left := b.Ends - st.Tick(); left < 59*time.Minute || left > time.Hour {
			t.Errorf("the ban ends in %v", left)
		}
		others = append(others, fmt.Sprintf("ban %v", b.Target))
	}
	var lines bytes.Buffer
	r, err := history.OpenReader(dir)
	if err == nil {
		defer r.Close()
		err = r.Export(t.Context(), &lines, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(strings.Lines(lines.String())), others
}

// oneMachine makes the data directory of a room with something of everything in it.
func oneMachine(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := openTest(t, Config{Data: dir, Rooms: "everyone"})
	defer s.close()
	does(t, s.room, "", "topic what it is about", "ban eve 1h")
	does(t, s.room, "ann", "/register correct horse battery staple", "/join #dev", "a plan", "a slip", "/delete")
	var lines []string
	for i := range manyMessages {
		lines = append(lines, fmt.Sprintf("message %d", i))
	}
	does(t, s.room, "bob", lines...)
	return dir
}

// TestFromOneMachineToSeveralAndBack: nothing is lost on the way, and what has a time limit
// keeps it.
func TestFromOneMachineToSeveralAndBack(t *testing.T) {
	dir, other := oneMachine(t), t.TempDir()
	messages, others := contents(t, dir)
	if len(messages) < manyMessages+1 || len(others) < 4 {
		t.Fatalf("%d messages, %q", len(messages), others)
	}
	url, _ := startNATS(t, &natsserver.Options{JetStream: true, StoreDir: t.TempDir()})
	nats := NATS{Servers: []string{url}}
	var said bytes.Buffer
	if err := Init(t.Context(), InitConfig{NATS: nats, From: dir}, state.English, &said); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("messages: %d, registered nicknames: 1, rooms besides #salon: 1", len(messages)); !strings.Contains(said.String(), want) {
		t.Errorf("init says %q, not %q", said.String(), want)
	}
	if err := Init(t.Context(), InitConfig{NATS: nats}, state.English, &said); err == nil || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("a second init returns %v", err)
	}

	one, two := openTest(t, Config{Data: dir, NATS: nats, Node: "one"}), openTest(t, Config{Data: other, NATS: nats, Node: "two"})
	does(t, one.room, "bob", "on one")
	does(t, two.room, "carl", "on two")
	does(t, one.room, "bob", "on one again")          // it has what carl said
	for left := state.Seq(math.MaxInt64); left > 0; { // page after page, with rests
		roomtest.Until(t, func() string { return fmt.Sprintf("the other node still misses messages up to %d", left) }, func() bool {
			missing, err := two.history.Missing(t.Context())
			now := state.Seq(0)
			if len(missing) > 0 {
				now = missing[0].Last
			}
			if err != nil || now >= left {
				return false
			}
			left = now
			return true
		})
	}
	two.close()
	one.close()
	added := check(t, dir, messages, others, "on one", "on two", "on one again")
	check(t, other, messages, others, "on one", "on two", "on one again")

	alone := openTest(t, Config{Data: dir})
	does(t, alone.room, "dan", "alone")
	alone.close()
	check(t, dir, added, others, "alone")
}

// check compares a directory with what was in it before some more was said, and returns what
// is.
func check(t *testing.T, dir string, messages, others []string, more ...string) []string {
	t.Helper()
	now, rest := contents(t, dir)
	if !slices.Equal(rest, others) {
		t.Errorf("there is %q, not %q", rest, others)
	}
	if len(now) != len(messages)+len(more) || !slices.Equal(now[:len(messages)], messages) {
		t.Fatalf("there are %d messages, not %d, or others", len(now), len(messages)+len(more))
	}
	for i, text := range more {
		if line := now[len(messages)+i]; !strings.Contains(line, `"`+text+`"`) {
			t.Errorf("%s is not %q", line, text)
		}
	}
	return now
}

// TestInitLeavesARoomThatIsInUse, or that is not there.
func TestInitLeavesARoomThatIsInUse(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, Config{Data: dir})
	defer s.close()
	nats := NATS{Servers: []string{"nats://127.0.0.1:1"}}
	for from, want := range map[string]string{dir: "another salon is using this directory", t.TempDir(): "there is no such file"} {
		err := Init(context.Background(), InitConfig{NATS: nats, From: from}, state.English, &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
		if _, err := os.Stat(filepath.Join(from, history.FileName)); (err == nil) != (from == dir) {
			t.Errorf("%s: %v", from, err)
		}
	}
}
