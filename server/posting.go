package server

import (
	"context"

	"hubbub/server/markup"
	"hubbub/shared"
)

// post says something in a room.
func (c *chat) post(ctx context.Context, a actor, p *shared.Post) (shared.OK, error) {
	if err := p.Validate(); err != nil {
		return shared.OK{}, err
	}
	if a.room != "" && p.Room != a.room {
		return shared.OK{}, forbidden("this webhook speaks in another room")
	}
	o, err := c.enter(ctx, a, postToRoom, p.Room)
	if err != nil {
		return c.postedBefore(ctx, a, p, err)
	}
	said, err := c.said(ctx, a, *p)
	if err != nil {
		return c.postedBefore(ctx, a, p, err) // its files are gone if it was deleted since
	}
	ev, _, err := c.store.Post(context.WithoutCancel(ctx), a.user.Author(), said, c.now())
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, missingFor(p))
	}
	c.health.note(nil)
	if o.room.Direct {
		c.showToAll(ctx, ev)
	}
	c.announce(ctx, ev) // a resend too: the first call may have died before this line
	return shared.OK{Event: &ev}, nil
}

// said is what the server makes of a text before it is stored, for a new
// message and for one that is edited.
func (c *chat) said(ctx context.Context, a actor, p shared.Post) (Said, error) {
	files, err := c.attached(ctx, a, p)
	if err != nil || !markup.Any(p.Text) {
		return Said{Post: p, Attached: files}, err
	}
	by := speaker{chat: c, ctx: ctx, by: a, room: p.Room}
	r := markup.Render(p.Text, &by)
	if by.err != nil {
		return Said{}, c.tell(ctx, by.err, errNoRoom)
	}
	return Said{Post: p, HTML: r.HTML, Mentions: r.Mentions, Attached: files}, nil
}

// missingFor is what a post did not find: the room is there, or was a moment
// ago.
func missingFor(p *shared.Post) func() *shared.Error {
	if p.Reply != 0 {
		return errNoMessage
	}
	return errNoRoom
}

// postedBefore is the answer to a post that is not allowed any more: what it
// was when it still was, if that answer got lost.
func (c *chat) postedBefore(ctx context.Context, a actor, p *shared.Post, refused error) (shared.OK, error) {
	ev, err := c.store.Posted(ctx, a.user.Author(), *p)
	if err != nil {
		return shared.OK{}, refused
	}
	return shared.OK{Event: &ev}, nil
}

// enter finds a room as the actor stands to it and asks can.
func (c *chat) enter(ctx context.Context, a actor, do action, room shared.RoomID) (object, error) {
	r, member, err := c.store.Access(ctx, room, a.user.ID)
	if err != nil {
		return object{}, c.tell(ctx, err, errNoRoom)
	}
	o := object{room: r, member: member}
	return o, can(a.user.Role, do, o)
}
