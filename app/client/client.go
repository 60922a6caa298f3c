package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"hubbub/shared"
)

// Errors that do not come from the server.
var (
	// ErrSignedOut is Run's error when the session ended: sign in again.
	ErrSignedOut = errors.New("signed out")
	// ErrOffline is Do's error when there is no connection: nothing was sent.
	ErrOffline = errors.New("no connection to the server")
	// ErrLost is Do's error when the connection was lost before the reply: the
	// command may have been carried out or not.
	ErrLost = errors.New("connection lost before the server answered")
	// ErrTwice is Run's error when it was called before.
	ErrTwice = errors.New("client: Run was called twice")
)

// Options configure a Client.
type Options struct {
	// URL of the server's socket, e.g. "wss://chat.example.org/ws". Required.
	URL string
	// Token says who the client is. In a browser the cookie does: leave it empty.
	Token string
	// Welcome and Page are what the server put into the page: the client
	// starts from them and resumes there. Optional.
	Welcome *shared.Welcome
	Page    *shared.Page
	// Kept says that Page is what an earlier program kept.
	Kept bool
	// Read are positions that were read to and that the server may not know,
	// and Rounds their rounds: those of an earlier program's Snapshot. Optional.
	Read   map[shared.RoomID]shared.Seq
	Rounds map[shared.RoomID]int64
	// Pushes says that the user is to hear what programs tell them, and
	// KeptPushes what an earlier program knew of that. Default: not.
	Pushes     bool
	KeptPushes *KeptPushes
	// Shelf keeps what has to outlive the program. Default: nothing does.
	Shelf Shelf
	// Peers are the other clients that share the Shelf. Default: there are none.
	Peers Peers
	// Carrier brings the files of messages to the server, in place of names that
	// only it knows. Default: a message's files are on the server.
	Carrier Carrier
	// OnChange is called after the state changed, with what changed, from the
	// client's own goroutine and never concurrently. It must not block and may
	// call State and Room. Optional.
	OnChange func(Change)
	// Now is the clock that pending messages are stamped with. Default time.Now.
	Now func() time.Time

	dial dialer // tests put their own server here
}

// Client is one user's connection to a server. All methods are safe for
// concurrent use and return at once unless they take a context.
type Client struct {
	opts     Options
	dial     dialer
	exchange *exchange     // with Peers
	wake     chan struct{} // Wake was called
	dirt     chan struct{} // change is not empty

	mu        sync.Mutex // guards all below
	ran       bool       // Run was called
	phase     Phase
	retryAt   time.Time              // in Waiting
	line      *line                  // the connection, nil without one
	online    bool                   // hello was answered on it
	welcomeAt time.Time              // when, on the last one; zero: it never was
	heardAt   time.Time              // when the server last said something, by the wall clock
	catching  map[shared.RoomID]bool // rooms that owe us "live" on it
	change    Change                 // not yet told

	server  string
	version string
	epoch   string
	you     shared.User
	limits  shared.Limits
	rooms   rooms
	names   names
	windows windows
	outbox  outbox
	hasty   []*hasty
	pushes  pushes
	leads   bool // this client sends what is unsent: there are no peers, or it leads them
	keeper  keeper
	desk    desk

	presences presences

	prefer   shared.Preferences
	looking  shared.RoomID // that the user has before their eyes, or ""
	lookTold shared.RoomID // what the server knows of that, on this connection
}

// New returns a client that is not yet connected.
func New(o Options) *Client {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.dial == nil {
		o.dial = dialWebSocket
	}
	c := &Client{
		opts:    o,
		dial:    o.dial,
		leads:   o.Peers == nil,
		wake:    make(chan struct{}, 1),
		dirt:    make(chan struct{}, 1),
		phase:   Connecting,
		limits:  shared.DefaultLimits(),
		rooms:   newRooms(),
		names:   make(names),
		windows: newWindows(),
		keeper:  newKeeper(o.Shelf),
		desk:    newDesk(),
		pushes:  newPushes(),

		presences: newPresences(),
	}
	if o.Peers != nil {
		c.exchange = newExchange(o, o.dial)
		c.exchange.lead, c.exchange.wake = c.lead, func() { poke(c.wake) }
		c.exchange.heard = func(w word) { c.update(func() { c.heed(w) }) }
		c.dial = c.exchange.connect
	}
	if o.Welcome != nil {
		c.take(o.Welcome)
	}
	if o.Page != nil {
		w := c.windows.open(o.Page.Room)
		w.replace(*o.Page)
		if o.Kept && c.longAgo(o.Page.Events) {
			c.ask(w, load{kind: loadNewest})
		}
		c.learn(o.Page.Events)
		c.changedLog(o.Page.Room)
	}
	if o.KeptPushes != nil {
		c.recallPushes(o.KeptPushes)
	}
	for room, seq := range o.Read {
		c.markRead(room, shared.ReadMark{Seq: seq, Round: o.Rounds[room]})
	}
	c.keeper.note(c.change)
	c.change = Change{}
	c.restore()
	return c
}

// Wake says that the network or the page may be back: probe the connection,
// and if there is none try at once.
func (c *Client) Wake() {
	poke(c.wake)
	if c.exchange != nil {
		c.exchange.nudge()
	}
}

// Open loads the newest page of a room if there is none, and keeps its log.
func (c *Client) Open(room shared.RoomID) {
	c.update(func() {
		if w := c.windows.open(room); !w.loaded && w.load == nil {
			c.ask(w, load{kind: loadNewest})
			c.recall(w)
		}
	})
}

// OpenAt moves a room's window to the events around seq, unless it holds seq.
func (c *Client) OpenAt(room shared.RoomID, seq shared.Seq) {
	c.update(func() {
		if w := c.windows.open(room); !w.holds(seq) {
			c.ask(w, load{kind: loadAround, seq: seq})
		}
	})
}

// OpenNewest moves a room's window to the log's end.
func (c *Client) OpenNewest(room shared.RoomID) {
	c.update(func() {
		w := c.windows.open(room)
		if w.following() || w.load != nil && w.load.kind == loadNewest {
			return
		}
		c.ask(w, load{kind: loadNewest})
	})
}

// LoadOlder extends a room's window by a page.
func (c *Client) LoadOlder(room shared.RoomID) {
	c.update(func() {
		if w := c.windows.held[room]; w != nil && w.older && w.load == nil && len(w.events) > 0 {
			c.ask(w, load{kind: loadOlder})
		}
	})
}

// LoadNewer extends a room's window towards the newest event.
func (c *Client) LoadNewer(room shared.RoomID) {
	c.update(func() {
		if w := c.windows.held[room]; w != nil && w.newer && w.load == nil {
			c.ask(w, load{kind: loadNewer})
		}
	})
}

// Do sends any other command and waits for its reply. The error is a
// *shared.Error when the server said it. It is not sent again after a lost
// connection: the caller decides. While the first connection is being made it
// waits for that; when there is none, the error is ErrOffline.
func (c *Client) Do(ctx context.Context, f shared.Frame) (shared.OK, error) {
	call := &call{frame: f, answer: make(chan reply, 1)}
	c.update(func() { c.place(call) })
	select {
	case r := <-call.answer:
		return r.ok, r.err
	case <-ctx.Done():
		c.update(func() { c.desk.abandon(call) })
		return shared.OK{}, ctx.Err()
	}
}
