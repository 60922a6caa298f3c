package client

import (
	"time"

	"hubbub/shared"
)

// receive takes one frame from the server.
func (c *Client) receive(f *shared.Frame) {
	switch {
	case f.OK != nil, f.Error != nil:
		c.answered(f)
	case f.Event != nil:
		c.event(f.Event)
	case f.Live != nil && f.Live.Room == "":
		c.pushesLive(f.Live.Seq)
	case f.Live != nil:
		c.caughtUp(f.Live.Room, f.Live.Seq)
	case f.Read != nil:
		c.readElsewhere(*f.Read)
	case f.Room != nil:
		c.joined(*f.Room)
	case f.Gone != nil:
		c.gone(f.Gone.Room)
	case f.Reset != nil:
		c.reset(f.Reset.Room)
	case f.Involve != nil:
		c.involved(*f.Involve)
	case f.Prefer != nil:
		c.preferred(*f.Prefer)
	case f.User != nil:
		c.userChanged(*f.User)
	case f.Presence != nil:
		for _, s := range f.Presence {
			c.knowPresence(s)
		}
	case f.Typing != nil:
		c.hearTyping(f.Typing)
	case f.Pushed != nil:
		c.pushed(f.Pushed)
	case f.Ack != nil && f.Ack.Opened:
		c.openedPush(f.Ack.Push)
	case f.Beat != nil:
		c.pushes.skew = time.UnixMilli(int64(f.Beat.At)).Sub(c.opts.Now())
	case f.Bye != nil && !f.Bye.Retry:
		c.line.end(ErrSignedOut)
	}
}

// event takes an event that came by itself: in order of its room's log.
func (c *Client) event(ev *shared.Event) {
	if c.rooms.by[ev.Room] == nil {
		return // a last word from a room that we left
	}
	if r := c.rooms.by[ev.Room]; ev.Seq > r.last && c.isNews(r, ev) {
		c.change.News = newestNews(append(c.change.News, *ev))
	}
	c.rooms.stream(ev.Room, ev.Seq)
	c.rooms.observe(ev, c.you.ID)
	c.observePresence(ev)
	c.change.Rooms = true
	events := []shared.Event{*ev}
	c.learn(events)
	c.offer(ev, 0)
	c.recognise(events)
}

// offer hands an event to the window of its room. What is missing before it is
// asked for after patience.
func (c *Client) offer(ev *shared.Event, patience time.Duration) {
	w := c.windows.held[ev.Room]
	if w == nil {
		return
	}
	switch w.offer(*ev) {
	case applied:
		c.changedLog(ev.Room)
	case missing:
		w.gapAt = sooner(w.gapAt, time.Now().Add(patience))
	}
}

// caughtUp ends the resumption of a room. The server has sent everything up to
// seq; should something be missing, it is asked for.
func (c *Client) caughtUp(room shared.RoomID, seq shared.Seq) {
	c.settled(room)
	c.rooms.stream(room, seq)
	w := c.windows.held[room]
	if w == nil || !w.following() {
		return
	}
	w.known = max(w.known, seq)
	if w.behind() {
		w.gapAt = time.Now()
	}
}

// settled notes that a room is caught up, or needs no catching up.
func (c *Client) settled(room shared.RoomID) {
	delete(c.catching, room)
	if c.online && len(c.catching) == 0 && c.phase != Live {
		c.phase = Live
		c.hoard()
		c.change.Status = true
	}
}

func (c *Client) readElsewhere(m shared.ReadMark) {
	if r := c.rooms.by[m.Room]; r != nil {
		r.mark(m)
		c.change.Rooms = true
	}
}

func (c *Client) joined(s shared.RoomState) {
	c.rooms.put(s)
	c.meet(s.People)
	c.change.Rooms = true
}

func (c *Client) gone(room shared.RoomID) {
	c.settled(room)
	c.rooms.remove(room)
	c.windows.drop(room)
	c.dropTypists(room, func(typist) bool { return true })
	c.askAllAnew()
	c.change.Rooms = true
	c.changedLog(room)
}

// reset forgets the log of a room, or of all, and loads afresh what was held.
func (c *Client) reset(room shared.RoomID) {
	if room == "" {
		c.startOver()
		return
	}
	c.settled(room)
	c.outbox.forgetAcknowledged(room)
	if w := c.windows.held[room]; w != nil {
		c.reload(w)
	}
}

// startOver forgets all logs: they are of another history.
func (c *Client) startOver() {
	for id, w := range c.windows.held {
		c.outbox.forgetAcknowledged(id)
		c.reload(w)
	}
	clear(c.catching)
	c.settled("")
}

func (c *Client) reload(w *window) {
	if !w.loaded && w.load != nil && w.load.kind == loadNewest {
		return // that is being done
	}
	w.forget()
	c.ask(w, load{kind: loadNewest})
}

func (c *Client) userChanged(u shared.User) {
	c.rooms.renamed(u)
	if c.names.tell(u) {
		c.change.Users = true
	}
	if u.ID == c.you.ID {
		if u.Role != c.you.Role {
			c.askAllAnew() // others may be known now
		}
		c.you = u
		c.change.Status = true
	}
}

// absorb takes what a reply says about the user, their rooms and the log.
func (c *Client) absorb(ok *shared.OK) {
	if ok.Room != nil {
		c.joined(*ok.Room)
	}
	if ok.Read != nil {
		c.readElsewhere(*ok.Read)
	}
	if ok.You != nil {
		c.userChanged(*ok.You)
	}
	if ok.Event != nil {
		c.added(ok.Event)
	}
	for _, s := range ok.Presences {
		c.knowPresence(s)
	}
	c.meet(ok.Users)
	if ok.Person != nil {
		c.meet([]shared.User{ok.Person.User})
	}
}

// meet takes what people are called now.
func (c *Client) meet(users []shared.User) {
	for _, u := range users {
		if c.names.tell(u) {
			c.change.Users = true
		}
	}
}

// added takes the event that a command of ours became. It may overtake others,
// and comes again by itself.
func (c *Client) added(ev *shared.Event) {
	if r := c.rooms.by[ev.Room]; r != nil && ev.Seq == r.last+1 {
		c.rooms.observe(ev, c.you.ID)
		c.change.Rooms = true
	}
	c.offer(ev, gapPatience)
}

// take takes the state that a connection, or a page, begins with.
func (c *Client) take(w *shared.Welcome) {
	if c.epoch != "" && c.epoch != w.Epoch {
		c.rooms = newRooms()
		c.startOver()
		c.pushes.forget()
		c.change.Pushes = true
	}
	c.server, c.version, c.epoch = w.Server, w.Version, w.Epoch
	c.you, c.limits, c.prefer = w.You, w.Limits, w.Prefer
	c.names.doubt()
	c.names.tell(w.You)
	c.rooms.replace(w.Rooms)
	for i := range w.Rooms {
		c.meet(w.Rooms[i].People)
	}
	for room := range c.windows.held {
		if c.rooms.by[room] == nil {
			c.windows.drop(room)
			c.changedLog(room)
		}
	}
	c.change.Status, c.change.Rooms, c.change.Users = true, true, true
}
