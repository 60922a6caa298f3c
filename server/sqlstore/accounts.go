package sqlstore

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// selectPeople says when somebody was seen by what is left of their logins.
const selectPeople = `
	SELECT u.id, u.name, coalesce(u.handle, ''), u.role, coalesce(u.owner, ''), u.picture,
		u.about, u.zone, u.lang, u.standing, u.created,
		coalesce((SELECT max(s.seen) FROM sessions s WHERE s.member = u.id AND s.author IS NULL), 0)
	FROM users u`

func scanPerson(row scanner) (shared.Person, error) {
	var p shared.Person
	err := row.Scan(&p.ID, &p.Name, &p.Handle, &p.Role, &p.Owner, &p.Picture,
		&p.About, &p.Zone, &p.Lang, &p.Standing, &p.Since, &p.Seen)
	return p, noRows(err)
}

// Person implements server.AccountStore.
func (s *Store) Person(ctx context.Context, id shared.UserID) (shared.Person, error) {
	p, err := scanPerson(s.reader.row(ctx, selectPeople+` WHERE u.id = $1`, id))
	if err != nil {
		return p, fmt.Errorf("person %q: %w", id, err)
	}
	return p, nil
}

// People implements server.AccountStore.
func (s *Store) People(ctx context.Context) ([]shared.Person, error) {
	rows, err := s.reader.query(ctx, selectPeople+` WHERE u.role <> 'bot' ORDER BY lower(u.name), u.id`)
	return collect(rows, err, scanPerson)
}

// SetProfile implements server.AccountStore.
func (s *Store) SetProfile(ctx context.Context, id shared.UserID, p shared.Profile) (shared.User, error) {
	return s.setUser(ctx, id, func(t *tx) error {
		if p.Handle != "" {
			if err := t.freeHandle(id, p.Handle); err != nil {
				return err
			}
		}
		return t.exec(`
			UPDATE users SET
				name = coalesce($1, name), handle = coalesce($2, handle),
				about = coalesce($3, about), zone = coalesce($4, zone), lang = coalesce($5, lang)
			WHERE id = $6`, nullable(p.Name), nullable(p.Handle), p.About, p.Zone, p.Lang, id)
	})
}

// SetPicture implements server.AccountStore.
func (s *Store) SetPicture(ctx context.Context, id shared.UserID, version string, image []byte) (shared.User, error) {
	return s.setUser(ctx, id, func(t *tx) error {
		if err := t.exec(`DELETE FROM pictures WHERE member = $1`, id); err != nil {
			return err
		}
		if version != "" {
			err := t.exec(`INSERT INTO pictures (member, version, image) VALUES ($1, $2, $3)`, id, version, image)
			if err != nil {
				return err
			}
		}
		return t.exec(`UPDATE users SET picture = $1 WHERE id = $2`, version, id)
	})
}

// Picture implements server.AccountStore.
func (s *Store) Picture(ctx context.Context, id shared.UserID, version string) ([]byte, error) {
	var image []byte
	err := s.reader.row(ctx, `SELECT image FROM pictures WHERE member = $1 AND version = $2`, id, version).Scan(&image)
	if err != nil {
		return nil, fmt.Errorf("picture of %q: %w", id, noRows(err))
	}
	return image, nil
}

// Sees implements server.AccountStore.
func (s *Store) Sees(ctx context.Context, viewer, id shared.UserID) (bool, error) {
	err := exists(s.reader.row(ctx, `
		SELECT 1 FROM members mine WHERE mine.member = $1 AND (
			EXISTS (SELECT 1 FROM members m WHERE m.room = mine.room AND m.member = $2)
			OR EXISTS (SELECT 1 FROM events e WHERE e.room = mine.room AND e.author = $2))
		LIMIT 1`, viewer, id))
	if errors.Is(err, server.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// GuestsWith implements server.AccountStore.
func (s *Store) GuestsWith(ctx context.Context, id shared.UserID) ([]shared.UserID, error) {
	rows, err := s.reader.query(ctx, `
		SELECT u.id FROM users u WHERE u.role = 'guest' AND EXISTS (
			SELECT 1 FROM members m JOIN members mine ON mine.room = m.room AND mine.member = $1
			WHERE m.member = u.id)`, id)
	return collect(rows, err, scanID)
}

func scanID(row scanner) (id shared.UserID, err error) { return id, row.Scan(&id) }

// SetRole implements server.AccountStore.
func (s *Store) SetRole(ctx context.Context, id shared.UserID, role shared.Role) (shared.User, error) {
	return s.setUser(ctx, id, func(t *tx) error {
		n, err := t.changed(`
			UPDATE users SET role = $1 WHERE id = $2 AND (role <> 'owner' OR $1 = 'owner'
				OR EXISTS (SELECT 1 FROM users WHERE role = 'owner' AND standing = '' AND id <> $2))`, role, id)
		if err != nil || n > 0 {
			return err
		}
		if err := exists(t.row(`SELECT 1 FROM users WHERE id = $1`, id)); err != nil {
			return err
		}
		return server.ErrLastOwner
	})
}

// AddRecovery implements server.AccountStore.
func (s *Store) AddRecovery(ctx context.Context, r server.Recovery) error {
	err := s.writer.do(ctx, func(t *tx) error {
		if err := t.exec(`DELETE FROM recoveries WHERE member = $1`, r.User); err != nil {
			return err
		}
		return t.exec(`INSERT INTO recoveries (member, hash, author, expires) VALUES ($1, $2, $3, $4)`,
			r.User, hex.EncodeToString(r.Hash[:]), r.Author, r.Expires.UnixMilli())
	})
	if err != nil {
		return fmt.Errorf("add a recovery of %q: %w", r.User, err)
	}
	return nil
}

const selectRecovery = selectUsers + ` WHERE standing = '' AND id IN (
	SELECT member FROM recoveries WHERE hash = $1 AND expires > $2)`

// spent is what to say of a recovery that is not there: it may have been.
func spent(err error) error {
	if errors.Is(err, server.ErrNotFound) {
		return server.ErrSpent
	}
	return err
}

// Recovery implements server.AccountStore.
func (s *Store) Recovery(ctx context.Context, hash [32]byte, now time.Time) (shared.User, error) {
	u, err := scanUser(s.reader.row(ctx, selectRecovery, hex.EncodeToString(hash[:]), now.UnixMilli()))
	if err != nil {
		return u, fmt.Errorf("recovery: %w", spent(err))
	}
	return u, nil
}

// UseRecovery implements server.AccountStore.
func (s *Store) UseRecovery(ctx context.Context, hash [32]byte, handle, password string, now time.Time) (shared.User, error) {
	var u shared.User
	err := s.writer.do(ctx, func(t *tx) error {
		found, err := scanUser(t.row(selectRecovery, hex.EncodeToString(hash[:]), now.UnixMilli()))
		if err != nil {
			return spent(err)
		}
		if err := t.setPassword(found.ID, handle, password); err != nil {
			return err
		}
		if err := t.exec(`DELETE FROM recoveries WHERE member = $1`, found.ID); err != nil {
			return err
		}
		if err := t.endSessions(`member = $1 AND author IS NULL`, found.ID); err != nil {
			return err
		}
		u, err = scanUser(t.row(selectUsers+` WHERE id = $1`, found.ID))
		return err
	})
	if err != nil {
		return shared.User{}, fmt.Errorf("use a recovery: %w", err)
	}
	return u, nil
}
