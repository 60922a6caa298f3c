package client

import (
	"errors"
	"time"

	"hubbub/shared"
)

// unread counts what is unread in r.
func (c *Client) unread(r *room) int {
	var held []shared.Event
	if w := c.windows.held[r.ID]; w != nil {
		held = w.events
	}
	return r.reading.unread(held, c.you.ID)
}

// markRead moves the read position of a room forward.
func (c *Client) markRead(id shared.RoomID, seq shared.Seq) {
	r := c.rooms.by[id]
	if r == nil {
		return
	}
	last := r.last
	if w := c.windows.held[id]; w != nil {
		last = max(last, w.end)
	}
	seq = min(seq, last)
	if seq <= r.read {
		return
	}
	r.read = seq
	c.change.Rooms = true
}

// untold reports whether the user has read on and the server does not know.
// One read of a room is on its way at a time; the newest position wins.
func (r *reading) untold() bool { return r.read > max(r.told, r.said.Seq) && r.id == 0 }

// sendReads tells the server how far the user has read.
func (c *Client) sendReads(now time.Time) {
	for _, r := range c.rooms.by {
		if r.untold() && !r.after.After(now) {
			m := &shared.ReadMark{Room: r.ID, Seq: r.read}
			r.id = c.request(shared.Frame{Read: m}, func(answer reply) { c.marked(r, m.Seq, answer) })
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
func (c *Client) marked(r *room, sent shared.Seq, answer reply) {
	r.id = 0
	switch {
	case errors.Is(answer.err, ErrLost): // the next connection sends it again
	case answer.err != nil && shared.AsError(answer.err).Temporary():
		r.after = time.Now().Add(r.back.next(retryAfter(shared.AsError(answer.err))))
	default: // refused: the position stays this device's own
		r.told = max(r.told, sent)
		r.back.reset()
	}
}
