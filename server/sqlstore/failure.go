package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

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

// forgetful reports whether err says that the disk may have lost what it had
// taken. After a failed fsync the kernel forgets the pages it could not write,
// and the next fsync succeeds without them: it proves nothing any more. What we
// do not know of is taken to mean the same.
func forgetful(err error) bool {
	if code(err) != lib.SQLITE_IOERR {
		return false // full, read-only, locked: nothing was taken
	}
	switch extendedCode(err) {
	case lib.SQLITE_IOERR_WRITE, // refused at once, by a quota say: nothing was taken either
		lib.SQLITE_IOERR_SHMOPEN, lib.SQLITE_IOERR_SHMSIZE, lib.SQLITE_IOERR_SHMMAP, // an index that is made anew; a full disk says this too
		lib.SQLITE_IOERR_NOMEM:
		return false
	}
	return true
}

// diskError is a failure after which only a restart makes writes safe again:
// Open reads what is really there.
type diskError struct{ error }

func (e *diskError) Error() string {
	return fmt.Sprintf("the disk failed to keep what was written, so nothing more is accepted; check the disk, then restart Hubbub (%v)", e.error)
}

func (e *diskError) Unwrap() error { return e.error }

// code is SQLite's primary result code in err, or SQLITE_OK.
func code(err error) int { return extendedCode(err) & 0xff }

// extendedCode is SQLite's full result code in err, or SQLITE_OK. The driver
// asks for full codes on every connection.
func extendedCode(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return lib.SQLITE_OK
	}
	return e.Code()
}

// undoError is a failure to undo one write: the whole group must go.
type undoError struct{ error }

func (e *undoError) Unwrap() error { return e.error }
