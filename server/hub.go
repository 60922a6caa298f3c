package server

import (
	"bytes"
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/shared"
)

// hub delivers: it keeps the tail of each followed room's log and moves every
// connection along it.
//
// Locks are taken in this order: conn.mu, hub.mu, then one of liveRoom.mu,
// shard.mu, worker.mu and netConn.mu. Nothing waits for a peer or the store
// under any of them.
type hub struct {
	store Store
	log   *slog.Logger
	now   func() time.Time
	live  LiveOptions
	tick  time.Duration
	start time.Time

	workers []*worker
	ctx     context.Context // of commands; ends when waiting for them has
	cancel  context.CancelFunc
	unhook  func() // from the broker
	lossy   bool   // the broker may lose signals
	mender  *mender
	drops   atomic.Int64 // OpDrop signals so far
	message sync.Pool    // *bytes.Buffer, for messages being read

	conn sync.WaitGroup // connections
	work sync.WaitGroup // everything else that runs

	mu      sync.RWMutex
	closing bool                                 // guarded by mu
	next    int                                  // guarded by mu: connections so far
	users   map[shared.UserID]map[*conn]struct{} // guarded by mu: those that said hello
	rooms   map[shared.RoomID]*liveRoom          // guarded by mu: those followed
}

// newHub starts the workers and subscribes to the broker. It uses o.Store,
// o.Broker, o.Log, o.Now and o.Live, all set.
func newHub(o Options) (*hub, error) {
	h := &hub{
		store: o.Store, log: o.Log, now: o.Now, live: o.Live,
		tick:  tickOf(o.Live),
		start: time.Now(),
		users: make(map[shared.UserID]map[*conn]struct{}),
		rooms: make(map[shared.RoomID]*liveRoom),
	}
	h.message.New = func() any { return new(bytes.Buffer) }
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.mender = newMender(h)
	_, local := o.Broker.(*localBroker)
	h.lossy = !local
	for i := range runtime.GOMAXPROCS(0) {
		h.workers = append(h.workers, newWorker(h, i))
	}
	unhook, err := o.Broker.Subscribe(h.receive)
	if err != nil {
		h.cancel()
		return nil, err
	}
	h.unhook = unhook
	for _, w := range h.workers {
		h.work.Go(w.run)
	}
	h.work.Go(h.mender.run)
	return h, nil
}

// tickOf is how often to look after connections: often enough for the shortest
// time that something is due after.
func tickOf(o LiveOptions) time.Duration {
	shortest := min(o.HelloTimeout, o.PingInterval, o.PingTimeout, o.Beat)
	return min(max(shortest/4, 5*time.Millisecond), time.Second)
}

// clock is nanoseconds since the hub began. No setting of the wall clock
// changes it.
func (h *hub) clock() int64 { return int64(time.Since(h.start)) + 1 }

// receive takes what the broker carries. It does not block.
func (h *hub) receive(s Signal) {
	switch s.Op {
	case OpEvent:
		h.event(s)
	case OpTell:
		h.tell(s)
	case OpTyping:
		h.typing(s)
	case OpFollow:
		for _, c := range h.connsOf(s.User) {
			c.hearFollow(s)
		}
	case OpUnfollow:
		for _, c := range h.connsOf(s.User) {
			c.hearUnfollow(s)
		}
	case OpDrop:
		h.drops.Add(1) // first: who is not among connsOf yet will see it
		for _, c := range h.connsOf(s.User) {
			c.hearDrop(s)
		}
	}
}

// event appends to a room's tail and sends its workers around.
func (h *hub) event(s Signal) {
	h.mu.RLock()
	rm := h.rooms[s.Room]
	h.mu.RUnlock()
	if rm == nil {
		return // nobody follows it here
	}
	rm.mu.Lock()
	grew := rm.tail.add(s.Seq, s.Frame)
	gap := rm.tail.gap()
	rm.mu.Unlock()
	if grew {
		rm.wake()
	}
	if gap {
		h.mender.soon(rm)
	}
}

