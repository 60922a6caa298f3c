package client

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"hubbub/shared"
)

// rooms are those that the user is in.
type rooms struct {
	by    map[shared.RoomID]*room
	order []*room // as the sidebar has them; nil when that has to be found anew
}

// room is what is known of one. Its state is the server's word of some moment,
// with the events after that moment applied.
type room struct {
	shared.Room
	members int
	last    shared.Seq    // the newest event that is in this state
	active  shared.Millis // when it was
	people  []shared.User // of a direct conversation: the others

	streamed shared.Seq // all events up to it came by themselves; last may be the word of a welcome

	involvement shared.Involvement
	reading
}

func newRooms() rooms { return rooms{by: make(map[shared.RoomID]*room)} }

// put takes the server's word about a room. What is older than what events
// said already changes nothing.
func (rs *rooms) put(s shared.RoomState) {
	rs.order = nil
	r := rs.by[s.ID]
	if r == nil {
		r = &room{streamed: s.Last}
		rs.by[s.ID] = r
	}
	if s.Last >= r.last {
		r.Room, r.members, r.last = s.Room, s.Members, s.Last
		r.active, r.people = s.Active, s.People
	}
	r.involvement = s.Involvement
	r.mark(shared.ReadMark{
		Room: s.ID, Seq: s.Read, Round: s.Round, Last: s.Last, Unread: s.Unread, Mentions: s.Mentions,
	})
}

// replace takes the server's word about all rooms, at the beginning of a
// connection. Only a read position that it may not know yet is kept.
func (rs *rooms) replace(states []shared.RoomState) {
	before := rs.by
	rs.order = nil
	rs.by = make(map[shared.RoomID]*room, len(states))
	for i := range states {
		rs.put(states[i])
		if old := before[states[i].ID]; old != nil {
			r := rs.by[states[i].ID]
			mine, told := old.place(), old.told
			mine.Seq, told.Seq = min(mine.Seq, r.last), min(told.Seq, r.last)
			r.advance(mine)
			r.told = told
		}
	}
}

// streamed is up to where a room's events came by themselves.
func (rs *rooms) streamed(id shared.RoomID) shared.Seq {
	if r := rs.by[id]; r != nil {
		return r.streamed
	}
	return 0
}

// resume notes from where on events come by themselves now.
func (rs *rooms) resume(at map[shared.RoomID]shared.Seq) {
	for id, seq := range at {
		if r := rs.by[id]; r != nil {
			r.streamed = min(seq, r.last) // the log may be cut short
		}
	}
}

// stream notes that events up to seq came.
func (rs *rooms) stream(id shared.RoomID, seq shared.Seq) {
	if r := rs.by[id]; r != nil {
		r.streamed = max(r.streamed, seq)
	}
}

// observe applies an event to the state of its room, which is known, if it is
// newer than that.
func (rs *rooms) observe(ev *shared.Event, me shared.UserID) {
	r := rs.by[ev.Room]
	if ev.Seq <= r.last {
		return
	}
	r.last, r.active = ev.Seq, ev.At
	if r.Direct {
		rs.order = nil // it is the first of them now
	}
	switch {
	case ev.Message != nil:
		if ev.By.ID != me {
			r.heard(ev.Seq, callsUser(ev.Message, me))
		}
	case ev.Created != nil:
		r.Room = *ev.Created
		rs.order = nil
	case ev.Changed != nil:
		r.Room = ev.Changed.Apply(r.Room)
		rs.order = nil
	case ev.Joined != nil:
		r.members++
	case ev.Left != nil:
		r.members--
	case ev.Edited != nil && ev.By.ID != me:
		r.edited(ev.Edited.Of, ev.Seq, mentions(ev.Edited.Mentions, me))
	case ev.Deleted != nil && ev.Deleted.Author != me:
		r.unheard(ev.Deleted.Of, ev.Seq)
	}
}

// remove forgets a room.
func (rs *rooms) remove(id shared.RoomID) {
	delete(rs.by, id)
	rs.order = nil
}

// sorted returns the rooms by name, and then direct conversations, the most
// recent first.
func (rs *rooms) sorted() []*room {
	if rs.order == nil {
		rs.order = slices.SortedFunc(maps.Values(rs.by), inOrder)
	}
	return rs.order
}

func inOrder(a, b *room) int {
	switch {
	case a.Direct != b.Direct && b.Direct:
		return -1
	case a.Direct != b.Direct:
		return 1
	case a.active != b.active && a.Direct:
		return cmp.Compare(b.active, a.active)
	}
	return cmp.Or(
		cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)),
		cmp.Compare(a.ID, b.ID),
	)
}

// summaries returns the rooms in that order.
func (rs *rooms) summaries(summary func(*room) RoomSummary) []RoomSummary {
	list := make([]RoomSummary, 0, len(rs.by))
	for _, r := range rs.sorted() {
		list = append(list, summary(r))
	}
	return list
}

func (c *Client) summary(r *room) RoomSummary {
	held := c.events(r.ID)
	return RoomSummary{
		Room: r.Room, Last: r.last, Read: r.read, Round: r.round,
		Unread: r.unread(held, c.you.ID), Mentions: r.mentions(held, c.you.ID),
		Members: r.members, Active: r.active, People: r.people,
		Involvement: r.involvement, Level: c.prefer.InvolvementOf(r.Room, r.involvement),
	}
}

// renamed takes somebody's new profile.
func (rs *rooms) renamed(u shared.User) {
	for _, r := range rs.by {
		for i := range r.people {
			if r.people[i].ID == u.ID {
				r.people = slices.Clone(r.people) // who has them keeps them
				r.people[i] = u
			}
		}
	}
}
