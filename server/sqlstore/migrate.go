package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. Afterwards the schema is in the
// database file itself and not only in the log beside it, so that inspect can
// tell its version without opening the database.
func migrate(ctx context.Context, path string, db *sql.DB, o Options) error {
	first, err := newSession(ctx, db, o) // not a word is written without the pragmas
	if err != nil {
		return err
	}
	first.close()
	provider, err := newProvider(db)
	if err != nil {
		return err
	}
	current, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if current > known {
		return newerSchema(path, current, known)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring the schema up to date: %w", err)
	}
	_, err = settle(ctx, db)
	return err
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, dir,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

// knownVersion is the newest schema this program has migrations for.
func knownVersion() (int64, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	newest := int64(0)
	for _, name := range names {
		v, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		newest = max(newest, v)
	}
	if newest == 0 {
		return 0, errors.New("sqlstore: no migrations")
	}
	return newest, nil
}