func (h *hub) tell(s Signal) {
	message := appendText(make([]byte, 0, maxHeader+len(s.Frame)), s.Frame)
	if s.User == "" {
		for _, w := range h.workers {
			w.tell(announcement{message, s.NoGuests})
		}
		return
	}
	for _, c := range h.connsOf(s.User) {
		c.tell(message)
	}
}

// connsOf returns the connections of a user.
func (h *hub) connsOf(user shared.UserID) []*conn {
	h.mu.RLock()
	defer h.mu.RUnlock()
	conns := make([]*conn, 0, len(h.users[user]))
	for c := range h.users[user] {
		conns = append(conns, c)
	}
	return conns
}

// enter counts a connection that is about to be, unless shutdown has begun.
// Whoever calls it calls open or h.conn.Done.
func (h *hub) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return false
	}
	h.conn.Add(1)
	return true
}

// open takes in a connection that entered. When shutdown has begun meanwhile,
// it is told so.
func (h *hub) open(c *conn) {
	h.mu.Lock()
	closing := h.closing
	c.worker = h.workers[h.next%len(h.workers)]
	h.next++
	c.worker.mu.Lock()
	c.worker.conns[c] = struct{}{}
	c.worker.mu.Unlock()
	h.mu.Unlock()
	if closing {
		c.retire()
	}
}

// name says whose a connection is, so that signals find it. It reports whether
// the user may have one more.
func (h *hub) name(c *conn, user shared.UserID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.users[user] == nil {
		h.users[user] = make(map[*conn]struct{})
	}
	_, known := h.users[user][c]
	h.users[user][c] = struct{}{}
	return known || len(h.users[user]) <= h.live.UserConns
}

// gone forgets a connection that ended. Its readers have left.
func (h *hub) gone(c *conn, user shared.UserID) {
	h.mu.Lock()
	delete(h.users[user], c)
	if len(h.users[user]) == 0 {
		delete(h.users, user)
	}
	h.mu.Unlock()
	c.worker.mu.Lock()
	delete(c.worker.conns, c)
	c.worker.mu.Unlock()
	h.conn.Done()
}

// follow makes c a reader of a room from pos on, not yet live. last is a
// position that the store's log is known to have reached. Called with c.mu held.
func (h *hub) follow(c *conn, room shared.RoomID, pos, last shared.Seq) *reader {
	h.mu.Lock()
	rm := h.rooms[room]
	fresh := rm == nil
	if fresh {
		rm = newLiveRoom(room, h.live.Tail, last, h.workers)
		h.rooms[room] = rm
	}
	rm.followers++
	h.mu.Unlock()

	r := &reader{conn: c, room: rm, pos: pos}
	rm.shards[c.worker.index].add(r)
	if fresh {
		h.mender.now(rm) // what was published between reading last and listening
	}
	return r
}

// leave ends a reader. A room that nobody follows drops its tail. Called with
// r.conn.mu held.
func (h *hub) leave(r *reader) {
	r.live = false
	rm := r.room
	rm.shards[r.conn.worker.index].remove(r)
	h.mu.Lock()
	defer h.mu.Unlock()
	if rm.followers--; rm.followers == 0 {
		delete(h.rooms, rm.id)
	}
}

// follows reports whether a room is still followed.
func (h *hub) follows(rm *liveRoom) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.rooms[rm.id] == rm
}

// shutdown says bye to every connection, answers what was read, and closes.
func (h *hub) shutdown(ctx context.Context) error {
	h.mu.Lock()
	again := h.closing
	h.closing = true
	h.mu.Unlock()
	if again {
		return nil
	}
	for _, w := range h.workers {
		for _, c := range w.everybody(nil) {
			c.retire()
		}
	}
	err := h.await(ctx, &h.conn)
	h.cancel()
	if err != nil {
		for _, w := range h.workers {
			for _, c := range w.everybody(nil) {
				c.nc.abort(err)
			}
		}
	}
	h.unhook()
	for _, w := range h.workers {
		close(w.stop)
	}
	if err == nil {
		err = h.await(ctx, &h.work)
	}
	return err
}

// await waits for a group or ctx. When ctx ends first, the waiting goroutine
// ends with the group: a store that hangs cannot be abandoned more cleanly.
func (h *hub) await(ctx context.Context, group *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() {
		group.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
