package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"salon/room"
	"salon/room/cluster"
	"salon/room/lang"
	"salon/room/roomtest"
	"salon/room/state"
)

// deployed is where the files for operators of a cluster are.
var deployed = filepath.Join("..", "..", "deploy", "cluster")

// configureNATS puts the configuration for NATS in a directory, with new keys, and returns it
// as a server reads it, on a port of its own and alone. The seeds are beside it.
func configureNATS(t *testing.T) (o *natsserver.Options, dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"nats.conf", "users.conf"} {
		text, err := os.ReadFile(filepath.Join(deployed, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var keys strings.Builder
	for _, user := range []string{"admin", "salon-1", "salon-2", "salon-3"} {
		fmt.Fprint(&keys, user, " = ")
		if err := NewKey(filepath.Join(dir, user+".seed"), state.English, &keys); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "keys.conf"), []byte(keys.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("NATS_NAME", "nats-1")
	t.Setenv("NATS_STORE", t.TempDir())
	o, err := natsserver.ProcessConfigFile(filepath.Join(dir, "nats.conf"))
	if err != nil {
		t.Fatal(err)
	}
	return o, dir
}

// startNATS starts a server in this process, which counts what users are refused.
func startNATS(t *testing.T, o *natsserver.Options) (url string, refused *refusals) {
	t.Helper()
	o.Host, o.Port, o.HTTPHost, o.HTTPPort, o.NoSigs = "127.0.0.1", -1, "", 0, true
	o.Cluster, o.Routes = natsserver.ClusterOpts{}, nil
	s, err := natsserver.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	refused = &refusals{}
	s.SetLogger(refused, false, false)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(roomtest.Patience) {
		t.Fatal("the NATS server does not begin")
	}
	return s.ClientURL(), refused
}

// refusals is a server's log.
type refusals struct {
	roomtest.Journal
	count atomic.Int32
}

func (r *refusals) Errorf(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); strings.Contains(line, "Violation") {
		r.count.Add(1)
		fmt.Fprintln(r, line)
	}
}
func (*refusals) Noticef(string, ...any) {}
func (*refusals) Warnf(string, ...any)   {}
func (*refusals) Fatalf(string, ...any)  {}
func (*refusals) Debugf(string, ...any)  {}
func (*refusals) Tracef(string, ...any)  {}

// TestWhatIsAcknowledgedIsOnTheDisks of servers that are set up as advised.
func TestWhatIsAcknowledgedIsOnTheDisks(t *testing.T) {
	o, _ := configureNATS(t)
	if !o.JetStream || !o.SyncAlways || len(o.Routes) != 3 || o.Cluster.Name == "" || len(o.Nkeys) != 4 || o.ServerName != "nats-1" {
		t.Errorf("JetStream %v, sync_interval always %v, %d routes, cluster %q, %d users, server %q",
			o.JetStream, o.SyncAlways, len(o.Routes), o.Cluster.Name, len(o.Nkeys), o.ServerName)
	}
}

// TestNodesMayDoTheSame, each under its own name.
func TestNodesMayDoTheSame(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(deployed, "users.conf"))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, b := range regexp.MustCompile(`(?ms)^      \{ nkey: \$(salon-\d),.*?^      \} \}$`).FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, strings.ReplaceAll(b[0], b[1], "NAME"))
	}
	if len(blocks) != 3 || blocks[0] != blocks[1] || blocks[1] != blocks[2] {
		t.Errorf("%d blocks: %s", len(blocks), strings.Join(blocks, "\n"))
	}
}

