package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"hubbub/server"
	"hubbub/shared"
)

// selectStates finds rooms as the user $1 finds them. Unread is derived from
// the read position and the log: the messages of others in (read, last],
// counted no further than $2. To who is not in a room nothing is unread.
const selectStates = `
	SELECT r.id, r.name, r.topic, r.closed, r.archived, r.circle IS NOT NULL, r.last,
		coalesce((SELECT e.at FROM events e WHERE e.room = r.id AND e.seq = r.last), 0),
		coalesce(m.read, r.last), coalesce(m.round, 0),
		(SELECT count(*) FROM (
			SELECT 1 FROM events e
			WHERE e.room = r.id AND e.seq > m.read AND e.kind = 'message' AND e.author <> $1
			LIMIT $2) AS unread),
		(SELECT count(*) FROM members everybody WHERE everybody.room = r.id),
		coalesce(m.involvement, '')
	FROM rooms r LEFT JOIN members m ON m.room = r.id AND m.member = $1`

func scanState(row scanner) (shared.RoomState, error) {
	var s shared.RoomState
	err := row.Scan(&s.ID, &s.Name, &s.Topic, &s.Closed, &s.Archived, &s.Direct, &s.Last, &s.Active,
		&s.Read, &s.Round, &s.Unread, &s.Members, &s.Involvement)
	return s, noRows(err)
}

// RoomsOf implements server.RoomStore.
func (s *Store) RoomsOf(ctx context.Context, user shared.UserID) ([]shared.RoomState, error) {
	rows, err := s.reader.query(ctx, selectStates+`
		WHERE m.member IS NOT NULL AND (m.hidden IS NULL OR `+saidSince+`)
		ORDER BY r.circle IS NOT NULL, lower(r.name), r.id`, user, shared.MaxUnread)
	states, err := collect(rows, err, scanState)
	if err != nil {
		return nil, err
	}
	return states, errors.Join(s.introduce(ctx, user, states), s.call(ctx, user, states))
}

// OpenRooms implements server.RoomStore.
func (s *Store) OpenRooms(ctx context.Context, user shared.UserID) ([]shared.RoomState, error) {
	rows, err := s.reader.query(ctx, selectStates+`
		WHERE m.member IS NULL AND NOT r.closed AND NOT r.archived
		ORDER BY lower(r.name), r.id`, user, shared.MaxUnread)
	return collect(rows, err, scanState)
}

// RoomOf implements server.RoomStore.
func (s *Store) RoomOf(ctx context.Context, room shared.RoomID, user shared.UserID) (shared.RoomState, error) {
	state, err := scanState(s.reader.row(ctx, selectStates+` WHERE r.id = $3`, user, shared.MaxUnread, room))
	if err != nil {
		return shared.RoomState{}, fmt.Errorf("room %q: %w", room, err)
	}
	states := []shared.RoomState{state}
	err = errors.Join(s.introduce(ctx, user, states), s.call(ctx, user, states))
	return states[0], err
}

// SetRead implements server.RoomStore. A position beyond the log's end means
// its end. Who is not in the room gets server.ErrNotFound.
func (s *Store) SetRead(ctx context.Context, user shared.UserID, m shared.ReadMark) (shared.ReadMark, error) {
	mark, err := s.readMark(ctx, user, m.Room)
	if err != nil {
		return shared.ReadMark{}, err
	}
	m.Seq = min(m.Seq, mark.Last)
	if !m.Beyond(mark) {
		return mark, nil // most marks say nothing new: they cost no commit
	}
	err = s.writer.doBare(ctx, func(t *tx) error {
		return t.exec(`
			UPDATE members SET read = $1, round = $2
			WHERE room = $3 AND member = $4 AND (round < $2 OR round = $2 AND read < $1)`, m.Seq, m.Round, m.Room, user)
	})
	if err != nil {
		return shared.ReadMark{}, fmt.Errorf("read mark in room %q: %w", m.Room, err)
	}
	return s.readMark(ctx, user, m.Room)
}

// readMark says how far a member has read.
func (s *Store) readMark(ctx context.Context, user shared.UserID, room shared.RoomID) (shared.ReadMark, error) {
	state, err := scanState(s.reader.row(ctx, selectStates+` WHERE r.id = $3 AND m.member IS NOT NULL`,
		user, shared.MaxUnread, room))
	if errors.Is(err, server.ErrNotFound) {
		return shared.ReadMark{}, fmt.Errorf("user %q in room %q: %w", user, room, err)
	}
	if err != nil {
		return shared.ReadMark{}, err
	}
	states := []shared.RoomState{state}
	if err := s.call(ctx, user, states); err != nil {
		return shared.ReadMark{}, err
	}
	return shared.ReadMark{
		Room: room, Seq: state.Read, Round: state.Round, Last: state.Last,
		Unread: state.Unread, Mentions: states[0].Mentions,
	}, nil
}
