package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite": pure Go, so that no cgo is needed
)

// pragmas are what every connection runs with.
func pragmas(o Options) [][2]string {
	return [][2]string{
		{"busy_timeout", strconv.FormatInt(o.BusyTimeout.Milliseconds(), 10)},
		{"foreign_keys", "1"},
		{"journal_mode", "wal"},
		{"synchronous", o.synchronous},
		{"wal_autocheckpoint", "0"}, // see settle
	}
}

// checkPragmas reads the pragmas back: SQLite ignores what it does not
// understand, and silently keeps another journal where it cannot use WAL.
func checkPragmas(ctx context.Context, c *sql.Conn, o Options) error {
	for _, p := range pragmas(o) {
		var got string
		if err := c.QueryRowContext(ctx, "PRAGMA "+p[0]).Scan(&got); err != nil {
			return fmt.Errorf("read pragma %s: %w", p[0], err)
		}
		if got != p[1] {
			return &pragmaError{name: p[0], got: got, want: p[1]}
		}
	}
	return nil
}

// pragmaError says that SQLite does not run as safely as it was told to.
type pragmaError struct{ name, got, want string }

func (e *pragmaError) Error() string {
	return fmt.Sprintf("SQLite runs with %s=%s here instead of %s", e.name, e.got, e.want)
}

// openWriterDB opens the one connection that writes.
func openWriterDB(path string, o Options) (*sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}, "mode": {"rwc"}}
	for _, p := range pragmas(o) {
		q.Add("_pragma", p[0]+"("+p[1]+")")
	}
	db, err := openDB(path, q, 1)
	if err != nil {
		return nil, err
	}
	return db, nil
}

// openReaderDB opens connections that cannot write.
func openReaderDB(path string, o Options) (*sql.DB, error) {
	q := url.Values{"mode": {"ro"}}
	for _, p := range pragmas(o) {
		if p[0] != "journal_mode" { // a property of the file, set by the writer
			q.Add("_pragma", p[0]+"("+p[1]+")")
		}
	}
	return openDB(path, q, o.Readers)
}

func openDB(path string, q url.Values, conns int) (*sql.DB, error) {
	dsn, err := dataSource(path, q)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// dataSource returns the URI of a file, whatever characters its path has.
func dataSource(path string, q url.Values) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	p := filepath.ToSlash(abs)
	if !strings.HasPrefix(p, "/") { // a Windows drive
		p = "/" + p
	}
	u := url.URL{Path: p}
	return "file://" + u.EscapedPath() + "?" + q.Encode(), nil
}
