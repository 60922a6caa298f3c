package server

import (
	"context"

	"hubbub/shared"
)

// sessions lists the actor's logins.
func (c *chat) sessions(ctx context.Context, a actor, _ *shared.Nothing) (shared.OK, error) {
	all, err := c.store.SessionsOf(ctx, a.user.ID, c.now())
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	mine := make([]shared.Session, len(all))
	for i, s := range all {
		mine[i] = shared.Session{
			ID: s.ID, Device: s.Device, Here: s.ID == a.session,
			Created: shared.Millis(s.Created.UnixMilli()), Seen: shared.Millis(s.Seen.UnixMilli()),
		}
	}
	return shared.OK{Sessions: mine}, nil
}

// end signs the actor out of one of their logins, or of all others. What is
// connected with it closes at once.
func (c *chat) end(ctx context.Context, a actor, ref *shared.SessionRef) (shared.OK, error) {
	if ref.Others {
		return shared.OK{}, c.signOutOthers(ctx, a)
	}
	all, err := c.store.SessionsOf(ctx, a.user.ID, c.now())
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	for _, s := range all {
		if s.ID == ref.ID {
			return shared.OK{}, c.signOut(ctx, actor{user: a.user, session: s.ID})
		}
	}
	return shared.OK{}, errNoSession()
}

func errNoSession() *shared.Error {
	return shared.Errorf(shared.CodeNotFound, "this login has ended already")
}
