package server

import (
	"context"

	"hubbub/shared"
)

// history returns a window of a room's log.
func (c *chat) history(ctx context.Context, a actor, q *shared.HistoryQuery) (shared.OK, error) {
	if err := q.Validate(); err != nil {
		return shared.OK{}, err
	}
	if _, err := c.enter(ctx, a, readRoom, q.Room); err != nil {
		return shared.OK{}, err
	}
	query := *q
	if query.Limit == 0 {
		query.Limit = shared.DefaultPage
	}
	page, err := c.store.History(ctx, query)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoRoom)
	}
	return shared.OK{Page: &page}, nil
}

// read moves the actor's read position, forward or into the next round, and
// tells their other devices.
func (c *chat) read(ctx context.Context, a actor, m *shared.ReadMark) (shared.OK, error) {
	if m.Seq < 0 {
		return shared.OK{}, shared.Invalidf("seq", "a position is never negative")
	}
	if m.Round < 0 || m.Round > int64(shared.MaxSeq) {
		return shared.OK{}, shared.Invalidf("round", "a round is a number from 0 on: the one that the room's state says, or the next to mark something unread")
	}
	if _, err := c.enter(ctx, a, readRoom, m.Room); err != nil {
		return shared.OK{}, err
	}
	mark, err := c.store.SetRead(context.WithoutCancel(ctx), a.user.ID, *m)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoRoom)
	}
	if !mark.Beyond(*m) { // else another device was further already
		c.publish(ctx, tellUser(a.user.ID, shared.Frame{Read: &mark}))
	}
	return shared.OK{Read: &mark}, nil
}
