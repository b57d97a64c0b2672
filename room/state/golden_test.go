package state_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/state/statetest"
	"salon/room/text"
)

const changed = "the format changed: raise state.Version and keep reading the old one (then write the new golden files with -update)"

func golden(name string) string {
	return filepath.Join("testdata", fmt.Sprintf("%s.v%d", name, state.Version))
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// exampleLines are the examples that have a place in a log, as it has them, each after
// the name of its kind.
func exampleLines(t *testing.T) []string {
	var lines []string
	for _, e := range logged() {
		data, err := state.EncodeEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, state.KindOf(e.Body).Name+"\t"+string(data))
	}
	return lines
}

// readLines reads a golden file; with -update it is written first.
func readLines(t *testing.T, name string, lines []string) []string {
	t.Helper()
	if *update && lines != nil {
		if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v\nfor a new state.Version, write it with -update", err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// TestEventsAreWrittenAsEver holds the bytes of each kind.
func TestEventsAreWrittenAsEver(t *testing.T) {
	got := exampleLines(t)
	want := readLines(t, golden("events"), got)
	n := max(len(got), len(want))
	got, want = slices.Concat(got, make([]string, n-len(got))), slices.Concat(want, make([]string, n-len(want)))
	for i, g := range got {
		w := want[i]
		gotKind, _, _ := strings.Cut(g, "\t")
		wantKind, _, _ := strings.Cut(w, "\t")
		if gotKind != wantKind {
			t.Fatalf("line %d of %s is of %q, and the example of %q: a kind or an example was added, moved or taken away; write the file with -update if none is lost", i+1, golden("events"), wantKind, gotKind)
		}
		if g != w {
			t.Errorf("%s: %s\nwas %s\nis  %s", gotKind, changed, w, g)
		}
	}
}

// TestEventsOfOldAreRead, of this format and of all before it.
func TestEventsOfOldAreRead(t *testing.T) {
	for name, data := range goldens(t, "events") {
		for line := range strings.Lines(string(data)) {
			kind, doc, _ := strings.Cut(strings.TrimSpace(line), "\t")
			e, err := state.DecodeEvent([]byte(doc))
			if err != nil || state.KindOf(e.Body).Name != kind {
				t.Errorf("%s: %s: %v", name, kind, err)
			}
		}
	}
	examples := logged()
	for i, line := range readLines(t, golden("events"), nil) {
		_, doc, _ := strings.Cut(line, "\t")
		if e, err := state.DecodeEvent([]byte(doc)); i < len(examples) && (err != nil || !reflect.DeepEqual(e, examples[i])) {
			t.Errorf("%T\n%+v\ncomes back as\n%+v (%v)", examples[i].Body, examples[i], e, err)
		}
	}
}

func logged() (events []state.Event) {
	for _, e := range statetest.Examples() {
		if k := state.KindOf(e.Body); k != nil && k.Logged {
			events = append(events, e)
		}
	}
	return events
}

// goldens are the golden files of all formats.
func goldens(t *testing.T, name string) map[string][]byte {
	names, err := filepath.Glob(filepath.Join("testdata", name+".v*"))
	if err != nil || len(names) == 0 {
		t.Fatal("no golden files", err)
	}
	files := map[string][]byte{}
	for _, n := range names {
		data, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		files[n] = data
	}
	return files
}

// everything is a State that has all that one may have.
func everything(t *testing.T) *state.State {
	t.Helper()
	s := newStory(t)
	s.happens(state.NodeUp{Node: "lyon", Version: state.Version, Program: "salon 1.2"})
	s.from("lyon").happens(join("dora", "", "192.0.2.7"))
	s.from("paris").happens(state.NodeDown{Node: "lyon", Epoch: s.epoch("lyon"), Wait: time.Hour}) // dora is cut
	s.happens(state.NodeUp{Node: "nice", Version: state.Version, Program: "salon 1.3"})

	ann := s.happens(joined("Ann", "SHA256:a", "2001:db8::1", func(b *state.Joined) { b.Role, b.Client = state.Operator, "OpenSSH_9.9" }))
	account := s.happens(state.Registered{Session: ann.ID, Pseudo: "Ann", Forms: text.Pseudo("Ann").Forms(), KeyID: "SHA256:a", Pass: "$argon2id$"}).Seq
	s.happens(state.Registered{Session: ann.ID, Pseudo: "Ann", Forms: text.Pseudo("Ann").Forms(), Account: account, KeyID: "SHA256:a2"})
	s.happens(joined("ann", "SHA256:a2", "192.0.2.1", func(b *state.Joined) { b.Quiet = true }))
	again := s.happens(joined("ann", "", "192.0.2.2", func(b *state.Joined) { b.Passed = account }))
	s.happens(state.PrefsKept{Account: account, Prefs: statetest.Prefs()})
	s.happens(state.Said{Session: ann.ID, Text: "salut <&>"})
	s.happens(state.Seen{Account: account, Upto: 5})
	s.happens(state.Cut{Session: again.ID, Wait: time.Minute})

	bob := s.happens(join("bob", "", "192.0.2.3"))
	s.happens(state.IgnoreSet{Account: account, Who: state.Ignored{Pseudo: "bob", Account: 99, Member: bob.ID}})
	s.happens(state.WentAway{Session: bob.ID, Text: "à table"})
	s.happens(state.Registered{Pseudo: "Ελένη", Forms: text.Pseudo("Ελένη").Forms(), Pass: "$argon2id$2"})

	for _, target := range parsed("zoe", "SHA256:z", "198.51.100.0/24", "2001:db8:9::/48", "203.0.113.9") {
		s.happens(state.Banned{Ban: state.Ban{Target: target, By: "Ann", Reason: "« non »", For: time.Hour}})
	}
	s.happens(state.Banned{Ban: state.Ban{Target: parsed("@192.0.2.200")[0]}})
	dev := s.happens(roomMade(ann.ID, "#dev", true)).Seq
	s.happens(state.Invited{Room: dev, Who: state.Someone{Pseudo: "bob", Member: bob.ID}})
	s.happens(state.RoomJoined{Session: bob.ID, Room: dev})
	tp2 := s.happens(roomMade(bob.ID, "#tp2", false)).Seq
	s.happens(state.ModeratorSet{Room: tp2, Who: state.Someone{Member: ann.ID}})
	s.happens(state.SlowSet{Room: dev, Every: time.Second})
	s.happens(state.Said{Room: dev, Session: ann.ID, Text: "ici"})
	s.happens(state.RoomRead{Session: bob.ID, Room: dev, Read: 1})
	s.happens(state.Muted{Room: dev, Member: bob.ID})
	s.happens(state.TopicSet{By: "Ann", Text: "le sujet"})
	s.happens(state.SlowSet{Every: 10 * time.Second})
	s.happens(state.Muted{Member: ann.ID, By: "op", For: time.Minute})
	s.happens(state.Muted{Member: bob.ID})
	plan := s.happens(state.ShutdownPlanned{By: "Ann", In: time.Hour, Reason: "mise à jour"})
	s.happens(state.ShutdownCountdown{Plan: plan.Seq, Left: time.Minute})
	s.happens(state.ShutdownPlanned{Node: s.epoch("nice"), By: "Ann", In: time.Minute})
	s.from("nice").fails(state.Said{Session: bob.ID, Text: "oui"}, &state.MutedError{})
	s.fails(state.ShutdownCountdown{Plan: plan.Seq, Left: time.Minute}, state.ErrGone)
	return s.st
}

// TestEverythingIsInTheGoldenState: each field of what a State is encoded from is set
// somewhere in it.
func TestEverythingIsInTheGoldenState(t *testing.T) {
	set := map[string]bool{}
	noteFields(reflect.ValueOf(state.Document(everything(t))), set)
	for name, is := range set {
		if !is && name != "document.Program" { // Encode sets it
			t.Errorf("no %s is set in the golden State (everything)", name)
		}
	}
}

// noteFields notes which fields are set in any value of each type.
func noteFields(v reflect.Value, set map[string]bool) {
	switch v.Interface().(type) {
	case time.Time, netip.Addr, netip.Prefix:
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			noteFields(v.Elem(), set)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			noteFields(v.Index(i), set)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				name := v.Type().Name() + "." + f.Name
				set[name] = set[name] || !v.Field(i).IsZero()
				noteFields(v.Field(i), set)
			}
		}
	}
}

