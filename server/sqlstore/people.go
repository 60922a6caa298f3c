package sqlstore

import (
	"context"
	"fmt"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

const selectUsers = `SELECT id, name, coalesce(handle, ''), role, coalesce(owner, ''), picture FROM users`

func scanUser(row scanner) (shared.User, error) {
	var u shared.User
	err := row.Scan(&u.ID, &u.Name, &u.Handle, &u.Role, &u.Owner, &u.Picture)
	return u, noRows(err)
}

// Claim implements server.PeopleStore.
func (s *Store) Claim(ctx context.Context, owner server.Account, name string, first shared.Room, at time.Time) error {
	err := s.writer.do(ctx, func(t *tx) error { return t.claim(owner, name, first, at) })
	if err != nil {
		return fmt.Errorf("claim the server: %w", err)
	}
	return nil
}

func (t *tx) claim(owner server.Account, name string, first shared.Room, at time.Time) error {
	n, err := t.changed(`INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`,
		settingServer, name)
	if err != nil {
		return err
	}
	if n == 0 {
		return server.ErrClaimed
	}
	if err := t.addUser(owner, at); err != nil {
		return err
	}
	if _, err := t.createRoom(owner.Author(), first, at); err != nil {
		return err
	}
	return t.exec(`INSERT INTO settings (name, value) VALUES ($1, $2)`, settingFirst, first.ID)
}

// addUser stores a new user; a handle in use is server.ErrTaken.
func (t *tx) addUser(a server.Account, at time.Time) error {
	n, err := t.changed(`
		INSERT INTO users (id, name, handle, role, hash, created, owner)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT DO NOTHING`,
		a.ID, a.Name, nullable(a.Handle), a.Role, a.Hash, at.UnixMilli(), nullable(string(a.Owner)))
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("handle %q: %w", a.Handle, server.ErrTaken)
	}
	return nil
}

// ServerName implements server.PeopleStore.
func (s *Store) ServerName(ctx context.Context) (string, error) {
	return s.setting(ctx, settingServer)
}

// User implements server.PeopleStore.
func (s *Store) User(ctx context.Context, id shared.UserID) (shared.User, error) {
	u, err := scanUser(s.reader.row(ctx, selectUsers+` WHERE id = $1`, id))
	if err != nil {
		return shared.User{}, fmt.Errorf("user %q: %w", id, err)
	}
	return u, nil
}

// Users implements server.PeopleStore: by name.
func (s *Store) Users(ctx context.Context) ([]shared.User, error) {
	rows, err := s.reader.query(ctx, selectUsers+` WHERE standing = '' ORDER BY lower(name), id`)
	return collect(rows, err, scanUser)
}

// Account implements server.PeopleStore.
func (s *Store) Account(ctx context.Context, handle string) (server.Account, error) {
	var a server.Account
	err := s.reader.row(ctx, `SELECT id, name, handle, role, picture, hash, standing FROM users WHERE handle = $1`, handle).
		Scan(&a.ID, &a.Name, &a.Handle, &a.Role, &a.Picture, &a.Hash, &a.Standing)
	if err != nil {
		return server.Account{}, fmt.Errorf("handle %q: %w", handle, noRows(err))
	}
	return a, nil
}

// SetPassword implements server.PeopleStore.
func (s *Store) SetPassword(ctx context.Context, id shared.UserID, handle, hash string) (shared.User, error) {
	return s.setUser(ctx, id, func(t *tx) error { return t.setPassword(id, handle, hash) })
}

func (t *tx) setPassword(id shared.UserID, handle, hash string) error {
	if err := t.freeHandle(id, handle); err != nil {
		return err
	}
	return t.exec(`
		UPDATE users SET handle = $1, hash = $2,
			role = CASE WHEN role = 'guest' THEN 'member' ELSE role END
		WHERE id = $3`, handle, hash, id)
}

// freeHandle returns server.ErrTaken when a handle is somebody else's.
func (t *tx) freeHandle(id shared.UserID, handle string) error {
	var others int
	err := t.row(`SELECT count(*) FROM users WHERE handle = $1 AND id <> $2`, handle, id).Scan(&others)
	if err == nil && others > 0 {
		return fmt.Errorf("handle %q: %w", handle, server.ErrTaken)
	}
	return err
}

// setUser changes a user and returns the result.
func (s *Store) setUser(ctx context.Context, id shared.UserID, change func(*tx) error) (shared.User, error) {
	var u shared.User
	err := s.writer.do(ctx, func(t *tx) error {
		if err := change(t); err != nil {
			return err
		}
		var err error
		u, err = scanUser(t.row(selectUsers+` WHERE id = $1`, id))
		return err
	})
	if err != nil {
		return shared.User{}, fmt.Errorf("user %q: %w", id, err)
	}
	return u, nil
}
