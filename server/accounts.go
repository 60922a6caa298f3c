package server

import (
	"context"

	"hubbub/shared"
)

// accounts lists everybody who is or was here, as staff sees them.
func (c *chat) accounts(ctx context.Context, a actor, _ *shared.Nothing) (shared.OK, error) {
	if err := can(a.user.Role, listAccounts, object{}); err != nil {
		return shared.OK{}, err
	}
	people, err := c.store.People(ctx)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	for i := range people {
		people[i].Lang = ownOnly(a, people[i].ID, people[i].Lang)
	}
	return shared.OK{Accounts: people}, nil
}

// role gives somebody another role. Who hands the server over makes somebody
// else its owner, and then perhaps themselves something less.
func (c *chat) role(ctx context.Context, a actor, r *shared.RoleChange) (shared.OK, error) {
	if rank(r.Role) < 0 {
		return shared.OK{}, shared.Invalidf("role", "%q is no role for people: there are owner, admin, member and guest", r.Role)
	}
	if _, err := c.above(ctx, a, setRole, r.User, r.Role); err != nil {
		return shared.OK{}, err
	}
	user, err := c.store.SetRole(context.WithoutCancel(ctx), r.User, r.Role)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	c.announceUser(ctx, user)
	c.log.Info("role changed", "user", user.ID, "role", user.Role, "by", a.user.ID)
	return c.person(ctx, a, &shared.UserRef{User: user.ID})
}

// above finds somebody whom the actor may do something about.
func (c *chat) above(ctx context.Context, a actor, do action, id shared.UserID, wanted shared.Role) (shared.Person, error) {
	if err := can(a.user.Role, listAccounts, object{}); err != nil { // who is there is not theirs to know
		return shared.Person{}, err
	}
	p, err := c.store.Person(ctx, id)
	if err != nil {
		return p, c.tell(ctx, err, errNoUser)
	}
	return p, can(a.user.Role, do, object{self: id == a.user.ID, other: p.Role, wanted: wanted})
}

// deactivate takes somebody from the server. What they said stays.
func (c *chat) deactivate(ctx context.Context, a actor, ref *shared.UserRef) (shared.OK, error) {
	return c.exclude(ctx, a, ref.User, shared.StandingRemoved)
}

// ban takes somebody from the server because of what they did.
func (c *chat) ban(ctx context.Context, a actor, ref *shared.UserRef) (shared.OK, error) {
	return c.exclude(ctx, a, ref.User, shared.StandingBanned)
}

// exclude ends all that somebody, their bots and their tokens do here. When it
// returns, nothing more is sent to them, and nothing of theirs is stored.
func (c *chat) exclude(ctx context.Context, a actor, id shared.UserID, standing shared.Standing) (shared.OK, error) {
	p, err := c.above(ctx, a, exclude, id, "")
	if err != nil {
		return shared.OK{}, err
	}
	defer c.order.lock(id)()
	ended, events, err := c.store.Exclude(context.WithoutCancel(ctx), a.user.Author(), id, standing, c.now())
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	c.publish(ctx, Signal{Op: OpDrop, User: id})
	for _, s := range ended {
		c.publish(ctx, Signal{Op: OpDrop, User: s.User, Session: s.ID})
	}
	if err := c.forgetSiteDevices(context.WithoutCancel(ctx), id); err != nil {
		return shared.OK{}, err
	}
	c.announce(ctx, events...)
	c.log.Info("excluded", "user", id, "standing", standing, "by", a.user.ID)
	return c.person(ctx, a, &shared.UserRef{User: p.ID})
}

// readmit lets somebody in again who was removed or banned. They sign in anew,
// and are in no room.
func (c *chat) readmit(ctx context.Context, a actor, ref *shared.UserRef) (shared.OK, error) {
	p, err := c.above(ctx, a, exclude, ref.User, "")
	if err != nil {
		return shared.OK{}, err
	}
	if err := c.store.Readmit(context.WithoutCancel(ctx), p.ID); err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	c.log.Info("readmitted", "user", p.ID, "by", a.user.ID)
	return c.person(ctx, a, ref)
}

func errExcluded(s shared.Standing) *shared.Error {
	if s == shared.StandingBanned {
		return forbiddenError("this account was banned from this server")
	}
	return forbiddenError("this account was removed from this server; an admin can let it in again")
}
