package server

import (
	"bytes"
	"context"
	"sync"
	"time"

	"hubbub/server/markup"
	"hubbub/shared"
)

// naming finds who and what messages name. What it looked up it keeps until a
// signal says that it changed; a signal that got lost is made up for when what
// is kept gets old.
type naming struct {
	store Store
	now   func() time.Time
	stop  func()

	mu      sync.Mutex
	changes int                        // guarded by mu
	people  map[shared.RoomID]*members // guarded by mu
	rooms   *markup.Rooms              // guarded by mu: those that are open; nil: not known
	since   time.Time                  // guarded by mu: when keeping began
}

// members is who is in a room.
type members struct {
	*markup.People
	count int
}

const (
	keepNames      = time.Minute
	maxNamingRooms = 200 // whose members are kept
)

func newNaming(o Options) (*naming, error) {
	n := &naming{store: o.Store, now: o.Now, people: make(map[shared.RoomID]*members)}
	stop, err := o.Broker.Subscribe(n.receive)
	n.stop = stop
	return n, err
}

// receive must not block: it forgets what a signal may have changed.
func (n *naming) receive(s Signal) {
	switch {
	case s.Op == OpFollow || s.Op == OpUnfollow || s.Op == OpEvent && bytes.Contains(s.Frame, []byte(`"joined":`)):
		n.forget(func() { delete(n.people, s.Room) })
	case s.Op == OpTell && s.User == "":
		n.forget(func() { clear(n.people) }) // somebody's name
	case s.Op == OpEvent && (bytes.Contains(s.Frame, []byte(`"changed":`)) || bytes.Contains(s.Frame, []byte(`"created":`))):
		n.forget(func() { n.rooms = nil })
	}
}

func (n *naming) forget(what func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.changes++
	what()
}

// begin returns what is kept of a room's members and of rooms, and a mark of
// how far changes were heard of.
func (n *naming) begin(room shared.RoomID) (*members, *markup.Rooms, int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now := n.now(); now.Sub(n.since) > keepNames || now.Before(n.since) || len(n.people) > maxNamingRooms {
		clear(n.people)
		n.rooms, n.since = nil, now
	}
	return n.people[room], n.rooms, n.changes
}

// keep keeps what was looked up, unless something changed meanwhile.
func (n *naming) keep(mark int, what func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.changes == mark {
		what()
	}
}

// members returns who is in a room.
func (n *naming) members(ctx context.Context, room shared.RoomID) (*members, error) {
	known, _, mark := n.begin(room)
	if known != nil {
		return known, nil
	}
	users, err := n.store.Members(ctx, room)
	if err != nil {
		return nil, err
	}
	m := &members{markup.NewPeople(users), len(users)}
	n.keep(mark, func() { n.people[room] = m })
	return m, nil
}

// open returns the open rooms.
func (n *naming) open(ctx context.Context) (*markup.Rooms, error) {
	_, known, mark := n.begin("")
	if known != nil {
		return known, nil
	}
	states, err := n.store.OpenRooms(ctx, "") // those that nobody is not in
	if err != nil {
		return nil, err
	}
	rooms := make([]shared.Room, len(states))
	for i := range states {
		rooms[i] = states[i].Room
	}
	found := markup.NewRooms(rooms)
	n.keep(mark, func() { n.rooms = found })
	return found, nil
}

// speaker is who names somebody in a message, and where.
type speaker struct {
	chat *chat
	ctx  context.Context
	by   actor
	room shared.RoomID
	err  error // why somebody could not be looked up
}

var _ markup.Resolver = (*speaker)(nil)

// People implements markup.Resolver.
func (s *speaker) People() *markup.People {
	if m := s.members(); m != nil {
		return m.People
	}
	return nil
}

func (s *speaker) members() *members {
	m, err := s.chat.naming.members(s.ctx, s.room)
	if err != nil {
		s.err = err
	}
	return m
}

// Everybody implements markup.Resolver.
func (s *speaker) Everybody() bool {
	m := s.members()
	return m != nil && can(s.by.user.Role, callEverybody, object{members: m.count}) == nil
}

// Rooms implements markup.Resolver.
func (s *speaker) Rooms() *markup.Rooms {
	if can(s.by.user.Role, listRooms, object{}) != nil {
		return nil // a link would tell which there are
	}
	rooms, err := s.chat.naming.open(s.ctx)
	if err != nil {
		s.err = err
	}
	return rooms
}
