package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"modernc.org/sqlite"
)

// longLog is the number of pages after which the log of the writes is moved
// into the database file.
const longLog = 1000

// asker is a connection, or a database that has some.
type asker interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// settle moves the log of the writes into the database file as far as no
// reader needs it, without waiting for any, and reports whether all of it went.
//
// SQLite would do this by itself, but is silent about failures: it would sync
// again, and when that succeeds because the kernel has forgotten what the first
// sync was for, write over the log, the only copy there is.
func settle(ctx context.Context, db asker) (all bool, err error) {
	var busy, pages, moved int
	if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &moved); err != nil {
		return false, fmt.Errorf("settle the log: %w", err)
	}
	return busy == 0 && moved == pages, nil
}

// settle is for a log that has become long, and does nothing before. What it
// could not move, it tries again after the next commit.
func (s *session) settle(ctx context.Context) error {
	var written int
	err := s.conn.Raw(func(c any) (err error) {
		written, _, err = c.(sqlite.DBStatus).Status(sqlite.DBStatusCacheWrite, false)
		return err
	})
	if err != nil || written < s.settled+longLog {
		return err
	}
	all, err := settle(ctx, s.conn)
	if all {
		s.settled = written
	}
	return err
}

// settle is for the end, after stop. It returns an error when the disk has lost
// something; any other failure only leaves the log as it is.
func (w *writer) settle() error {
	if w.session == nil {
		return nil
	}
	if _, err := settle(context.Background(), w.session.conn); forgetful(err) {
		return w.failed(err)
	}
	return nil
}
