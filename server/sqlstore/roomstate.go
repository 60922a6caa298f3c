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
	SELECT r.id, r.name, r.topic, r.closed, r.archived, r.last,
		coalesce(m.read, r.last),
		(SELECT count(*) FROM (
			SELECT 1 FROM events e
			WHERE e.room = r.id AND e.seq > m.read AND e.kind = 'message' AND e.author <> $1
			LIMIT $2) AS unread),
		(SELECT count(*) FROM members everybody WHERE everybody.room = r.id)
	FROM rooms r LEFT JOIN members m ON m.room = r.id AND m.member = $1`

func scanState(row scanner) (shared.RoomState, error) {
	var s shared.RoomState
	err := row.Scan(&s.ID, &s.Name, &s.Topic, &s.Closed, &s.Archived, &s.Last, &s.Read, &s.Unread, &s.Members)
	return s, noRows(err)
}

// RoomsOf implements server.RoomStore.
func (s *Store) RoomsOf(ctx context.Context, user shared.UserID) ([]shared.RoomState, error) {
	rows, err := s.reader.query(ctx, selectStates+`
		WHERE m.member IS NOT NULL
		ORDER BY lower(r.name), r.id`, user, shared.MaxUnread)
	return collect(rows, err, scanState)
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
	return state, nil
}

// SetRead implements server.RoomStore. A position beyond the log's end means
// its end. Who is not in the room gets server.ErrNotFound.
func (s *Store) SetRead(ctx context.Context, user shared.UserID, room shared.RoomID, seq shared.Seq) (shared.ReadMark, error) {
	mark, err := s.readMark(ctx, user, room)
	if err != nil {
		return shared.ReadMark{}, err
	}
	if min(seq, mark.Last) <= mark.Seq {
		return mark, nil // most marks say nothing new: they cost no commit
	}
	err = s.writer.doBare(ctx, func(t *tx) error {
		return t.exec(`
			UPDATE members SET read = $1
			WHERE room = $2 AND member = $3 AND read < $1`, min(seq, mark.Last), room, user)
	})
	if err != nil {
		return shared.ReadMark{}, fmt.Errorf("read mark in room %q: %w", room, err)
	}
	return s.readMark(ctx, user, room)
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
	return shared.ReadMark{Room: room, Seq: state.Read, Last: state.Last, Unread: state.Unread}, nil
}
