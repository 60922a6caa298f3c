package server

import (
	"context"

	"hubbub/shared"
)

// active notes that the actor uses a device. A program's word for a person
// proves nothing.
func (c *chat) active(_ context.Context, a actor, _ *shared.Nothing) (shared.OK, error) {
	if !a.isToken() {
		c.presence.touch(a.user.ID)
	}
	return shared.OK{}, nil
}

// status sets what the actor says they are at.
func (c *chat) status(ctx context.Context, a actor, s *shared.Status) (shared.OK, error) {
	status, err := shared.CleanStatus(*s)
	if err != nil {
		return shared.OK{}, err
	}
	defer c.order.lock(a.user.ID)()
	set, err := c.store.SetStatus(context.WithoutCancel(ctx), a.user.ID, status)
	return c.says(ctx, set, err)
}

// dnd sets until when the actor is not to be disturbed.
func (c *chat) dnd(ctx context.Context, a actor, q *shared.Quiet) (shared.OK, error) {
	if q.Until < 0 || q.Until > shared.Forever {
		return shared.OK{}, shared.Invalidf("until", "give a time in milliseconds since 1970, 0, or %d", shared.Forever)
	}
	defer c.order.lock(a.user.ID)()
	set, err := c.store.SetDND(context.WithoutCancel(ctx), a.user.ID, q.Until)
	return c.says(ctx, set, err)
}

// says tells every node what somebody says, and them how they look now.
func (c *chat) says(ctx context.Context, set shared.Presence, err error) (shared.OK, error) {
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	now := c.presence.say(set)
	c.publish(ctx, Signal{Op: OpStatus, User: set.User, Frame: shared.Frame{Presence: []shared.Presence{set}}.Encode()})
	return shared.OK{Presences: []shared.Presence{now}}, nil
}
