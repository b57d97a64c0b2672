package history

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"salon/room/roomtest"
	"salon/room/state"
)

// talkOf returns what was said among the events up to a place, in several rooms and hours.
func talkOf(random *rand.Rand, upto state.Seq) (spoken []state.Event) {
	at := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for seq := state.Seq(1); seq <= upto; seq++ {
		at = at.Add(time.Duration(random.IntN(300)) * time.Second)
		if random.IntN(3) == 0 {
			continue // somebody came or left
		}
		said := state.Said{From: "ann", Text: randomWords(uint64(seq), 5)}
		if seq > upto/3 && random.IntN(20) == 0 {
			said.Room = 40
		}
		spoken = append(spoken, state.Event{Seq: seq, ID: state.ID{Origin: 5, N: uint64(seq)}, Time: at, Body: said})
	}
	return spoken
}

// between returns what was said from one place to another.
func between(spoken []state.Event, from, to state.Seq) []state.Event {
	return slices.DeleteFunc(slices.Clone(spoken), func(e state.Event) bool { return e.Seq < from || e.Seq > to })
}

// TestFillingMakesTheFileThatNothingIsMissingFrom fills what is missing in random pages, with
// kills in between, and compares the file with one that was given everything.
func TestFillingMakesTheFileThatNothingIsMissingFrom(t *testing.T) {
	for round := range 6 {
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, uint64(round)))
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			const upto = 600
			said := talkOf(random, upto)
			whole := openAlone(t, Options{Dir: t.TempDir()})
			whole.Apply(upto, said)
			whole.flush(t)
			h := openAlone(t, Options{Dir: t.TempDir(), recent: 1 + random.IntN(100)})
			for at := state.Seq(0); at < upto; {
				to := min(upto, at+1+state.Seq(random.Uint64N(150)))
				if random.IntN(2) == 0 && to < upto {
					h.Skip(to)
				} else {
					h.Apply(to, between(said, at+1, to))
				}
				if at = to; random.IntN(3) == 0 {
					h.flush(t)
				}
			}
			h = fillAll(t, random, h, said)
			h.flush(t)
			if got, want := tables(t, h), tables(t, whole); got != want {
				t.Errorf("the file holds\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// fillAll fills all that is missing.
func fillAll(t *testing.T, random *rand.Rand, h *History, said []state.Event) *History {
	for {
		missing, err := h.Missing(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(missing) == 0 {
			return h
		}
		m := missing[random.IntN(len(missing))]
		from := m.Last - min(m.Last-m.First, state.Seq(random.Uint64N(100)))
		if err := h.Fill(t.Context(), m, from, between(said, from, m.Last)); err != nil {
			t.Fatal(err)
		}
		switch random.IntN(5) {
		case 0:
			h.flush(t)
		case 1:
			h = killed(t, h)
		case 2:
			h.Apply(h.memory.appliedTo()+1, nil)
		}
	}
}

// killed returns a history on what a kill of another would leave.
func killed(t *testing.T, h *History) *History {
	t.Helper()
	dir := t.TempDir()
	h.disk.mu.Lock()
	for _, name := range []string{FileName, FileName + "-wal"} {
		copyFile(t, filepath.Join(h.disk.dir, name), filepath.Join(dir, name))
	}
	h.disk.mu.Unlock()
	return openAlone(t, Options{Dir: dir, recent: h.memory.limit, StoreOnly: h.storeOnly})
}

// tables is what the tables hold about messages, and checks what they say of each other.
func tables(t *testing.T, h *History) string {
	t.Helper()
	var all, roomed string
	if err := h.disk.readers.Load().QueryRow(`SELECT (SELECT group_concat(seq || ' ' || time || ' ' || room || ' ' || kind || ' ' || text, x'0a') FROM (SELECT * FROM messages ORDER BY seq))
		|| (SELECT group_concat(seq || ' ' || hour, ',') FROM (SELECT * FROM hours ORDER BY seq)) || ' bytes ' || bytes,
		(SELECT count(*) || ' ' || ifnull(min(seq), 0) FROM messages WHERE seq >= roomed AND roomed > 0) FROM meta`).Scan(&all, &roomed); err != nil {
		t.Fatal(err)
	}
	if n := h.number(t, `SELECT count(*) FROM messages, meta WHERE room <> '' AND (roomed = 0 OR seq < roomed)`); n > 0 {
		t.Errorf("%d messages of other rooms are before all that the table rooms has", n)
	}
	if n := h.number(t, `SELECT (SELECT count(*) FROM rooms) - (SELECT count(*) FROM messages, meta WHERE seq >= roomed AND roomed > 0 AND kind <> 'gap')`); n != 0 {
		t.Errorf("the table rooms has %d too many, after %s", n, roomed)
	}
	if n := h.number(t, `SELECT count(*) FROM messages JOIN meta ON seq >= roomed AND roomed > 0 LEFT JOIN rooms USING (room, seq) WHERE rooms.seq IS NULL AND kind <> 'gap'`); n > 0 {
		t.Errorf("the table rooms lacks %d", n)
	}
	if n := h.number(t, `SELECT (SELECT count(*) FROM words_docsize) - (SELECT count(*) FROM messages)`); n != 0 {
		t.Errorf("the index has %d too many", n)
	}
	if n := h.number(t, `SELECT bytes - (SELECT sum(`+sizeSQL+`) FROM messages) FROM meta`); n != 0 {
		t.Errorf("%d bytes too many are counted", n)
	}
	if _, err := h.disk.durable.Exec(`INSERT INTO words (words) VALUES ('integrity-check')`); err != nil {
		t.Errorf("the index is damaged: %v", err)
	}
	return all
}

// TestAKillWhileFillingLeavesTheRestMissing ends a Fill of several transactions in between.
func TestAKillWhileFillingLeavesTheRestMissing(t *testing.T) {
	said := talkOf(rand.New(rand.NewPCG(1, 2)), 900)
	h := openAlone(t, Options{Dir: t.TempDir()})
	h.Skip(900)
	h.Apply(901, nil)
	if err := h.writeWaiting(); err != nil {
		t.Fatal(err)
	}
	written := 0
	for p := range partsOf(state.Missing{First: 1, Last: 900}, 1, said) {
		if written++; written > 3 {
			break
		}
		if err := h.fillPart(t.Context(), &p); err != nil {
			t.Fatal(err)
		}
	}
	h = killed(t, h)
	missing, err := h.Missing(t.Context())
	first := said[len(said)-3*fillEvents].Seq
	if err != nil || len(missing) != 1 || missing[0] != (state.Missing{First: 1, Last: first - 1}) {
		t.Fatalf("missing are %v, %v, want those before %d", missing, err, first)
	}
	if err := h.Fill(t.Context(), missing[0], 1, between(said, 1, first-1)); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Last(t.Context(), nil, 1000, 0); err != nil || len(got) != len(said) {
		t.Errorf("there are %d, %v, want %d", len(got), err, len(said))
	}
}

// TestFillingOverwritesWordsThatWereTakenBack, which this node was not told of, in all files.
func TestFillingOverwritesWordsThatWereTakenBack(t *testing.T) {
	h := open(t, Options{Dir: t.TempDir(), recent: 10})
	said := between(talkOf(rand.New(rand.NewPCG(3, 4)), 900), 1, 900)
	at := len(said) / 2
	body := said[at].Body.(state.Said)
	body.Text += " le mot " + secret + " est dit"
	said[at].Body = body
	h.Apply(900, said)
	h.flush(t)
	roomtest.Until(t, func() string { return "the word is never written" }, func() bool { return bytesOf(t, h.disk.dir, secret) > 0 })
	h.Skip(1000)
	left := said[at]
	by := state.Event{Seq: 950, Body: state.Deleted{Message: left.Seq}}
	left.Body, _ = by.Takes(&said[at])
	if err := h.Fill(t.Context(), state.Missing{First: left.Seq, Last: left.Seq}, left.Seq, []state.Event{left}); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Search(t.Context(), nil, state.Query{Text: secret}, 10); err != nil || len(got) != 0 {
		t.Errorf("a search finds %v, %v", got, err)
	}
	roomtest.Until(t, func() string { return "the word stays" }, func() bool { return bytesOf(t, h.disk.dir, secret) == 0 })
	if got, err := h.Erased(t.Context(), 0, 10); err != nil || !slices.Equal(got, []state.Seq{left.Seq}) {
		t.Errorf("taken back are %v, %v", got, err)
	}
	if _, err := h.disk.durable.Exec(`INSERT INTO words (words) VALUES ('integrity-check')`); err != nil {
		t.Errorf("the index is damaged: %v", err)
	}
}

// TestWhatIsTooOldIsNotFilled: what retention would delete is not missing either.
func TestWhatIsTooOldIsNotFilled(t *testing.T) {
	clocks := newFakeClock()
	h := openAlone(t, Options{Dir: t.TempDir(), clock: clocks.clock()})
	begun := clocks.wall
	at := func(seq state.Seq, after time.Duration) state.Event {
		return saidAt(seq, begun.Add(after), "ann", fmt.Sprint("number ", seq))
	}
	h.store(t, []state.Event{at(1, 0)})
	clocks.pass(96 * time.Hour) // this node is away
	h.Skip(10)
	h.Apply(11, []state.Event{at(11, 96*time.Hour)})
	h.flush(t)
	h.SetKeep(48*time.Hour, 0)
	if _, err := h.maintenance.prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantMissing(t, h, state.Missing{First: 2, Last: 10}) // some of it may be young enough
	some := []state.Event{at(5, 20*time.Hour), at(6, 40*time.Hour), at(7, 60*time.Hour), at(9, 90*time.Hour)}
	if err := h.Fill(t.Context(), state.Missing{First: 2, Last: 10}, 5, some); err != nil {
		t.Fatal(err)
	}
	wantMissing(t, h)
	wantTexts(t, h, "number 7", "number 9", "number 11")
	h.Skip(20)
	clocks.pass(48*time.Hour + time.Second)
	wantMissing(t, h)
	if _, err := h.maintenance.prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantTexts(t, h)
}

func wantMissing(t *testing.T, h *History, want ...state.Missing) {
	t.Helper()
	if got, err := h.Missing(t.Context()); err != nil || !slices.Equal(got, want) {
		t.Errorf("missing are %v, %v, want %v", got, err, want)
	}
}

// TestAFullFileIsNotFilled: older messages would be deleted first. Where others are older
// still, those make room.
func TestAFullFileIsNotFilled(t *testing.T) {
	const keep = 1 << 18
	long := strings.Repeat("x", 2000)
	from := func(first, last state.Seq) (events []state.Event) {
		for seq := first; seq <= last; seq++ {
			events = append(events, saidAt(seq, time.Now(), "ann", long))
		}
		return events
	}
	for name, older := range map[string]bool{"nothing is older": false, "others are older": true} {
		t.Run(name, func(t *testing.T) {
			h := openAlone(t, Options{Dir: t.TempDir(), KeepBytes: keep})
			if older {
				h.store(t, from(1, 20))
			}
			h.Skip(500)
			last := state.Seq(500)
			for full := false; !full; {
				last++
				h.store(t, from(last, last))
				h.flush(t)
				excess, err := (&bounds{bytes: keep - keep/spareShare}).excess(t.Context(), &h.disk)
				if full = excess > 0; err != nil {
					t.Fatal(err)
				}
			}
			first := state.Seq(h.number(t, `SELECT min(seq) FROM messages WHERE kind = 'gap'`))
			if err := h.Fill(t.Context(), state.Missing{First: first, Last: 500}, 491, from(491, 500)); err != nil {
				t.Fatal(err)
			}
			filled := h.number(t, `SELECT count(*) FROM messages WHERE seq BETWEEN 491 AND 500`)
			if older {
				wantMissing(t, h, state.Missing{First: first, Last: 490})
			} else {
				wantMissing(t, h)
			}
			if filled != map[bool]int{true: 10}[older] {
				t.Errorf("%d were added", filled)
			}
		})
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if err := os.WriteFile(to, read(t, from), 0o600); err != nil {
		t.Fatal(err)
	}
}
