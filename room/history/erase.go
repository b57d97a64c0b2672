package history

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"salon/room/state"
)

// Erase deletes the message with that sequence number, so that its words are nowhere in
// the directory's files: not in the messages, the index, the log or free pages. In the log
// the event stays without its text, so that sequence numbers and rules remain. A topic
// stays in the room's State until there is another.
//
// ErrPinned means that it is done but for the write-ahead log, which is emptied as soon as
// nobody reads. A sequence number without a message is no error.
func (h *History) Erase(ctx context.Context, seq state.Seq) error {
	err := cmp.Or(ctx.Err(), h.trouble.now())
	if err == nil {
		err = h.maintenance.write(ctx)
	}
	var left state.Body
	if err == nil {
		err = h.disk.maintain(func(tx *sql.Tx) (err error) {
			left, err = eraseMessage(tx, seq)
			return err
		})
	}
	if err == nil {
		h.memory.erase(seq)
		if left != nil {
			h.tail.Replace(seq, left)
		}
		h.maintenance.erased.Store(true)
		err = h.maintenance.emptyLog()
	}
	if err != nil {
		return fmt.Errorf("history: erase: %w", err)
	}
	return nil
}

// eraseMessage deletes a message from the tables, and returns what the log then has of it; nil if
// it has nothing.
func eraseMessage(tx *sql.Tx, seq state.Seq) (state.Body, error) {
	if err := unindex(tx, seq, seq); err != nil {
		return nil, err
	}
	_, err := tx.Exec(`UPDATE meta SET bytes = max(0, bytes - ifnull((SELECT `+sizeSQL+` FROM messages WHERE seq = ?1), 0));
		DELETE FROM messages WHERE seq = ?1`, int64(seq))
	if err != nil {
		return nil, err
	}
	var data []byte
	switch err := tx.QueryRow(`SELECT event FROM log WHERE seq = ?`, int64(seq)).Scan(&data); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	}
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
	_, err = tx.Exec(`UPDATE log SET event = ? WHERE seq = ?`, string(data), int64(seq))
	return e.Body, err
}
