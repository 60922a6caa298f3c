package sqlstore

import (
	"context"

	"hubbub/shared"
)

// selectCalls finds the unread messages of others that call the user $1.
const selectCalls = `
	SELECT DISTINCT n.room, n.seq
	FROM members m
	JOIN mentions n ON n.room = m.room AND n.member IN ($1, $2) AND n.seq > m.read
	JOIN events e ON e.room = n.room AND e.seq = n.seq AND e.kind = 'message' AND e.author <> $1
	WHERE m.member = $1`

// call says of states which unread messages call the user. It is read after
// them: what is beyond their Last the reader hears of as an event, and what an
// event takes back it takes back once more.
func (s *Store) call(ctx context.Context, user shared.UserID, states []shared.RoomState) error {
	text, args := selectCalls, []any{user, shared.UserID(shared.Everybody)}
	if len(states) == 1 {
		text, args = text+` AND m.room = $3`, append(args, states[0].ID)
	}
	type call struct {
		room shared.RoomID
		seq  shared.Seq
	}
	rows, err := s.reader.query(ctx, text+` ORDER BY n.room, n.seq`, args...)
	calls, err := collect(rows, err, func(row scanner) (c call, err error) {
		err = row.Scan(&c.room, &c.seq)
		return c, err
	})
	if err != nil || len(calls) == 0 {
		return err
	}
	at := make(map[shared.RoomID]*shared.RoomState, len(states))
	for i := range states {
		at[states[i].ID] = &states[i]
	}
	for _, c := range calls {
		if r := at[c.room]; r != nil && r.Read < c.seq && c.seq <= r.Last {
			r.Mentions = append(r.Mentions, c.seq)
		}
	}
	for _, r := range at {
		r.Mentions = r.Mentions[max(0, len(r.Mentions)-shared.MaxUnread):]
	}
	return nil
}
