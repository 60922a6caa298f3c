package server

import (
	"context"
	"errors"

	"hubbub/shared"
)

// What becomes of messages that were said. To ask again for what is so already
// changes nothing and is answered without an event.

// edit changes what a message of the actor's says.
func (c *chat) edit(ctx context.Context, a actor, e *shared.Edit) (shared.OK, error) {
	if err := e.Validate(); err != nil {
		return shared.OK{}, err
	}
	m := shared.MessageRef{Room: e.Room, Seq: e.Seq}
	if err := c.touch(ctx, a, editMessage, m); err != nil {
		return shared.OK{}, err
	}
	said, err := c.said(ctx, a, shared.Post{Room: e.Room, Text: e.Text})
	if err != nil {
		return shared.OK{}, err
	}
	ev, err := c.store.Edit(context.WithoutCancel(ctx), a.user.Author(), m, said, c.now())
	return c.became(ctx, ev, err)
}

// delete takes a message back.
func (c *chat) delete(ctx context.Context, a actor, m *shared.MessageRef) (shared.OK, error) {
	if err := c.touch(ctx, a, deleteMessage, *m); err != nil {
		return shared.OK{}, err
	}
	ev, err := c.store.Delete(context.WithoutCancel(ctx), a.user.Author(), *m, c.now())
	return c.became(ctx, ev, err)
}

// react puts an emoji under a message, or takes it away.
func (c *chat) react(ctx context.Context, a actor, r *shared.React) (shared.OK, error) {
	if err := r.Validate(); err != nil {
		return shared.OK{}, err
	}
	if _, err := c.enter(ctx, a, reactToMessage, r.Room); err != nil {
		return shared.OK{}, err
	}
	ev, err := c.store.React(context.WithoutCancel(ctx), a.user.Author(), *r, c.now())
	return c.became(ctx, ev, err)
}

// versions tells what a message said before it was edited.
func (c *chat) versions(ctx context.Context, a actor, m *shared.MessageRef) (shared.OK, error) {
	if _, err := c.enter(ctx, a, readRoom, m.Room); err != nil {
		return shared.OK{}, err
	}
	versions, err := c.store.Versions(ctx, *m)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoMessage)
	}
	return shared.OK{Versions: versions}, nil
}

// touch asks can for an action on a message.
func (c *chat) touch(ctx context.Context, a actor, do action, m shared.MessageRef) error {
	o, err := c.enter(ctx, a, readRoom, m.Room)
	if err != nil {
		return err
	}
	ev, err := c.store.Message(ctx, m)
	if err != nil {
		return c.tell(ctx, err, errNoMessage)
	}
	o.self = ev.By.ID == a.user.ID
	return can(a.user.Role, do, o)
}

// became answers with what became of a message and tells the room.
func (c *chat) became(ctx context.Context, ev shared.Event, err error) (shared.OK, error) {
	switch {
	case errors.Is(err, ErrNoChange):
		return shared.OK{}, nil
	case errors.Is(err, ErrFull):
		return shared.OK{}, &shared.Error{
			Code: shared.CodeTooLarge, Field: "emoji",
			Message: "this message has as many reactions as a message can have",
		}
	case err != nil:
		return shared.OK{}, c.tell(ctx, err, errNoMessage)
	}
	c.announce(ctx, ev)
	return shared.OK{Event: &ev}, nil
}
