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
) (ended []server.Session, evs []shared.Event, err error) {
	err = s.writer.do(ctx, func(t *tx) (err error) {
		if err := t.setStanding(id, standing); err != nil {
			return err
		}
		if ended, err = t.endAll(id); err != nil {
			return err
		}
		evs, err = t.leaveAll(by, id, at)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("exclude %q: %w", id, err)
	}
	return ended, evs, nil
}

// setStanding is for somebody and their bots.
func (t *tx) setStanding(id shared.UserID, standing shared.Standing) error {
	n, err := t.changed(`UPDATE users SET standing = $1 WHERE id = $2 OR owner = $2`, standing, id)
	if err == nil && n == 0 {
		return server.ErrNotFound
	}
	return err
}

// endAll ends everything by which somebody, or what they made, comes in, and
// returns the sessions.
func (t *tx) endAll(id shared.UserID) ([]server.Session, error) {
	const theirs = `member = $1 OR author = $1 OR member IN (SELECT id FROM users WHERE owner = $1)`
	rows, err := t.query(`SELECT id, member FROM sessions WHERE `+theirs, id)
	ended, err := collect(rows, err, func(row scanner) (f server.Session, err error) {
		return f, row.Scan(&f.ID, &f.User)
	})
	if err != nil {
		return nil, err
	}
	if err := t.endSessions(theirs, id); err != nil {
		return nil, err
	}
	if err := t.exec(`UPDATE invites SET revoked = $1 WHERE author = $2`, true, id); err != nil {
		return nil, err
	}
	return ended, t.exec(`DELETE FROM recoveries WHERE member = $1 OR author = $1`, id)
}

// leaveAll takes somebody and their bots out of all rooms. Direct
// conversations are for ever between the same people.
func (t *tx) leaveAll(by shared.Author, id shared.UserID, at time.Time) (evs []shared.Event, err error) {
	rows, err := t.query(`
		SELECT m.room, m.member FROM members m JOIN users u ON u.id = m.member
		JOIN rooms r ON r.id = m.room AND r.circle IS NULL
		WHERE u.id = $1 OR u.owner = $1 ORDER BY m.room, m.member`, id)
	in, err := collect(rows, err, func(row scanner) (m shared.MemberRef, err error) {
		return m, row.Scan(&m.Room, &m.User)
	})
	if err != nil {
		return nil, err
	}
	for _, m := range in {
		ev := shared.Event{Room: m.Room, At: shared.Millis(at.UnixMilli()), By: by}
		if err := t.leave(&ev, m.User); err != nil {
			return nil, err
		}
		evs = append(evs, ev)
	}
	return evs, nil
}

// Readmit implements server.AccountStore.
func (s *Store) Readmit(ctx context.Context, id shared.UserID) error {
	return s.writer.do(ctx, func(t *tx) error { return t.setStanding(id, "") })
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
