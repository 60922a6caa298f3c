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
	order []*room // by name; nil when that has to be found anew
}

// room is what is known of one. Its state is the server's word of some moment,
// with the events after that moment applied.
type room struct {
	shared.Room
	members int
	last    shared.Seq // the newest event that is in this state
	reading
}

func newRooms() rooms { return rooms{by: make(map[shared.RoomID]*room)} }

// put takes the server's word about a room. What is older than what events
// said already changes nothing.
func (rs *rooms) put(s shared.RoomState) {
	rs.order = nil
	r := rs.by[s.ID]
	if r == nil {
		r = &room{}
		rs.by[s.ID] = r
	}
	if s.Last >= r.last {
		r.Room, r.members, r.last = s.Room, s.Members, s.Last
	}
	r.mark(shared.ReadMark{Room: s.ID, Seq: s.Read, Last: s.Last, Unread: s.Unread})
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
			r.read = max(r.read, min(old.read, r.last))
			r.told = min(old.told, r.last)
		}
	}
}

// last is the newest event heard of a room.
func (rs *rooms) last(id shared.RoomID) shared.Seq {
	if r := rs.by[id]; r != nil {
		return r.last
	}
	return 0
}

// observe applies an event to the state of its room, which is known, if it is
// newer than that.
func (rs *rooms) observe(ev *shared.Event, me shared.UserID) {
	r := rs.by[ev.Room]
	if ev.Seq <= r.last {
		return
	}
	r.last = ev.Seq
	switch {
	case ev.Message != nil:
		if ev.By.ID != me {
			r.heard(ev.Seq)
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
	case ev.Deleted != nil && ev.Deleted.Author != me:
		r.unheard(ev.Deleted.Of)
	}
}

// remove forgets a room.
func (rs *rooms) remove(id shared.RoomID) {
	delete(rs.by, id)
	rs.order = nil
}

// sorted returns the rooms by name.
func (rs *rooms) sorted() []*room {
	if rs.order == nil {
		rs.order = slices.SortedFunc(maps.Values(rs.by), func(a, b *room) int {
			return cmp.Or(
				cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)),
				cmp.Compare(a.ID, b.ID),
			)
		})
	}
	return rs.order
}

// summaries returns the rooms by name.
func (rs *rooms) summaries(unread func(*room) int) []RoomSummary {
	list := make([]RoomSummary, 0, len(rs.by))
	for _, r := range rs.sorted() {
		list = append(list, RoomSummary{
			Room: r.Room, Last: r.last, Read: r.read, Unread: unread(r), Members: r.members,
		})
	}
	return list
}
