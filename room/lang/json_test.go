package lang_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

// objects is everything that can happen and its JSON, without its time.
var objects = []struct {
	body state.Body
	want string
}{
	{state.Said{From: "bob", Text: "un\ndeux"}, `{"type":"message","from":"bob","text":"un\ndeux"}`},
	{state.Said{From: "bob", Text: "sourit", Action: true}, `{"type":"message","from":"bob","text":"sourit","action":true}`},
	{state.Said{From: "bob", Removed: &state.Removal{By: "ann"}}, `{"type":"message","from":"bob","removed":true,"removed_by":"ann"}`},
	{state.Deleted{Room: 9, In: "#dev", Message: 412, Author: "bob", By: "ann"}, `{"type":"deleted","room":"#dev","from":"ann","to":["bob"],"message":412}`},
	{state.Forgotten{Pseudo: "ann"}, `{"type":"forgotten","from":"ann"}`},
	{state.Whispered{From: "bob", To: []text.Pseudo{"ann", "cléo"}, Text: "x"}, `{"type":"private","from":"bob","to":["ann","cléo"],"text":"x"}`},
	{state.Joined{Pseudo: "bob", KeyID: "SHA256:secret", Addr: netip.MustParseAddr("192.0.2.66"), Client: "OpenSSH"}, `{"type":"joined","from":"bob"}`},
	{state.Left{Pseudo: "bob", Cause: state.Slow}, `{"type":"left","from":"bob","cause":"slow"}`},
	{state.Left{Pseudo: "bob", Cause: state.Quit, Text: "bye"}, `{"type":"left","from":"bob","text":"bye","cause":"quit"}`},
	{state.Renamed{From: "bob", To: "rob"}, `{"type":"renamed","from":"bob","to":["rob"]}`},
	{state.Gap{From: at.Add(-90 * time.Second), To: at, Count: 12}, `{"type":"gap","seconds":90,"count":12}`},
	{state.Gap{To: at}, `{"type":"gap"}`},
	{state.NodeUp{Node: "n", Gone: []text.Pseudo{"bob"}}, `{"type":"lost","to":["bob"],"cause":"lost"}`},
	{state.NodeDown{Node: "n", Gone: []text.Pseudo{"bob", "cléo"}}, `{"type":"lost","to":["bob","cléo"],"cause":"lost"}`},
	{state.LogLost{}, `{"type":"read-only"}`},
	{state.LogFound{}, `{"type":"read-write"}`},
	{state.Gathered{In: 3, Out: 2, Present: 200}, `{"type":"gathered","count":200}`},
	{state.TopicSet{By: "op", Text: "x"}, `{"type":"topic","from":"op","text":"x"}`},
	{state.Walled{Text: "x"}, `{"type":"wall","text":"x"}`},
	{state.Kicked{Pseudo: "bob", By: "op", Reason: "x"}, `{"type":"kicked","from":"op","to":["bob"],"text":"x"}`},
	{state.Banned{Ban: state.Ban{Target: target("192.0.2.66"), Reason: "x", For: time.Minute}, Gone: []text.Pseudo{"bob"}}, `{"type":"banned","to":["bob"],"text":"x","seconds":60}`},
	{state.Banned{Ban: state.Ban{Target: target("SHA256:secret"), By: "op"}}, `{"type":"banned","from":"op"}`},
	{state.Unbanned{By: "op", Target: target("192.0.2.66")}, `{"type":"unbanned","from":"op"}`},
	{state.Unbanned{By: "op", Target: target("SHA256:secret")}, `{"type":"unbanned","from":"op"}`},
	{state.Muted{Pseudo: "bob", By: "op", For: 90 * time.Second}, `{"type":"muted","from":"op","to":["bob"],"seconds":90}`},
	{state.Unmuted{Pseudo: "bob"}, `{"type":"unmuted","to":["bob"]}`},
	{state.SlowSet{Every: 5 * time.Second}, `{"type":"slow","seconds":5}`},
	{state.Said{Room: 9, In: "#dev", From: "bob", Text: "x"}, `{"type":"message","room":"#dev","from":"bob","text":"x"}`},
	{state.Kicked{Room: 9, In: "#dev", Pseudo: "bob", By: "ann"}, `{"type":"kicked","room":"#dev","from":"ann","to":["bob"]}`},
	{state.RoomMade{Room: 9, Name: "#dev", By: "ann"}, `{"type":"room-made","room":"#dev","from":"ann"}`},
	{state.RoomClosed{Room: 9, In: "#dev", By: "ann"}, `{"type":"room-closed","room":"#dev","from":"ann"}`},
	{state.RoomJoined{Room: 9, In: "#dev", Pseudo: "bob"}, `{"type":"room-joined","room":"#dev","from":"bob"}`},
	{state.RoomLeft{Room: 9, In: "#dev", Pseudo: "bob"}, `{"type":"room-left","room":"#dev","from":"bob"}`},
	{state.Invited{Room: 9, In: "#dev", Who: state.Someone{Pseudo: "bob", Proof: "SHA256:secret"}, By: "ann"}, `{"type":"invited","room":"#dev","from":"ann","to":["bob"]}`},
	{state.Invited{Room: 9, In: "#dev", Who: state.Someone{Pseudo: "bob"}, By: "ann", Off: true}, `{"type":"uninvited","room":"#dev","from":"ann","to":["bob"]}`},
	{state.ModeratorSet{Room: 9, In: "#dev", Who: state.Someone{Pseudo: "bob"}, By: "ann"}, `{"type":"moderator-added","room":"#dev","from":"ann","to":["bob"]}`},
	{state.ModeratorSet{Room: 9, In: "#dev", Who: state.Someone{Pseudo: "bob"}, By: "ann", Off: true}, `{"type":"moderator-removed","room":"#dev","from":"ann","to":["bob"]}`},
	{state.PrivateSet{Room: 9, In: "#dev", Private: true, By: "ann"}, `{"type":"room-private","room":"#dev","from":"ann"}`},
	{state.PrivateSet{Room: 9, In: "#dev", By: "ann"}, `{"type":"room-public","room":"#dev","from":"ann"}`},
	{state.ShutdownPlanned{In: 30 * time.Second, Reason: "x"}, `{"type":"closing","text":"x","seconds":30}`},
	{state.ShutdownCountdown{Left: time.Second}, `{"type":"closing","seconds":1}`},
	{state.ShutdownCancelled{By: "op"}, `{"type":"closing-cancelled","from":"op"}`},
}