// TestTheStateIsWrittenAsEver holds the bytes of a State and its hash.
func TestTheStateIsWrittenAsEver(t *testing.T) {
	st := everything(t)
	got := []string{string(st.Encode()), fmt.Sprintf("%x", st.Hash())}
	want := readLines(t, golden("state"), got)
	if len(want) != 2 || got[0] != want[0] {
		t.Fatalf("%s\nwas %s\nis  %s", changed, want[0], got[0])
	}
	if got[1] != want[1] {
		t.Fatalf("the hash of the same bytes changed, so that nodes of two programs disagree: was %s, is %s", want[1], got[1])
	}
	again, err := state.DecodeState([]byte(want[0]))
	if err != nil {
		t.Fatal(err)
	}
	if hash := fmt.Sprintf("%x", again.Hash()); hash != want[1] || !bytes.Equal(again.Encode(), st.Encode()) {
		t.Errorf("decoded, it is\n%s", again.Encode())
	}
	if is, was := state.Indexes(again), state.Indexes(st); !reflect.DeepEqual(is, was) {
		t.Errorf("decoded, what follows from it is\n%v\nand was\n%v", is, was)
	}
	if !reflect.DeepEqual(again.Nodes(), st.Nodes()) {
		t.Errorf("decoded, the nodes are %v, and were %v", again.Nodes(), st.Nodes())
	}
}

