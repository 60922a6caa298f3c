package server

import (
	"sync"

	"hubbub/shared"
)

// liveRoom is a room that somebody follows: the tail of its log, and its
// readers, sharded by the worker that serves them.
type liveRoom struct {
	id        shared.RoomID
	shards    []*shard // one for each worker
	followers int      // guarded by hub.mu

	mu     sync.Mutex
	tail   *tail // guarded by mu
	verify bool  // guarded by mu: the store may hold more than we heard of
	asked  bool  // guarded by mu: a repair is on its way
}

// reader is a connection's position in a room's log.
type reader struct {
	conn *conn
	room *liveRoom

	index int // in its shard; guarded by shard.mu

	// Guarded by conn.mu.
	pos  shared.Seq // everything up to it was written
	live bool       // the worker moves it; else it is catching up, or left
	tell bool       // say "live" when it has caught up
}

// shard is the readers of a room that one worker serves.
type shard struct {
	room   *liveRoom
	worker *worker

	mu      sync.Mutex
	readers []*reader // guarded by mu

	// Guarded by worker.mu.
	queued bool // the worker will come by, or is at it
	dirty  bool // since it began, there is more

	// The worker's own.
	cursor int   // readers before it are still to be served
	began  int64 // when the pass began, by hub.clock
}

func newLiveRoom(id shared.RoomID, limit int, last shared.Seq, workers []*worker) *liveRoom {
	rm := &liveRoom{id: id, tail: newTail(limit, last), shards: make([]*shard, len(workers)), verify: true}
	for i, w := range workers {
		rm.shards[i] = &shard{room: rm, worker: w}
	}
	return rm
}

// wake has every worker with readers here come by.
func (rm *liveRoom) wake() {
	for _, s := range rm.shards {
		if s.peopled() {
			s.worker.push(s)
		}
	}
}

// from is tail.from. last is the newest event's.
func (rm *liveRoom) from(pos shared.Seq, most int) (events []byte, to, last shared.Seq, ok bool) {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	events, to, ok = rm.tail.from(pos, most)
	return events, to, rm.tail.last, ok
}

func (rm *liveRoom) covers(pos shared.Seq) bool {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	return rm.tail.covers(pos)
}

func (s *shard) add(r *reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.index = len(s.readers)
	s.readers = append(s.readers, r)
}

// remove takes r out. The last reader takes its place: the worker goes from
// the end to the beginning, so it misses nobody.
func (s *shard) remove(r *reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	end := len(s.readers) - 1
	moved := s.readers[end]
	s.readers[r.index], moved.index = moved, r.index
	s.readers[end] = nil
	s.readers = s.readers[:end]
}

func (s *shard) peopled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.readers) > 0
}

// next copies the readers that the worker serves next into chunk, and moves
// the cursor.
func (s *shard) next(chunk []*reader) []*reader {
	s.mu.Lock()
	defer s.mu.Unlock()
	end := min(s.cursor, len(s.readers)) // some may have left
	start := max(0, end-cap(chunk))
	s.cursor = start
	return append(chunk[:0], s.readers[start:end]...)
}

func (s *shard) rewind() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cursor = len(s.readers)
}
