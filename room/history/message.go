package history

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"salon/room/state"
	"salon/room/text"
)

// message is a row of the table messages: a spoken event as it was shown, or a gap.
type message struct {
	seq  state.Seq
	time int64 // microseconds since 1970
	id   state.ID
	kind string
	state.Speech
	body string    // JSON of what the columns do not say; "" for nothing
	upto state.Seq // of a gap in memory: what it stands for, see state.Gap
}

func (m *message) number() state.Seq { return m.seq }

// end returns the last place that a row in memory says something of.
func (m *message) end() state.Seq { return max(m.seq, m.upto) }

// size is what the row counts where bytes are bounded.
func (m *message) size() int { return len(m.Text) + len(m.Author) + len(m.body) + rowBytes }

// sizeSQL is size in SQL.
const sizeSQL = `octet_length(text) + octet_length(author) + ifnull(octet_length(body), 0) + 64`

// rowBytes is about what a row takes besides its text.
const rowBytes = 64

// microsPerHour is the unit of the table hours.
const microsPerHour = 3_600_000_000

func (m *message) hour() int64 { return m.time / microsPerHour }

// roomColumn returns a room as the column room has it.
func roomColumn(room state.Seq) string {
	if room == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(room), 10)
}

// gapKind is the kind of a state.Gap.
var gapKind = state.KindOf(state.Gap{}).Name

// newMessage returns the row of a spoken event. It fails for any other kind.
func newMessage(e state.Event) (*message, error) {
	k := state.KindOf(e.Body)
	if k == nil || !k.Spoken {
		return nil, fmt.Errorf("history: %T is not spoken", e.Body)
	}
	m := &message{seq: e.Seq, time: e.Time.UnixMicro(), id: e.ID, kind: k.Name}
	if g, ok := e.Body.(state.Gap); ok {
		m.upto = g.Upto
	}
	var rest state.Body
	m.Speech, rest = k.Split(e.Body)
	data, err := json.Marshal(rest)
	if m.body = string(data); m.body == `{}` {
		m.body = ""
	}
	return m, err
}

// event returns the event of the row.
func (m *message) event() (state.Event, error) {
	e := state.Event{Seq: m.seq, ID: m.id, Time: time.UnixMicro(m.time).UTC()}
	k := state.KindNamed(m.kind)
	if k == nil || !k.Spoken {
		return e, fmt.Errorf("message %d is of an unknown kind %q", m.seq, m.kind)
	}
	rest, err := k.Decode([]byte(cmp.Or(m.body, `{}`)))
	if err != nil {
		return e, fmt.Errorf("message %d: %w", m.seq, err)
	}
	e.Body = k.Join(rest, m.Speech)
	return e, nil
}

// columns are a message's, in the order of scan.
const columns = `messages.seq, time, origin, n, kind, room, messages.author, account, member_origin, member_n, session_origin, session_n, messages.text, ifnull(body, '')`

// scan reads columns.
func scan(rows *sql.Rows) (*message, error) {
	var m message
	var seq, origin, n, account, memberOrigin, memberN, sessionOrigin, sessionN int64 // database/sql converts to other types slowly
	var room, author string
	err := rows.Scan(&seq, &m.time, &origin, &n, &m.kind, &room, &author, &account, &memberOrigin, &memberN, &sessionOrigin, &sessionN, &m.Text, &m.body)
	m.seq, m.id, m.Author, m.Account = state.Seq(seq), newID(origin, n), text.Pseudo(author), state.Seq(account)
	m.Member, m.Session = newID(memberOrigin, memberN), newID(sessionOrigin, sessionN)
	if err == nil && room != "" {
		m.Room, err = parseRoom(room)
	}
	return &m, err
}

func parseRoom(column string) (state.Seq, error) {
	room, err := strconv.ParseUint(column, 10, 64)
	return state.Seq(room), err
}

func newID(origin, n int64) state.ID { return state.ID{Origin: uint64(origin), N: uint64(n)} }

// each calls do with every message that a query for columns returned with err, until do
// returns false. It closes the rows.
func each(rows *sql.Rows, err error, do func(*message) (more bool, err error)) error {
	return eachRow(rows, err, func() (bool, error) {
		m, err := scan(rows)
		if err != nil {
			return false, err
		}
		return do(m)
	})
}

// insertMessage replaces a row that is there: after a commit that failed nobody knows
// whether it took place, and writing again is harmless.
const insertMessage = `INSERT OR REPLACE INTO messages
	(seq, time, origin, n, kind, room, author, account, member_origin, member_n, session_origin, session_n, text, body)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''))`

func (m *message) values() []any {
	return []any{
		int64(m.seq), m.time, int64(m.id.Origin), int64(m.id.N), m.kind, roomColumn(m.Room), string(m.Author), int64(m.Account),
		int64(m.Member.Origin), int64(m.Member.N), int64(m.Session.Origin), int64(m.Session.N), m.Text, m.body,
	}
}

// spoken is a spoken event in memory, as it was shown, with its row.
type spoken struct {
	event state.Event
	row   *message
	cache atomic.Pointer[folded] // nil until a search looks at it
}

func (s *spoken) number() state.Seq { return s.event.Seq }
func (s *spoken) size() int         { return s.row.size() }

// folded returns the event as a search compares it.
func (s *spoken) folded() *folded {
	f := s.cache.Load()
	if f == nil {
		made := fold(string(s.row.Author), s.row.Text)
		f = &made
		s.cache.Store(f)
	}
	return f
}

// newSpoken returns those of the events that are spoken, with their rows.
func newSpoken(events []state.Event) []*spoken {
	var list []*spoken
	for _, e := range events {
		if m, err := newMessage(e); err == nil {
			list = append(list, &spoken{event: e, row: m})
		}
	}
	return list
}

// gap describes messages that are missing: the disk failed for longer than memory could
// hold them, the file was removed, or nobody gave them to this store, see [History.Skip].
// Its row takes the sequence number of the first missing message, which is free.
type gap struct {
	seq state.Seq // 0: nothing is missing
	state.Gap
}

// and returns the gap that spans both; its count is known if both counts are.
func (g gap) and(other gap) gap {
	switch {
	case g.seq == 0:
		return other
	case other.seq == 0:
		return g
	}
	both := gap{min(g.seq, other.seq), g.Gap}
	if other.From.Before(both.From) {
		both.From = other.From
	}
	if other.To.After(both.To) {
		both.To = other.To
	}
	both.Upto = max(both.Upto, other.Upto)
	if both.Count += other.Count; g.Count == 0 || other.Count == 0 {
		both.Count = 0
	}
	return both
}

// gapOf returns the gap that is left where a message was.
func gapOf(m *message) gap {
	if e, err := m.event(); err == nil && m.kind == gapKind {
		return gap{m.seq, e.Body.(state.Gap)}
	}
	at := time.UnixMicro(m.time).UTC()
	return gap{m.seq, state.Gap{From: at, To: at, Count: 1, Upto: m.seq}}
}

// spoken returns the gap as a row among the messages. A gap with an unknown beginning
// has the time of its end.
func (g gap) spoken() *spoken {
	e := state.Event{Seq: g.seq, Time: g.From, Body: g.Gap}
	if g.From.IsZero() {
		e.Time = g.To
	}
	m, _ := newMessage(e) // a Gap is spoken and can be encoded
	return &spoken{event: e, row: m}
}
