package history

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// format1 returns a directory with a copy of the database that format 1 left, after
// some statements.
func format1(t *testing.T, statements string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	data := read(t, filepath.Join("testdata", "format1.db"))
	path := filepath.Join(dir, FileName)
	write(t, path, data)
	if statements != "" {
		do(t, path, statements)
	}
	return dir
}

// soonAfter is a clock that shows a quarter of an hour after format1.db was left.
func soonAfter() *fakeClock {
	clocks := newFakeClock()
	clocks.wall = time.Date(2026, 11, 25, 23, 33, 0, 0, time.UTC)
	return clocks
}

// TestFormat1IsBroughtUpToDate opens what `salon serve` of format 1 left when it was
// killed: a snapshot, and more after it.
func TestFormat1IsBroughtUpToDate(t *testing.T) {
	clocks, dir := soonAfter(), format1(t, "")
	for range 2 {
		h := open(t, Options{Dir: dir, clock: clocks.clock()})
		wantExport1(t, h)
		st, seq := loaded(t, h)
		first, last := h.Bounds()
		if seq < 8193 || st.Applied() != seq || last < seq || first > seq+1 {
			t.Errorf("the State is of %d, the log has %d to %d", seq, first, last)
		}
		wantState1(t, st, st.TickAt(h.Now().Stamp), clocks.wall)
		h.flush(t)
		for query, want := range map[string]int{"coeur": 1, "largement": 1, "eleonore": 1, "travaux": 1, "dernier": 0, "last words": 1, "refusable": 2, "sujet": 2} {
			if got, err := h.Search(t.Context(), nil, state.Query{Text: query}, 10); err != nil || len(got) != want {
				t.Errorf("%q finds %v, %v, want %d", query, got, err, want)
			}
		}
		shut(t, h)
		clocks.pass(30 * time.Minute)
	}
	h := open(t, Options{Dir: dir, clock: clocks.clock()})
	seq, err := h.Propose(t.Context(), state.Event{ID: state.ID{Origin: 1, N: 1}, Body: state.Walled{Text: "going on"}})
	if snap, _ := h.Load(t.Context()); err != nil || seq != snap.Seq+1 {
		t.Errorf("it goes on at %d, %v, behind a snapshot of %d", seq, err, snap.Seq)
	}
}

// wantExport1 checks that the messages are those that format 1 exported, their times cut to
// microseconds.
func wantExport1(t *testing.T, h *History) {
	t.Helper()
	wantExport(t, h, "format1.jsonl")
}

// wantExport checks that what an older salon exported is exported still.
func wantExport(t *testing.T, h *History, file string) {
	t.Helper()
	was := read(t, filepath.Join("testdata", file))
	var out bytes.Buffer
	if err := (&Reader{db: h.disk.readers.Load()}).Export(t.Context(), &out, nil); err != nil {
		t.Fatal(err)
	}
	got, want := slices.Collect(strings.Lines(out.String())), slices.Collect(strings.Lines(string(was)))
	if len(got) != len(want) {
		t.Fatalf("%d messages are exported, want %d:\n%s", len(got), len(want), out.String())
	}
	for i := range want {
		var line exported
		if err := json.Unmarshal([]byte(want[i]), &line); err != nil {
			t.Fatal(err)
		}
		line.Time = line.Time.Truncate(time.Microsecond)
		var again exported
		if err := json.Unmarshal([]byte(got[i]), &again); err != nil || again != line {
			t.Errorf("exported is %swant %s(%v)", got[i], want[i], err)
		}
	}
}

