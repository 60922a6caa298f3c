package client

import (
	"time"

	"hubbub/shared"
)

// What a screen reads of a client.

// Change says what is worth drawing anew. One Change covers a whole batch of
// frames.
type Change struct {
	Status bool                   // connection, identity, or what is unsent
	Rooms  bool                   // the list of rooms, their names or unread counts
	Logs   map[shared.RoomID]bool // timelines: events, pending messages, windows
	Users  bool                   // somebody's name
	Pushes bool                   // what programs told the user

	Presence, Moods bool // of people that the screen shows; Moods: what they say
	Typing          bool // who does

	News []shared.Event // messages said just now that the user is to be told of, by this client alone among its peers
}

// Phase is how the connection is.
type Phase string

// The phases.
const (
	Connecting Phase = "connecting" // first attempt, or a new one after Waiting
	Live       Phase = "live"       // hello answered and caught up
	Waiting    Phase = "waiting"    // lost; RetryAt says when it tries again
	SignedOut  Phase = "signed_out" // the session ended; Run has returned
)

// State is the client as a whole, a copy.
type State struct {
	Phase   Phase
	RetryAt time.Time // in Waiting
	Version string    // of the server; an update is due when it is not the page's
	Server  string
	You     shared.User
	Limits  shared.Limits // of the server
	Rooms   []RoomSummary // by name, then direct conversations by what happened last; must not be changed
	Unsent  []Pending     // everything not yet acknowledged, in any room, oldest first
	Shaky   bool          // the shelf fails: what is unsent is lost when the program ends

	Prefer shared.Preferences // of the user, for notifications

	Pushes, Unopened int // how many there are; Client.Pushes has them
}

// RoomSummary is a room as the sidebar shows it.
type RoomSummary struct {
	shared.Room
	Last     shared.Seq
	Read     shared.Seq
	Round    int64 // of reading: it changes when something is marked unread, here or elsewhere
	Unread   int
	Mentions int // of them
	Members  int
	Active   shared.Millis // when Last was
	People   []shared.User // of a direct conversation: the others

	Involvement shared.Involvement // that the user chose, or ""
	Level       shared.Involvement // what follows from it
}

// Calls is how many messages the user wants to be told of: at the level of
// everything, as in direct conversations, all that are unread.
func (r RoomSummary) Calls() int {
	switch r.Level {
	case shared.InEverything:
		return r.Unread
	case shared.InMentions:
		return r.Mentions
	}
	return 0
}

// Timeline is what is known of a room's log: one contiguous window, and the
// messages that are not in it yet. A copy; Events must not be changed.
type Timeline struct {
	Room    shared.RoomID
	Events  []shared.Event // in order of Seq, no gaps
	Older   bool           // there is more before
	Newer   bool           // there is more after: the window is not at the log's end
	Loading bool           // a page is on its way
	Loaded  bool           // a first page was loaded
	Pending []Pending      // of this room, in order of sending
	Err     *shared.Error  // why the last page could not be loaded

	Reacting []shared.React // shown in Events already, not in the log yet
}

// Pending is a message between composer and log.
type Pending struct {
	shared.Post
	At    shared.Millis
	State SendState
	Tried bool          // it may have reached the server: it can no longer be changed
	Err   *shared.Error // in Failed, why; in Sending, why the last attempt failed that will be repeated
}

// SendState says where a message is on its way.
type SendState string

// The states. An acknowledged message is no longer pending: it is an event.
const (
	Sending SendState = "sending" // sent, or waiting for the connection
	Failed  SendState = "failed"  // refused for good; Retry, Edit or Discard
)

// State returns a copy of the state.
func (c *Client) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	all, unopened := c.pushes.count(c.opts.Now())
	return State{
		Pushes: all, Unopened: unopened,
		Phase:   c.phase,
		RetryAt: c.retryAt,
		Version: c.version,
		Server:  c.server,
		You:     c.you,
		Limits:  c.limits,
		Rooms:   c.rooms.summaries(c.summary),
		Unsent:  c.outbox.unsent(),
		Shaky:   c.keeper.broken,
		Prefer:  c.prefer,
	}
}

// You returns the user. State has it too, and more than what draws a row needs.
func (c *Client) You() shared.User {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.you
}

// Phase returns how the connection is.
func (c *Client) Phase() Phase {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase
}

// Room returns one of State's rooms; ok is false when the user is not in it.
func (c *Client) Room(id shared.RoomID) (r RoomSummary, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.rooms.by[id]; r != nil {
		return c.summary(r), true
	}
	return RoomSummary{}, false
}

// Timeline returns what is known of a room's log.
func (c *Client) Timeline(room shared.RoomID) Timeline {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := Timeline{Room: room}
	if w := c.windows.held[room]; w != nil {
		t = w.timeline()
		c.hurry(w, &t)
	}
	t.Pending = c.outbox.of(room)
	return t
}

// Name returns a user's current name, or what a says when no newer is known.
func (c *Client) Name(a shared.Author) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.names.of(a)
}

// Picture returns the version of a user's current picture, "" when there is none.
func (c *Client) Picture(a shared.Author) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.names.pictureOf(a)
}
