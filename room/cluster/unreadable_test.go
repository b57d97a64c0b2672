package cluster

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go"

	"salon/room/state"
)

// TestAnEventThatCannotBeReadEndsTheLog there, for who follows it live and for who catches up;
// what comes before it is followed.
func TestAnEventThatCannotBeReadEndsTheLog(t *testing.T) {
	for name, data := range map[string]string{
		"a newer program's": `{"v":999,"program":"salon 99","kind":"teleported","id":"0000000000000001-2"}`,
		"nobody's":          `hello`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := newCluster(t)
			n := openNode(t, url, "one", newMemory())
			if _, err := n.Propose(t.Context(), state.Event{ID: state.ID{Origin: 1, N: 1}, Body: state.Walled{Text: "x"}}); err != nil {
				t.Fatal(err)
			}
			if _, err := n.js.PublishMsg(t.Context(), &nats.Msg{Subject: eventSubject + "one", Data: []byte(data)}); err != nil {
				t.Fatal(err)
			}
			for who, node := range map[string]*Node{"live": n, "late": openNode(t, url, "two", newMemory())} {
				read := 0
				err := node.Follow(t.Context(), 0, func(events []state.Event) error { read += len(events); return nil })
				newer, isNewer := errors.AsType[*state.VersionError](err)
				if read != 1 || err == nil || (data[0] == '{') != isNewer || isNewer && newer.Program != "salon 99" {
					t.Errorf("%s: %d events, then %v", who, read, err)
				}
			}
		})
	}
}
