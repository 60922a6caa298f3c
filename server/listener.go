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
	token   bool   // the session is a token's
	id      string // the connection's, in receipts
	device  string

	// Of the connection. write takes encoded frames without waiting and
	// reports whether they will leave; seq is the position that is reached with
	// them, or noPosition. wait returns when it takes more, false when it is over; end
	// ends it for a session that is no more.
	write func(seq shared.Seq, frames []byte) bool
	wait  func() bool
	spawn func(func())
	end   func(Signal)

	mu        sync.Mutex
	events    eventSet   // guarded by mu
	pos       shared.Seq // guarded by mu: everything up to it was written, or not wanted
	heard     shared.Seq // guarded by mu: the newest entry heard of
	since     shared.Seq // guarded by mu: the newest entry when it began
	begun     bool       // guarded by mu: pos means something
	live      bool       // guarded by mu: it hears from signals; else it is catching up
	catching  bool       // guarded by mu: catchUp runs
	replaying int        // guarded by mu: how many replays run
	tell      bool       // guarded by mu: say so as soon as it has everything
	gone      bool       // guarded by mu: its connection has ended
}

const noPosition = shared.Seq(-1)

// eventSet is which pushes a listener wants: those with one of these events, or
// all when "" is among them.
type eventSet map[string]struct{}

func (e eventSet) has(event string) bool {
	_, all := e[""]
	_, named := e[event]
	return all || named
}

// register begins, or goes on, to hear pushes with one of some events. say is
// called with the reply before the first of them leaves. The listener is among
// the chat's by then: listening comes before looking back.
func (l *listener) register(ctx context.Context, events []string, r *shared.Register, say func(shared.OK)) error {
	if err := l.takes(events); err != nil {
		return err
	}
	last, err := l.chat.store.LastPush(ctx, l.user)
	if err != nil {
		return l.chat.tell(ctx, err, errNoPush)
	}
	l.mu.Lock() // or news could come between the reply and what lies before it
	defer l.mu.Unlock()
	say(shared.OK{Registered: &shared.Registered{UserID: l.user, Connection: l.id, Epoch: l.chat.epoch, Last: last}})
	l.begin(events, r, last)
	return nil
}

// takes reports whether a listener can want more events.
func (l *listener) takes(events []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	more := make(eventSet)
	for _, event := range events {
		if err := shared.ValidateEvent(event); err != nil {
			return err
		}
		if _, known := l.events[event]; !known {
			more[event] = struct{}{}
		}
	}
	if len(l.events)+len(more) > shared.MaxEvents {
		return shared.Invalidf("event", "a connection registers for at most %d events; register for all, with no event, instead", shared.MaxEvents)
	}
	return nil
}

// begin has the listener want events, and tells it of what was before. Called
// with mu held.
func (l *listener) begin(events []string, r *shared.Register, last shared.Seq) {
	resumes := r.After != nil && (r.Epoch == "" || r.Epoch == l.chat.epoch) && *r.After >= 0 && *r.After <= last
	if l.gone {
		return
	}
	if !l.begun {
		l.begun, l.since, l.pos = true, last, last
		l.events = make(eventSet)
		if resumes {
			l.pos = *r.After
		}
	}
	before := past{events: make(eventSet), unseen: !resumes, upTo: l.pos}
	if resumes {
		before.after = *r.After
	}
	for _, event := range events {
		l.events[event], before.events[event] = struct{}{}, struct{}{}
	}
	l.tell = true
	l.replaying++
	l.spawn(func() { l.replay(before) })
}

// hear takes a signal. It does not block.
func (l *listener) hear(s Signal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.gone:
		return
	case s.Seq == 0: // not an entry of the log
		if l.begun {
			l.write(noPosition, s.Frame)
		}
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
		l.goCatchUp()
	}
}

// give writes a push. Called with mu held.
func (l *listener) give(seq shared.Seq, push string, frame []byte) {
	if l.write(seq, frame) {
		l.chat.ledger.accepted(l, push)
	}
}

// leave ends the listener with its connection: it starts nothing any more.
func (l *listener) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = true
}
