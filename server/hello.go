package server

import (
	"maps"

	"github.com/coder/websocket"

	"hubbub/shared"
)

// hello finds out who is there, tells them where they are, and resumes each of
// their rooms.
func (c *conn) hello(id int64, h *shared.Hello) {
	token := h.Token
	if token == "" {
		token = c.token
	}
	a, err := c.identify(token)
	if err == nil {
		err = a.may(shared.ScopeRead)
	}
	if err == nil {
		a, err = c.server.chat.settle(c.hub.ctx, a)
	}
	if err != nil {
		c.turnAway(id, err)
		return
	}
	welcome, err := c.server.chat.welcome(c.hub.ctx, a)
	if err != nil {
		c.turnAway(id, err)
		return
	}
	c.actor, c.token = a, ""
	c.join(id, h, welcome)
	c.appear()
}

// appear shows that somebody is here. A program of a person's is not them.
func (c *conn) appear() {
	a := &c.actor
	bot := a.user.Role == shared.RoleBot
	a.watcher = &watcher{user: a.user.ID, counts: bot || !a.isToken(), program: bot, write: c.mention}
	c.server.chat.presence.enter(a.watcher)
}

// helloAgain welcomes one more reader behind the same connection, such as a
// browser's second tab: all rooms are sent again from where that one is. The
// others know by its Seq what they have.
func (c *conn) helloAgain(id int64, h *shared.Hello) {
	if h.Token != "" {
		c.fail(id, shared.Invalidf("token", "this connection is signed in: open another for another session"))
		return
	}
	a, err := c.server.chat.settle(c.hub.ctx, c.actor)
	if err != nil {
		c.turnAway(id, err)
		return
	}
	c.actor = a
	at := c.rejoin(h.At)
	welcome, err := c.server.chat.welcome(c.hub.ctx, c.actor)
	if err != nil {
		c.turnAway(id, err)
		return
	}
	c.join(id, &shared.Hello{Epoch: h.Epoch, At: at}, welcome)
}

// rejoin stops all readers and returns where to go on: where each was, or
// before that, where at says.
func (c *conn) rejoin(at map[shared.RoomID]shared.Seq) map[shared.RoomID]shared.Seq {
	c.mu.Lock()
	defer c.mu.Unlock()
	from := make(map[shared.RoomID]shared.Seq, len(c.rooms))
	maps.Copy(from, at)
	if c.phase == closing {
		return from
	}
	for room, r := range c.rooms {
		if pos, known := from[room]; !known || r.pos < pos {
			from[room] = r.pos
		}
		c.hub.leave(r)
	}
	c.rooms = nil
	c.phase, c.early = joining, make(map[shared.RoomID]Signal)
	return from
}

// identify finds whose token it is and has signals find the connection. A
// session that ends meanwhile is noticed: by the lookup, or by its signal.
func (c *conn) identify(token string) (actor, error) {
	if token == "" {
		return actor{}, errSignIn()
	}
	for {
		drops := c.hub.drops.Load()
		a, err := c.server.authenticateToken(c.hub.ctx, token)
		if err != nil {
			return actor{}, err
		}
		if !c.expect(a) {
			return actor{}, errTooManyConns(c.hub.live.UserConns)
		}
		if c.hub.drops.Load() == drops {
			return a, nil
		}
	}
}

// expect begins to listen: before looking at what there is, rather twice than
// never. It reports whether the user may have one more connection.
func (c *conn) expect(a actor) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase == closing {
		return true // it ends by itself
	}
	c.phase = joining
	c.user, c.role, c.session, c.expires = a.user.ID, a.user.Role, a.session, a.expires
	c.ofToken = a.isToken()
	c.early = make(map[shared.RoomID]Signal)
	return c.hub.name(c, a.user.ID)
}

// errTooManyConns is temporary: the others may end.
func errTooManyConns(most int) *shared.Error {
	e := shared.Errorf(shared.CodeTooFast, "you have %d connections here already, and may have no more: close some", most)
	e.RetryAfter = 10
	return e
}

func (c *conn) turnAway(id int64, err error) {
	e := c.public(err)
	code := websocket.StatusPolicyViolation
	if e.Temporary() {
		code = websocket.StatusInternalError
	}
	c.refuse(id, e, code)
}

