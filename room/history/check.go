package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"salon/room/state"
)

var errMissing = errors.New("events are missing")

// Report is what a check of a history found.
type Report struct {
	Messages int // that can be read
	Events   int // of the log, that can be read: those since the last snapshot
}

// maxComplaints is how many things SQLite says of a damaged file.
const maxComplaints = 10

// Check reads everything: the file by SQLite's own check, which includes the index of words,
// then each message, the State and each event of the log. What is damaged is in the error,
// a [*DamagedError]. It takes about as long as reading the file.
func (r *Reader) Check(ctx context.Context) (found Report, err error) {
	damage := &DamagedError{}
	for _, check := range []func() error{
		func() error { return checkFile(ctx, r.db, damage) },
		func() (err error) { found.Messages, err = checkMessages(ctx, r.db, damage); return err },
		func() (err error) { found.Events, err = checkLog(ctx, r.db, damage); return err },
	} {
		if err := check(); err != nil {
			return found, fmt.Errorf("check: %w", err)
		}
	}
	return found, damage.found()
}

// checkFile asks SQLite.
func checkFile(ctx context.Context, db *sql.DB, damage *DamagedError) error {
	rows, err := db.QueryContext(ctx, fmt.Sprintf(`PRAGMA integrity_check(%d)`, maxComplaints))
	err = eachRow(rows, err, func() (bool, error) {
		var said string
		err := rows.Scan(&said)
		if err == nil && said != "ok" {
			damage.Parts = append(damage.Parts, Damage{Part: FileName, Err: errors.New(said)})
		}
		return true, err
	})
	if err == nil || ctx.Err() != nil || !damaged(err) {
		return err
	}
	damage.Parts = append(damage.Parts, Damage{Part: FileName, Err: err})
	return nil
}

// checkMessages reads the messages, and counts them.
func checkMessages(ctx context.Context, db querier, damage *DamagedError) (count int, err error) {
	w := messageWalk(ctx, db, damage)
	for {
		batch, err := w.some(ctx, exportEvents)
		for _, m := range batch {
			if _, err := m.event(); err != nil {
				damage.add(Damage{Part: "messages", After: m.seq - 1, Before: m.seq + 1, Err: err})
				continue
			}
			count++
		}
		if err != nil || len(batch) < exportEvents {
			return count, err
		}
	}
}

// checkLog reads the State and the events since, as they are at one moment, and counts those.
// Events that are missing among them are damage too, or came when the disk failed and the
// server was killed.
func checkLog(ctx context.Context, file *sql.DB, damage *DamagedError) (count int, err error) {
	db, err := file.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, err
	}
	defer db.Rollback()
	var at state.Seq
	var data []byte
	err = db.QueryRowContext(ctx, `SELECT seq, state FROM snapshot`).Scan(&at, &data)
	if err == nil && data != nil {
		_, err = state.DecodeState(data)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		if ctx.Err() != nil || !damaged(err) {
			return 0, err
		}
		damage.add(Damage{Part: "snapshot", Err: err})
	}
	w := logWalk(ctx, db, damage)
	w.last = at
	for last := state.Seq(0); ; {
		batch, err := w.some(ctx, exportEvents)
		for _, e := range batch {
			if last != 0 && e.Seq != last+1 {
				damage.add(Damage{Part: "log", After: last, Before: e.Seq, Err: errMissing})
			}
			last = e.Seq
		}
		if count += len(batch); err != nil || len(batch) < exportEvents {
			return count, err
		}
	}
}
