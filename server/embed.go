package server

import (
	"context"

	"hubbub/shared"
)

// What a program that embeds a Server does by calling it. No hook is asked:
// whoever holds the Server may.

// Push tells one person something, on behalf of the site itself. It returns
// when the push is on disk and was handed to whoever listens. The error is a
// *shared.Error.
func (s *Server) Push(ctx context.Context, n shared.NewPush) (shared.PushAnswer, error) {
	return s.chat.sendPush(ctx, siteSender, n)
}

// PushStatus says what became of a push of Push's, by its id.
func (s *Server) PushStatus(ctx context.Context, id string) (shared.PushStatus, error) {
	return s.chat.pushStatus(ctx, siteSender, id)
}

// AmendPush says anew what a push says, to whoever has it too.
func (s *Server) AmendPush(ctx context.Context, c shared.PushChange) error {
	return s.chat.amendPush(ctx, siteSender, c)
}

// ClearPush takes a push back.
func (s *Server) ClearPush(ctx context.Context, id string) error {
	return s.chat.clearPush(ctx, siteSender, id)
}

// siteSender is the sender of what the site itself pushes.
const siteSender = ""

// Post says something in a room as one of its members, and returns when it is
// on disk. The same Key again changes nothing and returns the first result.
func (s *Server) Post(ctx context.Context, as shared.UserID, p shared.Post) (shared.Event, error) {
	user, err := s.opts.Store.User(ctx, as)
	if err != nil {
		return shared.Event{}, s.chat.tell(ctx, err, errNoUser)
	}
	ok, err := s.chat.post(ctx, actor{user: user}, &p)
	if err != nil {
		return shared.Event{}, err
	}
	return *ok.Event, nil
}

// Drop ends everything of a user's that is connected, on every node, and their
// logins here. When it returns, nothing more is sent to them on this node. A
// site calls it when somebody signs out or is banned, after its AuthToken has
// stopped to know them.
func (s *Server) Drop(ctx context.Context, user shared.UserID) error {
	if err := s.opts.Store.EndSessions(context.WithoutCancel(ctx), user, ""); err != nil {
		return s.chat.tell(ctx, err, errNoUser)
	}
	if err := s.chat.forgetSiteDevices(context.WithoutCancel(ctx), user); err != nil {
		return err
	}
	s.chat.publish(ctx, Signal{Op: OpDrop, User: user})
	return nil
}

// Do carries out a command as a user of this server: f has one of those that
// POST /api/v1/{command} takes. What the user may not do is refused.
func (s *Server) Do(ctx context.Context, as shared.UserID, f shared.Frame) (shared.OK, error) {
	user, err := s.opts.Store.User(ctx, as)
	if err != nil {
		return shared.OK{}, s.chat.tell(ctx, err, errNoUser)
	}
	return s.chat.do(ctx, actor{user: user}, f)
}
