package history

import (
	"database/sql"
	"encoding/json"
	"fmt"
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
	body string // JSON of what the columns do not say; "" for nothing
}

// size is what the row counts for where bytes are bounded: its text, and what any
// row takes besides.
func (m *message) size() int { return len(m.Text) + len(m.Author) + len(m.body) + rowBytes }

// sizeSQL is size, said to SQLite.
const sizeSQL = `octet_length(text) + octet_length(author) + ifnull(octet_length(body), 0) + 64`

// rowBytes is about what a row takes besides its text.
const rowBytes = 64

// newMessage returns the row of a spoken event. It fails for any other kind.
func newMessage(e state.Event) (*message, error) {
	k := state.KindOf(e.Body)
	if k == nil || !k.Spoken {
		return nil, fmt.Errorf("history: %T is not spoken", e.Body)
	}
	m := &message{seq: e.Seq, time: e.Time.UnixMicro(), id: e.ID, kind: k.Name}
	var rest state.Body
	m.Speech, rest = k.Split(e.Body)
	data, err := json.Marshal(rest)
	if m.body = string(data); m.body == `{}` {
		m.body = ""
	}
	return m, err
}

// event reads the row back.
func (m *message) event() (state.Event, error) {
	e := state.Event{Seq: m.seq, ID: m.id, Time: time.UnixMicro(m.time).UTC()}
	k := state.KindNamed(m.kind)
	if k == nil || !k.Spoken {
		return e, fmt.Errorf("place %d is of an unknown kind %q", m.seq, m.kind)
	}
	body := m.body
	if body == "" {
		body = `{}`
	}
	rest, err := k.Decode([]byte(body))
	if err != nil {
		return e, fmt.Errorf("place %d: %w", m.seq, err)
	}
	e.Body = k.Join(rest, m.Speech)
	return e, nil
}

// columns are a message's, in the order of scan.
const columns = `messages.seq, time, origin, n, kind, messages.author, account, member_origin, member_n, session_origin, session_n, messages.text, ifnull(body, '')`

// scan reads columns.
func scan(from interface{ Scan(...any) error }) (*message, error) {
	var m message
	var seq, origin, n, account, memberOrigin, memberN, sessionOrigin, sessionN int64 // which the driver has, and converts slowly
	var author string
	err := from.Scan(&seq, &m.time, &origin, &n, &m.kind, &author, &account, &memberOrigin, &memberN, &sessionOrigin, &sessionN, &m.Text, &m.body)
	m.seq, m.id, m.Author, m.Account = state.Seq(seq), newID(origin, n), text.Pseudo(author), state.Seq(account)
	m.Member, m.Session = newID(memberOrigin, memberN), newID(sessionOrigin, sessionN)
	return &m, err
}

func newID(origin, n int64) state.ID { return state.ID{Origin: uint64(origin), N: uint64(n)} }

// insertMessage writes a row, over the one of that place if there is one: after a
// commit of which nobody knows whether it was one, writing again does no harm.
const insertMessage = `INSERT OR REPLACE INTO messages
	(seq, time, origin, n, kind, author, account, member_origin, member_n, session_origin, session_n, text, body)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''))`

func (m *message) values() []any {
	return []any{
		int64(m.seq), m.time, int64(m.id.Origin), int64(m.id.N), m.kind, string(m.Author), int64(m.Account),
		int64(m.Member.Origin), int64(m.Member.N), int64(m.Session.Origin), int64(m.Session.N), m.Text, m.body,
	}
}

// each calls do with every row until it says no, and closes them.
func each(rows *sql.Rows, do func(*message) (bool, error)) error {
	defer rows.Close()
	for rows.Next() {
		m, err := scan(rows)
		if err != nil {
			return err
		}
		if more, err := do(m); err != nil || !more {
			return err
		}
	}
	return rows.Err()
}
