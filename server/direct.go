package server

import (
	"context"
	"errors"
	"slices"

	"hubbub/shared"
)

// direct opens the conversation of the actor and some others, and makes it
// when there is none. The others hear of it when something is said.
func (c *chat) direct(ctx context.Context, a actor, with *shared.Circle) (shared.OK, error) {
	if a.room != "" {
		return shared.OK{}, forbidden("this webhook speaks in another room")
	}
	circle := append(slices.Clone(with.Users), a.user.ID)
	slices.Sort(circle)
	circle = slices.Compact(circle)
	if len(circle) > shared.MaxCircle {
		return shared.OK{}, shared.Invalidf("users", "a direct conversation has at most %d people; make a room for more", shared.MaxCircle)
	}
	for _, user := range circle {
		if err := c.mayTalkTo(ctx, a, user); err != nil {
			return shared.OK{}, err
		}
	}
	room, err := c.enterDirect(ctx, a, circle)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	return c.roomState(ctx, a, room)
}

// mayTalkTo asks can about one of those that the actor wants to talk to.
func (c *chat) mayTalkTo(ctx context.Context, a actor, user shared.UserID) error {
	if can(a.user.Role, beginDirect, object{}) == nil {
		return nil
	}
	known, err := c.store.Acquainted(ctx, a.user.ID, []shared.UserID{user})
	if err != nil {
		return c.tell(ctx, err, errNoUser)
	}
	return can(a.user.Role, beginDirect, object{member: len(known) > 0})
}

// enterDirect finds or makes a conversation and sees to it that the actor's
// connections show it.
func (c *chat) enterDirect(ctx context.Context, a actor, circle []shared.UserID) (shared.RoomID, error) {
	defer c.order.lock(a.user.ID)()
	ctx = context.WithoutCancel(ctx)
	room, fresh, err := c.store.Direct(ctx, a.user.Author(), circle, shared.RoomID(shared.NewID()), c.now())
	if err != nil {
		return "", err
	}
	if !fresh {
		if err := c.store.Show(ctx, a.user.ID, room); err != nil {
			return room, ignoring(err, ErrNoChange)
		}
	}
	c.show(ctx, a.user.ID, room)
	return room, nil
}

// hide keeps a direct conversation from the actor's list until somebody says
// something after the position that the actor has seen.
func (c *chat) hide(ctx context.Context, a actor, p *shared.Position) (shared.OK, error) {
	if p.Seq < 0 {
		return shared.OK{}, shared.Invalidf("seq", "a position is never negative")
	}
	if _, err := c.enter(ctx, a, hideRoom, p.Room); err != nil {
		return shared.OK{}, err
	}
	defer c.order.lock(a.user.ID)()
	err := c.store.Hide(context.WithoutCancel(ctx), a.user.ID, p.Room, p.Seq)
	if errors.Is(err, ErrNoChange) {
		return shared.OK{}, nil // something new was said: it stays
	}
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoRoom)
	}
	c.showOut(ctx, a.user.ID, p.Room)
	return shared.OK{}, nil
}

// unhide shows the actor a direct conversation that they had hidden.
func (c *chat) unhide(ctx context.Context, a actor, room shared.RoomID) error {
	if _, err := c.enter(ctx, a, hideRoom, room); err != nil {
		return err
	}
	return c.showTo(ctx, a.user.ID, room)
}

// showToAll sees to it that everybody of a direct conversation sees what was
// said. The store decides by position and log who does; this tells those who
// are connected.
func (c *chat) showToAll(ctx context.Context, said shared.Event) {
	ctx = context.WithoutCancel(ctx)
	hidden, err := c.store.HiddenFrom(ctx, said.Room)
	for _, user := range hidden {
		err = errors.Join(err, c.showTo(ctx, user, said.Room))
	}
	if err != nil {
		c.log.Error("conversation not shown", "room", said.Room, "seq", said.Seq, "err", err)
	}
}

func (c *chat) showTo(ctx context.Context, user shared.UserID, room shared.RoomID) error {
	defer c.order.lock(user)()
	if err := c.store.Show(context.WithoutCancel(ctx), user, room); err != nil {
		return ignoring(err, ErrNoChange)
	}
	c.show(ctx, user, room)
	return nil
}

// ignoring is err, or nil when it only is the one that is expected.
func ignoring(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
