package server

import (
	"context"
	"errors"

	"hubbub/shared"
)

// create makes a room with the actor in it.
func (c *chat) create(ctx context.Context, a actor, n *shared.NewRoom) (shared.OK, error) {
	if err := can(a.user.Role, createRoom, object{}); err != nil {
		return shared.OK{}, err
	}
	room := shared.Room{ID: shared.RoomID(shared.NewID()), Closed: n.Closed}
	var err error
	if room.Name, err = shared.CleanRoomName(n.Name); err != nil {
		return shared.OK{}, err
	}
	if room.Topic, err = shared.CleanTopic(n.Topic); err != nil {
		return shared.OK{}, err
	}
	events, err := c.store.CreateRoom(context.WithoutCancel(ctx), a.user.Author(), room, c.now())
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	c.showIn(ctx, a.user.ID, events[0])
	c.announce(ctx, events...)
	return c.roomState(ctx, a, room.ID)
}

// update changes a room's name, topic or state.
func (c *chat) update(ctx context.Context, a actor, u *shared.RoomUpdate) (shared.OK, error) {
	o, err := c.enter(ctx, a, roomAction(u.RoomChange), u.Room)
	if err != nil {
		return shared.OK{}, err
	}
	change, err := cleanChange(u.RoomChange)
	if err != nil {
		return shared.OK{}, err
	}
	if o.room.Archived && change.Apply(o.room).Archived {
		return shared.OK{}, archived(o.room)
	}
	ev, err := c.store.UpdateRoom(context.WithoutCancel(ctx), a.user.Author(),
		shared.RoomUpdate{Room: u.Room, RoomChange: change}, c.now())
	if errors.Is(err, ErrNoChange) {
		return shared.OK{}, nil
	}
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoRoom)
	}
	c.announce(ctx, ev)
	return shared.OK{Event: &ev}, nil
}

// roomAction is what a change amounts to: the strictest of its parts.
func roomAction(change shared.RoomChange) action {
	if change.Closed != nil || change.Archived != nil {
		return governRoom
	}
	return nameRoom
}

func cleanChange(change shared.RoomChange) (shared.RoomChange, error) {
	if change.Name != nil {
		name, err := shared.CleanRoomName(*change.Name)
		if err != nil {
			return change, err
		}
		change.Name = &name
	}
	if change.Topic != nil {
		topic, err := shared.CleanTopic(*change.Topic)
		if err != nil {
			return change, err
		}
		change.Topic = &topic
	}
	if change == (shared.RoomChange{}) {
		return change, shared.Invalidf("name", "say what to change: name, topic, closed or archived")
	}
	return change, nil
}

// directory lists the open rooms that the actor is not in.
func (c *chat) directory(ctx context.Context, a actor, _ *shared.Nothing) (shared.OK, error) {
	if err := can(a.user.Role, listRooms, object{}); err != nil {
		return shared.OK{}, err
	}
	rooms, err := c.store.OpenRooms(ctx, a.user.ID)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	return shared.OK{Rooms: rooms}, nil
}

// roomState answers with a room as the actor finds it.
func (c *chat) roomState(ctx context.Context, a actor, room shared.RoomID) (shared.OK, error) {
	state, err := c.store.RoomOf(context.WithoutCancel(ctx), room, a.user.ID)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoRoom)
	}
	return shared.OK{Room: &state}, nil
}
