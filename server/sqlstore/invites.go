package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

const selectInvites = `
	SELECT i.code, i.author, u.name, coalesce(i.room, ''), i.created, i.expires, i.uses, i.max_uses, i.revoked OR u.standing <> ''
	FROM invites i JOIN users u ON u.id = i.author`

// inviteRow is an invite, working or not.
type inviteRow struct {
	shared.Invite
	revoked bool
}

func scanInvite(row scanner) (inviteRow, error) {
	var i inviteRow
	err := row.Scan(&i.Code, &i.By.ID, &i.By.Name, &i.Room, &i.Created, &i.Expires, &i.Uses, &i.MaxUses, &i.revoked)
	return i, noRows(err)
}

// works returns server.ErrSpent unless the invite can be used now.
func (i inviteRow) works(now time.Time) error {
	switch {
	case i.revoked,
		i.Expires != 0 && int64(i.Expires) <= now.UnixMilli(),
		i.MaxUses != 0 && i.Uses >= i.MaxUses:
		return server.ErrSpent
	}
	return nil
}

// AddInvite implements server.InviteStore.
func (s *Store) AddInvite(ctx context.Context, i shared.Invite) error {
	err := s.writer.doBare(ctx, func(t *tx) error {
		return t.exec(`
			INSERT INTO invites (code, author, room, created, expires, uses, max_uses, revoked)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			i.Code, i.By.ID, nullable(string(i.Room)), i.Created, i.Expires, i.Uses, i.MaxUses, false)
	})
	if err != nil {
		return fmt.Errorf("add an invite: %w", err)
	}
	return nil
}

// Invite implements server.InviteStore.
func (s *Store) Invite(ctx context.Context, code string, now time.Time) (shared.Invite, error) {
	i, err := scanInvite(s.reader.row(ctx, selectInvites+` WHERE i.code = $1`, code))
	if err == nil {
		err = i.works(now)
	}
	if err != nil {
		return shared.Invite{}, fmt.Errorf("invite: %w", err)
	}
	return i.Invite, nil
}

// Invites implements server.InviteStore.
func (s *Store) Invites(ctx context.Context, now time.Time) ([]shared.Invite, error) {
	rows, err := s.reader.query(ctx, selectInvites+`
		WHERE NOT i.revoked AND u.standing = ''
			AND (i.expires = 0 OR i.expires > $1)
			AND (i.max_uses = 0 OR i.uses < i.max_uses)
		ORDER BY i.created DESC, i.code`, now.UnixMilli())
	return collect(rows, err, func(row scanner) (shared.Invite, error) {
		i, err := scanInvite(row)
		return i.Invite, err
	})
}

// RevokeInvite implements server.InviteStore. Revoking twice is no error.
func (s *Store) RevokeInvite(ctx context.Context, code string) error {
	return s.writer.doBare(ctx, func(t *tx) error {
		n, err := t.changed(`UPDATE invites SET revoked = $1 WHERE code = $2`, true, code)
		if err == nil && n == 0 {
			return fmt.Errorf("invite: %w", server.ErrNotFound)
		}
		return err
	})
}

// Accept implements server.InviteStore. The guest comes into the room that the
// invite names, or into the first room, and nowhere else: an invite to a
// closed room does not open the others.
func (s *Store) Accept(ctx context.Context, code string, guest server.Account, at time.Time) (shared.RoomID, []shared.Event, error) {
	return s.accept(ctx, func(t *tx) (shared.RoomID, []shared.Event, error) {
		i, room, err := t.arrival(code)
		if err != nil {
			return "", nil, err
		}
		if err := i.works(at); err != nil {
			return "", nil, err
		}
		if err := t.addUser(guest, at); err != nil {
			return "", nil, err
		}
		ev, err := t.useInvite(i, room, guest.User, at)
		return room, ev, err
	})
}

// AcceptAs implements server.InviteStore. Who is in the room already comes in
// even through a link that is spent.
func (s *Store) AcceptAs(ctx context.Context, code string, user shared.User, at time.Time) (shared.RoomID, []shared.Event, error) {
	return s.accept(ctx, func(t *tx) (shared.RoomID, []shared.Event, error) {
		i, room, err := t.arrival(code)
		if err != nil {
			return "", nil, err
		}
		in, err := t.isMember(room, user.ID)
		if err != nil || in {
			return room, nil, err
		}
		if err := i.works(at); err != nil {
			return "", nil, err
		}
		ev, err := t.useInvite(i, room, user, at)
		return room, ev, err
	})
}

func (s *Store) accept(ctx context.Context, use func(*tx) (shared.RoomID, []shared.Event, error)) (shared.RoomID, []shared.Event, error) {
	var (
		room shared.RoomID
		evs  []shared.Event
	)
	err := s.writer.do(ctx, func(t *tx) (err error) {
		room, evs, err = use(t)
		return err
	})
	if err != nil {
		return "", nil, fmt.Errorf("accept an invite: %w", err)
	}
	return room, evs, nil
}

// arrival finds an invite and the room it leads to.
func (t *tx) arrival(code string) (inviteRow, shared.RoomID, error) {
	i, err := scanInvite(t.row(selectInvites+` WHERE i.code = $1`, code))
	if err != nil || i.Room != "" {
		return i, i.Room, err
	}
	var first shared.RoomID
	err = noRows(t.row(selectSetting, settingFirst).Scan(&first))
	if errors.Is(err, server.ErrNotFound) {
		return i, "", fmt.Errorf("there is no first room: %w", err)
	}
	return i, first, err
}

// useInvite puts user into the room and counts the use. They come by
// themselves: the event's By is who joined.
func (t *tx) useInvite(i inviteRow, room shared.RoomID, user shared.User, at time.Time) ([]shared.Event, error) {
	ev, err := t.join(user.Author(), room, user.ID, at)
	if err != nil {
		return nil, err
	}
	return []shared.Event{ev}, t.exec(`UPDATE invites SET uses = uses + 1 WHERE code = $1`, i.Code)
}