func TestEventsAsJSON(t *testing.T) {
	for _, test := range objects {
		e := &state.Event{Time: at, Body: test.body}
		want := strings.Replace(test.want, `",`, `","time":"2026-11-22T14:05:00Z",`, 1)
		if test.want == `{"type":"`+strings.Split(test.want, `"`)[3]+`"}` {
			want = strings.Replace(test.want, `"}`, `","time":"2026-11-22T14:05:00Z"}`, 1)
		}
		for _, v := range []lang.View{french(), english(), {Operator: true}} {
			wantValid(t, v.JSON(room.Item{Event: e}, now))
			if got := string(v.JSON(room.Item{Event: e}, now)); got != want {
				t.Errorf("%T is\n%s\nwant\n%s", test.body, got, want)
			}
		}
	}
}

// TestNoAddressOrKeyIsInTheJSON holds for every event, whoever reads.
func TestNoAddressOrKeyIsInTheJSON(t *testing.T) {
	for _, test := range objects {
		got := string(lang.View{Operator: true, Console: true}.JSON(room.Item{Event: &state.Event{Time: at, Body: test.body}}, now))
		if strings.Contains(got, "192.0.2") || strings.Contains(got, "SHA256") || strings.Contains(got, "OpenSSH") {
			t.Errorf("%T is %s", test.body, got)
		}
	}
}

func TestEveryEventHasATypeInJSON(t *testing.T) {
	for _, test := range told {
		var o lang.Object
		wantValid(t, french().JSON(room.Item{Event: &state.Event{Seq: 42, Time: at, Body: test.body}}, now))
		data := french().JSON(room.Item{Event: &state.Event{Seq: 42, Time: at.In(time.FixedZone("X", 3600)), Body: test.body}}, now)
		if err := json.Unmarshal(data, &o); err != nil || o.Type == "" || o.Seq != 42 || !o.Time.Equal(at) || bytes.ContainsAny(data, "\n\r\x1b") {
			t.Errorf("%T is %s, %v", test.body, data, err)
		}
		if !strings.HasSuffix(strings.SplitN(string(data), `"time":"`, 2)[1][:20], "Z") {
			t.Errorf("%T has a time outside UTC: %s", test.body, data)
		}
	}
}

