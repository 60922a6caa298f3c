package client

import (
	"errors"
	"time"

	"hubbub/shared"
)

// events are those that are held of a room.
func (c *Client) events(room shared.RoomID) []shared.Event {
	if w := c.windows.held[room]; w != nil {
		return w.events
	}
	return nil
}

// markRead moves the read position of a room forward.
func (c *Client) markRead(id shared.RoomID, m shared.ReadMark) {
	r := c.rooms.by[id]
	if r == nil {
		return
	}
	last := r.last
	if w := c.windows.held[id]; w != nil {
		last = max(last, w.end)
	}
	m.Seq = min(m.Seq, last)
	r.advance(m)
	c.change.Rooms = true
}

// MarkRead says that the user has seen everything up to seq.
func (c *Client) MarkRead(room shared.RoomID, seq shared.Seq) {
	c.update(func() {
		if r := c.rooms.by[room]; r != nil && seq > r.read {
			c.markRead(room, shared.ReadMark{Seq: seq, Round: r.round})
		}
	})
}

// MarkUnread makes the message seq, and what comes after it, unread again: on
// all devices, whatever these have still to say about having read it.
func (c *Client) MarkUnread(room shared.RoomID, seq shared.Seq) {
	c.update(func() {
		if r := c.rooms.by[room]; r != nil {
			c.markRead(room, shared.ReadMark{Seq: seq - 1, Round: r.round + 1})
		}
	})
}

// MarkAllRead says that the user has seen everything in every room.
func (c *Client) MarkAllRead() {
	c.update(func() {
		for id, r := range c.rooms.by {
			c.markRead(id, shared.ReadMark{Seq: r.last, Round: r.round})
		}
	})
}

// untold reports whether the user has moved and the server does not know, or
// the server has to be asked. One read of a room is on its way at a time; the
// newest position wins.
func (r *reading) untold() bool { return r.id == 0 && (r.doubt || r.unsaid()) }

// unsaid reports whether the user has moved and the server does not know.
func (r *reading) unsaid() bool {
	here := r.place()
	return here.Beyond(r.told) && here.Beyond(r.said)
}

// sendReads tells the server how far the user has read.
func (c *Client) sendReads(now time.Time) {
	for _, r := range c.rooms.by {
		if r.untold() && !r.after.After(now) {
			m := r.place()
			m.Room, r.doubt = r.ID, false
			r.id = c.request(shared.Frame{Read: &m}, func(answer reply) { c.marked(r, m, answer) })
		}
	}
}

// nextRead is when sendReads has something to do.
func (c *Client) nextRead() (at time.Time) {
	for _, r := range c.rooms.by {
		if r.untold() {
			at = sooner(at, r.after)
		}
	}
	return at
}

// marked takes the answer to a read. Its mark was applied like any other.
func (c *Client) marked(r *room, sent shared.ReadMark, answer reply) {
	r.id = 0
	switch {
	case errors.Is(answer.err, ErrLost): // the next connection sends it again
	case answer.err != nil && shared.AsError(answer.err).Temporary():
		r.after = time.Now().Add(r.back.next(retryAfter(shared.AsError(answer.err))))
	default: // refused: the position stays this device's own
		if sent.Beyond(r.told) {
			r.told = sent
		}
		r.back.reset()
	}
}
