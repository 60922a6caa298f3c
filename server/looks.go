package server

import (
	"sync"

	"hubbub/shared"
)

// looks is which rooms are being looked at, by session: a browser, and so a
// device. It is what this node's connections said last, and goes with them.
type looks struct {
	mu sync.Mutex
	by map[string]map[*conn]shared.RoomID // guarded by mu
}

func newLooks() *looks { return &looks{by: make(map[string]map[*conn]shared.RoomID)} }

// note takes a connection's word. To look away from another room than the last
// one is late news.
func (l *looks) note(c *conn, session string, look shared.Look) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case !look.Away:
		if l.by[session] == nil {
			l.by[session] = make(map[*conn]shared.RoomID)
		}
		l.by[session][c] = look.Room
	case l.by[session][c] == look.Room:
		l.drop(c, session)
	}
}

// forget ends what a connection said.
func (l *looks) forget(c *conn, session string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(c, session)
}

// drop is forget with mu held.
func (l *looks) drop(c *conn, session string) {
	delete(l.by[session], c)
	if len(l.by[session]) == 0 {
		delete(l.by, session)
	}
}

// at reports whether somebody looks at a room in a session.
func (l *looks) at(session string, room shared.RoomID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, seen := range l.by[session] {
		if seen == room {
			return true
		}
	}
	return false
}
