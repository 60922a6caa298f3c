package sqlstore

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// selectPushes finds pushes, as pushColumns' scanPush reads them.
const selectPushes = `
	SELECT p.id, p.seq, p.at, p.event, p.title, p.message, p.url, p.collapse, p.sender, coalesce(u.name, ''), p.expires, p.cleared,
		EXISTS (SELECT 1 FROM receipts r WHERE r.push = p.id AND r.opened > 0)
	FROM pushes p LEFT JOIN users u ON u.id = p.sender`

func scanPush(row scanner) (shared.Push, error) {
	var p shared.Push
	err := row.Scan(&p.ID, &p.Seq, &p.At, &p.Event, &p.Title, &p.Message, &p.URL, &p.Collapse, &p.Sender, &p.From, &p.Expires,
		&p.Cleared, &p.Opened)
	return p, noRows(err)
}

// AddPush implements server.PushStore.
func (s *Store) AddPush(ctx context.Context, o server.PushOrder) (push shared.Push, devices int, fresh bool, err error) {
	err = s.writer.do(ctx, func(t *tx) (err error) {
		push, fresh, err = t.pushedBefore(o)
		if err != nil || !fresh {
			return err
		}
		push, devices, err = t.addPush(o)
		return err
	})
	if err != nil {
		return shared.Push{}, 0, false, fmt.Errorf("push to %q: %w", o.Recipient, err)
	}
	return push, devices, fresh, nil
}

// pushedBefore returns what the sender's key was used for, or fresh.
func (t *tx) pushedBefore(o server.PushOrder) (push shared.Push, fresh bool, err error) {
	var id, digest string
	err = noRows(t.row(`SELECT id, digest FROM pushes WHERE sender = $1 AND key = $2`, o.Sender, o.Key).Scan(&id, &digest))
	switch {
	case isNotFound(err):
		return push, true, nil
	case err != nil:
		return push, false, err
	case digest != hex.EncodeToString(o.Digest[:]):
		return push, false, server.ErrKeyUsed
	}
	push, err = scanPush(t.row(selectPushes+` WHERE p.id = $1`, id))
	return push, false, err
}

