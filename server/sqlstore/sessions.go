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
		if err := t.endSessions(`expires <= $1`, n.Created.UnixMilli()); err != nil {
			return err
		}
		return t.exec(`
			INSERT INTO sessions (id, member, hash, device, created, seen, expires, name, scopes, author, room)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			n.ID, n.User, hex.EncodeToString(n.Hash[:]), n.Device,
			n.Created.UnixMilli(), n.Seen.UnixMilli(), n.Expires.UnixMilli(),
			n.Name, joinScopes(n.Scopes), nullable(string(n.Author)), nullable(string(n.Room)))
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
		scopes                 string
	)
	err := s.reader.row(ctx, `
		SELECT s.id, s.device, s.created, s.seen, s.expires, s.name, s.scopes, coalesce(s.author, ''), coalesce(s.room, ''),
			u.id, u.name, coalesce(u.handle, ''), u.role, coalesce(u.owner, ''), u.picture, u.lang
		FROM sessions s JOIN users u ON u.id = s.member
		WHERE s.hash = $1 AND s.expires > $2 AND u.standing = ''
			AND NOT EXISTS (SELECT 1 FROM users a WHERE a.id = s.author AND a.standing <> '')`, hex.EncodeToString(hash[:]), now.UnixMilli()).
		Scan(&f.ID, &f.Device, &created, &seen, &expires, &f.Name, &scopes, &f.Author, &f.Room,
			&u.ID, &u.Name, &u.Handle, &u.Role, &u.Owner, &u.Picture, &f.Lang)
	if err != nil {
		return server.Session{}, shared.User{}, fmt.Errorf("session: %w", noRows(err))
	}
	f.User, f.Scopes = u.ID, splitScopes(scopes)
	f.Created, f.Seen, f.Expires = time.UnixMilli(created), time.UnixMilli(seen), time.UnixMilli(expires)
	return f, u, nil
}

// SessionsOf implements server.AccountStore.
func (s *Store) SessionsOf(ctx context.Context, id shared.UserID, now time.Time) ([]server.Session, error) {
	rows, err := s.reader.query(ctx, `
		SELECT id, device, created, seen, expires FROM sessions
		WHERE member = $1 AND author IS NULL AND expires > $2 ORDER BY seen DESC, created DESC, id`, id, now.UnixMilli())
	return collect(rows, err, func(row scanner) (server.Session, error) {
		f := server.Session{User: id}
		var created, seen, expires int64
		err := row.Scan(&f.ID, &f.Device, &created, &seen, &expires)
		f.Created, f.Seen, f.Expires = time.UnixMilli(created), time.UnixMilli(seen), time.UnixMilli(expires)
		return f, err
	})
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
	return s.writer.do(ctx, func(t *tx) error { return t.endSessions(`id = $1`, id) })
}

// EndSessions implements server.SessionStore. Tokens are not logins: they stay.
func (s *Store) EndSessions(ctx context.Context, user shared.UserID, keep string) error {
	return s.writer.do(ctx, func(t *tx) error {
		return t.endSessions(`member = $1 AND id <> $2 AND author IS NULL`, user, keep)
	})
}

// EndTokens implements server.ProgramStore.
func (s *Store) EndTokens(ctx context.Context, user shared.UserID) error {
	return s.writer.do(ctx, func(t *tx) error {
		return t.endSessions(`member = $1 AND author IS NOT NULL`, user)
	})
}

// endSessions ends the sessions that a condition names, and the devices that
// were notified through them.
func (t *tx) endSessions(where string, args ...any) error {
	if err := t.forgetDevices(`session IN (SELECT id FROM sessions WHERE `+where+`)`, args...); err != nil {
		return err
	}
	return t.exec(`DELETE FROM sessions WHERE `+where, args...)
}
