package server

import (
	"context"
	"slices"
	"time"

	"hubbub/shared"
)

const maxTokenTTL = 10 * 365 * 24 * time.Hour

// bot makes a member that is a program, with the actor as its owner.
func (c *chat) bot(ctx context.Context, a actor, n *shared.NewBot) (shared.OK, error) {
	bot, err := c.addBot(ctx, a, n.Name)
	if err != nil {
		return shared.OK{}, err
	}
	return shared.OK{Bot: &bot}, nil
}

func (c *chat) addBot(ctx context.Context, a actor, name string) (shared.User, error) {
	if err := can(a.user.Role, makeBot, object{}); err != nil {
		return shared.User{}, err
	}
	name, err := shared.CleanName(name)
	if err != nil {
		return shared.User{}, err
	}
	bot := shared.User{ID: shared.UserID(shared.NewID()), Name: name, Role: shared.RoleBot, Owner: a.user.ID}
	return bot, c.tell(ctx, c.store.AddBot(context.WithoutCancel(ctx), bot, c.now()), errNoUser)
}

// bots lists the actor's, or everybody's to staff.
func (c *chat) bots(ctx context.Context, a actor, _ *shared.Nothing) (shared.OK, error) {
	all, err := c.store.Bots(ctx, ownOrAll(a))
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	return shared.OK{Users: all}, nil
}

// ownOrAll is whose programs the actor may see: their own, "" for all.
func ownOrAll(a actor) shared.UserID {
	if a.user.Role.Staff() {
		return ""
	}
	return a.user.ID
}

// dismiss ends what a bot may do: its tokens work no more, and it leaves its
// rooms. What it said stays.
func (c *chat) dismiss(ctx context.Context, a actor, ref *shared.UserRef) (shared.OK, error) {
	bot, err := c.botOf(ctx, a, ref.User)
	if err != nil {
		return shared.OK{}, err
	}
	if err := c.store.EndTokens(context.WithoutCancel(ctx), bot.ID); err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	c.publish(ctx, Signal{Op: OpDrop, User: bot.ID})
	rooms, err := c.store.RoomsOf(ctx, bot.ID)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	for _, room := range rooms {
		if _, err := c.letOut(ctx, a, room.ID, bot.ID); err != nil {
			return shared.OK{}, err
		}
	}
	return shared.OK{}, nil
}

// botOf returns a bot that the actor answers for.
func (c *chat) botOf(ctx context.Context, a actor, id shared.UserID) (shared.User, error) {
	bot, err := c.store.User(ctx, id)
	if err != nil {
		return bot, c.tell(ctx, err, errNoBot)
	}
	if bot.Role != shared.RoleBot {
		return bot, errNoBot()
	}
	return bot, can(a.user.Role, answerFor, object{self: bot.Owner == a.user.ID})
}

// token makes a token for the actor or a bot of theirs.
func (c *chat) token(ctx context.Context, a actor, n *shared.TokenRequest) (shared.OK, error) {
	user := a.user
	var err error
	if n.User != "" && n.User != a.user.ID {
		user, err = c.botOf(ctx, a, n.User)
	} else {
		err = can(a.user.Role, makeBot, object{})
	}
	if err != nil {
		return shared.OK{}, err
	}
	if err := mayGrant(a, n.Scopes); err != nil {
		return shared.OK{}, err
	}
	token, err := c.addToken(ctx, a, user, *n, "")
	if err != nil {
		return shared.OK{}, err
	}
	return shared.OK{Token: &token}, nil
}

// mayGrant reports whether the actor may make a token with these scopes.
func mayGrant(a actor, scopes []shared.Scope) error {
	if len(scopes) == 0 || len(scopes) > shared.MaxScopes {
		return shared.Invalidf("scopes", "say what the token is for: push, post, read or admin")
	}
	for _, s := range scopes {
		if !slices.Contains(shared.Scopes(), s) {
			return shared.Invalidf("scopes", "%q is no scope: there are push, post, read and admin", s)
		}
		if !a.user.Role.Staff() && (s == shared.ScopePush || s == shared.ScopeAdmin) {
			return forbidden("only the owner and admins can make a token with the scope %q", s)
		}
	}
	return nil
}

// addToken stores a token. Its secret is in the answer, and nowhere else.
func (c *chat) addToken(
	ctx context.Context, a actor, user shared.User, n shared.TokenRequest, room shared.RoomID,
) (shared.Token, error) {
	name, err := shared.CleanName(n.Name)
	if err != nil {
		return shared.Token{}, err
	}
	if n.TTL < 0 || n.TTL > int64(maxTokenTTL/time.Second) {
		return shared.Token{}, shared.Invalidf("ttl", "a token lasts up to ten years; 0 means until it is withdrawn")
	}
	now, expires := c.now(), Never
	if n.TTL > 0 {
		expires = now.Add(time.Duration(n.TTL) * time.Second)
	}
	secret := shared.NewSecret()
	s := Session{
		ID: shared.NewID(), User: user.ID, Hash: hashToken(secret), Device: name,
		Created: now, Seen: time.UnixMilli(0), Expires: expires, // never used: its first use is noted
		Name: name, Scopes: n.Scopes, Author: a.user.ID, Room: room,
	}
	if err := c.store.AddSession(context.WithoutCancel(ctx), s); err != nil {
		return shared.Token{}, c.tell(ctx, err, errNoUser)
	}
	token := shared.Token{
		ID: s.ID, Name: name, User: user.Author(), By: a.user.Author(), Scopes: n.Scopes, Room: room,
		Created: shared.Millis(now.UnixMilli()), Secret: secret,
	}
	if n.TTL > 0 {
		token.Expires = shared.Millis(expires.UnixMilli())
	}
	return token, nil
}

// tokens lists what the actor made, or everybody to staff.
func (c *chat) tokens(ctx context.Context, a actor, _ *shared.Nothing) (shared.OK, error) {
	all, err := c.store.Tokens(ctx, ownOrAll(a), c.now())
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoToken)
	}
	return shared.OK{Tokens: all}, nil
}

// withdraw ends a token at once, on every socket.
func (c *chat) withdraw(ctx context.Context, a actor, ref *shared.TokenRef) (shared.OK, error) {
	token, err := c.store.Token(ctx, ref.ID, c.now())
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoToken)
	}
	mine := token.By.ID == a.user.ID || token.User.ID == a.user.ID
	if err := can(a.user.Role, answerFor, object{self: mine}); err != nil {
		return shared.OK{}, err
	}
	if err := c.store.EndSession(context.WithoutCancel(ctx), token.ID); err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoToken)
	}
	c.publish(ctx, Signal{Op: OpDrop, User: token.User.ID, Session: token.ID})
	return shared.OK{}, nil
}

// hook makes a bot that speaks in one room, and the token for its address.
func (c *chat) hook(ctx context.Context, a actor, n *shared.NewHook) (shared.OK, error) {
	if _, err := c.enter(ctx, a, hookRoom, n.Room); err != nil {
		return shared.OK{}, err
	}
	bot, err := c.addBot(ctx, a, n.Name)
	if err != nil {
		return shared.OK{}, err
	}
	if _, err := c.letIn(ctx, a, n.Room, bot.ID); err != nil {
		return shared.OK{}, err
	}
	request := shared.TokenRequest{Name: n.Name, Scopes: []shared.Scope{shared.ScopePost}}
	token, err := c.addToken(ctx, a, bot, request, n.Room)
	if err != nil {
		return shared.OK{}, err
	}
	return shared.OK{Token: &token}, nil
}

func errNoBot() *shared.Error {
	return shared.Errorf(shared.CodeNotFound, "there is no such bot")
}

func errNoToken() *shared.Error {
	return shared.Errorf(shared.CodeNotFound, "there is no such token")
}
