package sqlstore

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// AddSession implements server.SessionStore. Sessions that have expired by
// then are forgotten.
func (s *Store) AddSession(ctx context.Context, n server.Session) error {
	err := s.writer.do(ctx, func(t *tx) error {
		if err := t.exec(`DELETE FROM sessions WHERE expires <= $1`, n.Created.UnixMilli()); err != nil {
			return err
		}
		return t.exec(`
			INSERT INTO sessions (id, member, hash, device, created, seen, expires)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			n.ID, n.User, hex.EncodeToString(n.Hash[:]), n.Device,
			n.Created.UnixMilli(), n.Seen.UnixMilli(), n.Expires.UnixMilli())
	})
	if err != nil {
		return fmt.Errorf("add a session of %q: %w", n.User, err)
	}
	return nil
}

// Session implements server.SessionStore.
func (s *Store) Session(ctx context.Context, hash [32]byte, now time.Time) (server.Session, shared.User, error) {
	var (
		f                      = server.Session{Hash: hash}
		u                      shared.User
		created, seen, expires int64
	)
	err := s.reader.row(ctx, `
		SELECT s.id, s.device, s.created, s.seen, s.expires, u.id, u.name, coalesce(u.handle, ''), u.role
		FROM sessions s JOIN users u ON u.id = s.member
		WHERE s.hash = $1 AND s.expires > $2`, hex.EncodeToString(hash[:]), now.UnixMilli()).
		Scan(&f.ID, &f.Device, &created, &seen, &expires, &u.ID, &u.Name, &u.Handle, &u.Role)
	if err != nil {
		return server.Session{}, shared.User{}, fmt.Errorf("session: %w", noRows(err))
	}
	f.User = u.ID
	f.Created, f.Seen, f.Expires = time.UnixMilli(created), time.UnixMilli(seen), time.UnixMilli(expires)
	return f, u, nil
}

// TouchSession implements server.SessionStore. A session that has ended is
// server.ErrNotFound.
func (s *Store) TouchSession(ctx context.Context, id string, seen, expires time.Time) error {
	err := s.writer.doBare(ctx, func(t *tx) error {
		n, err := t.changed(`UPDATE sessions SET seen = $1, expires = $2 WHERE id = $3`,
			seen.UnixMilli(), expires.UnixMilli(), id)
		if err == nil && n == 0 {
			return server.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("touch session %q: %w", id, err)
	}
	return nil
}

// EndSession implements server.SessionStore. Ending it twice is no error.
func (s *Store) EndSession(ctx context.Context, id string) error {
	return s.writer.doBare(ctx, func(t *tx) error {
		return t.exec(`DELETE FROM sessions WHERE id = $1`, id)
	})
}

// EndSessions implements server.SessionStore.
func (s *Store) EndSessions(ctx context.Context, user shared.UserID, keep string) error {
	return s.writer.doBare(ctx, func(t *tx) error {
		return t.exec(`DELETE FROM sessions WHERE member = $1 AND id <> $2`, user, keep)
	})
}
