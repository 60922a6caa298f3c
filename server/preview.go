package server

import (
	"context"

	"hubbub/shared"
)

// preview shows the newest of a room to somebody who is not in it and may be.
func (c *chat) preview(ctx context.Context, a actor, r *shared.RoomRef) (shared.OK, error) {
	if _, err := c.enter(ctx, a, previewRoom, r.Room); err != nil {
		return shared.OK{}, err
	}
	state, err := c.store.RoomOf(ctx, r.Room, a.user.ID)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoRoom)
	}
	page, err := c.store.History(ctx, shared.HistoryQuery{Room: r.Room, Before: shared.MaxSeq, Limit: shared.DefaultPage})
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoRoom)
	}
	if _, err := c.enter(ctx, a, previewRoom, r.Room); err != nil { // it may have been closed meanwhile
		return shared.OK{}, err
	}
	return shared.OK{Preview: &shared.Preview{Room: state, Page: page}}, nil
}
