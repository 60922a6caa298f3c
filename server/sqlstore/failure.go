package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// fatal reports whether err says that the database cannot go on with this
// transaction, rather than that one write was wrong. What we do not know is
// fatal: better a group that is sent again than one half committed.
func fatal(err error) bool {
	if errors.Is(err, sql.ErrTxDone) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, driver.ErrBadConn) {
		return true
	}
	var undo *undoError
	if errors.As(err, &undo) {
		return true
	}
	switch code(err) {
	case lib.SQLITE_OK, // not from the database
		lib.SQLITE_CONSTRAINT, lib.SQLITE_MISMATCH, lib.SQLITE_TOOBIG:
		return false
	}
	return true
}

// code is SQLite's primary result code in err, or SQLITE_OK.
func code(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return lib.SQLITE_OK
	}
	return e.Code() & 0xff
}

// undoError is a failure to undo one write: the whole group must go.
type undoError struct{ error }

func (e *undoError) Unwrap() error { return e.error }
