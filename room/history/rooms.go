package history

import (
	"fmt"
	"slices"
	"strings"

	"salon/room/state"
)

// fewMessages is how many messages of the rooms that are searched are compared one by one. Of
// more the index of words is asked, which knows nothing of rooms: what it finds may be of
// others.
const fewMessages = 2000

// source is where a query finds the messages of some rooms, from the sequence number ?1 to
// before ?2, latest first.
type source struct {
	from   string   // of the query, between SELECT and WHERE
	order  string   // what it ends with
	picked string   // a query for their sequence numbers alone; "" where all messages are meant
	rooms  []string // as in the column room; nil for all
}

// everything is the source of all messages.
var everything = source{from: `messages`, order: ` ORDER BY messages.seq DESC`}

// sourceOf returns the source for some rooms: the table messages itself, or its rows that the
// table rooms names, with the gaps. SQLite merges what it finds of each as it is asked for,
// however much there is.
func sourceOf(in state.Rooms, roomed state.Seq) source {
	if in == nil || roomed == 0 && slices.Contains(in, 0) {
		return everything
	}
	const between = ` AND seq >= ?1 AND seq < ?2`
	some := source{rooms: make([]string, len(in))}
	parts := []string{`SELECT seq FROM messages WHERE kind = 'gap'` + between}
	for i, room := range in {
		some.rooms[i] = roomColumn(room)
		parts = append(parts, fmt.Sprintf(`SELECT seq FROM rooms WHERE room = '%s'`, some.rooms[i])+between)
		if room == 0 {
			parts = append(parts, fmt.Sprintf(`SELECT seq FROM messages WHERE seq >= ?1 AND seq < min(?2, %d)`, roomed))
		}
	}
	// With a LIMIT SQLite does not leave the order to the whole query, which would sort.
	some.picked = `(` + strings.Join(parts, ` UNION `) + ` ORDER BY seq DESC LIMIT -1)`
	some.from = some.picked + ` AS picked CROSS JOIN messages ON messages.seq = picked.seq`
	return some
}

// has reports whether the message of a column room is in one of the rooms.
func (s *source) has(column string) bool { return s.rooms == nil || slices.Contains(s.rooms, column) }

// few reports whether there are so few messages between two sequence numbers in the rooms that
// are searched that each is compared.
func (s *search) few(from, to state.Seq) (few bool, err error) {
	if s.source.picked == "" {
		return false, nil
	}
	var n int
	err = s.tx.QueryRowContext(s.ctx, `SELECT count(*) FROM (SELECT 1 FROM `+s.source.picked+` LIMIT ?3)`, int64(from), int64(to), fewMessages+1).Scan(&n)
	return n <= fewMessages, err
}
