package sqlstore

import (
	"context"
	"fmt"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// Involve implements server.RingStore.
func (s *Store) Involve(ctx context.Context, user shared.UserID, i shared.Involve) error {
	err := s.writer.doBare(ctx, func(t *tx) error {
		return found(t.changed(`UPDATE members SET involvement = $1 WHERE room = $2 AND member = $3`, i.Involvement, i.Room, user))
	})
	if err != nil {
		return fmt.Errorf("involve %q in room %q: %w", user, i.Room, err)
	}
	return nil
}

// Preferences implements server.RingStore.
func (s *Store) Preferences(ctx context.Context, user shared.UserID) (p shared.Preferences, err error) {
	err = s.reader.row(ctx, `SELECT involvement, reveal FROM users WHERE id = $1`, user).Scan(&p.Involvement, &p.Reveal)
	if err != nil {
		return p, fmt.Errorf("preferences of %q: %w", user, noRows(err))
	}
	return p, nil
}

// SetPreferences implements server.RingStore.
func (s *Store) SetPreferences(ctx context.Context, user shared.UserID, p shared.Preferences) error {
	err := s.writer.doBare(ctx, func(t *tx) error {
		return found(t.changed(`UPDATE users SET involvement = $1, reveal = $2 WHERE id = $3`, p.Involvement, p.Reveal, user))
	})
	if err != nil {
		return fmt.Errorf("preferences of %q: %w", user, err)
	}
	return nil
}

// found is server.ErrNotFound when nothing was changed.
func found(n int64, err error) error {
	if err == nil && n == 0 {
		return server.ErrNotFound
	}
	return err
}

// Unrung implements server.RingStore.
func (s *Store) Unrung(ctx context.Context, limit int) ([]shared.Position, error) {
	rows, err := s.reader.query(ctx, `
		SELECT r.id, coalesce(g.seq, 0) FROM rooms r LEFT JOIN rung g ON g.room = r.id
		WHERE r.last > coalesce(g.seq, 0) LIMIT $1`, limit)
	return collect(rows, err, func(row scanner) (p shared.Position, err error) {
		err = row.Scan(&p.Room, &p.Seq)
		return p, err
	})
}

// Hearers implements server.RingStore.
func (s *Store) Hearers(ctx context.Context, room shared.RoomID, now time.Time) ([]server.Hearer, error) {
	rows, err := s.reader.query(ctx, `
		SELECT d.id, d.member, m.read, m.involvement, u.involvement, u.reveal, coalesce(g.told, 0)
		FROM subscriptions d
			JOIN members m ON m.room = $1 AND m.member = d.member
			JOIN users u ON u.id = d.member
			LEFT JOIN rings g ON g.subscription = d.id AND g.room = $1
		WHERE NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = d.session AND s.expires <= $2)
		ORDER BY d.created, d.id`, room, now.UnixMilli())
	return collect(rows, err, func(row scanner) (h server.Hearer, err error) {
		err = row.Scan(&h.Device, &h.Member, &h.Read, &h.Involvement, &h.Preferences.Involvement, &h.Preferences.Reveal, &h.Told)
		return h, err
	})
}

// Ring implements server.RingStore.
func (s *Store) Ring(ctx context.Context, room shared.RoomID, upTo map[string]shared.Seq, at time.Time) error {
	err := s.writer.do(ctx, func(t *tx) error {
		for device, seq := range upTo {
			err := t.exec(`
				INSERT INTO rings (subscription, room, seq, told, many, due, tries)
				SELECT d.id, $1, $2, 0, 0, $3, 0 FROM subscriptions d WHERE d.id = $4
				ON CONFLICT (subscription, room) DO UPDATE SET
					seq = CASE WHEN excluded.seq > rings.seq THEN excluded.seq ELSE rings.seq END,
					due = CASE WHEN rings.due > 0 AND rings.tries > 0 THEN rings.due ELSE excluded.due END`,
				room, seq, at.UnixMilli(), device)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ring for room %q: %w", room, err)
	}
	return nil
}

// Rung implements server.RingStore.
func (s *Store) Rung(ctx context.Context, room shared.RoomID, seq shared.Seq) error {
	err := s.writer.do(ctx, func(t *tx) error {
		err := t.exec(`
			INSERT INTO rung (room, seq) VALUES ($1, $2)
			ON CONFLICT (room) DO UPDATE SET seq = CASE WHEN excluded.seq > rung.seq THEN excluded.seq ELSE rung.seq END`, room, seq)
		if err != nil {
			return err
		}
		return t.exec(`
			DELETE FROM rings WHERE room = $1 AND due = 0 AND NOT EXISTS (
				SELECT 1 FROM subscriptions d JOIN members m ON m.member = d.member
				WHERE d.id = rings.subscription AND m.room = rings.room AND m.read < rings.told)`, room)
	})
	if err != nil {
		return fmt.Errorf("room %q was looked at: %w", room, err)
	}
	return nil
}

// dueRings finds what devices are to be told of rooms.
func (s *Store) dueRings(ctx context.Context, now time.Time, limit int) ([]server.Notice, error) {
	rows, err := s.reader.query(ctx, `
		SELECT g.room, g.seq, g.told, g.many, g.tries, `+deviceColumns+`
		FROM rings g JOIN subscriptions d ON d.id = g.subscription
		WHERE g.due > 0 AND g.due <= $1 ORDER BY g.due, g.subscription, g.room LIMIT $2`, now.UnixMilli(), limit)
	return collect(rows, err, func(row scanner) (server.Notice, error) {
		var n server.Notice
		g := &n.Ring
		err := row.Scan(append([]any{&g.Room, &g.Seq, &g.Told, &g.Many, &n.Tries}, deviceFields(&n.Device)...)...)
		n.Recipient = n.Device.Member
		return n, err
	})
}

func (t *tx) retryRing(n server.Notice, due time.Time) error {
	return t.exec(`UPDATE rings SET due = $1, tries = $2 WHERE subscription = $3 AND room = $4 AND due > 0`,
		due.UnixMilli(), n.Tries, n.Device.ID, n.Ring.Room)
}

// endRing leaves due what was said after n was read.
func (t *tx) endRing(n server.Notice) error {
	return t.exec(`
		UPDATE rings SET told = $1, many = $2, tries = 0, due = CASE WHEN seq > $3 THEN due ELSE 0 END
		WHERE subscription = $4 AND room = $5`,
		n.Ring.Told, n.Ring.Many, n.Ring.Seq, n.Device.ID, n.Ring.Room)
}
