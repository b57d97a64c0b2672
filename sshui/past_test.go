package sshui

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
)

// deepStore keeps all that was said, and counts the pages that were read.
type deepStore struct {
	*room.MemoryStore

	mu     sync.Mutex // guards all below
	spoken []state.Event
	pages  int
}

func (d *deepStore) Apply(_ state.Seq, spoken []state.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spoken = append(d.spoken, spoken...)
}

func (d *deepStore) Last(_ context.Context, _ state.Rooms, n int, before state.Seq) ([]state.Event, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pages++
	end := len(d.spoken)
	for before > 0 && end > 0 && d.spoken[end-1].Seq >= before {
		end--
	}
	return append([]state.Event(nil), d.spoken[max(0, end-n):end]...), nil
}

func (d *deepStore) read() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.pages
}

// sayMany has an operator, whom no limit holds, say so many numbered messages.
func sayMany(t *testing.T, r *room.Room, messages int) {
	bob, err := r.Join(context.Background(), room.Entry{Pseudo: "bob", Front: "tcp", Role: state.Operator})
	if err != nil {
		t.Fatal(err)
	}
	defer bob.Close(state.Ending{Cause: state.Quit})
	for i := range messages {
		if _, err := bob.Do(context.Background(), fmt.Sprint("message ", i+1, ".")); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPageUpHeldReachesTheBeginning: with the limits of every server, for minutes,
// through more pages than a member may say messages.
func TestPageUpHeldReachesTheBeginning(t *testing.T) {
	const messages, held = 12000, 8192 // the room's ring holds the newest
	store := &deepStore{MemoryStore: room.NewMemoryStore()}
	fill := func(ch *channel) { sayMany(t, ch.server.room, messages) }
	inBubbleOn(t, room.DefaultConfig(), store, fill, func(b *bubble) {
		const repeat = time.Second / 30
		for range 2 * time.Minute / repeat {
			b.send("\x1b[5~")
			time.Sleep(repeat)
			if end := b.ch.sess.Ending(); end != nil {
				b.t.Errorf("ann was put out after %d pages: %v", store.read(), end)
				return
			}
		}
		b.calm()
		b.want("message 1.", "message 2.")
		if pages := store.read(); pages < (messages-held)/50 {
			b.t.Errorf("it came there with %d pages", pages)
		}
		b.send("\x1b")
		b.calm()
		b.send("\x1b[F")
		b.calm()
		b.want("message 12000.")
		if strings.Contains(b.shown(), "Trop vite") {
			b.t.Errorf("ann was warned:\n%s", b.picture())
		}
		b.send("merci\r")
		b.calm()
		if got := b.said(); len(got) != 1 || got[0] != "merci" {
			b.t.Errorf("said %q", got)
		}
	})
}

// unavailableStore cannot be searched.
type unavailableStore struct{ *room.MemoryStore }

func (unavailableStore) Search(context.Context, state.Rooms, state.Query, int) ([]state.Event, error) {
	return nil, state.ErrUnavailable
}

func TestASearchThatFailsIsGivenBackToItsPrompt(t *testing.T) {
	inBubbleOn(t, room.DefaultConfig(), unavailableStore{room.NewMemoryStore()}, nil, func(b *bubble) {
		b.send("\x06mot\r")
		b.calm()
		b.want("Le journal du salon ne répond pas", "chercher : mot")
	})
}