// openAs opens a node, with the user of that name.
func openAs(t *testing.T, url, dir, name string) (*cluster.Node, *room.MemoryStore) {
	t.Helper()
	store := room.NewMemoryStore()
	n, err := cluster.Open(t.Context(), cluster.Options{
		Access: cluster.Access{Servers: []string{url}, NKey: filepath.Join(dir, name+".seed")}, Node: name, Store: store,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n, store
}

// TestANodeMayDoWhatItNeeds: it restores a State, speaks, is alive, writes to another, stores
// a State, erases a message; the servers refuse it nothing.
func TestANodeMayDoWhatItNeeds(t *testing.T) {
	o, dir := configureNATS(t)
	url, refused := startNATS(t, o)
	admin := cluster.Access{Servers: []string{url}, NKey: filepath.Join(dir, "admin.seed")}
	begin := state.Import(state.Imported{Applied: 100})
	if err := cluster.Init(t.Context(), cluster.InitOptions{Access: admin, From: &state.Snapshot{Seq: 100, State: begin.Encode()}}); err != nil {
		t.Fatal(err)
	}
	one, _ := openAs(t, url, dir, "salon-1")
	two, store := openAs(t, url, dir, "salon-2")
	up := state.Event{ID: state.ID{Origin: 1, N: 1}, Body: state.NodeUp{Node: "salon-1", Version: state.Version}}
	said := state.Event{ID: state.ID{Origin: 1, N: 2}, Body: state.Said{Text: "a secret"}}
	deleted := state.Event{ID: state.ID{Origin: 1, N: 3}, Body: state.Deleted{Message: 102}}
	for i, e := range []*state.Event{&up, &said, &deleted} {
		var err error
		if e.Seq, err = one.Propose(t.Context(), *e); err != nil || e.Seq != state.Seq(101+i) {
			t.Fatalf("event %d, %v", e.Seq, err)
		}
		begin.Apply(*e)
	}
	checkMail(t, one, two)
	checkLease(t, one, two)
	checkPast(t, two, store)
	one.Erase(deleted)
	if err := one.Snapshot(t.Context(), state.Snapshot{Seq: 103, State: begin.Encode()}); err != nil {
		t.Fatal(err)
	}
	awaitErased(t, admin, 102)
	asLeader := connectAs(t, url, filepath.Join(dir, "salon-1.seed")).Conn() // whether an event was erased
	if m, err := asLeader.Request("$JS.API.STREAM.MSG.GET.ROOM", []byte(`{"seq":101}`), roomtest.Patience); err != nil || !strings.Contains(string(m.Data), `"seq":101`) {
		t.Errorf("%v", err)
	}
	if n := refused.count.Load(); n > 0 {
		t.Errorf("%d refusals: %s", n, refused)
	}
}

func checkMail(t *testing.T, from, to *cluster.Node) {
	t.Helper()
	recipient := state.ID{Origin: 2, N: 1}
	closeMail, err := to.Open(2, func(l room.Letter) []state.ID { return l.To })
	if err != nil {
		t.Fatal(err)
	}
	defer closeMail()
	reached, err := from.Send(t.Context(), state.Node{Name: "salon-2", Epoch: 2}, room.Letter{Event: state.Event{Body: state.Whispered{Text: "psst"}}, To: []state.ID{recipient}})
	if err != nil || len(reached) != 1 || reached[0] != recipient {
		t.Errorf("a private message reaches %v, %v", reached, err)
	}
}

func checkLease(t *testing.T, one, other *cluster.Node) {
	t.Helper()
	for i, n := range []*cluster.Node{one, other} {
		if _, err := n.Hold(uint64(i+1), func() state.Place { return state.Place{} }); err != nil {
			t.Fatal(err)
		}
	}
	up := []state.Node{{Name: "salon-1", Epoch: 1}, {Name: "salon-2", Epoch: 2}}
	for _, n := range []*cluster.Node{one, other} {
		if dead, err := n.Dead(t.Context(), up); err != nil || len(dead) > 0 || len(n.Seen()) != 1 {
			t.Errorf("dead: %v, %v; seen: %v", dead, err, n.Seen())
		}
	}
}

// checkPast has a node begin with the State of all, and fetch what was said before.
func checkPast(t *testing.T, n *cluster.Node, store *room.MemoryStore) {
	t.Helper()
	if snap, err := n.Load(t.Context()); err != nil || snap.Seq != 100 {
		t.Fatalf("a snapshot of event %d, %v", snap.Seq, err)
	}
	roomtest.Until(t, func() string { return "the past is missing" }, func() bool {
		missing, err := store.Missing(t.Context())
		return err == nil && len(missing) == 0
	})
}

// awaitErased waits until a message is in the stream no more.
func awaitErased(t *testing.T, a cluster.Access, seq uint64) {
	t.Helper()
	js := connectAs(t, a.Servers[0], a.NKey)
	stream, err := js.Stream(t.Context(), "ROOM")
	if err != nil {
		t.Fatal(err)
	}
	roomtest.Until(t, func() string { return "the message is still in the stream" }, func() bool {
		_, err := stream.GetMsg(t.Context(), seq)
		return errors.Is(err, jetstream.ErrMsgNotFound)
	})
}

func connectAs(t *testing.T, url, seed string) jetstream.JetStream {
	t.Helper()
	key, err := nats.NkeyOptionFromSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	c, err := nats.Connect(url, key, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	js, err := jetstream.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// TestANodeMayDoNothingElse: speak as another node, read its private messages, or change what
// all of them have in common.
func TestANodeMayDoNothingElse(t *testing.T) {
	o, dir := configureNATS(t)
	url, refused := startNATS(t, o)
	if err := cluster.Init(t.Context(), cluster.InitOptions{Access: cluster.Access{Servers: []string{url}, NKey: filepath.Join(dir, "admin.seed")}}); err != nil {
		t.Fatal(err)
	}
	js := connectAs(t, url, filepath.Join(dir, "salon-1.seed"))
	c := js.Conn()
	for i, subject := range []string{
		"room.salon-2", "$KV.salon-nodes.salon-2", "live.salon-1", "$JS.API.STREAM.DELETE.ROOM", "$JS.API.STREAM.UPDATE.ROOM", "$JS.API.STREAM.PURGE.ROOM",
		"$JS.API.STREAM.CREATE.OTHER", "$JS.API.CONSUMER.CREATE.ROOM", "$JS.API.STREAM.MSG.DELETE.KV_salon-nodes", "$JS.API.STREAM.NAMES", "_INBOX.other.1", "elsewhere",
	} {
		c.Publish(subject, []byte("{}"))
		c.Flush()
		if int(refused.count.Load()) != i+1 {
			t.Errorf("%s is allowed", subject)
		}
	}
	was := refused.count.Load()
	for i, subject := range []string{"node.salon-2.dm", "node.>", "room.>", "$KV.>", ">"} {
		c.SubscribeSync(subject)
		c.Flush()
		if refused.count.Load() != was+int32(i+1) {
			t.Errorf("%s can be read", subject)
		}
	}
}

// TestAUserWhoMayNotIsTold, and what to do.
func TestAUserWhoMayNotIsTold(t *testing.T) {
	o, dir := configureNATS(t)
	url, _ := startNATS(t, o)
	admin := filepath.Join(dir, "admin.seed")
	if err := cluster.Init(t.Context(), cluster.InitOptions{Access: cluster.Access{Servers: []string{url}, NKey: admin}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for _, access := range []cluster.Access{{Servers: []string{url}}, {Servers: []string{url}, NKey: filepath.Join(dir, "salon-2.seed")}} {
		_, err := cluster.Open(ctx, cluster.Options{Access: access, Node: "salon-1", Store: room.NewMemoryStore()})
		n := NATS{Servers: access.Servers}
		if said := n.explain(lang.Of(state.English), err).Error(); !strings.Contains(said, "check --nats-creds and --nats-nkey") {
			t.Errorf("it is told %q", said)
		}
	}
}
