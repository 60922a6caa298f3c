package sqlstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

const deviceColumns = `d.id, d.member, d.session, d.endpoint, d.p256dh, d.auth, d.device`

func scanDevice(row scanner) (server.Device, error) {
	var d server.Device
	err := row.Scan(deviceFields(&d)...)
	return d, noRows(err)
}

func deviceFields(d *server.Device) []any {
	return []any{&d.ID, &d.Member, &d.Session, &d.Endpoint, &d.P256dh, &d.Auth, &d.Name}
}

// AddDevice implements server.DeviceStore.
func (s *Store) AddDevice(ctx context.Context, d server.Device, at time.Time) error {
	err := s.writer.do(ctx, func(t *tx) error {
		if !strings.HasPrefix(d.Session, server.SiteSession) {
			if err := exists(t.row(`SELECT 1 FROM sessions WHERE id = $1`, d.Session)); err != nil {
				return err
			}
		}
		if err := t.forgetDevices(`endpoint = $1`, d.Endpoint); err != nil {
			return err
		}
		return t.exec(`
			INSERT INTO subscriptions (id, member, session, endpoint, p256dh, auth, device, created)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			d.ID, d.Member, d.Session, d.Endpoint, d.P256dh, d.Auth, d.Name, at.UnixMilli())
	})
	if err != nil {
		return fmt.Errorf("add a device of %q: %w", d.Member, err)
	}
	return nil
}

// Devices implements server.DeviceStore.
func (s *Store) Devices(ctx context.Context, member shared.UserID) ([]server.Device, error) {
	rows, err := s.reader.query(ctx, `SELECT `+deviceColumns+` FROM subscriptions d WHERE d.member = $1 ORDER BY d.created, d.id`, member)
	return collect(rows, err, scanDevice)
}

// RemoveDevice implements server.DeviceStore.
func (s *Store) RemoveDevice(ctx context.Context, id string) error {
	return s.writer.do(ctx, func(t *tx) error { return t.forgetDevices(`id = $1`, id) })
}

// forgetDevices removes the devices that a condition names.
func (t *tx) forgetDevices(where string, args ...any) error {
	for _, table := range []string{"notices", "rings"} {
		err := t.exec(`DELETE FROM `+table+` WHERE subscription IN (SELECT id FROM subscriptions WHERE `+where+`)`, args...)
		if err != nil {
			return err
		}
	}
	return t.exec(`DELETE FROM subscriptions WHERE `+where, args...)
}

// DueNotices implements server.DeviceStore. Rings come first: somebody waits for
// an answer.
func (s *Store) DueNotices(ctx context.Context, now time.Time, limit int) ([]server.Notice, error) {
	rings, err := s.dueRings(ctx, now, limit)
	if err != nil {
		return nil, err
	}
	pushes, err := s.duePushes(ctx, now, limit)
	return append(rings, pushes...), err
}

// duePushes finds the pushes to send. What has expired is not worth it; it is
// forgotten with its push.
func (s *Store) duePushes(ctx context.Context, now time.Time, limit int) ([]server.Notice, error) {
	rows, err := s.reader.query(ctx, `
		SELECT p.id, p.seq, p.at, p.event, p.title, p.message, p.url, p.collapse, p.sender, coalesce(u.name, ''), p.expires, p.cleared,
			p.recipient, n.tries, `+deviceColumns+`
		FROM notices n JOIN pushes p ON p.id = n.push JOIN subscriptions d ON d.id = n.subscription
			LEFT JOIN users u ON u.id = p.sender
		WHERE n.due <= $1 ORDER BY n.due, n.push LIMIT $2`, now.UnixMilli(), limit)
	return collect(rows, err, func(row scanner) (server.Notice, error) {
		var n server.Notice
		p := &n.Push
		err := row.Scan(append([]any{
			&p.ID, &p.Seq, &p.At, &p.Event, &p.Title, &p.Message, &p.URL, &p.Collapse, &p.Sender, &p.From, &p.Expires, &p.Cleared,
			&n.Recipient, &n.Tries,
		}, deviceFields(&n.Device)...)...)
		return n, err
	})
}

// RetryNotice implements server.DeviceStore.
func (s *Store) RetryNotice(ctx context.Context, n server.Notice, due time.Time) error {
	return s.writer.doBare(ctx, func(t *tx) error {
		if n.Ring.Room != "" {
			return t.retryRing(n, due)
		}
		return t.exec(`UPDATE notices SET due = $1, tries = $2 WHERE push = $3 AND subscription = $4`,
			due.UnixMilli(), n.Tries, n.Push.ID, n.Device.ID)
	})
}

// EndNotice implements server.DeviceStore.
func (s *Store) EndNotice(ctx context.Context, n server.Notice) error {
	return s.writer.doBare(ctx, func(t *tx) error {
		if n.Ring.Room != "" {
			return t.endRing(n)
		}
		return t.exec(`
			DELETE FROM notices WHERE push = $1 AND subscription = $2
				AND NOT EXISTS (SELECT 1 FROM pushes p WHERE p.id = $1 AND p.cleared AND NOT $3)`,
			n.Push.ID, n.Device.ID, n.Push.Cleared)
	})
}
