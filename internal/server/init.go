package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"salon/hostkeys"
	"salon/room"
	"salon/room/cluster"
	"salon/room/history"
	"salon/room/lang"
	"salon/room/state"
)

// InitConfig is how a cluster begins. Its tags make it the flags of `salon cluster init`.
type InitConfig struct {
	NATS NATS `embed:""`
	// Replicas is how many servers keep each message; 0: 3, or 1 where there is one server.
	Replicas int `env:"-" default:"0" placeholder:"3" help:"${HelpReplicas}"`
	// MaxBytes and MaxAge bound what the stream keeps; 0: nothing does. Nodes keep more, as
	// their own --keep and --keep-size say.
	MaxBytes Size `env:"-" default:"0" placeholder:"1G" help:"${HelpMaxBytes}"`
	MaxAge   Age  `env:"-" default:"0" placeholder:"7d" help:"${HelpMaxAge}"`
	// From is the data directory of a room that ran on one machine; "": a new room.
	From string `env:"-" placeholder:"DIR" help:"${HelpFrom}"`

	// Program is as in [Config].
	Program string `kong:"-"`
}

// maxReplicas is how many copies a stream of JetStream can have.
const maxReplicas = 5

// Check reports the first value that no cluster can have, as a [*FlagError].
func (c *InitConfig) Check() error {
	if c.Replicas < 0 || c.Replicas > maxReplicas {
		return &FlagError{Flag: "replicas", Value: c.Replicas, Example: "3"}
	}
	if c.From == off {
		return &FlagError{Flag: "from", Value: c.From, Example: "DIR"}
	}
	return c.NATS.Check()
}

// Init makes the stream and the buckets of a new cluster, and says on out what to do next. It
// changes nothing where there is a cluster already. The room begins with all that is in the
// directory From; its messages stay there, and nodes take them from each other.
func Init(ctx context.Context, c InitConfig, l state.Lang, out io.Writer) error {
	t := lang.Of(l)
	if err := c.NATS.judge(t); err != nil {
		return err
	}
	o := cluster.InitOptions{Access: c.NATS.access(), Replicas: c.Replicas, MaxBytes: int64(c.MaxBytes), MaxAge: time.Duration(c.MaxAge)}
	if c.From != "" {
		begin, err := c.begin(ctx, t, out)
		if err != nil {
			return err
		}
		o.From = &begin
	}
	if err := cluster.Init(ctx, o); err != nil {
		return c.NATS.explain(t, err)
	}
	fmt.Fprintf(out, t.InitDone+"\n", c.NATS.shown())
	if c.From == "" {
		fmt.Fprintf(out, t.InitNext+"\n", c.NATS.shown())
		return nil
	}
	fmt.Fprintf(out, t.InitNextFrom+"\n", c.NATS.shown(), c.From)
	key := filepath.Join(c.From, hostkeys.FileName)
	if _, err := os.Stat(key); err != nil {
		key = "--host-key FILE"
	}
	fmt.Fprintf(out, t.InitOthers+"\n", key)
	return nil
}

// begin ends what a room of one machine has left to do, and returns the State that it ends
// with.
func (c *InitConfig) begin(ctx context.Context, t *lang.Texts, out io.Writer) (last state.Snapshot, err error) {
	data := Config{Data: c.From}
	if err := data.judgeData(t); err != nil {
		return last, err
	}
	file := filepath.Join(c.From, history.FileName)
	if _, err := os.Stat(file); err != nil { // Open would make one
		return last, refusal(t, err, "")
	}
	h, err := history.Open(ctx, history.Options{Dir: c.From, Program: c.Program, Progress: func(done, total int64) {
		fmt.Fprintf(out, t.Indexing+"\n", done, total)
	}})
	if err != nil {
		return last, fmt.Errorf("%s: %w", c.From, explain(t, err))
	}
	last, err = settle(ctx, h)
	if err = errors.Join(err, h.Shut()); err != nil {
		return last, fmt.Errorf("%s: %w", file, err)
	}
	return last, c.report(ctx, t, last, out)
}

// settle opens a room on a history and closes it: the State is then that of the last event,
// with nobody in the room, and goes on in a cluster's log.
func settle(ctx context.Context, h *history.History) (last state.Snapshot, err error) {
	cfg := room.DefaultConfig()
	cfg.Node, cfg.Alone = nodeName, true
	r, err := room.New(ctx, cfg, h, h)
	if err != nil {
		return last, errors.Join(err, h.Close())
	}
	if err := r.Close(); err != nil {
		return last, err
	}
	if last, err = h.Load(ctx); err == nil {
		last, err = cluster.Rebase(last, time.Now())
	}
	if err == nil {
		err = h.Snapshot(ctx, last)
	}
	return last, err
}

// report checks the directory once more, and says what is in it.
func (c *InitConfig) report(ctx context.Context, t *lang.Texts, last state.Snapshot, out io.Writer) error {
	r, err := history.OpenReader(c.From)
	if err != nil {
		return fmt.Errorf("%s: %w", c.From, explain(t, err))
	}
	defer r.Close()
	found, err := r.Check(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", c.From, explain(t, err))
	}
	st, err := state.DecodeState(last.State)
	if err != nil {
		return err
	}
	rooms := 0
	for range st.View().Rooms() {
		rooms++
	}
	fmt.Fprintf(out, t.InitFrom+"\n", c.From, found.Messages, st.Accounts(), rooms, last.Seq)
	return nil
}
