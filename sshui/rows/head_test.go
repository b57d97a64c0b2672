package rows

import (
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// TestMessagesOfOneAuthorStandTogether: the name where the author changes or 5 minutes have
// passed, the time where the minute does, both again below anything else.
func TestMessagesOfOneAuthorStandTogether(t *testing.T) {
	ann, bob := state.Said{From: "ann", Text: "x"}, state.Said{From: "bob", Text: "x"}
	waves := state.Said{From: "ann", Text: "x", Action: true}
	secret := state.Whispered{From: "ann", To: []text.Pseudo{"bob"}, Text: "x"}
	for _, test := range []struct {
		above state.Body
		ago   time.Duration
		body  state.Body
		want  Head
	}{
		{nil, 0, ann, 0},
		{ann, time.Second, ann, SameMinute | SameAuthor},
		{ann, 4 * time.Minute, ann, SameAuthor},
		{ann, 5 * time.Minute, ann, 0},
		{ann, -time.Minute, ann, 0},
		{bob, time.Second, ann, SameMinute},
		{bob, time.Minute, ann, 0},
		{waves, time.Second, ann, SameMinute},
		{ann, time.Second, waves, SameMinute},
		{secret, time.Second, ann, 0},
		{ann, time.Second, secret, SameMinute},
		{secret, time.Second, secret, SameMinute},
		{state.Joined{Pseudo: "bob"}, time.Second, ann, 0},
		{state.Walled{Text: "x"}, time.Second, ann, 0},
	} {
		e := &state.Event{Time: at.Add(30 * time.Second), Body: test.body}
		var above *state.Event
		if test.above != nil {
			above = &state.Event{Time: e.Time.Add(-test.ago), Body: test.above}
		}
		if got := HeadAfter(above, e); got != test.want {
			t.Errorf("%#v, %v after %#v: %b, want %b", test.body, test.ago, test.above, got, test.want)
		}
	}
}

func TestWhatAHeadLeavesOut(t *testing.T) {
	for _, test := range []struct {
		head       Head
		wide, thin string
	}{
		{0, " 14:05      bob │ oui\n", "bob: oui\n"},
		{SameMinute, "            bob │ oui\n", "bob: oui\n"},
		{SameAuthor, " 14:05          │ oui\n", "  oui\n"},
		{SameMinute | SameAuthor, "                │ oui\n", "  oui\n"},
	} {
		e := minute(5, state.Said{From: "bob", Text: "oui"})
		if wide, thin := shown(class(80).Event(e, me(""), test.head)), shown(class(30).Event(e, me(""), test.head)); wide != test.wide || thin != test.thin {
			t.Errorf("head %b: %q and %q, want %q and %q", test.head, wide, thin, test.wide, test.thin)
		}
	}
}

// TestEachHeadIsShared: rows with another head are others, and each is made once.
func TestEachHeadIsShared(t *testing.T) {
	k, e := &Cache{}, saying("bonjour")
	seen := map[*Fragment]bool{}
	for h := range Head(heads) {
		f := k.Event(class(80), 1, e, h)
		if seen[f] || k.Event(class(80), 1, e, h) != f {
			t.Errorf("head %b is not kept apart", h)
		}
		seen[f] = true
	}
	if k.Event(class(30), 1, e, 0) != k.Event(class(30), 1, e, SameMinute) {
		t.Error("without a time there are two rows that are the same")
	}
}
