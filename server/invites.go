package server

import (
	"context"
	"time"

	"hubbub/shared"
)

const maxInviteTTL = 365 * 24 * time.Hour

// invite makes a link that lets people in.
func (c *chat) invite(ctx context.Context, a actor, n *shared.NewInvite) (shared.OK, error) {
	switch {
	case n.TTL < 0 || n.TTL > int64(maxInviteTTL/time.Second):
		return shared.OK{}, shared.Invalidf("ttl", "an invite lasts up to a year; 0 means that it does not expire")
	case n.MaxUses < 0:
		return shared.OK{}, shared.Invalidf("max_uses", "the number of uses cannot be negative; 0 means without limit")
	}
	if err := c.mayInvite(ctx, a, n.Room); err != nil {
		return shared.OK{}, err
	}
	now := c.now()
	invite := shared.Invite{
		Code:    shared.NewID(),
		By:      a.user.Author(),
		Room:    n.Room,
		Created: shared.Millis(now.UnixMilli()),
		MaxUses: n.MaxUses,
	}
	if n.TTL > 0 {
		invite.Expires = shared.Millis(now.Add(time.Duration(n.TTL) * time.Second).UnixMilli())
	}
	if err := c.store.AddInvite(context.WithoutCancel(ctx), invite); err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoRoom)
	}
	return shared.OK{Invite: &invite}, nil
}

func (c *chat) mayInvite(ctx context.Context, a actor, room shared.RoomID) error {
	if room == "" {
		return can(a.user.Role, makeInvite, object{})
	}
	_, err := c.enter(ctx, a, makeInvite, room)
	return err
}

// invites lists the links that work: the actor's own, or all of them to staff.
func (c *chat) invites(ctx context.Context, a actor, _ *shared.Nothing) (shared.OK, error) {
	if err := can(a.user.Role, listInvites, object{}); err != nil {
		return shared.OK{}, err
	}
	all, err := c.store.Invites(ctx, c.now())
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoInvite)
	}
	if a.user.Role.Staff() {
		return shared.OK{Invites: all}, nil
	}
	var own []shared.Invite
	for _, i := range all {
		if i.By.ID == a.user.ID {
			own = append(own, i)
		}
	}
	return shared.OK{Invites: own}, nil
}

// revoke ends an invite link.
func (c *chat) revoke(ctx context.Context, a actor, ref *shared.InviteRef) (shared.OK, error) {
	invite, err := c.store.Invite(ctx, ref.Code, c.now())
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoInvite)
	}
	if err := can(a.user.Role, endInvite, object{self: invite.By.ID == a.user.ID}); err != nil {
		return shared.OK{}, err
	}
	if err := c.store.RevokeInvite(context.WithoutCancel(ctx), ref.Code); err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoInvite)
	}
	return shared.OK{}, nil
}

// accept lets a newcomer in through an invite, and tells the room.
func (c *chat) accept(ctx context.Context, code string, guest Account) (shared.RoomID, error) {
	room, events, err := c.store.Accept(context.WithoutCancel(ctx), code, guest, c.now())
	if err != nil {
		return "", c.tell(ctx, err, errNoInvite)
	}
	c.announce(ctx, events...)
	return room, nil
}

// acceptAs is accept for somebody who is here already.
func (c *chat) acceptAs(ctx context.Context, a actor, code string) (shared.RoomID, error) {
	defer c.order.lock(a.user.ID)()
	room, events, err := c.store.AcceptAs(context.WithoutCancel(ctx), code, a.user, c.now())
	if err != nil {
		return "", c.tell(ctx, err, errNoInvite)
	}
	if len(events) > 0 {
		c.showIn(ctx, a.user.ID, events[0])
		c.announce(ctx, events...)
	}
	return room, nil
}
