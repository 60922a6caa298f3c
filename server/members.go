package server

import (
	"context"
	"errors"

	"hubbub/shared"
)

// join lets the actor into an open room. To join twice changes nothing.
func (c *chat) join(ctx context.Context, a actor, r *shared.RoomRef) (shared.OK, error) {
	if _, err := c.enter(ctx, a, joinRoom, r.Room); err != nil {
		return shared.OK{}, err
	}
	if _, err := c.letIn(ctx, a, r.Room, a.user.ID); err != nil {
		return shared.OK{}, err
	}
	return c.roomState(ctx, a, r.Room)
}

// leave takes the actor out of a room.
func (c *chat) leave(ctx context.Context, a actor, r *shared.RoomRef) (shared.OK, error) {
	if _, err := c.enter(ctx, a, leaveRoom, r.Room); err != nil {
		return shared.OK{}, err
	}
	return c.letOut(ctx, a, r.Room, a.user.ID)
}

// add puts somebody into a room that the actor is in.
func (c *chat) add(ctx context.Context, a actor, m *shared.MemberRef) (shared.OK, error) {
	do := addMember
	if m.User == a.user.ID {
		do = joinRoom
	}
	if _, err := c.enter(ctx, a, do, m.Room); err != nil {
		return shared.OK{}, err
	}
	ev, err := c.letIn(ctx, a, m.Room, m.User)
	if err != nil {
		return shared.OK{}, err
	}
	return shared.OK{Event: ev}, nil
}

// remove takes somebody out of a room.
func (c *chat) remove(ctx context.Context, a actor, m *shared.MemberRef) (shared.OK, error) {
	do := removeMember
	if m.User == a.user.ID {
		do = leaveRoom
	}
	if _, err := c.enter(ctx, a, do, m.Room); err != nil {
		return shared.OK{}, err
	}
	return c.letOut(ctx, a, m.Room, m.User)
}

// members lists who is in a room.
func (c *chat) members(ctx context.Context, a actor, r *shared.RoomRef) (shared.OK, error) {
	if _, err := c.enter(ctx, a, readRoom, r.Room); err != nil {
		return shared.OK{}, err
	}
	users, err := c.store.Members(ctx, r.Room)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoRoom)
	}
	return shared.OK{Users: users}, nil
}

// letIn makes user a member, tells them and then the room. The event is nil
// when they were one.
func (c *chat) letIn(ctx context.Context, by actor, room shared.RoomID, user shared.UserID) (*shared.Event, error) {
	defer c.order.lock(user)()
	ev, err := c.store.AddMember(context.WithoutCancel(ctx), by.user.Author(), room, user, c.now())
	if errors.Is(err, ErrNoChange) {
		return nil, nil
	}
	if err != nil {
		return nil, c.tell(ctx, err, errNoUser)
	}
	c.showIn(ctx, user, ev)
	c.announce(ctx, ev)
	return &ev, nil
}

// letOut ends a membership. When it returns, nothing more of the room leaves
// for the user's connections.
func (c *chat) letOut(ctx context.Context, by actor, room shared.RoomID, user shared.UserID) (shared.OK, error) {
	defer c.order.lock(user)()
	ev, err := c.store.RemoveMember(context.WithoutCancel(ctx), by.user.Author(), room, user, c.now())
	if errors.Is(err, ErrNoChange) {
		c.showOut(ctx, user, room) // once more: nobody else will, if the first word was lost
		return shared.OK{}, nil
	}
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	c.showOut(ctx, user, room)
	c.announce(ctx, ev)
	return shared.OK{Event: &ev}, nil
}
