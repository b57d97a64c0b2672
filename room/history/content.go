package history

import (
	"database/sql"
	"encoding/json"
	"time"

	"salon/room/state"
)

// content describes what a file holds.
type content struct {
	file        int64        // identifies the file
	applied     state.Seq    // up to which the table messages is complete
	kept        state.Seq    // from which on the log has every event; 0: not known
	last        state.Seq    // the last of the log, or of the snapshot
	moment      state.Moment // the latest that the file knows of
	messageTime int64        // of the last message, in microseconds since 1970; 0: there is none
	hour        int64        // of the last message; -1: there is none
}

// readContent reads what a file holds.
func readContent(db *sql.DB) (c content, err error) {
	var snapshot, stamp, wall, entryStamp int64 // -1: there is none
	var last state.Seq
	var event []byte
	err = db.QueryRow(`SELECT file, applied, ifnull((SELECT time FROM messages ORDER BY seq DESC LIMIT 1), 0),
		ifnull((SELECT hour FROM hours ORDER BY seq DESC LIMIT 1), -1),
		ifnull(snapshot.seq, -1), ifnull(snapshot.stamp, 0), ifnull(snapshot.time, 0),
		ifnull((SELECT min(seq) FROM log), 0), ifnull(entry.seq, 0), ifnull(entry.stamp, -1), ifnull(entry.event, '')
		FROM meta LEFT JOIN snapshot LEFT JOIN (SELECT * FROM log ORDER BY seq DESC LIMIT 1) AS entry`).Scan(
		&c.file, &c.applied, &c.messageTime, &c.hour, &snapshot, &stamp, &wall, &c.kept, &last, &entryStamp, &event)
	if err != nil {
		return c, err
	}
	if snapshot >= 0 {
		c.last, c.kept = state.Seq(snapshot), state.Seq(snapshot)+1
		c.moment = state.Moment{Time: time.UnixMicro(wall), Stamp: time.Duration(stamp) * time.Microsecond}
	}
	c.last = max(c.last, last)
	if at := time.Duration(entryStamp) * time.Microsecond; at >= c.moment.Stamp {
		var e struct{ Time time.Time }
		_ = json.Unmarshal(event, &e) // Follow reports an event that cannot be read; without its time the clock goes on from the stamp
		c.moment = state.Moment{Time: e.Time, Stamp: at}
	}
	return c, nil
}
