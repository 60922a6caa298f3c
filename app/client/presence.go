package client

import (
	"time"

	"hubbub/shared"
)

const (
	askPause    = 50 * time.Millisecond // for more people to be asked for at once
	typingHolds = 5 * time.Second       // what was heard of somebody's typing
	typingPause = 3 * time.Second       // between two words of one's own
	usedHolds   = 5 * time.Minute       // as long as the server believes a sign of life
)

// presences is what is known of who is there, and who types.
type presences struct {
	known  map[shared.UserID]shared.Presence
	wanted []shared.UserID        // the screen shows them; those asked for first go first
	asked  map[shared.UserID]bool // of those, whom this connection tells us about
	askAt  time.Time              // when to ask for the rest; zero: there is none
	used   time.Time              // when the user last did something
	tell   bool                   // and the server is to hear of it

	typists map[shared.RoomID][]typist
	typed   map[shared.RoomID]time.Time // when we said that the user types
	types   shared.RoomID               // where we are to say so, or ""
}

// typist is somebody who types, until they do not.
type typist struct {
	shared.Author
	until time.Time
}

func newPresences() presences {
	return presences{
		known: make(map[shared.UserID]shared.Presence), asked: make(map[shared.UserID]bool),
		typists: make(map[shared.RoomID][]typist), typed: make(map[shared.RoomID]time.Time),
	}
}

// Presence returns what is known of somebody's presence, and has it followed
// from now on: whoever is drawn is asked for here.
func (c *Client) Presence(user shared.UserID) shared.Presence {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := &c.presences
	if _, wanted := p.asked[user]; !wanted && user != "" {
		p.want(user)
		c.askPresence()
		if c.line != nil {
			poke(c.line.again)
		}
	}
	known := p.known[user]
	if user == c.you.ID && c.online {
		known.State = shared.Online // they look at it
	}
	return known
}

// want adds somebody, in the place of who was wanted first.
func (p *presences) want(user shared.UserID) {
	if len(p.wanted) == shared.MaxWatch {
		delete(p.asked, p.wanted[0])
		delete(p.known, p.wanted[0])
		p.wanted = p.wanted[1:]
	}
	p.wanted = append(p.wanted, user)
	p.asked[user] = false
}

// askPresence has those asked for who were not yet.
func (c *Client) askPresence() {
	if c.presences.askAt.IsZero() {
		c.presences.askAt = time.Now().Add(askPause)
	}
}

// askAllAnew asks for everybody again: on a new connection, and when a guest
// may have lost sight of somebody.
func (c *Client) askAllAnew() {
	if len(c.presences.wanted) == 0 {
		return
	}
	for user := range c.presences.asked {
		c.presences.asked[user] = false
	}
	c.askPresence()
}

// Skew is how far the server's clock is ahead of this one.
func (c *Client) Skew() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pushes.skew
}

// Active says that the user does something.
func (c *Client) Active() {
	c.update(func() { c.presences.used, c.presences.tell = time.Now(), true })
}

// Types says that the user writes in a room.
func (c *Client) Types(room shared.RoomID) {
	c.update(func() {
		if now := time.Now(); c.online && now.Sub(c.presences.typed[room]) >= typingPause {
			c.presences.typed[room], c.presences.types = now, room
		}
	})
}

// Typists returns the names of who writes in a room, in the order they began.
func (c *Client) Typists(room shared.RoomID) (names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.presences.typists[room] {
		names = append(names, c.names.of(t.Author))
	}
	return names
}

// sendPresence says and asks what is due.
func (c *Client) sendPresence(now time.Time) {
	p := &c.presences
	if p.tell {
		p.tell = false
		c.request(shared.Frame{Active: &shared.Nothing{}}, func(reply) {})
	}
	if p.types != "" {
		c.request(shared.Frame{Typing: &shared.Typing{Room: p.types}}, func(reply) {})
		p.types = ""
	}
	if p.askAt.IsZero() || p.askAt.After(now) {
		return
	}
	p.askAt = time.Time{}
	var ask []shared.UserID
	for _, user := range p.wanted {
		if !p.asked[user] {
			p.asked[user] = true
			ask = append(ask, user)
		}
	}
	c.request(shared.Frame{Watch: &shared.Watch{Users: ask}}, func(r reply) {
		if r.err != nil {
			return // of a new connection they are asked anew
		}
		said := make(map[shared.UserID]bool)
		for _, s := range r.ok.Presences {
			said[s.User] = true
		}
		for _, user := range ask {
			if _, was := p.known[user]; was && !said[user] {
				c.knowPresence(shared.Presence{User: user})
			}
		}
	})
}

// nextPresence is when sendPresence or forgetTypists has something to do.
func (c *Client) nextPresence() time.Time {
	next := c.presences.askAt
	for _, typists := range c.presences.typists {
		for _, t := range typists {
			next = sooner(next, t.until)
		}
	}
	return next
}

// knowPresence takes somebody's presence, if the screen shows them.
func (c *Client) knowPresence(s shared.Presence) {
	p := &c.presences
	if _, wanted := p.asked[s.User]; !wanted || p.known[s.User] == s {
		return
	}
	c.change.Moods = c.change.Moods || p.known[s.User].Status != s.Status
	p.known[s.User] = s
	c.change.Presence = true
}

// hearTyping takes word that somebody types.
func (c *Client) hearTyping(t *shared.Typing) {
	if t.By == nil || t.By.ID == c.you.ID || c.rooms.by[t.Room] == nil {
		return
	}
	until := time.Now().Add(typingHolds)
	typists := c.presences.typists[t.Room]
	for i := range typists {
		if typists[i].ID == t.By.ID {
			typists[i].until = until
			return
		}
	}
	c.presences.typists[t.Room] = append(typists, typist{*t.By, until})
	c.change.Typing = true
}

// stopTyping forgets that somebody types: they said something, or left.
func (c *Client) stopTyping(room shared.RoomID, user shared.UserID) {
	c.dropTypists(room, func(t typist) bool { return t.ID == user })
}

// forgetTypists forgets those who were not heard of again.
func (c *Client) forgetTypists(now time.Time) {
	for room := range c.presences.typists {
		c.dropTypists(room, func(t typist) bool { return !t.until.After(now) })
	}
}

func (c *Client) dropTypists(room shared.RoomID, gone func(typist) bool) {
	typists := c.presences.typists[room]
	left := typists[:0]
	for _, t := range typists {
		if !gone(t) {
			left = append(left, t)
		}
	}
	switch {
	case len(left) == len(typists):
		return
	case len(left) == 0:
		delete(c.presences.typists, room)
	default:
		c.presences.typists[room] = left
	}
	c.change.Typing = true
}

// observePresence takes what an event says about typing, and about whom a guest
// may know.
func (c *Client) observePresence(ev *shared.Event) {
	switch {
	case ev.Message != nil:
		c.stopTyping(ev.Room, ev.By.ID)
	case ev.Left != nil:
		c.stopTyping(ev.Room, ev.Left.ID)
		if c.you.Role == shared.RoleGuest {
			c.askAllAnew()
		}
	}
}

// greetPresence begins anew on a connection that was welcomed.
func (c *Client) greetPresence() {
	p := &c.presences
	p.tell = !p.used.IsZero() && time.Since(p.used) < usedHolds
	c.askAllAnew()
}
