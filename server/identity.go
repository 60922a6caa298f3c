package server

import (
	"context"
	"encoding/hex"
	"errors"

	"hubbub/shared"
)

// ErrUnknownToken is what Options.AuthToken returns for a token that is nobody's
// (any more).
var ErrUnknownToken = errors.New("unknown token")

// Identity is who an embedding site says that somebody is.
type Identity struct {
	// ID is the site's own for this person, at most shared.MaxUserID bytes.
	ID shared.UserID
	// Name is what others see. It follows the site's at every sign-in.
	Name string
	// Role here. Default shared.RoleMember.
	Role shared.Role
}

// SiteSession begins the ids of sessions that only the embedding site knows.
const SiteSession = "site:"

// user checks what the site says.
func (i Identity) user() (shared.User, error) {
	name, err := shared.CleanName(i.Name)
	if err != nil {
		return shared.User{}, err
	}
	if i.ID == "" || len(i.ID) > shared.MaxUserID {
		return shared.User{}, shared.Invalidf("id", "the identity has no id, or one over %d bytes", shared.MaxUserID)
	}
	if i.Role == "" {
		i.Role = shared.RoleMember
	}
	return shared.User{ID: i.ID, Name: name, Role: i.Role}, nil
}

// recognise asks the embedding site whose token it is. A session of the site
// has no row of its own: it ends when the site says so, see Server.Drop.
func (s *Server) recognise(ctx context.Context, token string) (actor, error) {
	if s.opts.AuthToken == nil {
		return actor{}, errBadToken()
	}
	identity, err := s.opts.AuthToken(ctx, token)
	if errors.Is(err, ErrUnknownToken) {
		return actor{}, errBadToken()
	}
	var said *shared.Error
	if errors.As(err, &said) {
		return actor{}, said
	}
	if err != nil {
		s.opts.Log.Error("AuthToken failed", "err", err)
		return actor{}, errUnavailable()
	}
	user, err := identity.user()
	if err != nil {
		s.opts.Log.Error("AuthToken gave no good identity", "user", identity.ID, "err", err)
		return actor{}, shared.AsError(nil)
	}
	known, err := s.opts.Store.Person(ctx, user.ID)
	switch {
	case err == nil && known.Standing != "":
		return actor{}, errExcluded(known.Standing)
	case err != nil && !errors.Is(err, ErrNotFound):
		return actor{}, s.chat.tell(ctx, err, errNoUser)
	}
	hash := hashToken(token)
	return actor{
		user: user, session: SiteSession + hex.EncodeToString(hash[:16]), device: s.chat.nameNow(), stranger: true,
	}, nil
}

// settle has an actor whom only the site knows be here: they take part. Who
// only listens to pushes need not.
func (c *chat) settle(ctx context.Context, a actor) (actor, error) {
	if !a.stranger {
		return a, nil
	}
	user, err := c.arrive(ctx, a.user)
	if err != nil {
		return actor{}, err
	}
	a.user, a.stranger = user, false
	return a, nil
}

// arrive makes a person of the embedding site's known here, in the first room,
// or brings their name and role up to date.
func (c *chat) arrive(ctx context.Context, u shared.User) (shared.User, error) {
	known, err := c.store.User(ctx, u.ID)
	if err == nil && known.Name == u.Name && known.Role == u.Role {
		return known, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return u, c.tell(ctx, err, errNoUser)
	}
	defer c.order.lock(u.ID)()
	first := shared.Room{ID: shared.RoomID(shared.NewID()), Name: firstRoomName}
	user, events, err := c.store.Arrive(context.WithoutCancel(ctx), u, c.nameNow(), first, c.now())
	if err != nil {
		return u, c.tell(ctx, err, errNoUser)
	}
	c.announce(ctx, events...)
	c.announceUser(ctx, user)
	return user, nil
}

// nameNow is the server's name as far as it is known without asking.
func (c *chat) nameNow() string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.name
}
