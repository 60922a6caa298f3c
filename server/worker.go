package server

import (
	"runtime"
	"sync"
	"time"

	"hubbub/shared"
)

const (
	chunkSize = 128      // readers served before another room gets its turn
	maxBatch  = 64 << 10 // bytes of events in one write, about

	// A room so large and busy that there is more to do at the end of a pass
	// rests as long as the pass took, within these bounds. Meanwhile events
	// gather and go out together: half the system calls, and so half the CPU
	// and a lower latency too, because those who post get their turn.
	minRest = 500 * time.Microsecond
	maxRest = 4 * time.Millisecond
)

// worker serves its share of the connections: it moves their readers along the
// rooms' logs and looks after what is due by time. It never waits for a peer.
type worker struct {
	hub   *hub
	index int
	bell  chan struct{} // has room for one ring
	stop  chan struct{}

	mu       sync.Mutex
	queue    []*shard           // guarded by mu
	ready    []*conn            // guarded by mu: their backlog is gone
	tells    []announcement     // guarded by mu: what everybody is told
	whispers []whisper          // guarded by mu: messages for a room, now or never
	conns    map[*conn]struct{} // guarded by mu

	// The worker goroutine's own.
	chunk []*reader
	pass  pass
	round []*conn
}

func newWorker(h *hub, index int) *worker {
	return &worker{
		hub: h, index: index,
		bell: make(chan struct{}, 1), stop: make(chan struct{}),
		conns: make(map[*conn]struct{}),
		chunk: make([]*reader, 0, chunkSize),
	}
}

// push has the worker come by a shard.
func (w *worker) push(s *shard) {
	w.mu.Lock()
	s.dirty = true
	if !s.queued {
		s.queued = true
		w.queue = append(w.queue, s)
	}
	w.mu.Unlock()
	w.ring()
}

// pushConn has it serve all of a connection's readers.
func (w *worker) pushConn(c *conn) {
	w.mu.Lock()
	w.ready = append(w.ready, c)
	w.mu.Unlock()
	w.ring()
}

// announcement is a message for everybody, or for all but guests.
type announcement struct {
	message  []byte
	noGuests bool
}

// tell has it write a message to everybody.
func (w *worker) tell(a announcement) {
	w.mu.Lock()
	w.tells = append(w.tells, a)
	w.mu.Unlock()
	w.ring()
}

func (w *worker) ring() {
	select {
	case w.bell <- struct{}{}:
	default:
	}
}

func (w *worker) run() {
	tick := time.NewTicker(w.hub.tick)
	defer tick.Stop()
	for {
		if w.step() {
			runtime.Gosched() // whoever posts next joins the next pass
			select {
			case <-tick.C:
				w.lookAfter()
			default:
			}
			continue
		}
		select {
		case <-w.bell:
		case <-tick.C:
			w.lookAfter()
		case <-w.stop:
			return
		}
	}
}

// step does one piece of work and reports whether there was any.
func (w *worker) step() bool {
	w.mu.Lock()
	var (
		s        *shard
		ready    = w.ready
		tells    = w.tells
		whispers = w.whispers
	)
	w.ready, w.tells, w.whispers = nil, nil, nil
	if len(w.queue) > 0 {
		s = w.queue[0]
		w.queue[0] = nil
		w.queue = w.queue[1:]
	}
	w.mu.Unlock()

	for _, c := range ready {
		w.serveConn(c)
	}
	if len(tells) > 0 {
		w.tellAll(tells)
	}
	for _, m := range whispers {
		m.pass()
	}
	if s != nil {
		w.serve(s)
	}
	return s != nil || len(ready) > 0 || len(tells) > 0 || len(whispers) > 0
}

// serve gives the next chunk of a shard's readers what is new to them, and
// queues the shard again when there are more.
func (w *worker) serve(s *shard) {
	if s.cursor == 0 {
		w.mu.Lock()
		s.dirty = false
		w.mu.Unlock()
		s.rewind()
		s.began = w.hub.clock()
	}
	w.chunk = s.next(w.chunk)
	w.pass.begin(s.room)
	for _, r := range w.chunk {
		w.deliver(r)
	}
	clear(w.chunk)

	w.mu.Lock()
	defer w.mu.Unlock()
	s.dirty = s.dirty || w.pass.more
	switch rest := time.Duration(w.hub.clock() - s.began); {
	case s.cursor > 0, s.dirty && rest < minRest:
		w.queue = append(w.queue, s)
	case s.dirty:
		time.AfterFunc(min(rest, maxRest), func() { w.resume(s) })
	default:
		s.queued = false
	}
}

// resume queues a shard that has rested.
func (w *worker) resume(s *shard) {
	w.mu.Lock()
	w.queue = append(w.queue, s)
	w.mu.Unlock()
	w.ring()
}

// serveConn serves a connection whose backlog is gone.
func (w *worker) serveConn(c *conn) {
	for _, r := range c.readers() {
		w.pass.begin(r.room)
		w.deliver(r)
		if w.pass.more {
			w.push(r.room.shards[w.index])
		}
	}
}

// deliver gives one reader what lies after its position, as one message.
func (w *worker) deliver(r *reader) {
	c := r.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if !r.live || c.phase != joined {
		return
	}
	if c.nc.behind() { // it stays there; its worker hears when the backlog is gone
		if !r.room.covers(r.pos) {
			c.cut(byeSlow)
		}
		return
	}
	b := w.pass.batch(r.pos)
	switch {
	case b.lost:
		c.cut(byeSlow)
	case b.to > r.pos && c.nc.offer(b.message):
		r.pos = b.to
	}
}

// pass is one visit to a room. Readers at the same position share one message,
// prepared once.
type pass struct {
	room    *liveRoom
	more    bool // a batch did not hold everything
	n       int  // batches in use
	batches [8]batch
}

type batch struct {
	from, to shared.Seq
	message  []byte // a WebSocket frame
	lost     bool   // some of what was asked for has left the tail
}

func (p *pass) begin(rm *liveRoom) {
	p.room, p.more, p.n = rm, false, 0
}

func (p *pass) batch(pos shared.Seq) *batch {
	used := min(p.n, len(p.batches))
	for i := range used {
		if p.batches[i].from == pos {
			return &p.batches[i]
		}
	}
	b := &p.batches[p.n%len(p.batches)] // the oldest makes room
	p.n++
	events, to, last, ok := p.room.from(pos, maxBatch)
	b.from, b.to, b.lost = pos, to, !ok
	b.message = appendText(b.message[:0], events)
	p.more = p.more || ok && to < last
	return b
}

// tellAll writes messages to everybody.
func (w *worker) tellAll(all []announcement) {
	for _, c := range w.all() {
		for _, a := range all {
			if !a.noGuests || !c.ofGuest() {
				c.tell(a.message)
			}
		}
	}
	clear(w.round)
}

// lookAfter does what is due by time.
func (w *worker) lookAfter() {
	beat := textMessage(shared.Frame{Beat: &shared.Beat{At: shared.Millis(w.hub.now().UnixMilli())}})
	now := w.hub.clock()
	for _, c := range w.all() {
		c.lookAfter(now, beat)
	}
	clear(w.round)
}

// all returns the connections in the worker goroutine's own slice, valid until
// its next call.
func (w *worker) all() []*conn {
	w.round = w.everybody(w.round[:0])
	return w.round
}

// everybody appends the worker's connections to conns.
func (w *worker) everybody(conns []*conn) []*conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.conns {
		conns = append(conns, c)
	}
	return conns
}
