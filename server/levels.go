package server

import (
	"context"

	"hubbub/shared"
)

// involve sets how much of a room the actor is told of, and tells their other
// devices.
func (c *chat) involve(ctx context.Context, a actor, i *shared.Involve) (shared.OK, error) {
	if err := i.Involvement.Validate(); err != nil {
		return shared.OK{}, err
	}
	if _, err := c.enter(ctx, a, readRoom, i.Room); err != nil {
		return shared.OK{}, err
	}
	if err := c.store.Involve(context.WithoutCancel(ctx), a.user.ID, *i); err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoRoom)
	}
	c.publish(ctx, tellUser(a.user.ID, shared.Frame{Involve: i}))
	return shared.OK{}, nil
}

// prefer sets what the actor wants of notifications everywhere.
func (c *chat) prefer(ctx context.Context, a actor, p *shared.Preferences) (shared.OK, error) {
	if err := p.Validate(); err != nil {
		return shared.OK{}, err
	}
	if err := c.store.SetPreferences(context.WithoutCancel(ctx), a.user.ID, *p); err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	c.publish(ctx, tellUser(a.user.ID, shared.Frame{Prefer: p}))
	return shared.OK{}, nil
}