func TestRepliesAsJSON(t *testing.T) {
	for want, r := range map[string]room.Reply{
		`{"type":"welcome","time":"T","to":["ann"],"text":"one\ntwo","count":3}`:                                                                                                                                       room.Welcome{MOTD: "one\ntwo", Pseudo: "ann", Present: 3},
		`{"type":"error","time":"T","text":"Nothing to say? Type a message, or /help.","code":"empty"}`:                                                                                                                room.Failure{Err: room.ErrEmpty},
		`{"type":"entered","time":"T","room":"#dev","to":["ann","bob"],"text":"today","count":2,"events":[],"unread":1}`:                                                                                               room.Entered{Room: 9, Name: "#dev", Topic: state.Topic{Text: "today"}, Names: []text.Pseudo{"ann", "bob"}, Present: 2, Missed: 1},
		`{"type":"entered","time":"T","room":"#salon","cause":"closed","count":1,"events":[]}`:                                                                                                                         room.Entered{Name: "#salon", Present: 1, Why: room.RoomGone},
		`{"type":"message","seq":7,"time":"2026-11-22T14:05:00Z","room":"#dev","from":"bob","text":"ann?"}`:                                                                                                            room.Done{Event: &state.Event{Seq: 7, Time: at, Body: state.Said{Room: 9, In: "#dev", From: "bob", Text: "ann?"}}},
		`{"type":"rooms","time":"T","rooms":[{"name":"#salon","count":3,"follows":true,"here":true},{"name":"#dev","count":0,"topic":"today","owner":"bob","private":true,"follows":true,"unread":2,"mention":true}]}`: rooms,
		`{"type":"reply","time":"T","room":"#dev","from":"bob","lines":["Invitation from bob to #dev: \"/join #dev\" goes there."]}`:                                                                                   room.Notice{What: room.InvitedTo, Name: "bob", Text: "#dev"},
		`{"type":"reply","time":"T","room":"#dev","lines":["You no longer follow #dev."]}`:                                                                                                                             room.Notice{What: room.NowLeftRoom, Text: "#dev"},
		`{"type":"skipped","time":"T","count":12}`:                                                                                                                                                                     room.Skipped{Count: 12},
		`{"type":"welcome","time":"T","to":["ann"],"count":3}`:                                                                                                                                                         room.Welcome{Pseudo: "ann", Present: 3},
		`{"type":"people","time":"T","to":["ann","bob"],"count":2}`:                                                                                                                                                    room.People{Members: []room.Person{{Pseudo: "ann"}, {Pseudo: "bob"}}},
		`{"type":"people","time":"T","to":["ann","bob"],"away":["bob"],"count":2}`:                                                                                                                                     room.People{Members: []room.Person{{Pseudo: "ann"}, {Pseudo: "bob", Away: &state.Away{}}}},
		`{"type":"reply","time":"T","to":["bob"],"text":"lunch","away":["bob"],"lines":["bob is away: lunch"]}`:                                                                                                        room.Notice{What: room.RecipientAway, Name: "bob", Text: "lunch"},
		`{"type":"people","time":"T","to":["ann","cut"],"away":["cut"],"count":2}`:                                                                                                                                     room.People{Members: []room.Person{{Pseudo: "ann"}, {Pseudo: "cut", Lost: true}}},
		`{"type":"reply","time":"T","to":["bob"],"away":["bob"],"lines":["bob lost the connection: private message delivered when they come back."]}`:                                                                  room.Notice{What: room.RecipientCut, Name: "bob"},
		`{"type":"reply","time":"T","to":["bob"],"code":"not-delivered","away":["bob"],"lines":["bob lost the connection: private message not delivered. Try again later."]}`:                                          room.Notice{What: room.RecipientLost, Name: "bob"},
		`{"type":"reply","time":"T","to":["bob"],"code":"not-delivered","lines":["bob is not receiving anything: private message not delivered. Try again later."]}`:                                                   room.Notice{What: room.RecipientFull, Name: "bob"},
		`{"type":"past","time":"T","after":41,"events":[]}`:                                                                                                                                                            room.Past{Since: 41, Resumed: true},
		`{"type":"reply","time":"T","lines":["* You are not ignoring anyone."]}`:                                                                                                                                       room.Ignoring{},
	} {
		want = strings.Replace(want, `"time":"T"`, `"time":"`+now.Format(time.RFC3339)+`"`, 1)
		wantValid(t, english().JSON(room.Item{Reply: r}, now))
		if got := string(english().JSON(room.Item{Reply: r}, now)); got != want {
			t.Errorf("%T is\n%s\nwant\n%s", r, got, want)
		}
	}
}

// TestThePastAsJSON: one object, whose events are as they were when they happened.
func TestThePastAsJSON(t *testing.T) {
	first, second := on(-1, "un mot"), message("ann", "mot")
	first.Seq = 6
	second.Body = state.Said{From: "ann", Text: "mot", Action: true}
	for want, r := range map[string]room.Past{
		`{"type":"past","time":"T","text":"mot","count":2,"more":true,"events":[` +
			`{"type":"message","seq":6,"time":"2026-11-21T14:05:00Z","from":"bob","text":"un mot"},` +
			`{"type":"message","seq":7,"time":"2026-11-22T14:05:00Z","from":"ann","text":"mot","action":true}]}`: {Search: "mot", Events: []state.Event{first, second}, More: true},
		`{"type":"past","time":"T","count":1,"events":[{"type":"message","seq":6,"time":"2026-11-21T14:05:00Z","from":"bob","text":"un mot"}]}`: {Events: []state.Event{first}},
		`{"type":"past","time":"T","text":"x","events":[]}`: {Search: "x"},
		`{"type":"past","time":"T","text":"x","more":true,"since":"2026-11-21T14:05:00Z","events":[],"lines":["The search was cut short: it has covered the messages since 2026-11-21 14:05."]}`: {
			Search: "x", More: true, Searched: first.Time},
	} {
		want = strings.Replace(want, `"T"`, `"`+now.Format(time.RFC3339)+`"`, 1)
		wantValid(t, english().JSON(room.Item{Reply: r}, now))
		if got := string(english().JSON(room.Item{Reply: r}, now)); got != want {
			t.Errorf("%+v is\n%s\nwant\n%s", r, got, want)
		}
	}
}
