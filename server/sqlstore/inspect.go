package sqlstore

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// inspect finds out whether the database can be opened before anything is
// touched: opening a file with SQLite can already change it and leave files
// beside it. A database that does not exist yet is fine where one can be made.
func inspect(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return tryFolder(filepath.Dir(path))
	case err != nil:
		return unwritable("folder", filepath.Dir(path), err)
	case !info.Mode().IsRegular():
		return notOurs(path, "it is not a file")
	}
	if info.Size() > 0 { // else it was created and nothing more
		if err := inspectFile(ctx, path, info.Size()); err != nil {
			return err
		}
	}
	if err := tryFile(path); err != nil {
		return err
	}
	return tryFolder(filepath.Dir(path))
}

// inspectFile reads the file alone. After a crash the newest writes are only
// in the log beside it, which SQLite applies when it really opens; the schema
// is always in the file, see migrate.
func inspectFile(ctx context.Context, path string, size int64) error {
	pages, pageSize, err := readHeader(path)
	if err != nil {
		return err
	}
	log, err := os.Stat(path + "-wal")
	settled := err != nil || log.Size() == 0
	missing := pages*pageSize - size
	switch {
	case missing > 0 && settled:
		return damaged(path, fmt.Errorf("%d of its %d bytes are missing", missing, pages*pageSize))
	case missing > 0:
		return nil // a checkpoint was cut short: the log has the rest, and SQLite goes on with it
	}
	// immutable: without locks, and without files beside the database.
	db, err := openDB(path, url.Values{"mode": {"ro"}, "immutable": {"1"}}, 1)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := checkVersion(ctx, path, db); err != nil {
		return err
	}
	if settled && size <= checkBytes {
		return checkContent(ctx, path, db)
	}
	return nil
}

// checkBytes is up to which size a database is checked whole when it is
// opened: a fraction of a second.
const checkBytes = 32 << 20

const (
	headerMagic    = "SQLite format 3\x00"
	headerSize     = 100
	headerPageSize = 16 // two bytes; 1 means 65,536
	headerPages    = 28 // four bytes
)

// readHeader returns how long the database file says it is.
func readHeader(path string) (pages, pageSize int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, unwritable("file", path, err)
	}
	defer f.Close()
	var header [headerSize]byte
	if _, err := io.ReadFull(f, header[:]); err != nil || string(header[:len(headerMagic)]) != headerMagic {
		return 0, 0, notOurs(path, "it is not an SQLite file")
	}
	pageSize = int64(binary.BigEndian.Uint16(header[headerPageSize:]))
	if pageSize == 1 {
		pageSize = 1 << 16
	}
	return int64(binary.BigEndian.Uint32(header[headerPages:])), pageSize, nil
}

func checkVersion(ctx context.Context, path string, db *sql.DB) error {
	var tables, versions int
	err := db.QueryRowContext(ctx, `
		SELECT count(*), coalesce(sum(CASE WHEN name = 'goose_db_version' THEN 1 ELSE 0 END), 0)
		FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`).Scan(&tables, &versions)
	if err != nil {
		return damaged(path, err)
	}
	if tables == 0 {
		return nil
	}
	if versions == 0 {
		return notOurs(path, "its tables are another program's")
	}
	var has int64
	if err := db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`).Scan(&has); err != nil {
		return damaged(path, err)
	}
	known, err := knownVersion()
	if err != nil {
		return err
	}
	if has > known {
		return newerSchema(path, has, known)
	}
	return nil
}

func checkContent(ctx context.Context, path string, db *sql.DB) error {
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return damaged(path, err)
	}
	if verdict != "ok" {
		lines := strings.Split(strings.TrimSpace(verdict), "\n") // the first only names the database
		return damaged(path, errors.New(lines[len(lines)-1]))
	}
	return nil
}

// tryFile proves that the file may be written, without writing.
func tryFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return unwritable("file", path, err)
	}
	return f.Close()
}

// tryFolder proves that files can be made in the folder, and makes the folder.
func tryFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unwritable("folder", dir, err)
	}
	f, err := os.CreateTemp(dir, ".hubbub-*")
	if err != nil {
		return unwritable("folder", dir, err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return unwritable("folder", dir, err)
	}
	return nil
}
