package server

import "hubbub/shared"

// register has the connection hear pushes to its user. It may come before
// hello, with a token: then nothing of rooms comes here.
func (c *conn) register(id int64, r *shared.Register) {
	if c.actor.session == "" {
		if err := c.introduce(r.Token); err != nil {
			c.turnAway(id, err)
			return
		}
	} else if r.Token != "" {
		c.fail(id, shared.Invalidf("token", "this connection is signed in: open another for another session"))
		return
	}
	if c.listener == nil {
		c.listener = c.newListener()
		c.server.chat.listeners.add(c.listener)
	}
	err := c.listener.register(c.hub.ctx, []string{r.Event}, r, func(ok shared.OK) { c.reply(id, ok) })
	if err != nil {
		c.fail(id, c.public(err))
	}
}

// introduce finds out who is there, for a connection that says no hello.
func (c *conn) introduce(token string) error {
	if token == "" {
		token = c.token
	}
	a, err := c.identify(token)
	if err == nil {
		err = a.may(shared.ScopeRead)
	}
	if err != nil {
		return err
	}
	c.actor, c.token = a, ""
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase == joining {
		c.phase, c.beaten = joined, c.hub.clock()
		c.early, c.tells = nil, nil
	}
	return nil
}

// newListener is the connection as a listener.
func (c *conn) newListener() *listener {
	return &listener{
		chat: c.server.chat, user: c.actor.user.ID, session: c.actor.session, token: c.actor.isToken(),
		id: shared.NewID(), device: c.actor.device,
		write: func(_ shared.Seq, frames []byte) bool {
			_, err := c.nc.Write(appendText(make([]byte, 0, maxHeader+len(frames)), frames))
			return err == nil
		},
		wait:  func() bool { return c.nc.wait(c.hub.live.Backlog / 4) },
		spawn: func(f func()) { c.hub.work.Go(f) },
		end: func(s Signal) {
			if s.Op == OpDrop {
				return // the hub has told the connection
			}
			c.bye(byeFailed)
		},
	}
}

// acked is an acknowledgement that came on this connection.
func (c *conn) acked(k shared.Ack) *shared.Ack {
	if k.To == "" && c.listener != nil {
		k.To = c.listener.id
	}
	return &k
}
