package server

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"hubbub/server/pictures"
	"hubbub/shared"
)

// actor is who a request or a connection speaks for.
type actor struct {
	user    shared.User
	session string // the Session's ID
	device  string // in words
	scopes  []shared.Scope
	expires time.Time     // of the session, when it does not get longer by use; or zero
	room    shared.RoomID // of a webhook: it speaks nowhere else
	lang    string        // of their screens, or ""
	watcher *watcher      // of a connection that said hello; or nil

	stranger bool // the embedding site knows them; whether they were ever here, nobody asked
}

func actorOf(s Session, u shared.User) actor {
	a := actor{user: u, session: s.ID, device: s.Device, scopes: s.Scopes, room: s.Room, lang: s.Lang}
	if s.Author != "" {
		a.device, a.expires = s.Name, s.Expires
	}
	return a
}

// isToken reports whether the actor's session is a token: a login has no scopes.
func (a actor) isToken() bool { return len(a.scopes) > 0 }

// may reports whether the actor's session is for what needs a scope: a login
// is for everything.
func (a actor) may(need shared.Scope) error {
	if len(a.scopes) == 0 || slices.Contains(a.scopes, need) || slices.Contains(a.scopes, shared.ScopeAdmin) {
		return nil
	}
	return forbidden("this token is not for that: it needs the scope %q", need)
}

// chat decides: it authorises a command, has the store keep what follows from
// it, and tells the broker. WebSocket, HTTP and embedding programs all come
// through here, so that they cannot disagree.
type chat struct {
	store     Store
	broker    Broker
	notifier  Notifier // nil: no devices
	log       *slog.Logger
	now       func() time.Time
	limits    limits
	passwords *passwords
	ledger    *ledger
	listeners *listeners
	presence  *presence
	rings     *ringer
	notices   *dispatcher
	uploads   *uploads
	collector *collector
	commands  []command
	version   string
	epoch     string // of the log; it cannot change under a running server
	open      bool   // to people whom only the embedding site knows
	people    *people
	naming    *naming
	order     *order
	health    *health
	studio    *pictures.Studio
	gravatar  *http.Client    // nil: it is not asked
	ctx       context.Context // of what nobody waits for; ends with close
	cancel    context.CancelFunc

	mu   sync.RWMutex
	name string // guarded by mu: the server's, once there is an owner
}

func newChat(ctx context.Context, o Options) (*chat, error) {
	epoch, err := o.Store.Epoch(ctx)
	if err != nil {
		return nil, err
	}
	people, err := newPeople(o.Broker)
	if err != nil {
		return nil, err
	}
	naming, err := newNaming(o)
	if err != nil {
		people.stop()
		return nil, err
	}
	listeners, err := newListeners(o)
	if err != nil {
		people.stop()
		naming.stop()
		return nil, err
	}
	presence, err := newPresence(ctx, o)
	if err != nil {
		people.stop()
		naming.stop()
		listeners.close()
		return nil, err
	}
	studio := pictures.New()
	c := &chat{
		store:     o.Store,
		broker:    o.Broker,
		notifier:  o.Notifier,
		log:       o.Log,
		now:       o.Now,
		limits:    newLimits(o),
		passwords: newPasswords(),
		commands:  commands(),
		version:   o.Version,
		epoch:     epoch,
		open:      o.AuthToken != nil,
		name:      o.Name,
		people:    people,
		naming:    naming,
		order:     newOrder(),
		health:    newHealth(o),
		ledger:    newLedger(o),
		listeners: listeners,
		studio:    studio,
		uploads:   newUploads(o, studio),
		gravatar:  o.Gravatar,
		presence:  presence,
	}
	c.collector = newCollector(o, c.uploads)
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.rings = newRinger(o, presence.undisturbed)
	c.notices = newDispatcher(o, c.rings, func(ctx context.Context) string {
		name, _ := c.serverName(ctx) // without one there are no people either
		return name
	})
	if o.Notifier != nil {
		c.rings.start(c.notices.poke)
	}
	return c, nil
}

// close ends what newChat began.
func (c *chat) close() {
	c.people.stop()
	c.naming.stop()
	c.presence.close()
	c.cancel()
	c.listeners.close()
	c.ledger.stop()
	c.rings.stop()
	c.notices.stop()
	c.collector.stop()
}

// welcome answers hello: everything a client needs before events make sense.
func (c *chat) welcome(ctx context.Context, a actor) (*shared.Welcome, error) {
	name, err := c.serverName(ctx)
	if err != nil {
		return nil, err
	}
	rooms, err := c.store.RoomsOf(ctx, a.user.ID)
	if err != nil {
		return nil, c.tell(ctx, err, errNoUser)
	}
	prefers, err := c.store.Preferences(ctx, a.user.ID)
	if err != nil {
		return nil, c.tell(ctx, err, errNoUser)
	}
	return &shared.Welcome{
		Server:  name,
		Version: c.version,
		Epoch:   c.epoch,
		You:     c.people.current(a.user),
		Rooms:   append([]shared.RoomState{}, rooms...), // [] on the wire, never null
		Limits:  c.uploads.limits(),
		Prefer:  prefers,
	}, nil
}

// do carries out one command, any but hello, ping and look. The error is for the
// actor: a *shared.Error, or anything else for a failure of ours. It takes one
// of the user's tokens, whichever connection the command came by.
func (c *chat) do(ctx context.Context, a actor, f shared.Frame) (shared.OK, error) {
	for i := range c.commands {
		if c.commands[i].in(&f) {
			if err := a.may(c.commands[i].scope); err != nil {
				return shared.OK{}, err
			}
			if err := c.limits.user.allow(string(a.user.ID)); err != nil {
				return shared.OK{}, err
			}
			a, err := c.present(ctx, a, &c.commands[i])
			if err != nil {
				return shared.OK{}, err
			}
			return c.commands[i].run(c, ctx, a, &f)
		}
	}
	return shared.OK{}, errNoCommand()
}

// present is the actor of a command as they are now.
func (c *chat) present(ctx context.Context, a actor, cmd *command) (actor, error) {
	if a.stranger && (cmd.name == "ack" || cmd.name == "pushes") { // who only listens stays one
		return a, nil
	}
	a, err := c.settle(ctx, a)
	a.user = c.people.current(a.user)
	return a, err
}

// serverName is the server's name for people.
func (c *chat) serverName(ctx context.Context) (string, error) {
	c.mu.RLock()
	name := c.name
	c.mu.RUnlock()
	if name != "" {
		return name, nil
	}
	name, err := c.store.ServerName(ctx)
	if err != nil {
		return "", c.tell(ctx, err, errUnclaimed)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.name = name
	return name, nil
}

func errNoCommand() *shared.Error {
	return shared.Errorf(shared.CodeUnknown, "there is no such command")
}

func errUnclaimed() *shared.Error {
	return shared.Errorf(shared.CodeNotFound,
		"this server has no owner yet; open the setup link that it printed when it started")
}
