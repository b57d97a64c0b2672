package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"

	"salon/room/state"
)

// Damage is a part of the file that cannot be read.
type Damage struct {
	// Part is a table, or "salon.db" for what SQLite says of the file.
	Part string
	// After and Before are the sequence numbers between which rows cannot be read. A Before of
	// 0 is the end of the table; both are 0 for a part without rows, or with none to be read.
	After, Before state.Seq
	Err           error
}

func (d Damage) String() string {
	switch {
	case d.After == 0 && d.Before == 0:
		return fmt.Sprintf("%s: %v", d.Part, d.Err)
	case d.Before == 0:
		return fmt.Sprintf("%s: after #%d: %v", d.Part, d.After, d.Err)
	}
	return fmt.Sprintf("%s: between #%d and #%d: %v", d.Part, d.After, d.Before, d.Err)
}

// A DamagedError is ErrDamaged with what is damaged. All the rest was read.
type DamagedError struct{ Parts []Damage }

func (e *DamagedError) Error() string {
	parts := make([]string, len(e.Parts))
	for i, p := range e.Parts {
		parts[i] = p.String()
	}
	return fmt.Sprintf("%v: %s", ErrDamaged, strings.Join(parts, "; "))
}

// Is makes the error match ErrDamaged.
func (e *DamagedError) Is(target error) bool { return target == ErrDamaged }

// maxDamage is how many damaged parts are told apart; the last stands for all that follow.
const maxDamage = 100

// add notes a damaged part, joined to the one before if nothing lies between.
func (e *DamagedError) add(d Damage) {
	if slices.ContainsFunc(e.Parts, func(p Damage) bool { return p.Part == d.Part && p.After == d.After && p.Before == d.Before }) {
		return
	}
	if n := len(e.Parts); n > 0 && e.Parts[n-1].Part == d.Part && (e.Parts[n-1].Before == d.After+1 || n == maxDamage) {
		e.Parts[n-1].Before = d.Before
		return
	}
	e.Parts = append(e.Parts, d)
}

// found returns the error, nil if nothing is damaged.
func (e *DamagedError) found() error {
	if len(e.Parts) == 0 {
		return nil
	}
	return e
}

// damaged reports whether an error means that what was read is damaged, rather than that
// nothing can be read now.
func damaged(err error) bool {
	if _, newer := errors.AsType[*state.VersionError](err); newer || errors.Is(err, context.Canceled) {
		return false
	}
	c := code(err)
	return c == sqlite3.SQLITE_CORRUPT || c == sqlite3.SQLITE_NOTADB || c == sqlite3.SQLITE_IOERR || c == 0
}

// walk reads a table in the order of its sequence numbers, past what is damaged.
type walk[T any] struct {
	db     querier
	table  string
	fields string
	scan   func(*sql.Rows) (T, state.Seq, error)
	end    state.Seq // up to which rows are looked for behind damage
	last   state.Seq // up to which it was read
	damage *DamagedError
}

// messageWalk reads the table messages.
func messageWalk(ctx context.Context, db querier, damage *DamagedError) *walk[*message] {
	w := &walk[*message]{db: db, table: "messages", fields: columns, damage: damage, scan: func(rows *sql.Rows) (*message, state.Seq, error) {
		m, err := scan(rows)
		return m, m.seq, err
	}}
	w.end = w.readEnd(ctx, `SELECT applied FROM meta`)
	return w
}

// logWalk reads the table log.
func logWalk(ctx context.Context, db querier, damage *DamagedError) *walk[state.Event] {
	w := &walk[state.Event]{db: db, table: "log", fields: "event, seq", damage: damage, scan: func(rows *sql.Rows) (e state.Event, seq state.Seq, err error) {
		var data []byte
		if err = rows.Scan(&data, &seq); err == nil {
			e, err = state.DecodeEvent(data)
		}
		return e, seq, err
	}}
	w.end = w.readEnd(ctx, `SELECT max(seq) FROM log`)
	return w
}

// maxSkipped is how far behind a damaged row another is looked for when the file does not say
// where the table ends: more than one damaged page can hide, and some seconds.
const maxSkipped = 1 << 16

func (w *walk[T]) readEnd(ctx context.Context, question string) state.Seq {
	var end state.Seq
	if err := w.db.QueryRowContext(ctx, question).Scan(&end); err != nil {
		return 0
	}
	return end
}

// some reads the next n rows; fewer only at the end.
func (w *walk[T]) some(ctx context.Context, n int) (rows []T, err error) {
	for len(rows) < n {
		if rows, err = w.read(ctx, rows, n, w.last+1); err == nil {
			break
		}
		if ctx.Err() != nil || !damaged(err) {
			return rows, err
		}
		if more, err := w.skip(ctx, err); err != nil || !more {
			return rows, err
		}
	}
	return rows, nil
}

// read appends rows from a sequence number on, up to n in all.
func (w *walk[T]) read(ctx context.Context, list []T, n int, from state.Seq) ([]T, error) {
	rows, err := w.db.QueryContext(ctx, `SELECT `+w.fields+` FROM `+w.table+` WHERE seq >= ? ORDER BY seq LIMIT ?`, int64(from), n-len(list))
	err = eachRow(rows, err, func() (bool, error) {
		row, seq, err := w.scan(rows)
		if err == nil && seq <= w.last {
			err = fmt.Errorf("#%d comes after #%d", seq, w.last)
		}
		if err == nil {
			list, w.last = append(list, row), seq
		}
		return true, err
	})
	return list, err
}

// skip goes on behind a row that cannot be read, if there is another, and notes what lies
// between. It tries one sequence number after the other: some microseconds for each.
func (w *walk[T]) skip(ctx context.Context, cause error) (more bool, err error) {
	before, end := w.last, w.end
	if end <= before {
		end = before + maxSkipped
	}
	for seq := before + 2; seq <= end; seq++ {
		one, err := w.read(ctx, nil, 1, seq)
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err == nil && len(one) == 0 {
			break
		}
		if err == nil {
			w.damage.add(Damage{Part: w.table, After: before, Before: w.last, Err: cause})
			w.last-- // it is read again, with those that follow
			return true, nil
		}
	}
	w.damage.add(Damage{Part: w.table, After: before, Err: cause})
	return false, nil
}
