package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"

	"salon/room/cluster"
	"salon/room/lang"
	"salon/room/roomtest"
	"salon/room/state"
)

// TestAnErrorOfAClusterSaysWhatToDo in every language, and no password.
func TestAnErrorOfAClusterSaysWhatToDo(t *testing.T) {
	wrap := func(known error) error { return fmt.Errorf("bucket: %w: %w", known, errors.New("as the server says")) }
	for what, err := range map[string]error{
		"--nats-ca": fmt.Errorf("%w: %w", cluster.ErrUnreachable, errors.New("refused")), "--nats-nkey": wrap(cluster.ErrPermission), "jetstream": wrap(cluster.ErrNoJetStream),
		"salon cluster init": wrap(cluster.ErrNoStream), "ROOM": wrap(cluster.ErrForeign), "--node N": wrap(cluster.ErrExists), "nats://u:xxxxx@h": wrap(cluster.ErrNoMajority),
		"snapshot": cluster.ErrNoSnapshot, "2.9.0": &cluster.OldServerError{Version: "2.9.0", Needed: "2.11.0"}, "1m30s": &cluster.ClockError{Off: -90 * time.Second},
		"docs/cluster.md": fmt.Errorf("load: %w", &cluster.RollbackError{Node: "paris", At: state.Place{Seq: 12}, Last: 3}),
		"--node":          fmt.Errorf("follow: %w", &state.NameTakenError{Node: "paris"}), "salon 9.1": &state.VersionError{Version: 77, Program: "salon 9.1"},
	} {
		for _, l := range lang.All() {
			s := &server{lang: l, cfg: Config{NATS: NATS{Servers: []string{"nats://u:secret@h:4222"}}}}
			said := s.explainRoom(err).Error()
			if strings.Contains(said, "secret") || said == err.Error() || l == state.English && what != "snapshot" && !strings.Contains(said, what) {
				t.Errorf("%q for %v, without %s", said, err, what)
			}
		}
	}
	unknown := errors.New("something else")
	if s := (&server{}); s.explainRoom(unknown) != unknown || s.explainRoom(nil) != nil {
		t.Error("an error that is not known is not left as it is")
	}
}

// TestTheOlderOfTwoNodesOfOneNameStops, and says why.
func TestTheOlderOfTwoNodesOfOneNameStops(t *testing.T) {
	nats := newCluster(t)
	older := openTest(t, Config{Data: t.TempDir(), NATS: nats, Node: "paris"})
	newer := openTest(t, Config{Data: t.TempDir(), NATS: nats, Node: "paris"})
	defer newer.close()
	select {
	case <-older.room.Stopped():
	case <-time.After(roomtest.Patience):
		t.Error("the older one goes on")
	}
	if err := older.explainRoom(older.room.Failed()); err == nil || !strings.Contains(err.Error(), "another salon has started as node paris") {
		t.Errorf("it stops for %v", err)
	}
	if err := older.room.Close(); err == nil { // the process ends with 1
		t.Error("the room closes without an error")
	}
	older.close()
	does(t, newer.room, "ann", "hello")
}

// newCluster makes an empty cluster with one server.
func newCluster(t *testing.T) NATS {
	t.Helper()
	url, _ := startNATS(t, &natsserver.Options{JetStream: true, StoreDir: t.TempDir()})
	access := cluster.Access{Servers: []string{url}}
	if err := cluster.Init(t.Context(), cluster.InitOptions{Access: access}); err != nil {
		t.Fatal(err)
	}
	return NATS{Servers: access.Servers}
}

// TestCheckLooksAtTheCluster, beside a node, and takes its place for no other.
func TestCheckLooksAtTheCluster(t *testing.T) {
	nats := newCluster(t)
	paris := openTest(t, Config{Data: t.TempDir(), NATS: nats, Node: "paris"})
	defer paris.close()
	does(t, paris.room, "", "wall hello")
	var said strings.Builder
	lyon := Config{SSH: off, TCP: off, Data: t.TempDir(), NATS: nats, Node: "lyon", Log: "logfmt"}
	if err := Check(t.Context(), lyon, state.English, &said); err != nil {
		t.Error(err)
	}
	if !strings.Contains(said.String(), "events 1 to 2, copies: 1, nodes up: paris\n") {
		t.Errorf("it says %s", &said)
	}
	seed := filepath.Join(t.TempDir(), "seed")
	if err := os.WriteFile(seed, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	lyon.NATS.NKey = seed
	said.Reset()
	if err := Check(t.Context(), lyon, state.English, &said); err == nil || !strings.Contains(said.String(), "chmod 600 "+seed) {
		t.Errorf("%v: it says %s", err, &said)
	}
}

// TestNodesWithOtherHostKeysAreTold, and a check finds them.
func TestNodesWithOtherHostKeysAreTold(t *testing.T) {
	nats := newCluster(t)
	paris := openTest(t, Config{Data: t.TempDir(), NATS: nats, Node: "paris", SSH: "127.0.0.1:0"})
	defer paris.close()
	lyon := openTest(t, Config{Data: t.TempDir(), NATS: nats, Node: "lyon", SSH: "127.0.0.1:0"})
	defer lyon.close()
	for _, s := range []*server{paris, lyon} {
		roomtest.Until(t, func() string { return s.cfg.Node + " does not tell" }, func() bool {
			log, err := os.ReadFile(s.cfg.Stderr.Name())
			return err == nil && strings.Contains(string(log), "another node has other host keys")
		})
	}
	var said strings.Builder
	if err := Check(t.Context(), lyon.cfg, state.English, &said); err == nil || !strings.Contains(said.String(), "node paris has another host key") || strings.Contains(said.String(), "node lyon has") {
		t.Errorf("%v: %s", err, &said)
	}
}
