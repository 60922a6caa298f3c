package client

import (
	"time"

	"hubbub/shared"
)

// update runs f with the lock held, sends what became possible and has the
// changes told.
func (c *Client) update(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	c.advance(time.Now())
}

// advance sends what can be sent now. It may be called at any time.
func (c *Client) advance(now time.Time) {
	if c.online {
		c.sendPosts(now)
		c.sendLoads(now)
		c.sendReads(now)
		c.sendLook()
		c.sendRegister(now)
		c.sendReceipts(now)
		c.sendPresence(now)
		c.sendCalls()
	}
	c.forgetTypists(now)
	c.clearOutbox()
	if c.line != nil {
		if len(c.desk.out) > 0 {
			poke(c.line.sendable)
		}
		poke(c.line.again)
	}
	if !c.change.empty() {
		c.keeper.note(c.change)
		poke(c.dirt)
	}
}

// nextAction is when advance has something to do; zero is never.
func (c *Client) nextAction() time.Time {
	if !c.online {
		return time.Time{}
	}
	next := sooner(sooner(c.nextPost(), c.nextLoad()), c.nextRead())
	return sooner(sooner(next, c.nextPresence()), sooner(c.nextRegister(), c.nextReceipt()))
}

func (c *Client) changedLog(room shared.RoomID) {
	if c.change.Logs == nil {
		c.change.Logs = make(map[shared.RoomID]bool)
	}
	c.change.Logs[room] = true
}

// changedPending notes that a message of a room went a step on its way.
func (c *Client) changedPending(room shared.RoomID) {
	c.changedLog(room)
	c.change.Status = true // State.Unsent
}

func (ch Change) empty() bool {
	return !ch.Status && !ch.Rooms && !ch.Users && !ch.Pushes && !ch.Presence && !ch.Typing && len(ch.Logs) == 0 && len(ch.News) == 0
}

// tellChanges calls OnChange until stop is closed, and a last time then.
func (c *Client) tellChanges(stop <-chan struct{}) {
	for open := true; open; {
		select {
		case <-c.dirt:
		case <-stop:
			open = false
		}
		c.mu.Lock()
		change := c.change
		c.change = Change{}
		c.mu.Unlock()
		if c.opts.OnChange != nil && !change.empty() {
			c.opts.OnChange(change)
		}
	}
}

// poke wakes who waits on ch, now or when they next do.
func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
