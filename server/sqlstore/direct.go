package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// circleKey is what a set of people is found by. No id has a NUL in it, so two
// sets never have one key.
func circleKey(circle []shared.UserID) string {
	ids := make([]string, len(circle))
	for i, id := range circle {
		ids[i] = string(id)
	}
	sum := sha256.Sum256([]byte(strings.Join(ids, "\x00")))
	return hex.EncodeToString(sum[:])
}

// Direct implements server.DirectStore.
func (s *Store) Direct(
	ctx context.Context, by shared.Author, circle []shared.UserID, id shared.RoomID, at time.Time,
) (room shared.RoomID, fresh bool, err error) {
	key := circleKey(circle)
	err = s.reader.row(ctx, selectCircle, key).Scan(&room)
	if err == nil {
		return room, false, nil
	}
	if err = noRows(err); errors.Is(err, server.ErrNotFound) {
		err = s.writer.do(ctx, func(t *tx) (err error) {
			room, fresh, err = t.direct(by, key, circle, id, at)
			return err
		})
	}
	if err != nil {
		return "", false, fmt.Errorf("direct conversation: %w", err)
	}
	return room, fresh, nil
}

const selectCircle = `SELECT id FROM rooms WHERE circle = $1`

// direct makes the room of a circle. Only who began it sees it: the others
// join it at its first event and have it hidden until the next.
func (t *tx) direct(
	by shared.Author, key string, circle []shared.UserID, id shared.RoomID, at time.Time,
) (room shared.RoomID, fresh bool, err error) {
	n, err := t.changed(`
		INSERT INTO rooms (id, name, topic, closed, archived, last, created, circle)
		VALUES ($1, '', '', $2, $3, 0, $4, $5)
		ON CONFLICT (circle) DO NOTHING`, id, true, false, at.UnixMilli(), key)
	if err != nil {
		return "", false, err
	}
	if n == 0 {
		return room, false, t.row(selectCircle, key).Scan(&room)
	}
	created := shared.Event{
		Room: id, At: shared.Millis(at.UnixMilli()), By: by,
		Created: &shared.Room{ID: id, Closed: true, Direct: true},
	}
	if err := t.append(&created); err != nil {
		return "", false, err
	}
	for _, user := range circle {
		if err := exists(t.row(`SELECT 1 FROM users WHERE id = $1 AND standing = ''`, user)); err != nil {
			return "", false, fmt.Errorf("user %q: %w", user, err)
		}
		hidden := any(created.Seq)
		if user == by.ID {
			hidden = nil
		}
		err := t.exec(`INSERT INTO members (room, member, read, hidden) VALUES ($1, $2, $3, $4)`, id, user, created.Seq, hidden)
		if err != nil {
			return "", false, err
		}
	}
	return id, true, nil
}

// saidSince reports whether somebody but the user $1 said something in the
// room r after the member m hid it. Like what is unread, it follows from a
// position and the log.
const saidSince = `EXISTS (
	SELECT 1 FROM events e
	WHERE e.room = r.id AND e.seq > m.hidden AND e.kind = 'message' AND e.author <> $1)`

// Hide implements server.DirectStore.
func (s *Store) Hide(ctx context.Context, user shared.UserID, room shared.RoomID, seq shared.Seq) error {
	return s.changeHidden(ctx, room, `
		UPDATE members SET hidden = (SELECT CASE WHEN last < $3 THEN last ELSE $3 END FROM rooms WHERE id = $2)
		WHERE room = $2 AND member = $1
			AND EXISTS (SELECT 1 FROM rooms WHERE id = $2 AND circle IS NOT NULL)
			AND NOT EXISTS (
				SELECT 1 FROM events e
				WHERE e.room = $2 AND e.seq > $3 AND e.kind = 'message' AND e.author <> $1)`,
		user, room, seq)
}

// Show implements server.DirectStore.
func (s *Store) Show(ctx context.Context, user shared.UserID, room shared.RoomID) error {
	return s.changeHidden(ctx, room,
		`UPDATE members SET hidden = NULL WHERE room = $1 AND member = $2 AND hidden IS NOT NULL`, room, user)
}

func (s *Store) changeHidden(ctx context.Context, room shared.RoomID, text string, args ...any) error {
	err := s.writer.doBare(ctx, func(t *tx) error {
		n, err := t.changed(text, args...)
		if err == nil && n == 0 {
			return server.ErrNoChange
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("hide or show room %q: %w", room, err)
	}
	return nil
}

// HiddenFrom implements server.DirectStore.
func (s *Store) HiddenFrom(ctx context.Context, room shared.RoomID) ([]shared.UserID, error) {
	rows, err := s.reader.query(ctx, `SELECT member FROM members WHERE room = $1 AND hidden IS NOT NULL`, room)
	return collect(rows, err, scanID)
}

// othersIn is who is with the user $1 in direct conversations.
const othersIn = `
	FROM members me
	JOIN rooms r ON r.id = me.room AND r.circle IS NOT NULL
	JOIN members m ON m.room = me.room AND m.member <> me.member
	WHERE me.member = $1`

// introduce says of the direct conversations among states who the others are.
// Nobody comes or goes there, so it need not be of the same moment.
func (s *Store) introduce(ctx context.Context, user shared.UserID, states []shared.RoomState) error {
	if !slices.ContainsFunc(states, func(r shared.RoomState) bool { return r.Direct }) {
		return nil
	}
	rows, err := s.reader.query(ctx, selectUsers+` WHERE id IN (SELECT m.member`+othersIn+`) ORDER BY lower(name), id`, user)
	users, err := collect(rows, err, scanUser)
	if err != nil {
		return err
	}
	type seat struct {
		room   shared.RoomID
		member shared.UserID
	}
	rows, err = s.reader.query(ctx, `SELECT m.room, m.member`+othersIn, user)
	seats, err := collect(rows, err, func(row scanner) (c seat, err error) {
		err = row.Scan(&c.room, &c.member)
		return c, err
	})
	if err != nil {
		return err
	}
	taken := make(map[seat]bool, len(seats))
	for _, c := range seats {
		taken[c] = true
	}
	for i := range states {
		for _, u := range users {
			if taken[seat{states[i].ID, u.ID}] {
				states[i].People = append(states[i].People, u)
			}
		}
	}
	return nil
}
