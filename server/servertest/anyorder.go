package servertest

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"hubbub/server"
	"hubbub/shared"
)

// testAnyOrder gives random commands and keeps its own account of what must
// follow: each event takes the next position of its room, what is refused takes
// none, and folding the log gives the room and its members.
func testAnyOrder(t *testing.T, w *world) {
	a := &account{
		w: w, people: []shared.User{w.owner, w.guest("eve"), w.guest("dan")},
		rooms: make(map[shared.RoomID]*ledger),
	}
	for _, id := range []shared.RoomID{"north", "south"} {
		w.room(id)
		a.rooms[id] = &ledger{
			last: 2, name: string(id),
			members: map[shared.UserID]bool{w.owner.ID: true},
			said:    make(map[string]shared.Seq),
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		w.t = r
		defer func() { w.t = t }()
		r.Repeat(map[string]func(*rapid.T){
			"post":   a.post,
			"add":    a.add,
			"remove": a.remove,
			"rename": a.rename,
		})
	})
	for id := range a.rooms {
		a.audit(id)
	}
}

// account is what the store must say, kept by simpler means.
type account struct {
	w      *world
	people []shared.User
	rooms  map[shared.RoomID]*ledger
}

type ledger struct {
	last    shared.Seq
	name    string
	members map[shared.UserID]bool
	said    map[string]shared.Seq // by author and key
}

func (a *account) draw(r *rapid.T) (shared.RoomID, *ledger, shared.User) {
	room := rapid.SampledFrom([]shared.RoomID{"north", "south"}).Draw(r, "room")
	return room, a.rooms[room], rapid.SampledFrom(a.people).Draw(r, "user")
}

func (a *account) post(r *rapid.T) {
	room, l, by := a.draw(r)
	key := fmt.Sprint("k", rapid.IntRange(0, 200).Draw(r, "key"))
	text := rapid.SampledFrom([]string{"this", "that"}).Draw(r, "text")
	first, known := l.said[string(by.ID)+key]
	ev, fresh, err := a.w.s.Post(a.w.ctx, by.Author(), server.Said{Post: shared.Post{Room: room, Key: key, Text: key}}, a.w.tick())
	if !known && !l.members[by.ID] {
		a.w.wants(err, server.ErrNotFound)
		return
	}
	a.w.must(err)
	if known {
		if fresh || ev.Seq != first {
			r.Fatalf("%s again: fresh %v at %d, first at %d", key, fresh, ev.Seq, first)
		}
		_, _, err := a.w.s.Post(a.w.ctx, by.Author(), server.Said{Post: shared.Post{Room: room, Key: key, Text: text}}, a.w.tick())
		a.w.wants(err, server.ErrKeyUsed)
		return
	}
	a.next(r, l, ev)
	l.said[string(by.ID)+key] = ev.Seq
}

func (a *account) add(r *rapid.T) {
	room, l, who := a.draw(r)
	ev, err := a.w.s.AddMember(a.w.ctx, a.w.owner.Author(), room, who.ID, a.w.tick())
	if l.members[who.ID] {
		a.w.wants(err, server.ErrNoChange)
		return
	}
	a.w.must(err)
	a.next(r, l, ev)
	l.members[who.ID] = true
}

func (a *account) remove(r *rapid.T) {
	room, l, who := a.draw(r)
	ev, err := a.w.s.RemoveMember(a.w.ctx, a.w.owner.Author(), room, who.ID, a.w.tick())
	if !l.members[who.ID] {
		a.w.wants(err, server.ErrNoChange)
		return
	}
	a.w.must(err)
	a.next(r, l, ev)
	delete(l.members, who.ID)
}

func (a *account) rename(r *rapid.T) {
	room, l, by := a.draw(r)
	name := rapid.SampledFrom([]string{"one", "two"}).Draw(r, "name")
	u := shared.RoomUpdate{Room: room, RoomChange: shared.RoomChange{Name: &name}}
	ev, err := a.w.s.UpdateRoom(a.w.ctx, by.Author(), u, a.w.tick())
	if l.name == name {
		a.w.wants(err, server.ErrNoChange)
		return
	}
	a.w.must(err)
	a.next(r, l, ev)
	l.name = name
}

// next notes that ev took the room's next position.
func (a *account) next(r *rapid.T, l *ledger, ev shared.Event) {
	if ev.Seq != l.last+1 {
		r.Fatalf("the event after %d is at %d", l.last, ev.Seq)
	}
	l.last = ev.Seq
}

// audit compares a room, its members and its folded log with the account.
func (a *account) audit(id shared.RoomID) {
	l := a.rooms[id]
	room, members := fold(a.w.log(id))
	stored, err := a.w.s.Room(a.w.ctx, id)
	a.w.must(err)
	if room != stored || room.Name != l.name {
		a.w.t.Errorf("the log of %s makes %+v, the store says %+v, and it was named %q", id, room, stored, l.name)
	}
	users, err := a.w.s.Members(a.w.ctx, id)
	a.w.must(err)
	if len(users) != len(members) || len(users) != len(l.members) {
		a.w.t.Errorf("%s has %d members by its log, %d by the store, %d by the account", id, len(members), len(users), len(l.members))
	}
	for _, u := range users {
		if !members[u.ID] || !l.members[u.ID] {
			a.w.t.Errorf("%s should not be in %s", u.ID, id)
		}
	}
}

// fold plays a log from its beginning.
func fold(log []shared.Event) (room shared.Room, members map[shared.UserID]bool) {
	members = make(map[shared.UserID]bool)
	for _, ev := range log {
		switch {
		case ev.Created != nil:
			room = *ev.Created
		case ev.Changed != nil:
			room = ev.Changed.Apply(room)
		case ev.Joined != nil:
			members[ev.Joined.ID] = true
		case ev.Left != nil:
			delete(members, ev.Left.ID)
		}
	}
	return room, members
}
