package client

import (
	"slices"

	"hubbub/shared"
)

// desk is where commands wait for their replies.
type desk struct {
	last    int64                 // id given
	waiting map[int64]func(reply) // by id: sent on the present connection
	calls   []*call               // from Do, not yet sent
	out     [][]byte              // encoded frames for the writer
}

// reply ends a command: one of the server's, or ErrLost.
type reply struct {
	ok  shared.OK
	err error
}

// call is a command from Do.
type call struct {
	frame  shared.Frame
	id     int64 // once sent
	answer chan reply
}

func newDesk() desk { return desk{waiting: make(map[int64]func(reply))} }

// request sends a command on the present connection. done, unless nil, runs with
// the lock held when the reply is there or the connection lost.
func (c *Client) request(f shared.Frame, done func(reply)) (id int64) {
	d := &c.desk
	d.last++
	f.ID = d.last
	if done != nil {
		d.waiting[f.ID] = done
	}
	d.out = append(d.out, f.Encode())
	return f.ID
}

// place takes a command from Do.
func (c *Client) place(call *call) {
	if c.phase == Waiting || c.phase == SignedOut {
		call.answer <- reply{err: ErrOffline}
		return
	}
	c.desk.calls = append(c.desk.calls, call)
}

// sendCalls sends what Do was asked for.
func (c *Client) sendCalls() {
	for _, call := range c.desk.calls {
		call.id = c.request(call.frame, func(r reply) { call.answer <- r })
	}
	c.desk.calls = nil
}

// abandon forgets a command whose caller went away.
func (d *desk) abandon(gone *call) {
	delete(d.waiting, gone.id)
	d.calls = slices.DeleteFunc(d.calls, func(c *call) bool { return c == gone })
}

// answered ends a command with the server's reply. What the reply says about
// the user and their rooms is taken here for all commands.
func (c *Client) answered(f *shared.Frame) {
	done := c.desk.waiting[f.ID]
	delete(c.desk.waiting, f.ID)
	r := reply{}
	if f.Error != nil {
		r.err = f.Error
	} else {
		r.ok = *f.OK
		c.absorb(&r.ok)
	}
	if done != nil {
		done(r)
	}
}

// lose ends all commands: the connection is gone.
func (d *desk) lose() {
	waiting := d.waiting
	d.waiting = make(map[int64]func(reply))
	d.out = nil
	for _, done := range waiting {
		done(reply{err: ErrLost})
	}
}

// refuse ends the commands that were waiting for a connection.
func (d *desk) refuse() {
	for _, call := range d.calls {
		call.answer <- reply{err: ErrOffline}
	}
	d.calls = nil
}

// batch takes what is to be sent, as much as fits into a message of limit bytes.
func (d *desk) batch(limit int) []byte {
	if len(d.out) == 0 {
		return nil
	}
	message := d.out[0]
	n := 1
	for n < len(d.out) && len(message)+len(d.out[n]) <= limit {
		message = append(message, d.out[n]...)
		n++
	}
	d.out = d.out[n:]
	return message
}
