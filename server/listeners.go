package server

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/shared"
)

// listeners is who hears pushes on this node.
//
// Locks are taken in this order: listeners.mu, listener.mu, then those of the
// connection that it writes to.
type listeners struct {
	unhook func() // from the broker
	quit   context.Context
	stop   func()        // ends the goroutine
	done   chan struct{} // closed when it has ended
	drops  atomic.Int64  // OpDrop signals so far

	mu sync.RWMutex
	of map[shared.UserID]map[*listener]struct{} // guarded by mu
}

func newListeners(o Options) (*listeners, error) {
	ls := &listeners{of: make(map[shared.UserID]map[*listener]struct{}), done: make(chan struct{})}
	unhook, err := o.Broker.Subscribe(ls.receive)
	if err != nil {
		return nil, err
	}
	ls.unhook = unhook
	ls.quit, ls.stop = context.WithCancel(context.Background())
	_, reliable := o.Broker.(*localBroker)
	go ls.run(o.Live.Beat, reliable)
	return ls, nil
}

// run has everybody look, from time to time, whether the store holds more than
// they heard of: a broker that loses signals may lose the last one before a
// silence.
func (ls *listeners) run(every time.Duration, reliable bool) {
	defer close(ls.done)
	if reliable {
		return
	}
	check := time.NewTicker(every)
	defer check.Stop()
	for {
		select {
		case <-check.C:
			for _, l := range ls.everybody() {
				l.doubt()
			}
		case <-ls.quit.Done():
			return
		}
	}
}

// close ends what newListeners began.
func (ls *listeners) close() {
	ls.unhook()
	ls.stop()
	<-ls.done
}

// receive takes what the broker carries. It does not block.
func (ls *listeners) receive(s Signal) {
	switch s.Op {
	case OpPush:
		for _, l := range ls.by(s.User) {
			l.hear(s)
		}
	case OpDrop:
		ls.drops.Add(1) // first: who is not among them yet will see it
		for _, l := range ls.by(s.User) {
			if s.means(l.session, l.token) {
				l.end(s)
			}
		}
	}
}

// means reports whether an OpDrop is about a session, which may be a token's.
func (s Signal) means(session string, token bool) bool {
	if s.Logins && token {
		return false
	}
	return s.Session == "" || (s.Session == session) != s.Keep
}

func (ls *listeners) by(user shared.UserID) []*listener {
	ls.mu.RLock()
	defer ls.mu.RUnlock()
	return slices.Collect(maps.Keys(ls.of[user]))
}

func (ls *listeners) everybody() (all []*listener) {
	ls.mu.RLock()
	defer ls.mu.RUnlock()
	for _, of := range ls.of {
		all = slices.AppendSeq(all, maps.Keys(of))
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
	l.leave()
	ls.mu.Lock()
	defer ls.mu.Unlock()
	delete(ls.of[l.user], l)
	if len(ls.of[l.user]) == 0 {
		delete(ls.of, l.user)
	}
}
