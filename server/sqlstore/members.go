package sqlstore

import (
	"context"
	"fmt"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// AddMember implements server.RoomStore.
func (s *Store) AddMember(ctx context.Context, by shared.Author, room shared.RoomID, user shared.UserID, at time.Time) (shared.Event, error) {
	var ev shared.Event
	err := s.writer.do(ctx, func(t *tx) (err error) {
		ev, err = t.join(by, room, user, at)
		return err
	})
	if err != nil {
		return shared.Event{}, fmt.Errorf("add %q to room %q: %w", user, room, err)
	}
	return ev, nil
}

// join puts user into room. The new member has read everything up to joining.
func (t *tx) join(by shared.Author, room shared.RoomID, user shared.UserID, at time.Time) (shared.Event, error) {
	joined, err := scanUser(t.row(selectUsers+` WHERE id = $1 AND standing = ''`, user))
	if err != nil {
		return shared.Event{}, fmt.Errorf("user %q: %w", user, err)
	}
	in, err := t.isMember(room, user)
	if err != nil {
		return shared.Event{}, err
	}
	if in {
		return shared.Event{}, server.ErrNoChange
	}
	ev := shared.Event{Room: room, At: shared.Millis(at.UnixMilli()), By: by, Joined: &joined}
	if err := t.append(&ev); err != nil {
		return shared.Event{}, err
	}
	return ev, t.exec(`INSERT INTO members (room, member, read) VALUES ($1, $2, $3)`, room, user, ev.Seq)
}

// RemoveMember implements server.RoomStore.
func (s *Store) RemoveMember(ctx context.Context, by shared.Author, room shared.RoomID, user shared.UserID, at time.Time) (shared.Event, error) {
	ev := shared.Event{Room: room, At: shared.Millis(at.UnixMilli()), By: by}
	err := s.writer.do(ctx, func(t *tx) error { return t.leave(&ev, user) })
	if err != nil {
		return shared.Event{}, fmt.Errorf("remove %q from room %q: %w", user, room, err)
	}
	return ev, nil
}

func (t *tx) leave(ev *shared.Event, user shared.UserID) error {
	n, err := t.changed(`
		DELETE FROM members WHERE room = $1 AND member = $2
			AND NOT EXISTS (SELECT 1 FROM rooms WHERE id = $1 AND circle IS NOT NULL)`, ev.Room, user)
	if err != nil {
		return err
	}
	if n == 0 {
		if err := exists(t.row(`SELECT 1 FROM rooms WHERE id = $1`, ev.Room)); err != nil {
			return err
		}
		return server.ErrNoChange
	}
	left, err := scanUser(t.row(selectUsers+` WHERE id = $1`, user))
	if err != nil {
		return err
	}
	author := left.Author()
	ev.Left = &author
	return t.append(ev)
}

// Members implements server.RoomStore: by name.
func (s *Store) Members(ctx context.Context, room shared.RoomID) ([]shared.User, error) {
	if _, err := s.Last(ctx, room); err != nil {
		return nil, err
	}
	rows, err := s.reader.query(ctx, selectUsers+`
		WHERE id IN (SELECT member FROM members WHERE room = $1) ORDER BY lower(name), id`, room)
	return collect(rows, err, scanUser)
}