func (t *tx) addPush(o server.PushOrder) (shared.Push, int, error) {
	p := o.Push
	var err error
	if p.Seq, err = t.nextPush(o.Recipient); err != nil {
		return p, 0, err
	}
	if p.Collapse != "" {
		err = t.exec(`
			DELETE FROM notices WHERE push IN (
				SELECT id FROM pushes WHERE recipient = $1 AND sender = $2 AND collapse = $3 AND collapse <> '' AND NOT cleared)`,
			o.Recipient, p.Sender, p.Collapse)
		if err != nil {
			return p, 0, err
		}
		err = t.exec(`
			UPDATE pushes SET cleared = $1, title = '', message = '', url = ''
			WHERE recipient = $2 AND sender = $3 AND collapse = $4 AND collapse <> '' AND NOT cleared`, true, o.Recipient, p.Sender, p.Collapse)
		if err != nil {
			return p, 0, err
		}
	}
	err = t.exec(`
		INSERT INTO pushes (id, recipient, seq, sender, key, digest, event, title, message, url, collapse, at, expires, cleared)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		p.ID, o.Recipient, p.Seq, p.Sender, o.Key, hex.EncodeToString(o.Digest[:]),
		p.Event, p.Title, p.Message, p.URL, p.Collapse, p.At, p.Expires, false)
	if err != nil {
		return p, 0, err
	}
	err = noRows(t.row(`SELECT name FROM users WHERE id = $1`, p.Sender).Scan(&p.From))
	if err != nil && !isNotFound(err) { // the site itself has none
		return p, 0, err
	}
	if p.Expires <= p.At {
		return p, 0, nil // for who listens now
	}
	devices, err := t.changed(`
		INSERT INTO notices (push, subscription, due, tries)
		SELECT $1, d.id, $2, 0 FROM subscriptions d
		WHERE d.member = $3 AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = d.session AND s.expires <= $2)`,
		p.ID, p.At, o.Recipient)
	return p, int(devices), err
}

// nextPush is the next position in a recipient's log.
func (t *tx) nextPush(recipient shared.UserID) (seq shared.Seq, err error) {
	err = t.row(`
		INSERT INTO push_logs (recipient, last) VALUES ($1, 1)
		ON CONFLICT (recipient) DO UPDATE SET last = push_logs.last + 1
		RETURNING last`, recipient).Scan(&seq)
	return seq, err
}

// AmendPush implements server.PushStore.
func (s *Store) AmendPush(
	ctx context.Context, sender string, c shared.PushChange, at time.Time,
) (shared.UserID, shared.Push, error) {
	return s.movePush(ctx, sender, c.ID, at, func(p *shared.Push) {
		for _, field := range []struct{ from, to *string }{{c.Title, &p.Title}, {c.Message, &p.Message}, {c.URL, &p.URL}} {
			if field.from != nil {
				*field.to = *field.from
			}
		}
	})
}

// ClearPush implements server.PushStore.
func (s *Store) ClearPush(ctx context.Context, sender, key string, at time.Time) (shared.UserID, shared.Push, error) {
	return s.movePush(ctx, sender, key, at, func(p *shared.Push) {
		p.Cleared, p.Title, p.Message, p.URL = true, "", "", ""
	})
}

// movePush changes a push and moves it to the end of its log.
func (s *Store) movePush(
	ctx context.Context, sender, key string, at time.Time, change func(*shared.Push),
) (recipient shared.UserID, push shared.Push, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		err := t.row(`SELECT recipient FROM pushes WHERE sender = $1 AND key = $2`, sender, key).Scan(&recipient)
		if err != nil {
			return noRows(err)
		}
		if push, err = scanPush(t.row(selectPushes+` WHERE p.sender = $1 AND p.key = $2`, sender, key)); err != nil {
			return err
		}
		if push.Cleared || int64(push.Expires) <= at.UnixMilli() {
			return server.ErrSpent
		}
		change(&push)
		if push.Seq, err = t.nextPush(recipient); err != nil {
			return err
		}
		err = t.exec(`UPDATE pushes SET seq = $1, title = $2, message = $3, url = $4, cleared = $5 WHERE id = $6`,
			push.Seq, push.Title, push.Message, push.URL, push.Cleared, push.ID)
		if err != nil || !push.Cleared {
			return err
		}
		return t.takeBack(push.ID, at)
	})
	if err != nil {
		return "", shared.Push{}, fmt.Errorf("push %q: %w", key, err)
	}
	return recipient, push, nil
}

// takeBack has the devices told that were told of a push, and no others.
func (t *tx) takeBack(push string, at time.Time) error {
	if err := t.exec(`DELETE FROM notices WHERE push = $1`, push); err != nil {
		return err
	}
	return t.exec(`
		INSERT INTO notices (push, subscription, due, tries)
		SELECT r.push, d.id, $1, 0 FROM receipts r JOIN subscriptions d ON d.id = r.target
		WHERE r.push = $2 AND r.accepted > 0`, at.UnixMilli(), push)
}

// LastPush implements server.PushStore.
func (s *Store) LastPush(ctx context.Context, recipient shared.UserID) (last shared.Seq, err error) {
	err = noRows(s.reader.row(ctx, `SELECT last FROM push_logs WHERE recipient = $1`, recipient).Scan(&last))
	if isNotFound(err) {
		return 0, nil
	}
	return last, err
}

// PushesAfter implements server.PushStore.
func (s *Store) PushesAfter(
	ctx context.Context, recipient shared.UserID, after shared.Seq, limit int, now time.Time,
) ([]shared.Push, error) {
	rows, err := s.reader.query(ctx, selectPushes+`
		WHERE p.recipient = $1 AND p.seq > $2 AND p.expires > $3 ORDER BY p.seq LIMIT $4`,
		recipient, after, now.UnixMilli(), limit)
	return collect(rows, err, scanPush)
}

// UnseenPushes implements server.PushStore.
func (s *Store) UnseenPushes(
	ctx context.Context, recipient shared.UserID, after, upTo shared.Seq, limit int, now time.Time,
) ([]shared.Push, error) {
	rows, err := s.reader.query(ctx, selectPushes+`
		WHERE p.recipient = $1 AND p.seq > $2 AND p.seq <= $3 AND p.expires > $4 AND NOT p.cleared
			AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.push = p.id AND (r.delivered > 0 OR r.opened > 0))
		ORDER BY p.seq LIMIT $5`,
		recipient, after, upTo, now.UnixMilli(), limit)
	return collect(rows, err, scanPush)
}

// Pushes implements server.PushStore.
func (s *Store) Pushes(
	ctx context.Context, recipient shared.UserID, q shared.PushQuery, now time.Time,
) ([]shared.Push, error) {
	before := q.Before
	if before == 0 {
		before = shared.MaxSeq
	}
	rows, err := s.reader.query(ctx, selectPushes+`
		WHERE p.recipient = $1 AND p.seq < $2 AND p.expires > $3 AND NOT p.cleared ORDER BY p.seq DESC LIMIT $4`,
		recipient, before, now.UnixMilli(), q.Limit)
	return collect(rows, err, scanPush)
}
