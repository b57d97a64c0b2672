package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"salon/room/state"
)

// ErrPinned is an error of Erase: the message is out, but somebody who reads the file
// keeps its words in the write-ahead log for now.
var ErrPinned = errors.New("somebody is reading the file: the words are overwritten when they have done")

// Erase takes out what was said at a place, so that its words are nowhere in the
// directory's files: not in the messages, the index or the log, nor in what was free
// in between. In the log an event without a text stays, so that places and rules are
// what they were. A topic's words stay in the room's State until there is another.
//
// With ErrPinned it is done but for the write-ahead log, which is emptied as soon as
// nobody reads; any other error means that nothing has changed. A place where nothing
// was said is no error.
func (h *History) Erase(ctx context.Context, seq state.Seq) error {
	err := ctx.Err()
	if err == nil {
		err = h.trouble.now()
	}
	if err == nil {
		err = h.maintenance.write(ctx)
	}
	var left state.Body
	if err == nil {
		err = h.maintenance.inTransaction(func(tx *sql.Tx) (err error) {
			left, err = erase(tx, seq)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("history: erase: %w", err)
	}
	h.memory.erase(seq)
	if left != nil {
		h.tail.Replace(seq, left)
	}
	h.maintenance.erased.Store(true)
	if err := h.maintenance.emptyLog(); err != nil {
		return fmt.Errorf("history: erase: %w", err)
	}
	return nil
}

// erase does so in the tables, and returns what the log has of it from then on; nil
// if that has nothing.
func erase(tx *sql.Tx, seq state.Seq) (state.Body, error) {
	if err := unindex(tx, `seq = ?`, int64(seq)); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(`UPDATE meta SET bytes = max(0, bytes - ifnull((SELECT `+sizeSQL+` FROM messages WHERE seq = ?), 0))`, int64(seq)); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(`DELETE FROM messages WHERE seq = ?`, int64(seq)); err != nil {
		return nil, err
	}
	var data []byte
	err := tx.QueryRow(`SELECT event FROM log WHERE seq = ?`, int64(seq)).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return eraseEntry(tx, data)
}

// eraseEntry takes the text out of an event that the log still holds.
func eraseEntry(tx *sql.Tx, data []byte) (state.Body, error) {
	e, err := state.DecodeEvent(data)
	if err != nil {
		return nil, err
	}
	k := state.KindOf(e.Body)
	if !k.Spoken {
		return nil, nil
	}
	speech, rest := k.Split(e.Body)
	speech.Text = ""
	e.Body = k.Join(rest, speech)
	if data, err = state.EncodeEvent(e); err != nil {
		return nil, err
	}
	_, err = tx.Exec(`UPDATE log SET event = ? WHERE seq = ?`, string(data), int64(e.Seq))
	return e.Body, err
}

// emptyLog moves what the write-ahead log holds of erased words out of it.
func (c *maintenance) emptyLog() error {
	done, err := c.history.disk.truncate()
	switch {
	case err != nil:
		return err
	case !done:
		return ErrPinned
	}
	c.erased.Store(false)
	return nil
}
