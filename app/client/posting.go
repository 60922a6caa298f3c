package client

import (
	"errors"
	"time"

	"hubbub/shared"
)

// sendPosts sends what is next in each room.
func (c *Client) sendPosts(now time.Time) {
	for _, it := range c.outbox.heads() {
		if it.after.After(now) {
			continue
		}
		p := &shared.Post{Room: it.Room, Key: it.Key, Text: it.Text}
		it.id = c.request(shared.Frame{Post: p}, func(r reply) { c.posted(it, r) })
	}
}

// nextPost is when sendPosts has something to do.
func (c *Client) nextPost() (at time.Time) {
	for _, it := range c.outbox.heads() {
		at = sooner(at, it.after)
	}
	return at
}

// posted takes the answer to a post. The event may have been here before.
func (c *Client) posted(it *item, r reply) {
	it.id = 0
	if errors.Is(r.err, ErrLost) || it.seq != 0 {
		return // lost: it is sent again on the next connection, with the same key
	}
	c.changedPending(it.Room)
	if r.err == nil && r.ok.Event == nil {
		r.err = shared.Errorf(shared.CodeInternal, "the server sent no event")
	}
	if r.err == nil {
		c.outbox.acknowledge(it, r.ok.Event.Seq)
		return
	}
	err := shared.AsError(r.err)
	if !err.Temporary() {
		c.outbox.fail(it, err)
		return
	}
	it.Err = err
	it.after = time.Now().Add(it.back.next(retryAfter(err)))
}

// recognise finds what is mine and pending among events of the log.
func (c *Client) recognise(events []shared.Event) {
	if len(c.outbox.items) == 0 {
		return
	}
	for i := range events {
		ev := &events[i]
		if ev.Message == nil || ev.By.ID != c.you.ID {
			continue
		}
		it := c.outbox.find(ev.Message.Key)
		if it != nil && it.seq == 0 && it.Room == ev.Room {
			c.outbox.acknowledge(it, ev.Seq)
			c.changedPending(ev.Room)
		}
	}
}

// clearOutbox lets those messages go whose event can be seen, or will be seen
// only when somebody looks there.
func (c *Client) clearOutbox() {
	for i := 0; i < len(c.outbox.items); {
		it := c.outbox.items[i]
		if it.seq == 0 || c.windows.held[it.Room].awaits(it.seq) {
			i++
			continue
		}
		c.outbox.remove(it)
		c.changedLog(it.Room)
	}
}

// awaits reports whether the window will show seq without being moved, but
// does not yet.
func (w *window) awaits(seq shared.Seq) bool {
	switch {
	case w == nil:
		return false
	case w.load != nil && w.load.replaces():
		return !w.holds(seq)
	default:
		return w.following() && w.end < seq
	}
}
