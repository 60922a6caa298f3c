package server

import "hubbub/shared"

// What a connection does with the signals about its user. Each returns at
// once; what it says about rooms and sessions holds from then on.

// tell writes a message, or keeps it until hello is answered.
func (c *conn) tell(message []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.phase == joined && !c.chats:
		// It listens to pushes alone.
	case c.phase == joined:
		c.write(message)
	case c.phase == joining && len(c.tells) < maxTells:
		c.tells = append(c.tells, message)
	case c.phase == joining:
		c.cut(byeSlow)
	}
}

// ofGuest reports whether a guest is connected.
func (c *conn) ofGuest() bool {
	c.mu.Lock()
	who := shared.User{ID: c.user, Role: c.role}
	c.mu.Unlock()
	return c.server.chat.people.current(who).Role == shared.RoleGuest
}

// mention writes frames that are worth less than anything else: while others
// wait for the peer it takes none.
func (c *conn) mention(frames []byte) bool {
	message := appendText(make([]byte, 0, maxHeader+len(frames)), frames)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase == joined && c.chats && c.nc.offer(message)
}

func (c *conn) hearFollow(s Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.phase == joining:
		c.early[s.Room] = s
	case c.phase == joined && c.chats && c.rooms[s.Room] == nil:
		c.follow(s.Room, s.Seq)
	}
}

// follow reads a room from pos on. Called with mu held.
func (c *conn) follow(room shared.RoomID, pos shared.Seq) {
	r := c.hub.follow(c, room, pos, pos)
	c.rooms[room] = r
	if r.room.covers(pos) {
		c.goLive(r)
		return
	}
	c.hub.work.Go(func() { c.catchUp(r) })
}

// goLive hands a reader to the worker. Called with mu held.
func (c *conn) goLive(r *reader) {
	r.live = true
	c.worker.push(r.room.shards[c.worker.index])
}

// hearUnfollow stops a room. What of it waits for a slow peer must not leave
// any more, and cannot be told from the rest: then the connection ends, and
// the client comes back for the other rooms.
func (c *conn) hearUnfollow(s Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.losses++
	if c.phase == joining {
		c.early[s.Room] = s
	}
	r := c.rooms[s.Room]
	if r == nil {
		return
	}
	delete(c.rooms, s.Room)
	c.hub.leave(r)
	if c.nc.stalled() {
		c.nc.abort(errRevoked)
	}
}

// hearDrop ends the connection if the signal means its session.
func (c *conn) hearDrop(s Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !s.means(c.session, c.ofToken) {
		return
	}
	if c.nc.stalled() {
		c.nc.abort(errRevoked)
		return
	}
	c.cut(byeSignedOut)
}

// lookAfter does what is due: beats and pings, and ending what waits in vain.
// Only the worker calls it.
func (c *conn) lookAfter(now int64, beat []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	live, heard := c.hub.live, c.nc.heard.Load()
	began := c.began.Load()
	switch {
	case c.phase == closing:
		c.giveUp(now)
	case !c.expires.IsZero() && !c.hub.now().Before(c.expires):
		c.cut(byeSignedOut)
	case c.phase == greeting && now-c.opened > int64(live.HelloTimeout),
		began != 0 && now-began > int64(messageTimeout):
		c.cut(byeLate)
	case c.working || c.nc.stalled():
		// Nobody reads its pongs, or nobody could send it a ping.
	case c.pinged > heard && now-c.pinged > int64(live.PingTimeout):
		c.nc.abort(errNoPong)
	case c.pinged <= heard && now-max(heard, c.opened) > int64(live.PingInterval):
		c.pinged = now
		c.write(appendHeader(nil, opPing, 0))
	}
	if c.phase == joined && now-c.beaten >= int64(live.Beat) {
		c.beaten = now
		c.nc.offer(beat) // a backlog is sign of life enough
	}
}

// giveUp ends a connection whose peer does not close after us. One that still
// has to read gets the time for it, but a shutdown does not wait so long.
func (c *conn) giveUp(now int64) {
	wait := closeTimeout
	if c.nc.stalled() && !c.retiring {
		wait += c.hub.live.StallTimeout
	}
	if now-c.closed > int64(wait) {
		c.nc.abort(errLingering)
	}
}