// join answers hello and makes the connection a reader of its rooms. What was
// heard while welcome was read comes after it.
func (c *conn) join(id int64, h *shared.Hello, w *shared.Welcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase == closing {
		return
	}
	c.chats = true
	w.Rooms = c.stillMine(w.Rooms)
	c.rooms = make(map[shared.RoomID]*reader, len(w.Rooms))
	out := shared.Frame{ID: id, OK: &shared.OK{Welcome: w}}.Encode()
	at := h.At
	if h.Epoch != "" && h.Epoch != w.Epoch {
		out = append(out, shared.Frame{Reset: &shared.RoomRef{}}.Encode()...)
		at = nil
	}
	for i := range w.Rooms {
		c.rooms[w.Rooms[i].ID] = nil
	}
	for room := range at {
		if _, mine := c.rooms[room]; !mine {
			out = append(out, shared.Frame{Gone: &shared.RoomRef{Room: room}}.Encode()...)
		}
	}
	var behind []*reader
	for i := range w.Rooms {
		var r *reader
		out, r = c.resume(out, &w.Rooms[i], at)
		if !r.live {
			behind = append(behind, r)
		}
	}
	c.write(appendText(make([]byte, 0, maxHeader+len(out)), out))
	c.settle(behind)
}

// stillMine returns the rooms without those that the user had to leave while
// they were read. If they are back in one, the signal that says so is on its
// way. Called with mu held.
func (c *conn) stillMine(rooms []shared.RoomState) []shared.RoomState {
	mine := make([]shared.RoomState, 0, len(rooms))
	for _, room := range rooms {
		if c.early[room.ID].Op != OpUnfollow {
			mine = append(mine, room)
		}
	}
	return mine
}

// resume follows a room from where the client is, and appends the frames that
// bring it up to date if they are at hand. Called with mu held.
func (c *conn) resume(out []byte, room *shared.RoomState, at map[shared.RoomID]shared.Seq) ([]byte, *reader) {
	pos, known := at[room.ID]
	if known && (pos > room.Last || pos < 0) {
		out = append(out, shared.Frame{Reset: &shared.RoomRef{Room: room.ID}}.Encode()...)
		known = false
	}
	if !known {
		pos = room.Last
	}
	r := c.hub.follow(c, room.ID, pos, room.Last)
	c.rooms[room.ID] = r
	if len(out) > maxBatch {
		return out, r // the rest as the peer takes it
	}
	events, to, last, ok := r.room.from(pos, maxBatch)
	if !ok || to < last {
		return out, r
	}
	r.pos, r.live = to, true
	out = append(out, events...)
	return append(out, liveFrame(r)...), r
}

func liveFrame(r *reader) []byte {
	return shared.Frame{Live: &shared.Position{Room: r.room.id, Seq: r.pos}}.Encode()
}

// settle ends joining: it does what was heard meanwhile, and has the readers
// moved. Called with mu held.
func (c *conn) settle(behind []*reader) {
	c.phase = joined
	c.beaten = c.hub.clock()
	for _, message := range c.tells {
		c.write(message)
	}
	for _, r := range c.rooms {
		if r.live {
			c.goLive(r)
		}
	}
	for room, s := range c.early {
		if s.Op == OpFollow && c.rooms[room] == nil {
			c.follow(room, s.Seq)
		}
	}
	c.tells, c.early = nil, nil
	if len(behind) > 0 {
		for _, r := range behind {
			r.tell = true
		}
		c.hub.work.Go(func() { c.catchUp(behind...) })
	}
}

// catchUp brings readers up to their tails from the store, one after the
// other, as fast as the peer takes it. It ends with the connection.
func (c *conn) catchUp(readers ...*reader) {
	for _, r := range readers {
		for c.nc.wait(c.hub.live.Backlog / 4) {
			pos, held, more := c.takeTail(r)
			if !more {
				break
			}
			if !held && !c.takeStored(r, pos) {
				return
			}
		}
	}
}

// takeTail gives a reader what its room's tail holds after it. more says that
// it is not there yet, held that the tail had something.
func (c *conn) takeTail(r *reader) (pos shared.Seq, held, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase != joined || c.rooms[r.room.id] != r {
		return 0, false, false
	}
	events, to, last, ok := r.room.from(r.pos, maxBatch)
	if !ok {
		return r.pos, false, true
	}
	r.pos = to
	if to < last {
		c.write(appendText(nil, events))
		return to, true, true
	}
	if r.tell {
		events = append(events, liveFrame(r)...)
	}
	if len(events) > 0 {
		c.write(appendText(nil, events))
	}
	c.goLive(r)
	return to, true, false
}

// takeStored gives a reader a page from the store.
func (c *conn) takeStored(r *reader, pos shared.Seq) bool {
	events, err := c.hub.store.After(c.hub.ctx, r.room.id, pos, shared.MaxPage)
	if err != nil || len(events) == 0 {
		c.log.Warn("a room's log could not be read", "room", r.room.id, "seq", pos, "err", err)
		c.bye(byeFailed)
		return false
	}
	var out []byte
	for i := range events {
		out = append(out, shared.Frame{Event: &events[i]}.Encode()...)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase == joined && c.rooms[r.room.id] == r {
		r.pos = events[len(events)-1].Seq
		c.write(appendText(make([]byte, 0, maxHeader+len(out)), out))
	}
	return true
}
