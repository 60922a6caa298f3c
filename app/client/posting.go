package client

import (
	"errors"
	"time"

	"hubbub/shared"
)

// ErrOnItsWay is the error of changing a message that may have reached the
// server already.
var ErrOnItsWay = errors.New("the message is on its way already")

// Post puts a message into the outbox, with a new key, which it returns. The
// error is one of validation: nothing was sent.
func (c *Client) Post(p shared.Post) (key string, err error) {
	p.Key = shared.NewID()
	if err := p.Validate(); err != nil {
		return "", err
	}
	c.update(func() {
		it := c.outbox.add(p, c.now())
		it.shown = c.keeper.shelf == nil || c.keeper.broken
		c.put(it)
	})
	return p.Key, nil
}

// Retry sends a failed message again.
func (c *Client) Retry(key string) {
	c.update(func() {
		if it := c.outbox.find(key); it != nil && it.State == Failed {
			c.outbox.retry(it, c.now())
			c.put(it)
		}
	})
}

// Edit changes the text of a message that the server never got, or refused.
// The error is one of validation, ErrOnItsWay or shared's CodeNotFound.
func (c *Client) Edit(key, text string) (err error) {
	c.update(func() {
		var it *item
		if it, err = c.pending(key); err != nil {
			return
		}
		p := it.Post
		p.Text = text
		if err = p.Validate(); err != nil {
			return
		}
		it.Text = text
		c.put(it)
	})
	return err
}

// Discard forgets a message that the server never got, or refused. The error
// is ErrOnItsWay or shared's CodeNotFound.
func (c *Client) Discard(key string) (err error) {
	c.update(func() {
		var it *item
		if it, err = c.pending(key); err == nil {
			c.outbox.remove(it)
			c.forgetFiles(it, false)
			c.unstow(it.Key)
			c.share(word{Kind: wordDrop, Key: it.Key})
			c.changedPending(it.Room)
		}
	})
	return err
}

// pending finds a message that can still be changed.
func (c *Client) pending(key string) (*item, error) {
	it := c.outbox.find(key)
	switch {
	case it == nil:
		return nil, shared.Errorf(shared.CodeNotFound, "the message is no longer waiting")
	case !it.open():
		return nil, ErrOnItsWay
	}
	return it, nil
}

// put has a message that is new, or changed, kept and shown.
func (c *Client) put(it *item) {
	c.stow(it)
	c.changedPending(it.Room)
}

func (c *Client) now() shared.Millis { return shared.Millis(c.opts.Now().UnixMilli()) }

// sendPosts sends what is next in each room.
func (c *Client) sendPosts(now time.Time) {
	if !c.maySend() {
		return
	}
	for _, it := range c.outbox.heads() {
		if it.after.After(now) || !c.carried(it) {
			continue
		}
		it.Tried = true
		if !it.marked {
			c.put(it)
		}
		p := c.said(it)
		it.id = c.request(shared.Frame{Post: &p}, func(r reply) { c.posted(it, r) })
	}
}

// maySend reports whether it is this client that sends, and knows what an
// earlier program left: that goes first.
func (c *Client) maySend() bool { return c.leads && c.keeper.restored }

// nextPost is when sendPosts has something to do.
func (c *Client) nextPost() (at time.Time) {
	if !c.maySend() {
		return time.Time{}
	}
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
	if r.err == nil && r.ok.Event == nil {
		r.err = shared.Errorf(shared.CodeInternal, "the server sent no event")
	}
	if r.err == nil {
		c.acknowledge(it, r.ok.Event.Seq)
		return
	}
	c.refused(it, shared.AsError(r.err))
}

// refused takes the server's no: for now, or for good. The end of a session is
// neither; the message waits for the next.
func (c *Client) refused(it *item, err *shared.Error) {
	it.Err = err
	switch {
	case err.Code == shared.CodeUnauthorized:
		it.after = time.Now().Add(it.back.next(backoffCap))
	case err.Temporary():
		it.after = time.Now().Add(it.back.next(retryAfter(err)))
	default:
		it.State = Failed
		c.put(it)
	}
	c.changedPending(it.Room)
}

// acknowledge notes that a message is in the log.
func (c *Client) acknowledge(it *item, seq shared.Seq) {
	it.acknowledged(seq)
	c.forgetFiles(it, true)
	c.unstow(it.Key)
	c.share(word{Kind: wordAcked, Key: it.Key, Seq: seq})
	c.changedPending(it.Room)
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
			c.acknowledge(it, ev.Seq)
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