func TestStatesOfOldAreRead(t *testing.T) {
	for name, data := range goldens(t, "state") {
		doc, _, _ := strings.Cut(string(data), "\n")
		st, err := state.DecodeState([]byte(doc))
		if err != nil || st.Count() == 0 || st.Accounts() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTheHashIsOfWhatIsReplicated: another program with the same State has the same one.
func TestTheHashIsOfWhatIsReplicated(t *testing.T) {
	st := everything(t)
	data := bytes.Replace(st.Encode(), []byte(`"program":"salon",`), []byte(`"program":"another",`), 1)
	other, err := state.DecodeState(data)
	if err != nil || other.Hash() != st.Hash() {
		t.Errorf("by another program it is another State: %v", err)
	}
	other.Apply(state.Event{Seq: other.Applied() + 1})
	if other.Hash() == st.Hash() {
		t.Error("one event more leaves the hash as it was")
	}
}

// TestANewerFormatIsRefused, and so is a kind that is not known, with what is known of
// who wrote it.
func TestANewerFormatIsRefused(t *testing.T) {
	decodeEvent := func(data string) error {
		_, err := state.DecodeEvent([]byte(data))
		return err
	}
	decodeState := func(data string) error {
		_, err := state.DecodeState([]byte(data))
		return err
	}
	outline := func(data string) error {
		_, err := state.OutlineOf([]byte(data))
		return err
	}
	for _, c := range []struct {
		decode  func(string) error
		data    string
		version int
		program string
	}{
		{decodeEvent, `{"v":6,"program":"salon 9","kind":"said","id":"0000000000000001-1","body":{}}`, 6, "salon 9"},
		{decodeEvent, `{"v":6,"kind":"said","id":"0000000000000001-1","body":{}}`, 6, ""},
		{decodeEvent, `{"v":6,"program":"salon 9","kind":["another","shape"],"id":7}`, 6, "salon 9"},
		{decodeEvent, `{"v":2,"program":"salon 2.1","kind":"poked","id":"0000000000000001-1","body":{}}`, 2, "salon 2.1"},
		{decodeEvent, `{"v":2,"kind":"gathered","id":"0000000000000001-1","body":{}}`, 2, ""},
		{decodeState, `{"v":6,"program":"salon 9"}`, 6, "salon 9"},
		{decodeState, `{"v":6}`, 6, ""},
		{decodeState, `{"v":6,"program":"salon 9","members":{"another":"shape"}}`, 6, "salon 9"},
		{outline, `{"v":6,"program":"salon 9","applied":7}`, 6, "salon 9"},
		{outline, `{"v":6,"program":"salon 9","applied":{"another":"shape"},"nodes":[]}`, 6, "salon 9"},
	} {
		err := c.decode(c.data)
		got, ok := errors.AsType[*state.VersionError](err)
		if !ok || got.Version != c.version || got.Program != c.program {
			t.Errorf("%s: %v, want a VersionError of format %d by %q", c.data, err, c.version, c.program)
			continue
		}
		if who := c.program; who != "" && !strings.Contains(err.Error(), who) {
			t.Errorf("%s: %q does not name %q", c.data, err, who)
		}
	}
}

// garbage is no event and no State.
var garbage = []string{
	"", " ", "{", "[]", "null", "7", `"salon"`, "{}", `{"v":0}`, `{"v":1}`, `{"v":-1}`, `{"v":"2"}`, `{"v":2.5}`, `{"Members":7}`,
	`{"Seq":1,"Kind":"said","Body":{"Text":"format 1"}}`, `{"Applied":7,"Members":{},"Bans":{}}`,
}

func TestGarbageIsAnError(t *testing.T) {
	for _, data := range append(garbage,
		`{"v":2,"kind":"said"}`, `{"v":2,"kind":"said","body":7}`, `{"v":2,"kind":"said","id":"x","body":{}}`, `{"v":2,"kind":"joined","body":{"addr":"x"}}`) {
		if e, err := state.DecodeEvent([]byte(data)); err == nil {
			t.Errorf("%q is the event %+v", data, e)
		}
	}
	twice := `{"id":"0000000000000001-1","pseudo":"a","forms":{"key":"a","looks":["a","a"]},"since":"2026-11-22T14:05:06Z","sessions":[{"id":"0000000000000001-1","since":"2026-11-22T14:05:06Z"}]}`
	account := `{"id":1,"pseudo":"a","forms":{"key":"a","looks":["a","a"]},"since":"2026-11-22T14:05:06Z"}`
	for _, data := range append(garbage,
		`{"v":2,"nodes":{"x":{}}}`, `{"v":2,"nodes":{"0000000000000001":null}}`, `{"v":2,"nodes":{"1":{}}}`, `{"v":2,"ended":["x"]}`, `{"v":2,"members":[null]}`, `{"v":2,"members":[{}]}`,
		`{"v":2,"accounts":[null]}`, `{"v":2,"members":[`+twice+","+twice+"]}", `{"v":2,"accounts":[`+account+","+account+"]}",
		`{"v":2,"members":[`+twice+","+strings.Replace(twice, "1-1", "1-2", 1)+"]}", `{"v":2,"bans":[{"target":{"network":"x"}}]}`) {
		if st, err := state.DecodeState([]byte(data)); err == nil {
			t.Errorf("%q is the State %s", data, st.Encode())
		}
	}
}

func FuzzDecodeEvent(f *testing.F) {
	for _, e := range logged() {
		data, err := state.EncodeEvent(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, data := range garbage {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := state.DecodeEvent(data)
		if err != nil {
			return
		}
		once, err := state.EncodeEvent(e)
		if err != nil {
			t.Fatalf("%s is read and not written: %v", data, err)
		}
		again, err := state.DecodeEvent(once)
		if err != nil {
			t.Fatalf("%s is read, and then %s is not: %v", data, once, err)
		}
		if twice, err := state.EncodeEvent(again); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s is written as\n%s and\n%s: %v", data, once, twice, err)
		}
		st := state.NewState()
		up := state.Event{Seq: 1, ID: state.ID{Origin: e.ID.Origin, N: e.ID.N + 1}, Body: state.NodeUp{Node: "fuzz"}}
		st.Apply(up)
		e.Seq = 2
		st.Apply(e)
		decoded(t, st)
	})
}

func FuzzDecodeState(f *testing.F) {
	for _, data := range garbage {
		f.Add([]byte(data))
	}
	if data, err := os.ReadFile(golden("state")); err == nil {
		f.Add(bytes.SplitN(data, []byte("\n"), 2)[0])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		st, err := state.DecodeState(data)
		if err != nil {
			return
		}
		again := decoded(t, st)
		if again.Hash() != st.Hash() || !bytes.Equal(again.Encode(), st.Encode()) {
			t.Fatalf("%s is written as\n%s and\n%s", data, st.Encode(), again.Encode())
		}
	})
}