// wantState1 checks that the State is what format 1 had.
func wantState1(t *testing.T, st *state.State, tick time.Duration, now time.Time) {
	t.Helper()
	if topic := st.Salon().Topic; topic.Text != "after the snapshot" || topic.By != "" || topic.Set.Format(time.RFC3339) != "2026-11-25T23:17:43Z" || st.Salon().Slow != 7*time.Second {
		t.Errorf("the topic is %+v, the slow mode %v", topic, st.Salon().Slow)
	}
	var got []string
	frozen := st.Freeze()
	for b := range frozen.Bans(tick) {
		got = append(got, fmt.Sprint("ban ", b.Target, " ", b.Reason, " ", b.For, " since ", b.Since.Format(time.RFC3339)))
		wantLeft(t, b.Target.String(), b.For, b.Ends-tick, b.Since, now)
	}
	for m := range frozen.Mutes(tick) {
		got = append(got, fmt.Sprint("mute ", m.Pseudo, " ", m.For, " since ", m.Since.Format(time.RFC3339)))
		wantLeft(t, string(m.Pseudo), m.For, m.Ends-tick, m.Since, now)
	}
	for a := range frozen.Accounts() {
		prefs, _ := json.Marshal(a.Kept)
		got = append(got, fmt.Sprint("account ", a.ID, " ", a.Pseudo, " ", a.Keys, " ", strings.HasPrefix(a.Pass, "$argon2id$v=19$"), " seen ", a.Seen, " ", string(prefs), " since ", a.Since.Format(time.RFC3339)))
	}
	want := []string{
		"ban 192.0.2.0/24 network 720h0m0s since 2026-11-25T23:17:36Z",
		"ban 2001:db8::1/128  0s since 2026-11-25T23:17:37Z",
		"ban afterwards after the snapshot 9600h0m0s since 2026-11-25T23:17:43Z",
		"ban badpseudo spam en français 0s since 2026-11-25T23:17:36Z",
		"ban brief for two hours 2h0m0s since 2026-11-25T23:17:36Z",
		"ban SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA keyed 0s since 2026-11-25T23:17:36Z",
		"mute Ella 2160h0m0s since 2026-11-25T23:17:37Z",
		"mute flo 0s since 2026-11-25T23:17:39Z",
		"account 10 ann [SHA256:0MU3kH0c1cfSL08whEnWw9BAZueb2gyLqRw3kE1M7Ds] false seen 20 " + `{"lang":1,"zone":"Europe/Paris","hour12":true}` + " since 2026-11-25T23:17:30Z",
		"account 17 dan [] true seen 21 " + `{"lang":0}` + " since 2026-11-25T23:17:33Z",
		"account 4102 eve [] true seen 4101 {} since 2026-11-25T23:17:44Z",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the State has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, err := st.Unlock("Ann", text.Pseudo("Ann").Forms(), "SHA256:0MU3kH0c1cfSL08whEnWw9BAZueb2gyLqRw3kE1M7Ds", 0); err != nil {
		t.Errorf("ann is not let in: %v", err)
	}
	if len(st.Nodes()) != 0 || st.Count() != 0 {
		t.Errorf("%v are up, %d are here", st.Nodes(), st.Count())
	}
}

// wantLeft checks that a ban or a mute ends when it was meant to.
func wantLeft(t *testing.T, what string, lasts, left time.Duration, since, now time.Time) {
	t.Helper()
	if want := since.Add(lasts).Sub(now); lasts > 0 && (left-want).Abs() > time.Second {
		t.Errorf("%v are left of %s, want %v", left, what, want)
	}
}

// TestFormat1WithGapsAndASteppedClock has what a short run of format1.db has not.
func TestFormat1WithGapsAndASteppedClock(t *testing.T) {
	dir := format1(t, `
		INSERT INTO events VALUES (4050, 1795648660000000123, NULL, NULL, 0, 0, 'gap', '', '',
			'{"From":"2026-11-25T23:17:40.000000123Z","To":"2026-11-25T23:17:42Z","Count":7}', 0);
		INSERT INTO events VALUES (4104, 1795000000000000999, NULL, NULL, 1, 1, 'said', 'old', 'the clock was set back', NULL, 0);
		INSERT INTO events VALUES (4105, 1795000000000001999, NULL, NULL, 1, 2, 'banned', 'old',
			'', '{"Ban":{"Target":{"Kind":0,"Pseudo":"setback"},"For":7200000000000,"Since":"2020-11-18T11:06:40Z"},"Gone":null}', 0);
		INSERT INTO turns VALUES (4104);`)
	clocks := soonAfter()
	h := open(t, Options{Dir: dir, clock: clocks.clock()})
	from, to := time.UnixMicro(1795000000000000), time.UnixMicro(1795000001000000)
	if got, err := h.Search(t.Context(), nil, state.Query{From: from, To: to}, 10); err != nil || len(got) != 1 || got[0].Seq != 4104 {
		t.Errorf("at the time that the clock was set back to there are %v, %v", got, err)
	}
	events, err := h.Last(t.Context(), nil, 100, 4099)
	g, ok := events[len(events)-1].Body.(state.Gap)
	if err != nil || !ok || g.Count != 7 || g.To.Second() != 42 || g.From.IsZero() {
		t.Errorf("the gap is %+v, %v", events[len(events)-1], err)
	}
	st, _ := loaded(t, h)
	if tick := st.TickAt(h.Now().Stamp); !strings.Contains(string(st.Encode()), "setback") {
		t.Errorf("the ban is not there: %s", st.Encode())
	} else {
		wantLeft(t, "afterwards", 400*24*time.Hour, endsOf(t, st, "afterwards")-tick, time.Date(2026, 11, 25, 23, 17, 43, 0, time.UTC), clocks.wall)
	}
}

func endsOf(t *testing.T, st *state.State, target string) time.Duration {
	t.Helper()
	for b := range st.Freeze().Bans(st.Tick()) {
		if b.Target.String() == target {
			return b.Ends
		}
	}
	t.Fatalf("%s is not banned", target)
	return 0
}

// TestAnEmptyFormat1: a server of format 1 that nobody ever came to.
func TestAnEmptyFormat1(t *testing.T) {
	dir := format1(t, `DELETE FROM events; DELETE FROM snapshot; DELETE FROM words_docsize`)
	c := startChat(t, Options{Dir: dir})
	if e := c.says("hello"); e.Seq < 8194 {
		t.Errorf("it is at %d", e.Seq)
	}
}

// TestAMigrationIsWholeOrNothing: a file that cannot be brought up to date stays of
// format 1, byte for byte in what it holds.
func TestAMigrationIsWholeOrNothing(t *testing.T) {
	for name, broken := range map[string]string{
		"snapshot": `UPDATE snapshot SET state = '{"Applied":'`,
		"decision": `UPDATE events SET body = '{' WHERE seq = 4098`,
		"message":  `UPDATE events SET body = '{"Action":1}' WHERE seq = 5`,
	} {
		dir := format1(t, broken)
		path := filepath.Join(dir, FileName)
		before := dump(t, path)
		if h, err := Open(t.Context(), Options{Dir: dir}); err == nil {
			t.Errorf("%s: it is opened", name)
			h.Shut()
		}
		if after := dump(t, path); after != before {
			t.Errorf("%s: the file was\n%s\nand is\n%s", name, before, after)
		}
	}
}

// dump is what the tables of format 1 hold.
func dump(t *testing.T, path string) string {
	t.Helper()
	h := &disk{dir: filepath.Dir(path)}
	c, err := h.connect()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var all string
	if err := c.QueryRow(`SELECT (SELECT group_concat(sql, ';') FROM sqlite_schema) || (SELECT group_concat(seq || time || text || ifnull(body, ''), ';') FROM events)
		|| (SELECT group_concat(seq || state, ';') FROM snapshot) || (SELECT reserved || indexed || file FROM meta)`).Scan(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestFormat1IsNotReadByItself: an export says what to do.
func TestFormat1IsNotReadByItself(t *testing.T) {
	dir := format1(t, "")
	if _, err := OpenReader(dir); err == nil || !strings.Contains(err.Error(), "salon serve") {
		t.Errorf("OpenReader: %v", err)
	}
	shut(t, open(t, Options{Dir: dir}))
	reader(t, dir)
}

// format2 makes a file of format 2, which had no table of rooms, of one of today's in which all
// is of the first room.
func format2(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(filepath.Join(dir, FileName)))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`DROP TABLE rooms; ALTER TABLE meta DROP COLUMN roomed; PRAGMA user_version = 2`); err != nil {
		t.Fatal(err)
	}
}

// TestFormat2IsBroughtUpToDate: all that was said before is of the first room.
func TestFormat2IsBroughtUpToDate(t *testing.T) {
	dir := t.TempDir()
	c := startChat(t, Options{Dir: dir})
	before := []state.Seq{c.says("one").Seq, c.says("two").Seq}
	c.finish()
	format2(t, dir)
	if _, err := OpenReader(dir); !errors.Is(err, ErrOlder) {
		t.Errorf("OpenReader: %v", err)
	}
	c = startChat(t, Options{Dir: dir, recent: 1})
	dev := c.does(state.RoomMade{Session: c.ann, Name: "#dev", Forms: text.RoomName("#dev").Forms()}).Seq
	said := c.does(state.Said{Room: dev, Session: c.ann, Text: "three"}).Seq
	last := c.says("four").Seq
	c.flush(t)
	wantIn(t, c.History, state.Rooms{0}, append(before, last)...)
	wantIn(t, c.History, state.Rooms{dev}, said)
	wantIn(t, c.History, nil, append(before, said, last)...)
}

// wantIn checks which messages are of some rooms.
func wantIn(t *testing.T, h *History, in state.Rooms, want ...state.Seq) {
	t.Helper()
	var got []state.Seq
	events, err := h.Last(t.Context(), in, 100, 0)
	for _, e := range events {
		got = append(got, e.Seq)
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("in %v there are %v, want %v (%v)", in, got, want, err)
	}
}

// TestTheChangelogHasTheFormat of this version.
func TestTheChangelogHasTheFormat(t *testing.T) {
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	newest := regexp.MustCompile(`(?m)^\| \d+\.\d+\.\d+ .*\| (\d+) \| (\d+) \|$`).FindSubmatch(text)
	if newest == nil || string(newest[1]) != fmt.Sprint(format) || !strings.Contains(string(text), fmt.Sprintf("Database %d: ", format)) {
		t.Errorf("the newest version in CHANGELOG.md is %q, the database is of format %d", newest, format)
	}
}
