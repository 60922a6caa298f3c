package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"hubbub/server"
	"hubbub/shared"
)

// tx is the transaction of one group.
type tx struct {
	ctx     context.Context
	session *session

	// counters are the rooms' last Seqs as posts of this group have moved
	// them. They are written once for the group instead of once for each post.
	counters map[shared.RoomID]*counter

	// fresh are the messages of this group that are still to be indexed.
	fresh []document
}

type counter struct {
	last  shared.Seq
	moved bool // and not yet written
}

func (t *tx) result(text string, args ...any) (sql.Result, error) {
	stmt, err := t.session.prepare(t.ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(t.ctx, args...)
}

func (t *tx) exec(text string, args ...any) error {
	_, err := t.result(text, args...)
	return err
}

// changed runs a statement and returns how many rows it changed.
func (t *tx) changed(text string, args ...any) (int64, error) {
	res, err := t.result(text, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *tx) row(text string, args ...any) scanner {
	stmt, err := t.session.prepare(t.ctx, text)
	if err != nil {
		return failedRow{err}
	}
	return stmt.QueryRowContext(t.ctx, args...)
}

func (t *tx) query(text string, args ...any) (*sql.Rows, error) {
	stmt, err := t.session.prepare(t.ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(t.ctx, args...)
}

func (t *tx) commit() error {
	if err := t.settle(); err != nil {
		return err
	}
	err := t.session.tx.Commit()
	if err == nil {
		t.session.tx = nil
	}
	return err
}

// settle writes what the group's posts left to be written at once.
func (t *tx) settle() error {
	if err := t.saveCounters(); err != nil {
		return err
	}
	return t.index()
}

// forget drops what settle would write: what it was for was undone.
func (t *tx) forget() {
	clear(t.counters)
	t.fresh = t.fresh[:0]
}

// counter returns a room's counter and keeps other nodes from moving it until
// the commit.
func (t *tx) counter(room shared.RoomID) (*counter, error) {
	if c, ok := t.counters[room]; ok {
		return c, nil
	}
	c := new(counter)
	err := t.row(`UPDATE rooms SET last = last WHERE id = $1 RETURNING last`, room).Scan(&c.last)
	if err != nil {
		return nil, fmt.Errorf("room %q: %w", room, noRows(err))
	}
	if t.counters == nil {
		t.counters = make(map[shared.RoomID]*counter)
	}
	t.counters[room] = c
	return c, nil
}

// saveCounters writes the counters and forgets them: what follows may move
// them by itself.
func (t *tx) saveCounters() error {
	for room, c := range t.counters {
		if !c.moved {
			continue
		}
		n, err := t.changed(`UPDATE rooms SET last = $1 WHERE id = $2`, c.last, room)
		if err != nil {
			return fmt.Errorf("counter of room %q: %w", room, err)
		}
		if n != 1 {
			return &undoError{fmt.Errorf("counter of room %q: %w", room, server.ErrNotFound)}
		}
	}
	clear(t.counters)
	return nil
}
