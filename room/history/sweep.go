package history

import (
	"context"
	"database/sql"
)

// sweepSoon has the clerk look for what a snapshot made superfluous.
func (c *clerk) sweepSoon() {
	c.spared.Store(true)
	signal(c.wake)
}

// sweep forgets, a few at a time, what nothing but the state needed and the
// snapshot holds now: also the pass phrases of those who gave their pseudo up.
func (c *clerk) sweep(ctx context.Context) error {
	if !c.spared.Swap(false) {
		return nil
	}
	for ctx.Err() == nil {
		var gone int64
		err := c.transaction(ctx, func(tx *sql.Tx) (err error) {
			gone, err = sweepSome(tx)
			return err
		})
		if err != nil {
			c.spared.Store(true)
			return err
		}
		if gone == 0 {
			return nil
		}
	}
	return ctx.Err()
}

// sweepSome leaves the last rows, whose IDs are remembered.
func sweepSome(tx *sql.Tx) (gone int64, err error) {
	result, err := tx.Exec(`DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE `+decidedKinds+`
		AND seq <= (SELECT seq FROM snapshot) AND seq < (SELECT seq FROM events ORDER BY seq DESC LIMIT 1 OFFSET ?)
		ORDER BY seq LIMIT ?)`, tailEvents-1, pruneEvents)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
