package sqlstore

import (
	"context"
	"fmt"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// Exclude implements server.AccountStore.
func (s *Store) Exclude(
	ctx context.Context, by shared.Author, id shared.UserID, standing shared.Standing, at time.Time,
) (bots []shared.UserID, evs []shared.Event, err error) {
	err = s.writer.do(ctx, func(t *tx) (err error) {
		if err := t.exclude(id, standing); err != nil {
			return err
		}
		if bots, err = t.botsOf(id); err != nil {
			return err
		}
		evs, err = t.leaveAll(by, append([]shared.UserID{id}, bots...), at)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("exclude %q: %w", id, err)
	}
	return bots, evs, nil
}

// exclude ends everything by which somebody, or what they made, comes in.
func (t *tx) exclude(id shared.UserID, standing shared.Standing) error {
	n, err := t.changed(`UPDATE users SET standing = $1 WHERE id = $2`, standing, id)
	if err == nil && n == 0 {
		err = server.ErrNotFound
	}
	if err != nil {
		return err
	}
	const theirs = `member = $1 OR author = $1 OR member IN (SELECT id FROM users WHERE owner = $1)`
	if err := t.endSessions(theirs, id); err != nil {
		return err
	}
	if err := t.exec(`UPDATE invites SET revoked = $1 WHERE author = $2`, true, id); err != nil {
		return err
	}
	return t.exec(`DELETE FROM recoveries WHERE member = $1 OR author = $1`, id)
}

func (t *tx) botsOf(id shared.UserID) ([]shared.UserID, error) {
	rows, err := t.query(`SELECT id FROM users WHERE owner = $1`, id)
	return collect(rows, err, scanID)
}

// leaveAll takes people out of all their rooms.
func (t *tx) leaveAll(by shared.Author, people []shared.UserID, at time.Time) (evs []shared.Event, err error) {
	for _, id := range people {
		rows, err := t.query(`SELECT room FROM members WHERE member = $1 ORDER BY room`, id)
		rooms, err := collect(rows, err, func(row scanner) (room shared.RoomID, err error) { return room, row.Scan(&room) })
		if err != nil {
			return nil, err
		}
		for _, room := range rooms {
			ev := shared.Event{Room: room, At: shared.Millis(at.UnixMilli()), By: by}
			if err := t.leave(&ev, id); err != nil {
				return nil, err
			}
			evs = append(evs, ev)
		}
	}
	return evs, nil
}

// Readmit implements server.AccountStore.
func (s *Store) Readmit(ctx context.Context, id shared.UserID) error {
	_, err := s.setUser(ctx, id, func(t *tx) error {
		return t.exec(`UPDATE users SET standing = '' WHERE id = $1`, id)
	})
	return err
}

// SaidBy implements server.AccountStore. It goes by room: that is how messages
// are found by their author.
func (s *Store) SaidBy(ctx context.Context, id shared.UserID, limit int) ([]shared.MessageRef, error) {
	rows, err := s.reader.query(ctx, `
		SELECT e.room, e.seq FROM users u CROSS JOIN rooms r
		JOIN events e ON e.room = r.id AND e.author = u.id
		WHERE (u.id = $1 OR u.owner = $1) AND e.kind = 'message' LIMIT $2`, id, limit)
	return collect(rows, err, func(row scanner) (m shared.MessageRef, err error) {
		return m, row.Scan(&m.Room, &m.Seq)
	})
}
