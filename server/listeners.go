package server

import (
	"sync"

	"hubbub/shared"
)

// listeners is who hears pushes on this node.
//
// Locks are taken in this order: listeners.mu, listener.mu, then those of the
// connection that it writes to.
type listeners struct {
	unhook func() // from the broker

	mu sync.RWMutex
	of map[shared.UserID]map[*listener]struct{} // guarded by mu
}

func newListeners(b Broker) (*listeners, error) {
	ls := &listeners{of: make(map[shared.UserID]map[*listener]struct{})}
	unhook, err := b.Subscribe(ls.receive)
	ls.unhook = unhook
	return ls, err
}

// receive takes what the broker carries. It does not block.
func (ls *listeners) receive(s Signal) {
	switch s.Op {
	case OpPush:
		for _, l := range ls.by(s.User) {
			l.hear(s)
		}
	case OpDrop:
		for _, l := range ls.by(s.User) {
			if s.means(l.session) {
				l.end(s)
			}
		}
	}
}

// means reports whether an OpDrop is about a session.
func (s Signal) means(session string) bool {
	return s.Session == "" || (s.Session == session) != s.Keep
}

func (ls *listeners) by(user shared.UserID) []*listener {
	ls.mu.RLock()
	defer ls.mu.RUnlock()
	all := make([]*listener, 0, len(ls.of[user]))
	for l := range ls.of[user] {
		all = append(all, l)
	}
	return all
}

// count is how many listen to an event of a user's.
func (ls *listeners) count(user shared.UserID, event string) (n int) {
	for _, l := range ls.by(user) {
		l.mu.Lock()
		if l.events.has(event) {
			n++
		}
		l.mu.Unlock()
	}
	return n
}

func (ls *listeners) add(l *listener) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.of[l.user] == nil {
		ls.of[l.user] = make(map[*listener]struct{})
	}
	ls.of[l.user][l] = struct{}{}
}

func (ls *listeners) remove(l *listener) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	delete(ls.of[l.user], l)
	if len(ls.of[l.user]) == 0 {
		delete(ls.of, l.user)
	}
}
