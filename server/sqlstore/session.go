package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// session is the writer's connection with its prepared statements. Texts are
// constants, so the statements are few.
type session struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	tx    *sql.Tx // the transaction now, or nil

	settled int // how many pages it had written when the log was last settled
}

func newSession(ctx context.Context, db *sql.DB, o Options) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkPragmas(ctx, conn, o); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	// The log is long for all we know, so that many short sessions settle it too.
	return &session{conn: conn, stmts: make(map[string]*sql.Stmt), settled: -longLog}, nil
}

func (s *session) begin(ctx context.Context) (*tx, error) {
	sqlTx, err := s.conn.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	s.tx = sqlTx
	return &tx{ctx: ctx, session: s}, nil
}

// prepare returns the statement of a text. It belongs to the connection, and
// so takes part in the transaction that the connection is in.
func (s *session) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt, ok := s.stmts[text]; ok {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	s.stmts[text] = stmt
	return stmt, nil
}

// close gives the connection back.
func (s *session) close() {
	for _, stmt := range s.stmts {
		stmt.Close()
	}
	s.conn.Close()
}

// abandon rolls back and closes the connection for good. Its errors say
// nothing new: the connection is gone either way.
func (s *session) abandon() {
	if s.tx != nil {
		s.tx.Rollback() //nolint:errcheck // see above
	}
	for _, stmt := range s.stmts {
		stmt.Close()
	}
	err := s.conn.Raw(func(any) error { return driver.ErrBadConn })
	if !errors.Is(err, driver.ErrBadConn) {
		s.conn.Close()
	}
}
