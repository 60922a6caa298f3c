package server

import (
	"context"
	"sync"

	"hubbub/shared"
)

// listener is a connection's place in the log of pushes to its user, whatever
// carries it: a WebSocket or a stream of server-sent events.
type listener struct {
	chat    *chat
	user    shared.UserID
	session string
	id      string // the connection's, in receipts
	device  string

	// Of the connection. write takes encoded frames without waiting and
	// reports whether they will leave; wait returns when it takes more, false
	// when it is over; end ends it for a session that is no more.
	write func(seq shared.Seq, frames []byte) bool
	wait  func() bool
	spawn func(func())
	end   func(Signal)

	mu     sync.Mutex
	events eventSet   // guarded by mu
	pos    shared.Seq // guarded by mu: everything up to it was written, or not wanted
	heard  shared.Seq // guarded by mu: the newest entry heard of
	begun  bool       // guarded by mu: pos means something
	live   bool       // guarded by mu: it hears from signals; else it is catching up
}

// eventSet is which pushes a listener wants: those with one of these events, or
// all when "" is among them.
type eventSet map[string]struct{}

func (e eventSet) has(event string) bool {
	_, all := e[""]
	_, named := e[event]
	return all || named
}

// want adds an event. It is an error to want too many.
func (l *listener) want(event string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.events[event]; !known && len(l.events) >= shared.MaxEvents {
		return shared.Invalidf("event", "a connection registers for at most %d events; register for all, with no event, instead", shared.MaxEvents)
	}
	if l.events == nil {
		l.events = make(eventSet)
	}
	l.events[event] = struct{}{}
	return nil
}

// register begins, or goes on, to hear pushes. say is called with the reply
// before the first of them leaves. The listener is among the chat's by then:
// listening comes before looking back.
func (l *listener) register(ctx context.Context, r *shared.Register, say func(shared.OK)) error {
	if err := shared.ValidateEvent(r.Event); err != nil {
		return err
	}
	if err := l.want(r.Event); err != nil {
		return err
	}
	last, err := l.chat.store.LastPush(ctx, l.user)
	if err != nil {
		return l.chat.tell(ctx, err, errNoPush)
	}
	var missed []shared.Push
	resumes := r.After != nil && (r.Epoch == "" || r.Epoch == l.chat.epoch) && *r.After >= 0 && *r.After <= last
	if !resumes {
		if missed, err = l.unseen(ctx, r.Event, last); err != nil {
			return l.chat.tell(ctx, err, errNoPush)
		}
	}
	say(shared.OK{Registered: &shared.Registered{UserID: l.user, Connection: l.id, Epoch: l.chat.epoch, Last: last}})
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range missed {
		l.take(&missed[i])
	}
	switch {
	case resumes && (!l.begun || *r.After < l.pos):
		l.pos = *r.After
	case !l.begun:
		l.pos = last
	default:
		return nil // it goes on from where it is
	}
	l.begun, l.live = true, false
	l.spawn(l.catchUp)
	return nil
}

// unseen is what nobody acknowledged of what lies before the listener.
func (l *listener) unseen(ctx context.Context, event string, last shared.Seq) ([]shared.Push, error) {
	l.mu.Lock()
	upTo := last
	if l.begun {
		upTo = l.pos
	}
	l.mu.Unlock()
	all, err := l.chat.store.UnseenPushes(ctx, l.user, upTo, shared.MaxPage, l.chat.now())
	wanted := all[:0]
	for _, p := range all {
		if event == "" || p.Event == event {
			wanted = append(wanted, p)
		}
	}
	return wanted, err
}

// take writes a push if it is wanted. Called with mu held.
func (l *listener) take(p *shared.Push) {
	if l.events.has(p.Event) {
		l.give(p.Seq, p.ID, shared.Frame{Pushed: p}.Encode())
	}
}

func (l *listener) give(seq shared.Seq, push string, frame []byte) {
	if l.write(seq, frame) {
		l.chat.ledger.accepted(l, push)
	}
}

// hear takes a signal. It does not block.
func (l *listener) hear(s Signal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Seq == 0 { // not an entry of the log
		l.write(0, s.Frame)
		return
	}
	l.heard = max(l.heard, s.Seq)
	switch {
	case !l.live || s.Seq <= l.pos:
	case s.Seq == l.pos+1:
		l.pos = s.Seq
		if l.events.has(s.Event) {
			l.give(s.Seq, s.Push, s.Frame)
		}
	default:
		l.live = false
		l.spawn(l.catchUp)
	}
}

// catchUp brings the listener to the end of the log from the store, as fast as
// its connection takes it.
func (l *listener) catchUp() {
	for l.wait() {
		from, heard := l.where()
		page, err := l.chat.store.PushesAfter(l.chat.ctx, l.user, from, shared.MaxPage, l.chat.now())
		if err != nil {
			if l.chat.ctx.Err() == nil {
				l.chat.log.Warn("pushes could not be read", "user", l.user, "seq", from, "err", err)
			}
			l.end(Signal{}) // it comes back and goes on
			return
		}
		if l.advance(page, from, heard) {
			return
		}
	}
}

func (l *listener) where() (pos, heard shared.Seq) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pos, l.heard
}

// advance takes a page that was read from a position on, and reports whether
// that is all. What was heard of before it was read, and is not in it, has
// expired or moved on.
func (l *listener) advance(page []shared.Push, from, heard shared.Seq) (done bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pos != from {
		return false // somebody registered again, from before
	}
	for i := range page {
		l.take(&page[i])
		l.pos = page[i].Seq
	}
	if len(page) > 0 {
		return false
	}
	l.pos = max(l.pos, heard)
	l.live = l.heard <= l.pos
	return l.live
}
