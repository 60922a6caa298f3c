package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

const selectFile = `
	SELECT id, owner, room, seq, name, type, size, width, height, thumb, created FROM files`

func scanFile(row scanner) (server.File, error) {
	var (
		f       server.File
		seq     sql.NullInt64
		created int64
	)
	err := row.Scan(&f.ID, &f.Owner, &f.Room, &seq, &f.Name, &f.Type, &f.Size, &f.Width, &f.Height, &f.Thumb, &created)
	f.Seq, f.Created = shared.Seq(seq.Int64), time.UnixMilli(created)
	return f, noRows(err)
}

// AddFile implements server.FileStore.
func (s *Store) AddFile(ctx context.Context, f server.File, quota int64) error {
	err := s.writer.doBare(ctx, func(t *tx) error {
		used, err := scanCount(t.row(selectUsage, f.Owner))
		if err != nil {
			return err
		}
		if quota > 0 && used+f.Size > quota {
			return server.ErrQuota
		}
		n, err := t.changed(`
			INSERT INTO files (id, owner, room, name, type, size, width, height, thumb, created)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (id) DO NOTHING`,
			f.ID, f.Owner, f.Room, f.Name, f.Type, f.Size, f.Width, f.Height, f.Thumb, f.Created.UnixMilli())
		if err == nil && n == 0 {
			err = server.ErrTaken
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("add file %q: %w", f.ID, err)
	}
	return nil
}

const selectUsage = `SELECT CAST(coalesce(sum(size), 0) AS bigint) FROM files WHERE owner = $1 AND (seq <> 0 OR seq IS NULL)`

func scanCount(row scanner) (n int64, err error) {
	err = row.Scan(&n)
	return n, noRows(err)
}

// FileUsage implements server.FileStore.
func (s *Store) FileUsage(ctx context.Context, owner shared.UserID) (int64, error) {
	return scanCount(s.reader.row(ctx, selectUsage, owner))
}

// File implements server.FileStore.
func (s *Store) File(ctx context.Context, id shared.FileID) (server.File, error) {
	f, err := scanFile(s.reader.row(ctx, selectFile+` WHERE id = $1 AND (seq <> 0 OR seq IS NULL)`, id))
	if err != nil {
		return f, fmt.Errorf("file %q: %w", id, err)
	}
	return f, nil
}

// RemoveFile implements server.FileStore.
func (s *Store) RemoveFile(ctx context.Context, id shared.FileID, owner shared.UserID) error {
	err := s.writer.doBare(ctx, func(t *tx) error {
		n, err := t.changed(`DELETE FROM files WHERE id = $1 AND owner = $2 AND seq IS NULL`, id, owner)
		if err == nil && n == 0 {
			err = server.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("remove file %q: %w", id, err)
	}
	return nil
}

// DiscardFiles implements server.FileStore.
func (s *Store) DiscardFiles(ctx context.Context, before time.Time) ([]shared.FileID, error) {
	rows, err := s.reader.query(ctx, `SELECT id FROM files WHERE `+loose, before.UnixMilli())
	found, err := collect(rows, err, scanFileID)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	discarded := []shared.FileID{}
	err = s.writer.do(ctx, func(t *tx) error {
		for _, id := range found {
			n, err := t.changed(`DELETE FROM files WHERE (`+loose+`) AND id = $2`, before.UnixMilli(), id) // it may have been posted just now
			if err != nil {
				return err
			}
			if n > 0 {
				discarded = append(discarded, id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("discard files: %w", err)
	}
	return discarded, nil
}

// loose is which files belong to no message and will belong to none.
const loose = `seq = 0 OR seq IS NULL AND created < $1`

// attach makes files part of a message.
func (t *tx) attach(ev *shared.Event) error {
	for _, f := range ev.Message.Files {
		n, err := t.changed(`UPDATE files SET seq = $1 WHERE id = $2 AND room = $3 AND owner = $4 AND seq IS NULL`,
			ev.Seq, f.ID, ev.Room, ev.By.ID)
		if err == nil && n == 0 {
			err = server.ErrNoFile
		}
		if err != nil {
			return fmt.Errorf("file %q: %w", f.ID, err)
		}
	}
	return nil
}

// detach takes the files out of a message that is deleted.
func (t *tx) detach(m shared.MessageRef) error {
	return t.exec(`UPDATE files SET seq = 0 WHERE room = $1 AND seq = $2`, m.Room, m.Seq)
}

// sameFiles reports whether a message has just these files, in that order.
func sameFiles(has []shared.File, want []shared.FileID) bool {
	return slices.EqualFunc(has, want, func(f shared.File, id shared.FileID) bool { return f.ID == id })
}

func scanFileID(row scanner) (id shared.FileID, err error) {
	err = row.Scan(&id)
	return id, err
}

// FileIDs implements server.FileStore. It does not compare in order: databases
// differ in what comes after what.
func (s *Store) FileIDs(ctx context.Context, prefix string) ([]shared.FileID, error) {
	rows, err := s.reader.query(ctx, `SELECT id FROM files WHERE substr(id, 1, length($1)) = $1`, prefix)
	return collect(rows, err, scanFileID)
}
