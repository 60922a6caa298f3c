package server

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"

	"hubbub/shared"
)

// everybody lists the people the actor may know of.
func (c *chat) everybody(ctx context.Context, a actor, _ *shared.Nothing) (shared.OK, error) {
	if can(a.user.Role, listPeople, object{}) != nil {
		return c.acquaintances(ctx, a)
	}
	users, err := c.store.Users(ctx)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	return shared.OK{Users: users}, nil
}

// acquaintances lists who is in the actor's rooms.
func (c *chat) acquaintances(ctx context.Context, a actor) (shared.OK, error) {
	rooms, err := c.store.RoomsOf(ctx, a.user.ID)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	var users []shared.User
	seen := make(map[shared.UserID]bool)
	for _, room := range rooms {
		members, err := c.store.Members(ctx, room.ID)
		if err != nil {
			return shared.OK{}, c.tell(ctx, err, errNoRoom)
		}
		for _, u := range members {
			if !seen[u.ID] {
				seen[u.ID] = true
				users = append(users, u)
			}
		}
	}
	return shared.OK{Users: users}, nil
}

// password gives the actor a handle and a password, or changes them. Whoever
// else is signed in as them is signed out: a password is often changed because
// of them.
func (c *chat) password(ctx context.Context, a actor, n *shared.NewPassword) (shared.OK, error) {
	if err := can(a.user.Role, havePassword, object{}); err != nil {
		return shared.OK{}, err
	}
	handle, err := shared.CleanHandle(n.Handle)
	if err != nil {
		return shared.OK{}, err
	}
	if err := shared.ValidatePassword(n.New); err != nil {
		return shared.OK{}, renameField(err, "new")
	}
	if err := c.confirm(ctx, a, n.Current); err != nil {
		return shared.OK{}, err
	}
	hash, err := c.passwords.hash(n.New)
	if err != nil {
		return shared.OK{}, err
	}
	user, err := c.store.SetPassword(context.WithoutCancel(ctx), a.user.ID, handle, hash)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	c.announceUser(ctx, user)
	if err := c.signOutOthers(ctx, a); err != nil {
		return shared.OK{}, err
	}
	return shared.OK{You: &user}, nil
}

// confirm checks the actor's current password, if there is one.
func (c *chat) confirm(ctx context.Context, a actor, current string) error {
	if a.user.Handle == "" {
		return nil
	}
	account, err := c.checkPassword(ctx, a.user.Handle, current)
	if shared.AsError(err).Code == shared.CodeUnauthorized || err == nil && account.ID != a.user.ID {
		return shared.Invalidf("current", "the current password is wrong")
	}
	return err
}

// signOut ends the actor's session; its sockets close at once.
func (c *chat) signOut(ctx context.Context, a actor) error {
	if err := c.store.EndSession(context.WithoutCancel(ctx), a.session); err != nil {
		return c.tell(ctx, err, errSignIn)
	}
	c.publish(ctx, Signal{Op: OpDrop, User: a.user.ID, Session: a.session})
	return nil
}

// signOutEverywhere ends all of the actor's sessions.
func (c *chat) signOutEverywhere(ctx context.Context, a actor) error {
	if err := c.store.EndSessions(context.WithoutCancel(ctx), a.user.ID, ""); err != nil {
		return c.tell(ctx, err, errSignIn)
	}
	c.publish(ctx, Signal{Op: OpDrop, User: a.user.ID, Logins: true})
	return nil
}

// announceUser tells everybody who may know of somebody what their profile says
// now: guests only where they meet.
func (c *chat) announceUser(ctx context.Context, u shared.User) {
	f := shared.Frame{User: &u}
	c.publish(ctx, Signal{Op: OpTell, NoGuests: true, Frame: f.Encode()})
	guests, err := c.store.GuestsWith(context.WithoutCancel(ctx), u.ID)
	if err != nil {
		c.log.Error("guests not told of a profile", "user", u.ID, "err", err)
	}
	for _, guest := range guests {
		c.publish(ctx, tellUser(guest, f))
	}
}

// signOutOthers ends all of the actor's sessions but this one.
func (c *chat) signOutOthers(ctx context.Context, a actor) error {
	if err := c.store.EndSessions(context.WithoutCancel(ctx), a.user.ID, a.session); err != nil {
		return c.tell(ctx, err, errSignIn)
	}
	c.publish(ctx, Signal{Op: OpDrop, User: a.user.ID, Session: a.session, Keep: true, Logins: true})
	return nil
}

// people remembers who changed while the server ran: a connection knows its
// user as they were when it was opened, perhaps weeks ago. Every node learns of
// changes as clients do, from the "user" frames.
type people struct {
	stop func()

	mu      sync.RWMutex
	changed map[shared.UserID]shared.User // guarded by mu
}

func newPeople(b Broker) (*people, error) {
	p := &people{changed: make(map[shared.UserID]shared.User)}
	stop, err := b.Subscribe(p.receive)
	p.stop = stop
	return p, err
}

// current returns u as they are now.
func (p *people) current(u shared.User) shared.User {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if now, ok := p.changed[u.ID]; ok {
		return now
	}
	return u
}

// receive must not block: it looks only at what is told to everybody, which is
// rare.
func (p *people) receive(s Signal) {
	if u := changedUser(s); u != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.changed[u.ID] = *u
	}
}

// changedUser is whom a signal tells everybody of, or nil.
func changedUser(s Signal) *shared.User {
	if s.Op != OpTell || s.User != "" || !bytes.HasPrefix(s.Frame, []byte(`{"user":`)) {
		return nil
	}
	var f shared.Frame
	if err := json.Unmarshal(s.Frame, &f); err != nil {
		return nil
	}
	return f.User
}

// renameField makes a validation error speak of the form's own field.
func renameField(err error, field string) error {
	e := *shared.AsError(err)
	e.Field = field
	return &e
}
