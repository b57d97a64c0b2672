package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"salon/room/state"
)

// talked leaves a history of so many messages in a directory, without free pages.
func talked(t *testing.T, dir string, n state.Seq) {
	t.Helper()
	h := open(t, Options{Dir: dir})
	var events []state.Event
	for i := range n {
		events = append(events, saidAt(i+1, time.Now(), "ann", randomWords(uint64(i), 12)))
	}
	h.store(t, events)
	h.flush(t)
	shut(t, h)
	do(t, filepath.Join(dir, FileName), `PRAGMA journal_mode = DELETE; VACUUM`)
}

// exportOf returns the lines of an export, by sequence number.
func exportOf(t *testing.T, r *Reader) (map[state.Seq]string, error) {
	t.Helper()
	var out bytes.Buffer
	err := r.Export(t.Context(), &out, nil)
	lines := map[state.Seq]string{}
	for line := range bytes.Lines(out.Bytes()) {
		var m exported
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		lines[m.Seq] = string(line)
	}
	return lines, err
}

// TestScatteredDamage is found, all the rest is exported, and what is not is named.
func TestScatteredDamage(t *testing.T) {
	const messages = 3000
	dir := t.TempDir()
	talked(t, dir, messages)
	path := filepath.Join(dir, FileName)
	whole, err := exportOf(t, reader(t, dir))
	if err != nil || len(whole) != messages {
		t.Fatalf("%d lines, %v", len(whole), err)
	}
	if found, err := reader(t, dir).Check(t.Context()); err != nil || found.Messages != messages {
		t.Fatalf("%+v, %v", found, err)
	}
	data := read(t, path)
	tries := 40
	if raceDetector {
		tries = 8
	}
	if n, err := strconv.Atoi(os.Getenv("SALON_DAMAGES")); err == nil {
		tries = n
	}
	saved := 0
	for seed := range uint64(tries) {
		random := rand.New(rand.NewPCG(seed, 0))
		bad := bytes.Clone(data)
		for range 1 + random.IntN(5) {
			page := 1 + random.IntN(len(bad)/pageBytes-1) // the first page says what the others are
			copy(bad[page*pageBytes:], bytes.Repeat([]byte{0xAA}, pageBytes))
		}
		saved += checkDamaged(t, fmt.Sprint("seed ", seed), bad, whole)
	}
	if most := tries * messages; saved < most/2 {
		t.Errorf("%d of %d messages were saved", saved, most)
	}
	t.Logf("%d of %d messages were saved", saved, tries*messages)
}

// checkDamaged tries a file, and returns how many messages were saved.
func checkDamaged(t *testing.T, name string, file []byte, whole map[state.Seq]string) int {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, FileName), file)
	r, err := OpenReader(dir)
	if err != nil {
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		return 0
	}
	defer r.Close()
	found, err := r.Check(t.Context())
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("%s: Check finds nothing: %+v, %v", name, found, err)
	}
	lines, err := exportOf(t, r)
	e, ok := errors.AsType[*DamagedError](err)
	if err != nil && !ok || err == nil && len(lines) != len(whole) {
		t.Errorf("%s: %d lines, %v", name, len(lines), err)
		return 0
	}
	for seq, line := range whole {
		if got, ok := lines[seq]; ok && got != line {
			t.Errorf("%s: #%d is %s", name, seq, got)
		} else if !ok && !e.names(seq) {
			t.Errorf("%s: #%d is lost, and not named by %v", name, seq, err)
		}
	}
	return len(lines)
}

// names reports whether a message is among what is damaged.
func (e *DamagedError) names(seq state.Seq) bool {
	for _, p := range e.Parts {
		if p.Part == "messages" && p.After < seq && (p.Before == 0 || seq < p.Before) {
			return true
		}
	}
	return false
}

// TestDamageIsNamedWhileItRuns once somebody comes upon it.
func TestDamageIsNamedWhileItRuns(t *testing.T) {
	dir := t.TempDir()
	talked(t, dir, 3000)
	path := filepath.Join(dir, FileName)
	bad := read(t, path)
	for page := 40; page < 60; page++ { // the messages were written first
		copy(bad[page*pageBytes:], bytes.Repeat([]byte{0xAA}, pageBytes))
	}
	write(t, path, bad)
	c := startChat(t, Options{Dir: dir, recent: 10})
	c.says("before")
	if _, err := c.Last(t.Context(), nil, 4000, 0); err == nil {
		t.Fatal("it can be read")
	}
	c.says("after")
	c.until("named", func() bool { return strings.Contains(c.log.String(), "messages: between #") })
	if got := c.log.String(); !strings.Contains(got, "salon check") {
		t.Error(got)
	}
}
