package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

const selectRoom = `SELECT id, name, topic, closed, archived, circle IS NOT NULL FROM rooms WHERE id = $1`

func scanRoom(row scanner) (shared.Room, error) {
	var r shared.Room
	err := row.Scan(&r.ID, &r.Name, &r.Topic, &r.Closed, &r.Archived, &r.Direct)
	return r, noRows(err)
}

// Room implements server.RoomStore.
func (s *Store) Room(ctx context.Context, id shared.RoomID) (shared.Room, error) {
	r, err := scanRoom(s.reader.row(ctx, selectRoom, id))
	if err != nil {
		return shared.Room{}, fmt.Errorf("room %q: %w", id, err)
	}
	return r, nil
}

// Access implements server.RoomStore.
func (s *Store) Access(ctx context.Context, room shared.RoomID, user shared.UserID) (shared.Room, bool, error) {
	var (
		r      shared.Room
		member bool
	)
	err := s.reader.row(ctx, `
		SELECT id, name, topic, closed, archived, circle IS NOT NULL,
			EXISTS (SELECT 1 FROM members WHERE room = $1 AND member = $2)
		FROM rooms WHERE id = $1`, room, user).
		Scan(&r.ID, &r.Name, &r.Topic, &r.Closed, &r.Archived, &r.Direct, &member)
	if err != nil {
		return shared.Room{}, false, fmt.Errorf("room %q: %w", room, noRows(err))
	}
	return r, member, nil
}

// CreateRoom implements server.RoomStore. An ID that is in use is
// server.ErrTaken.
func (s *Store) CreateRoom(ctx context.Context, by shared.Author, r shared.Room, at time.Time) ([]shared.Event, error) {
	var evs []shared.Event
	err := s.writer.do(ctx, func(t *tx) (err error) {
		evs, err = t.createRoom(by, r, at)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create room %q: %w", r.ID, err)
	}
	return evs, nil
}

func (t *tx) createRoom(by shared.Author, r shared.Room, at time.Time) ([]shared.Event, error) {
	n, err := t.changed(`
		INSERT INTO rooms (id, name, topic, closed, archived, last, created)
		VALUES ($1, $2, $3, $4, $5, 0, $6)
		ON CONFLICT (id) DO NOTHING`, r.ID, r.Name, r.Topic, r.Closed, r.Archived, at.UnixMilli())
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, server.ErrTaken
	}
	created := shared.Event{Room: r.ID, At: shared.Millis(at.UnixMilli()), By: by, Created: &r}
	if err := t.append(&created); err != nil {
		return nil, err
	}
	joined, err := t.join(by, r.ID, by.ID, at)
	if err != nil {
		return nil, err
	}
	return []shared.Event{created, joined}, nil
}

// UpdateRoom implements server.RoomStore. The event says only what differs.
func (s *Store) UpdateRoom(ctx context.Context, by shared.Author, u shared.RoomUpdate, at time.Time) (shared.Event, error) {
	ev := shared.Event{Room: u.Room, At: shared.Millis(at.UnixMilli()), By: by}
	err := s.writer.do(ctx, func(t *tx) error { return t.updateRoom(&ev, u.RoomChange) })
	if err != nil {
		return shared.Event{}, fmt.Errorf("update room %q: %w", u.Room, err)
	}
	return ev, nil
}

func (t *tx) updateRoom(ev *shared.Event, wanted shared.RoomChange) error {
	before, err := scanRoom(t.row(selectRoom, ev.Room))
	if err != nil {
		return err
	}
	change := difference(before, wanted)
	if change == (shared.RoomChange{}) {
		return server.ErrNoChange
	}
	after := change.Apply(before)
	err = t.exec(`UPDATE rooms SET name = $1, topic = $2, closed = $3, archived = $4 WHERE id = $5`,
		after.Name, after.Topic, after.Closed, after.Archived, after.ID)
	if err != nil {
		return err
	}
	ev.Changed = &change
	return t.append(ev)
}

// difference returns of c what is not so already.
func difference(r shared.Room, c shared.RoomChange) shared.RoomChange {
	return shared.RoomChange{
		Name:     differing(c.Name, r.Name),
		Topic:    differing(c.Topic, r.Topic),
		Closed:   differing(c.Closed, r.Closed),
		Archived: differing(c.Archived, r.Archived),
	}
}

func differing[T comparable](wanted *T, is T) *T {
	if wanted == nil || *wanted == is {
		return nil
	}
	return wanted
}

// exists returns server.ErrNotFound when the query of one row finds none.
func exists(row scanner) error {
	var one int
	return noRows(row.Scan(&one))
}

// isMember reports whether user is in room.
func (t *tx) isMember(room shared.RoomID, user shared.UserID) (bool, error) {
	err := exists(t.row(`SELECT 1 FROM members WHERE room = $1 AND member = $2`, room, user))
	if errors.Is(err, server.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// nullable is s, or SQL's null when it is empty.
func nullable(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }
