package shared

// Scope is something that a token lets its bearer do, at most: the token's user
// must be allowed to do it, too.
type Scope string

// The scopes.
const (
	ScopePush  Scope = "push"  // tell people things through POST /push
	ScopePost  Scope = "post"  // say things in rooms
	ScopeRead  Scope = "read"  // read rooms, connect, and hear pushes to oneself
	ScopeAdmin Scope = "admin" // everything that its user may do
)

// Scopes returns all of them, the narrowest first.
func Scopes() []Scope { return []Scope{ScopePush, ScopePost, ScopeRead, ScopeAdmin} }

// Token is a session of a program: made on purpose, with a name, and for some
// things only.
type Token struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	User    Author  `json:"user"` // for whom it speaks
	By      Author  `json:"by"`   // who made it
	Scopes  []Scope `json:"scopes"`
	Room    RoomID  `json:"room,omitempty"` // of an incoming webhook
	Created Millis  `json:"created"`
	Seen    Millis  `json:"seen,omitempty"`    // last used, to the hour; 0: never
	Expires Millis  `json:"expires,omitempty"` // 0: never
	Secret  string  `json:"secret,omitempty"`  // what to send; told once, when it is made
}

// TokenRequest asks for a token, for oneself or for a bot of one's own.
type TokenRequest struct {
	Name   string  `json:"name"`
	Scopes []Scope `json:"scopes"`
	User   UserID  `json:"user,omitempty"` // a bot; empty: oneself
	TTL    int64   `json:"ttl,omitempty"`  // seconds; 0: until it is revoked
}

// TokenRef names a token.
type TokenRef struct {
	ID string `json:"id"`
}

// NewBot asks for a bot.
type NewBot struct {
	Name string `json:"name"`
}

// UserRef names a user.
type UserRef struct {
	User UserID `json:"user"`
}

// NewHook asks for an incoming webhook: a bot that speaks in one room, and the
// address at which a program says what.
type NewHook struct {
	Room RoomID `json:"room"`
	Name string `json:"name"`
}
