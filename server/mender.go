package server

import (
	"sync"
	"time"

	"hubbub/shared"
)

const (
	gapWait   = 50 * time.Millisecond // events out of order arrive within it
	mendRetry = 500 * time.Millisecond
)

// mender fills what the broker lost or has not brought from the store, one room
// after the other.
type mender struct {
	hub  *hub
	bell chan struct{} // has room for one ring

	mu    sync.Mutex
	rooms []*liveRoom // guarded by mu
}

func newMender(h *hub) *mender {
	return &mender{hub: h, bell: make(chan struct{}, 1)}
}

// now has a room looked up in the store.
func (m *mender) now(rm *liveRoom) {
	m.mu.Lock()
	m.rooms = append(m.rooms, rm)
	m.mu.Unlock()
	select {
	case m.bell <- struct{}{}:
	default:
	}
}

// soon is now, unless what is missing comes by itself.
func (m *mender) soon(rm *liveRoom) { m.later(rm, gapWait) }

func (m *mender) later(rm *liveRoom, wait time.Duration) {
	rm.mu.Lock()
	asked := rm.asked
	rm.asked = true
	rm.mu.Unlock()
	if asked {
		return
	}
	time.AfterFunc(wait, func() {
		rm.mu.Lock()
		rm.asked = false
		rm.mu.Unlock()
		m.now(rm)
	})
}

func (m *mender) run() {
	// A broker that loses signals may lose the last one before a silence.
	var check <-chan time.Time
	if m.hub.lossy {
		ticker := time.NewTicker(m.hub.live.Beat)
		defer ticker.Stop()
		check = ticker.C
	}
	for {
		select {
		case <-m.bell:
		case <-check:
			m.suspectAll()
		case <-m.hub.ctx.Done():
			return
		}
		for _, rm := range m.take() {
			m.mend(rm)
		}
	}
}

func (m *mender) take() []*liveRoom {
	m.mu.Lock()
	defer m.mu.Unlock()
	rooms := m.rooms
	m.rooms = nil
	return rooms
}

// suspectAll queues every followed room.
func (m *mender) suspectAll() {
	m.hub.mu.RLock()
	defer m.hub.mu.RUnlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, rm := range m.hub.rooms {
		rm.mu.Lock()
		rm.verify = true
		rm.mu.Unlock()
		m.rooms = append(m.rooms, rm)
	}
}

// mend appends what the store holds after the tail, if anything is missing.
func (m *mender) mend(rm *liveRoom) {
	for {
		after, needed := rm.missing()
		if !needed || !m.hub.follows(rm) {
			return
		}
		events, err := m.hub.store.After(m.hub.ctx, rm.id, after, shared.MaxPage)
		if m.hub.ctx.Err() != nil {
			return
		}
		if err != nil {
			m.hub.log.Warn("a room's log could not be read", "room", rm.id, "seq", after, "err", err)
			m.later(rm, mendRetry)
			return
		}
		if len(events) == 0 {
			rm.verified()
			return
		}
		rm.fill(events)
		rm.wake()
	}
}

// missing reports whether the store may hold events that the tail lacks, and
// after which.
func (rm *liveRoom) missing() (after shared.Seq, needed bool) {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	return rm.tail.last, rm.verify || rm.tail.gap()
}

func (rm *liveRoom) fill(events []shared.Event) {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	for i := range events {
		rm.tail.add(events[i].Seq, shared.Frame{Event: &events[i]}.Encode())
	}
}

// verified notes that the store holds nothing after the tail.
func (rm *liveRoom) verified() {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	rm.verify = false
}
