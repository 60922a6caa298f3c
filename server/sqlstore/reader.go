package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"hubbub/server"
)

// reader runs queries on connections that never wait for the writer. A query's
// text is prepared at its first use: texts are constants, so they are few.
type reader struct {
	db    *sql.DB
	stmts sync.Map // text → *sql.Stmt
}

func openReader(ctx context.Context, path string, o Options) (*reader, error) {
	db, err := openReaderDB(path, o)
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := errors.Join(checkPragmas(ctx, conn, o), conn.Close()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &reader{db: db}, nil
}

func (r *reader) close() error { return r.db.Close() }

func (r *reader) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt, ok := r.stmts.Load(text); ok {
		return stmt.(*sql.Stmt), nil
	}
	stmt, err := r.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	if other, loaded := r.stmts.LoadOrStore(text, stmt); loaded {
		return other.(*sql.Stmt), stmt.Close()
	}
	return stmt, nil
}

func (r *reader) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	stmt, err := r.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func (r *reader) row(ctx context.Context, text string, args ...any) scanner {
	stmt, err := r.prepare(ctx, text)
	if err != nil {
		return failedRow{err}
	}
	return stmt.QueryRowContext(ctx, args...)
}

// scanner is a row: *sql.Row, or *sql.Rows at its current one.
type scanner interface{ Scan(dest ...any) error }

// failedRow is the row of a query that could not be asked.
type failedRow struct{ err error }

func (f failedRow) Scan(...any) error { return f.err }

// noRows makes the database's "no rows" the Store's "not found".
func noRows(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return server.ErrNotFound
	}
	return err
}

func isNotFound(err error) bool { return errors.Is(err, server.ErrNotFound) }

// collect scans all rows of a query.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []T{}
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
