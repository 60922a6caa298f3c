package servertest

import (
	"slices"
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

func testRooms(t *testing.T, w *world) {
	w.room("garden")
	t.Run("a change is an event, and what is unchanged stays", func(t *testing.T) {
		topic := "What grows"
		ev, err := w.s.UpdateRoom(w.ctx, w.owner.Author(), shared.RoomUpdate{Room: "garden", RoomChange: shared.RoomChange{Topic: &topic}}, w.tick())
		w.must(err)
		r, err := w.s.Room(w.ctx, "garden")
		w.must(err)
		if ev.Changed == nil || ev.Changed.Topic == nil || *ev.Changed.Topic != topic || ev.Changed.Name != nil ||
			r != (shared.Room{ID: "garden", Name: "garden", Topic: topic}) {
			t.Errorf("event %+v, room %+v", ev, r)
		}
	})
	t.Run("a room is the result of its log", func(t *testing.T) {
		name, yes := "orchard", true
		for _, c := range []shared.RoomChange{{Name: &name}, {Closed: &yes}, {Archived: &yes}} {
			_, err := w.s.UpdateRoom(w.ctx, w.owner.Author(), shared.RoomUpdate{Room: "garden", RoomChange: c}, w.tick())
			w.must(err)
		}
		folded, _ := fold(w.log("garden"))
		r, err := w.s.Room(w.ctx, "garden")
		w.must(err)
		if folded != r {
			t.Errorf("the log makes %+v, the store says %+v", folded, r)
		}
	})
	t.Run("nothing new is no event", func(*testing.T) {
		same := "orchard"
		_, err := w.s.UpdateRoom(w.ctx, w.owner.Author(), shared.RoomUpdate{Room: "garden", RoomChange: shared.RoomChange{Name: &same}}, w.tick())
		w.wants(err, server.ErrNoChange)
	})
	t.Run("no such room", func(*testing.T) {
		_, err := w.s.Room(w.ctx, "nowhere")
		w.wants(err, server.ErrNotFound)
		_, err = w.s.Last(w.ctx, "nowhere")
		w.wants(err, server.ErrNotFound)
		_, err = w.s.UpdateRoom(w.ctx, w.owner.Author(), shared.RoomUpdate{Room: "nowhere"}, w.tick())
		w.wants(err, server.ErrNotFound)
		_, _, err = w.s.Access(w.ctx, "nowhere", w.owner.ID)
		w.wants(err, server.ErrNotFound)
	})
	t.Run("the open rooms are those one could join", func(t *testing.T) {
		eve := w.guest("eve")
		w.room("open")
		_, err := w.s.CreateRoom(w.ctx, w.owner.Author(), shared.Room{ID: "closed", Name: "closed", Closed: true}, w.tick())
		w.must(err)
		rooms, err := w.s.OpenRooms(w.ctx, eve.ID)
		w.must(err)
		if len(rooms) != 1 || rooms[0].ID != "open" || rooms[0].Members != 1 {
			t.Errorf("got %+v", rooms) // not the archived, not the closed, not her own
		}
	})
}

func testRoomLists(t *testing.T, w *world) {
	eve := w.guest("eve")
	for _, id := range []shared.RoomID{"zoo", "attic", "Mill"} {
		w.room(id)
		_, err := w.s.AddMember(w.ctx, w.owner.Author(), id, eve.ID, w.tick())
		w.must(err)
	}
	t.Run("the rooms one is in, by name", func(t *testing.T) {
		rooms, err := w.s.RoomsOf(w.ctx, eve.ID)
		w.must(err)
		var names []string
		for _, r := range rooms {
			names = append(names, r.Name)
		}
		if want := []string{"attic", "lobby", "Mill", "zoo"}; !slices.Equal(names, want) {
			t.Errorf("got %q, want %q", names, want)
		}
	})
	t.Run("what one left is gone from one's own, and open to join", func(t *testing.T) {
		_, err := w.s.RemoveMember(w.ctx, eve.Author(), "zoo", eve.ID, w.tick())
		w.must(err)
		own, err := w.s.RoomsOf(w.ctx, eve.ID)
		w.must(err)
		open, err := w.s.OpenRooms(w.ctx, eve.ID)
		w.must(err)
		if len(own) != 3 || len(open) != 1 || open[0].ID != "zoo" || open[0].Unread != 0 {
			t.Errorf("own %+v, open %+v", own, open)
		}
	})
	t.Run("nobody is in no room", func(t *testing.T) {
		rooms, err := w.s.RoomsOf(w.ctx, "nobody")
		if err != nil || len(rooms) != 0 {
			t.Errorf("got %+v, %v", rooms, err)
		}
	})
}
