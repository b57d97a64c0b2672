package room_test

import (
	"context"
	"testing"
	"time"

	"salon/room"
	"salon/room/state"
)

// aheadLog says that it holds events that it does not give.
type aheadLog struct {
	room.Log
	more state.Seq
}

func (l *aheadLog) Bounds() (first, last state.Seq) {
	first, last = l.Log.Bounds()
	return first, last + l.more
}

// TestFiguresCountWhatHappens, each session and event once.
func TestFiguresCountWhatHappens(t *testing.T) {
	var committed, searched, refused int
	meter := &room.Meter{Committed: func(time.Duration) { committed++ }, Searched: func(time.Duration) { searched++ }, Refused: func(error) { refused++ }}
	ahead := &aheadLog{Log: room.NewMemoryLog()}
	r, err := room.New(t.Context(), room.Config{Meter: meter}, ahead, room.NewMemoryStore())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s, err := r.Join(t.Context(), room.Entry{Pseudo: "ann", Front: "tcp"})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"bonjour", "/search bonjour", "/nope"} {
		s.Submit(t.Context(), line)
	}
	taken := takeAll(s, make([]room.Item, 0, 64))
	f := r.Figures()
	if f.Members != 1 || f.Rooms != 1 || f.Messages != 1 || f.Sessions["tcp"] != 1 || f.Events["said"] != 1 || f.Events["joined"] != 1 || f.Nodes != 1 || f.Lag != 0 || f.Health.Err != nil {
		t.Errorf("the figures are %+v", f)
	}
	if committed != 3 || searched != 1 || refused != 1 || meter.Delivered.Load() != uint64(taken) || taken == 0 { // up, joined, said
		t.Errorf("%d commits, %d searches, %d refusals, %d of %d deliveries", committed, searched, refused, meter.Delivered.Load(), taken)
	}
	s.Close(state.Ending{Cause: state.Slow})
	if f := r.Figures(); f.Members != 0 || f.Sessions["tcp"] != 0 || f.Ended[state.Slow] != 1 || f.Events["left"] != 1 {
		t.Errorf("afterwards the figures are %+v", f)
	}
	if !r.Works(t.Context()) {
		t.Error("the room does not work")
	}
	ahead.more = 3 // which are never applied
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if f := r.Figures(); f.Lag != 3 || r.Works(ctx) {
		t.Errorf("a room that applies nothing works, %d behind", f.Lag)
	}
}
