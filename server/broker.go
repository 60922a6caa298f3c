package server

import (
	"context"
	"sync"

	"hubbub/shared"
)

// Broker carries signals to every node of the server, this one included. It
// may lose, repeat and reorder events: the store holds the truth and a hub that
// sees a gap reads it there.
type Broker interface {
	// Publish hands a signal to every node's receiver. For a single node it
	// returns after the receiver has.
	Publish(ctx context.Context, s Signal) error
	// Subscribe calls receive with each signal until stop is called. receive
	// must not block.
	Subscribe(receive func(Signal)) (stop func(), err error)
}

// Signal is what nodes tell each other.
type Signal struct {
	Op       Op
	Room     shared.RoomID // OpEvent, OpFollow, OpUnfollow, OpTyping
	Seq      shared.Seq    // OpEvent; OpFollow: events after it are the user's to see; OpPush: in the user's log, or 0 for what is not in it
	User     shared.UserID // OpTell (empty: everybody), OpFollow, OpUnfollow, OpDrop, OpPush, OpStatus, OpTyping
	Session  string        // OpDrop: only this session; with Keep: all but this one
	Keep     bool
	Logins   bool   // OpDrop: not the connections of tokens
	NoGuests bool   // OpTell to everybody: but to guests
	Push     string // OpPush: the push's id
	Event    string // OpPush: the push's event
	Node     string // OpPresence: who says so
	Frame    []byte // OpEvent, OpTell, OpPush, OpPresence, OpStatus, OpTyping: encoded frames, each ended by a newline
}

// Op says what a Signal asks of a hub.
type Op uint8

const (
	OpEvent    Op = iota + 1 // append Frame to the room's tail at Seq
	OpTell                   // write Frame to the user's connections
	OpFollow                 // the user's connections follow the room
	OpUnfollow               // they follow it no more, from now on
	OpDrop                   // close the user's connections: signed out
	OpPush                   // write Frame to those of the user's connections that listen
	OpPresence               // Frame's presences are those of the people on Node
	OpStatus                 // Frame's presence is what the user says now
	OpTyping                 // write Frame to the room's readers but the user's, or drop it
)

// localBroker is the Broker of a server with one node: a function call.
type localBroker struct {
	mu        sync.RWMutex
	next      int
	receivers map[int]func(Signal) // guarded by mu
}

// NewLocalBroker returns the Broker for a single node.
func NewLocalBroker() Broker {
	return &localBroker{receivers: make(map[int]func(Signal))}
}

func (b *localBroker) Publish(_ context.Context, s Signal) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, receive := range b.receivers {
		receive(s)
	}
	return nil
}

func (b *localBroker) Subscribe(receive func(Signal)) (func(), error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	id := b.next
	b.receivers[id] = receive
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.receivers, id)
	}, nil
}
