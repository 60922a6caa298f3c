package client

import (
	"errors"
	"slices"
	"time"

	"hubbub/shared"
)

// receipt is what the server has to be told of a push: that it arrived or,
// with opened, that somebody opened it.
type receipt struct {
	push   string
	opened bool
	id     int64     // of the ack that is on its way; zero: none
	after  time.Time // send it not before
	back   backoff
}

// OpenPush says that the user opened a push, here and to all their devices.
func (c *Client) OpenPush(id string) {
	c.update(func() {
		if i := c.pushes.find(id); i >= 0 && !c.pushes.held[i].Opened {
			c.owe(id, true)
			c.openedPush(id)
		}
	})
}

// openedPush notes that a push was opened, here or elsewhere.
func (c *Client) openedPush(id string) {
	p := &c.pushes
	p.opened[id] = true
	if i := p.find(id); i >= 0 && !p.held[i].Opened {
		p.held[i].Opened = true
		c.change.Pushes = true
	}
}

// noteArrival has the server told that a push arrived, once: of the clients
// behind one connection the one that leads does it. Should it end before it
// could, the sender does not learn of it; a client that starts afresh may.
func (c *Client) noteArrival(push *shared.Push) {
	p := &c.pushes
	if !c.leads || push.Cleared || push.Opened || p.noted[push.ID] {
		return
	}
	p.noted[push.ID] = true
	c.owe(push.ID, false)
}

func (c *Client) owe(push string, opened bool) {
	c.pushes.owed = append(c.pushes.owed, &receipt{push: push, opened: opened})
}

// sendReceipts says what the server has to be told of pushes.
func (c *Client) sendReceipts(now time.Time) {
	for _, r := range c.pushes.owed {
		if r.id == 0 && !r.after.After(now) {
			k := &shared.Ack{Push: r.push, Opened: r.opened}
			r.id = c.request(shared.Frame{Ack: k}, func(a reply) { c.receipted(r, a) })
		}
	}
}

// nextReceipt is when sendReceipts has something to do.
func (c *Client) nextReceipt() (at time.Time) {
	for _, r := range c.pushes.owed {
		if r.id == 0 {
			at = sooner(at, r.after)
		}
	}
	return at
}

func (c *Client) receipted(r *receipt, a reply) {
	r.id = 0
	switch {
	case errors.Is(a.err, ErrLost): // the next connection says it again
	case a.err != nil && shared.AsError(a.err).Temporary():
		r.after = time.Now().Add(r.back.next(retryAfter(shared.AsError(a.err))))
	default:
		c.pushes.owed = slices.DeleteFunc(c.pushes.owed, func(other *receipt) bool { return other == r })
		c.change.Pushes = c.change.Pushes || r.opened // the next snapshot need not keep it
	}
}

// KeptPushes is what an earlier program knew of the user's pushes.
type KeptPushes struct {
	Pos    shared.Seq    `json:"pos"`
	Held   []shared.Push `json:"held"`
	Opened []string      `json:"opened,omitempty"` // and the server may not know
}

// keepPushes is what is to be kept; nil before anything is known.
func (p *pushes) keep() *KeptPushes {
	if !p.known {
		return nil
	}
	k := &KeptPushes{Pos: p.pos}
	for i := range p.held {
		if p.held[i].Expires > p.held[i].At {
			k.Held = append(k.Held, p.held[i].Push)
		}
	}
	for _, r := range p.owed {
		if r.opened {
			k.Opened = append(k.Opened, r.push)
		}
	}
	return k
}

// recallPushes starts from what an earlier program knew.
func (c *Client) recallPushes(k *KeptPushes) {
	p := &c.pushes
	p.known, p.pos = true, k.Pos
	for _, push := range k.Held {
		p.held = append(p.held, Push{Push: push})
	}
	for _, id := range k.Opened {
		c.owe(id, true)
		c.openedPush(id)
	}
}
