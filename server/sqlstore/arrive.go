package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// Arrive implements server.PeopleStore.
func (s *Store) Arrive(
	ctx context.Context, u shared.User, name string, first shared.Room, at time.Time,
) (user shared.User, evs []shared.Event, err error) {
	err = s.writer.do(ctx, func(t *tx) (err error) {
		if user, evs, err = t.arrive(u, name, first, at); err != nil {
			return err
		}
		user, err = scanUser(t.row(selectUsers+` WHERE id = $1`, u.ID))
		return err
	})
	if err != nil {
		return shared.User{}, nil, fmt.Errorf("user %q arrives: %w", u.ID, err)
	}
	return user, evs, nil
}

func (t *tx) arrive(u shared.User, name string, first shared.Room, at time.Time) (shared.User, []shared.Event, error) {
	n, err := t.changed(`UPDATE users SET name = $1, role = $2 WHERE id = $3`, u.Name, u.Role, u.ID)
	if err != nil || n > 0 {
		return u, nil, err
	}
	err = t.claim(server.Account{User: u}, name, first, at)
	if !errors.Is(err, server.ErrClaimed) {
		return u, nil, err
	}
	if err := t.addUser(server.Account{User: u}, at); err != nil {
		return u, nil, err
	}
	var room shared.RoomID
	if err := t.row(selectSetting, settingFirst).Scan(&room); err != nil {
		return u, nil, noRows(err)
	}
	ev, err := t.join(u.Author(), room, u.ID, at)
	return u, []shared.Event{ev}, err
}
